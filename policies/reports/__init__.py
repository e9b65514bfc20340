"""Violations as people and tools read them: pure functions from violations to text."""

from collections.abc import Callable, Sequence

from rules.rule import Violation

from reports import json_report, markdown, sarif, table

FORMATS: dict[str, Callable[[Sequence[Violation]], str]] = {
    "table": table.report,
    "markdown": markdown.report,
    "sarif": sarif.report,
    "json": json_report.report,
}
"""A report by the name of its format."""
