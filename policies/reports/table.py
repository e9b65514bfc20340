"""Violations for a terminal: grouped by rule, a paragraph each."""

import textwrap
from collections.abc import Sequence

from rules.rule import Violation

_WIDTH = 110
_INDENT = "    "


def report(violations: Sequence[Violation]) -> str:
    """The violations, or that there are none."""
    if not violations:
        return "No violations.\n"
    lines: list[str] = []
    for rule in dict.fromkeys(one.rule for one in violations):
        found = [one for one in violations if one.rule == rule]
        lines += [f"{rule} ({len(found)})", *(line for one in found for line in _paragraph(one)), ""]
    lines.append(f"{len(violations)} violation{'s' if len(violations) > 1 else ''}.")
    return "\n".join(lines) + "\n"


def _paragraph(violation: Violation) -> list[str]:
    return [
        line
        for text in (violation.text, f"Resource: {violation.urn}")
        for part in text.splitlines()
        for line in textwrap.wrap(
            part, _WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT * 2, break_long_words=False
        )
    ]
