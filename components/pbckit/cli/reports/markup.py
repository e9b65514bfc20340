"""HTML of tables, in which all text is escaped, and numbers of things."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple


class Link(NamedTuple):
    """A cell that leads elsewhere on the console."""

    text: str
    href: str


class Folded(NamedTuple):
    """A cell with a text that is shown when it is opened."""

    title: str
    text: str


def table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table with a caption. The first cell of a row names it; a column of numbers is aligned to the right."""
    shown = [list(row) for row in rows]
    if not shown:
        return f'<p class="caption">{escape(caption)}: none</p>'
    numbers = {
        column
        for column in range(len(columns))
        if all(isinstance(row[column], int) or row[column] == "" for row in shown)
    }
    head = "".join(
        f'<th scope="col"{_aligned(place in numbers)}>{escape(name)}</th>' for place, name in enumerate(columns)
    )
    body = "".join(f"<tr>{_cells(row, numbers)}</tr>" for row in shown)
    # It scrolls by itself where it is too wide, and keys can scroll it.
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def counted(count: int, what: str) -> str:
    """A number of something: `1 letter`, `1,000 letters`."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _cells(row: Sequence[object], numbers: set[int]) -> str:
    first, *others = map(_content, row)
    return f'<th scope="row">{first}</th>' + "".join(
        f"<td{_aligned(place in numbers)}>{cell}</td>" for place, cell in enumerate(others, start=1)
    )


def _aligned(number: bool) -> str:  # noqa: FBT001 it is the only question
    return ' class="number"' if number else ""


def _content(cell: object) -> str:
    if isinstance(cell, Link):
        return f'<a href="{escape(cell.href)}">{escape(cell.text)}</a>'
    if isinstance(cell, Folded):
        return (
            f'<details class="folded"><summary>{escape(cell.title)}</summary>'
            f'<div class="body" tabindex="0" role="region" aria-label="{escape(cell.title)}">{escape(cell.text)}</div>'
            "</details>"
        )
    return "" if cell is None else escape(str(cell))
