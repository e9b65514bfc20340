"""Violations for a pull request: a summary, and a section for each rule."""

from collections.abc import Sequence

from rules import every_rule
from rules.rule import Violation


def report(violations: Sequence[Violation]) -> str:
    """The violations as Markdown."""
    if not violations:
        return "### Policies: no violations\n\nNo unit can reach another unit's data, by any way that is known.\n"
    parts = [f"### Policies: {len(violations)} violation{'s' if len(violations) > 1 else ''}\n"]
    titles = {rule.id: rule.title for rule in every_rule()}
    for rule in dict.fromkeys(one.rule for one in violations):
        found = [one for one in violations if one.rule == rule]
        parts.append(f"#### `{rule}`: {titles.get(rule, 'Exemptions are in force and needed')}\n")
        parts.append("| from | data of | what | path |\n| --- | --- | --- | --- |")
        parts += [_row(one) for one in found]
        parts.append(f"\n**Fix:** {found[0].fix}\n")
    return "\n".join(parts)


def _row(violation: Violation) -> str:
    cells = [
        violation.unit or "-",
        violation.store_unit or "-",
        violation.message,
        " → ".join(f"`{step}`" for step in violation.path) or "-",
    ]
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
