"""Verdicts as people and tools read them: pure functions from a verdict to text."""

from collections.abc import Callable

from pbc_isolation.reports import json_report, markdown, sarif, table
from pbc_isolation.result import Verdict

FORMATS: dict[str, Callable[[Verdict], str]] = {
    "table": table.report,
    "markdown": markdown.report,
    "sarif": sarif.report,
    "json": json_report.report,
}
"""A report by the name of its format."""
