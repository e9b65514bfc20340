"""A member's purchases by the time at which the ledger booked them, newest first, a page at a time."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from contracts.points_ledger import MOST_LINES, STATEMENT, GetStatement, StatementLine
from pbckit.cli.client.capabilities import CapabilityClient
from pbckit.cli.reports.markup import Link
from pbckit.cli.requests import request_of

PAGE = 50
"""Purchases of a page, at least, as long as there are so many."""
_LINES = 200
_ASKED = 10
"""Pages of the ledger that are looked through for a page of purchases: a member may have other lines in between."""
_EARNED = "earned"
"""Kind of a line whose id is that of the purchase."""
COLUMNS = ("purchase", "at", "booked", "points", "text", "traced")


class Purchases(NamedTuple):
    """A page of a member's purchases."""

    lines: Sequence[StatementLine]
    before: int | None
    """Where the next page begins; None after the last one."""


def purchases(capabilities: CapabilityClient, member_id: str, before: int | None) -> Purchases:
    """The newest purchases below a sequence.

    Raises:
        Refused: the ledger does not know the member.
        OperatorError: that is no id, or the ledger cannot be asked.
    """
    found: list[StatementLine] = []
    for _ in range(_ASKED):
        request = request_of(GetStatement, member_id=member_id, limit=_LINES, before=before)
        page = capabilities.ask(STATEMENT, request)
        found += [line for line in page.lines if line.kind == _EARNED]
        before = page.next
        if before is None or len(found) >= PAGE:
            break
    return Purchases(found, before)


def sequence_at(capabilities: CapabilityClient, member_id: str, until: datetime) -> int | None:
    """The sequence below which all lines were booked before an instant: found by halving, as lines are in that order.

    Returns:
        None where nothing was booked before it.

    Raises:
        Refused: the ledger does not know the member.
    """
    newest = _line(capabilities, member_id, None)
    if newest is None:
        return None
    if booked(newest) < until:
        return min(newest.sequence + 1, MOST_LINES)
    low, high = 1, newest.sequence
    while low < high:
        middle = (low + high) // 2
        line = _line(capabilities, member_id, middle + 1)
        if line is not None and booked(line) < until:
            low = middle + 1
        else:
            high = middle
    return low if low > 1 else None


def booked(line: StatementLine) -> datetime:
    """When the ledger booked it; of lines from before it noted that, when it happened."""
    return line.booked_at or line.posted_at


def row(line: StatementLine) -> Sequence[object]:
    """A purchase under the headings of `COLUMNS`."""
    at, at_ledger = (f"{one:%Y-%m-%d %H:%M:%S}" for one in (line.posted_at, booked(line)))
    way = Link("way", f"/trace?id={line.posting_id}")
    return [line.posting_id, at, at_ledger, line.points, line.text, way]


def _line(capabilities: CapabilityClient, member_id: str, before: int | None) -> StatementLine | None:
    """The newest line below a sequence."""
    request = request_of(GetStatement, member_id=member_id, limit=1, before=before)
    return next(iter(capabilities.ask(STATEMENT, request).lines), None)
