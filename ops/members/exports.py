"""Tables as files: CSV for spreadsheets, and HTML pages to print that need no other file."""

import csv
import io
from collections.abc import Sequence
from html import escape

from pbckit.cli.errors import OperatorError
from pbckit.cli.reports.style import document

Cell = str | int | None

_STYLE = """
table { width: 100%; } td.number, th.number { white-space: nowrap; }
tr.sum td { font-weight: 600; border-top: 2px solid var(--text); }
@media print { @page { margin: 15mm; } body { font-size: 10pt; } thead { display: table-header-group; }
  tr { break-inside: avoid; } }
"""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection)."""


def as_csv(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """A table as CSV (RFC 4180). Texts that a spreadsheet would run as a formula begin with an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return text.getvalue()


def as_page(
    title: str, notes: Sequence[str], columns: Sequence[str], rows: Sequence[Sequence[Cell]], total: Sequence[Cell] = ()
) -> str:
    """A table as a page. Columns of whole numbers and amounts are aligned to the right; `total` is the last row."""
    right = [all(_is_number(row[column]) for row in rows) for column in range(len(columns))]
    head = "".join(f'<th scope="col"{_class(right[number])}>{escape(name)}</th>' for number, name in enumerate(columns))
    body = "\n".join(_row(row, right) for row in rows)
    last = _row(total, right, "sum") if total else ""
    content = f"""{"".join(f"<p>{escape(note)}</p>" for note in notes)}
<div class="wide" tabindex="0" role="region" aria-label="{escape(title)}">
<table><thead><tr>{head}</tr></thead>
<tbody>
{body}
{last}</tbody></table></div>
"""
    return document(title, content, _STYLE)


def require_one_output(*, as_json: bool, as_csv: bool) -> None:
    """Refuse two formats for one standard output.

    Raises:
        OperatorError: both are asked for.
    """
    if as_json and as_csv:
        raise OperatorError("--json and --csv: give one of them")


def _row(row: Sequence[Cell], right: Sequence[bool], kind: str = "") -> str:
    cells = "".join(
        f"<td{_class(right[number])}>{escape('' if cell is None else str(cell))}</td>"
        for number, cell in enumerate(row)
    )
    return f'<tr class="{kind}">{cells}</tr>' if kind else f"<tr>{cells}</tr>"


def _class(right: bool) -> str:  # noqa: FBT001 a column's alignment
    return ' class="number"' if right else ""


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, int) or (cell or "").replace(".", "", 1).lstrip("-").isdigit()


def _plain(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) and not _is_number(cell) else cell
