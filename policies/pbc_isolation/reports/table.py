"""A verdict for a terminal: violations grouped by rule, a paragraph each."""

import textwrap

from pbc_isolation.analysis.assumptions import ASSUMPTIONS
from pbc_isolation.result import Verdict
from pbc_isolation.rules import every_rule
from pbc_isolation.rules.rule import Violation

_WIDTH = 110
_INDENT = "    "


def report(verdict: Verdict) -> str:
    """The violations, or that there are none."""
    if not verdict.violations:
        judged = f"{verdict.resources} resources of {len(verdict.units)} units by {len(every_rule())} rules"
        return f"{verdict.subject}: no violations ({judged}).\n"
    lines: list[str] = []
    for rule in dict.fromkeys(one.rule for one in verdict.violations):
        found = [one for one in verdict.violations if one.rule == rule]
        lines += [f"{rule} ({len(found)})", *(line for one in found for line in _paragraph(one)), ""]
    count = len(verdict.violations)
    return "\n".join([*lines, f"{verdict.subject}: {count} violation{'s' if count > 1 else ''}."]) + "\n"


def rests_on() -> str:
    """What it rests on that there are no violations."""
    return "\n".join(["This rests on:", *(f"  - {assumption}" for assumption in ASSUMPTIONS)]) + "\n"


def _paragraph(violation: Violation) -> list[str]:
    return [
        line
        for text in (violation.text, f"Resource: {violation.urn}")
        for part in text.splitlines()
        for line in textwrap.wrap(
            part, _WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT * 2, break_long_words=False
        )
    ]
