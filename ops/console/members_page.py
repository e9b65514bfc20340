"""The page `Members`: what a member has, since when, until when, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nicegui import ui

from contracts.points_calculation import EXPLAIN, Calculation, Explain
from contracts.points_ledger import (
    BALANCE,
    FORECAST,
    PENDING,
    STATEMENT,
    Balance,
    Forecast,
    GetBalance,
    GetForecast,
    GetPending,
    GetStatement,
    PendingPurchases,
    Statement,
    StatementLine,
)
from ops.members import pending
from ops.members.statement import COLUMNS, EXPIRY_COLUMNS, expiry_rows, row, summary
from pbckit.cli.client.capabilities import LambdaCapabilities
from pbckit.cli.client.session import Session
from pbckit.cli.reports.markup import Link, table
from pbckit.cli.requests import request_of
from pbckit.console.controls import answered, button
from pbckit.console.pages import Console

_LINES = 200
"""Postings that are shown at first, and that are added at a time."""
_EARNED = "earned"
"""Kind of a posting whose id is that of the purchase."""
_GREY, _BLUE = "#8a94a0", "#3b82d0"
"""Of axes and of the line: seen on light and on dark ground."""


@dataclass(frozen=True, kw_only=True)
class Member:
    """What the ledger answers about a member."""

    balance: Balance
    forecast: Forecast
    statement: Statement
    pending: PendingPurchases


def show(console: Console, wanted: Mapping[str, str]) -> None:
    """Build the page.

    Args:
        console: what the page works with.
        wanted: `id` of a member and `purchase` may be given; with a purchase, what it earned is explained.
    """
    _Members(console, wanted)


class _Members:
    """A question for a member, and what the ledger answers."""

    def __init__(self, console: Console, wanted: Mapping[str, str]) -> None:
        self._connection = console.connection
        self._lines: list[StatementLine] = []
        self._next: int | None = None
        self._forecast: Forecast | None = None
        with ui.row().classes("form"):
            self._id = ui.input("Member", value=wanted.get("id", "")).on("keydown.enter", self._find)
            button("Show", self._find, main=True)
        self._message = ui.label().props("role=status")
        self._explained = ui.html(sanitize=False)
        self._chart = ui.echart({}).classes("chart").props('role=img aria-label="Balance over time, as in the table"')
        self._chart.set_visibility(False)
        self._pending = ui.html(sanitize=False)
        self._tables = ui.html(sanitize=False)
        self._older = button("Older", self._load_older)
        self._older.set_visibility(False)
        if wanted.get("id"):
            ui.timer(0, self._find, once=True)
        if wanted.get("purchase"):
            ui.timer(0, lambda: self._explain(wanted["purchase"]), once=True)

    async def _find(self) -> None:
        self._message.set_text("looking …")
        member_id = (self._id.value or "").strip()
        found = await answered(self._connection, lambda session: read(session, member_id), self._message)
        if found is None:
            return
        self._message.set_text(summary(found.balance))
        self._lines, self._next = list(found.statement.lines), found.statement.next
        self._pending.set_content(pending_table(found.pending))
        self._draw(found.forecast)

    async def _load_older(self) -> None:
        if self._forecast is None:
            return
        forecast, before = self._forecast, self._next
        page = await answered(
            self._connection, lambda session: _statement(session, forecast.member_id, before), self._message
        )
        if page is None:
            return
        self._lines, self._next = [*self._lines, *page.lines], page.next
        self._draw(forecast)

    async def _explain(self, purchase_id: str) -> None:
        found = await answered(self._connection, lambda session: _calculation(session, purchase_id), self._message)
        if found is not None:
            self._explained.set_content(explanation(found))

    def _draw(self, forecast: Forecast) -> None:
        self._forecast = forecast
        self._chart.options.clear()
        self._chart.options.update(balance_chart(self._lines))
        self._chart.update()
        self._chart.set_visibility(bool(self._lines))
        rows = [(*row(line), *_links(forecast.member_id, line)) for line in self._lines]
        self._tables.set_content(
            table("Points that expire", EXPIRY_COLUMNS, expiry_rows(forecast))
            + table("Statement", [*COLUMNS, "explained", "traced"], rows)
        )
        self._older.set_visibility(self._next is not None)


def read(session: Session, member_id: str) -> Member:
    """Everything about a member, with the newest postings.

    Raises:
        Refused: the ledger does not know the member.
        OperatorError: that is no id, or the ledger cannot be asked.
    """
    capabilities = LambdaCapabilities(session)
    return Member(
        balance=capabilities.ask(BALANCE, request_of(GetBalance, member_id=member_id)),
        forecast=capabilities.ask(FORECAST, request_of(GetForecast, member_id=member_id)),
        statement=_statement(session, member_id, None),
        pending=capabilities.ask(PENDING, request_of(GetPending, member_id=member_id)),
    )


def _statement(session: Session, member_id: str, before: int | None) -> Statement:
    request = request_of(GetStatement, member_id=member_id, limit=_LINES, before=before)
    return LambdaCapabilities(session).ask(STATEMENT, request)


def _calculation(session: Session, purchase_id: str) -> Calculation:
    return LambdaCapabilities(session).ask(EXPLAIN, request_of(Explain, purchase_id=purchase_id))


def _links(member_id: str, line: StatementLine) -> Sequence[Link | str]:
    if line.kind != _EARNED:
        return ["", ""]
    purchase = line.posting_id
    return [Link("why", f"/members?id={member_id}&purchase={purchase}"), Link("way", f"/trace?id={purchase}")]


def pending_table(found: PendingPurchases) -> str:
    """Purchases that are authorised and not posted, as `rewards member pending`; nothing where there are none."""
    return table(pending.title(found), pending.COLUMNS, pending.rows(found.purchases)) if found.purchases else ""


def explanation(found: Calculation) -> str:
    """What a purchase earned, line by line, and its adjustments, as `rewards purchase explain`."""
    caption = f"{found.purchase_id} of {found.member_id}: {found.points} points at {found.category}"
    adjusted = [(f"{one.text}, {one.adjusted_at:%Y-%m-%d %H:%M}", one.points) for one in found.adjustments]
    return table(caption, ["why", "points"], [*((line.text, line.points) for line in found.lines), *adjusted])


def balance_chart(lines: Sequence[StatementLine]) -> dict[str, Any]:
    """The balance after each posting by the time it was booked, as steps: options of ECharts."""
    points = sorted((_booked(line), line.sequence, line.balance_points) for line in lines)
    axis = {"axisLine": {"lineStyle": {"color": _GREY}}, "axisLabel": {"color": _GREY, "hideOverlap": True}}
    grid = {"lineStyle": {"color": _GREY, "opacity": 0.3}}
    return {
        "animation": False,
        "tooltip": {"trigger": "axis"},
        "grid": {"left": 70, "right": 30, "top": 34, "bottom": 40},
        "xAxis": {"type": "time", **axis},
        "yAxis": {"type": "value", "name": "points", "nameTextStyle": {"color": _GREY}, "splitLine": grid, **axis},
        "series": [
            {
                "type": "line",
                "step": "end",
                "name": "balance",
                "color": _BLUE,
                "data": [[at.isoformat(), balance] for at, _, balance in points],
            }
        ],
    }


def _booked(line: StatementLine) -> datetime:
    return line.booked_at or line.posted_at
