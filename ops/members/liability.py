"""`rewards ledger liability`: what the programme owes its members, by month of expiry."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Annotated

import iso4217
import msgspec
import typer

from contracts.points_ledger import BALANCE, FORECAST, Balance, Forecast, GetBalance, GetForecast
from ops.members.exports import Cell, as_csv, as_page, require_one_output
from ops.members.ledger_reads import every_member, total
from ops.repository import ROOT
from pbckit.cli.client.capabilities import CapabilityClient, capabilities_of
from pbckit.cli.client.session import LOCAL_STACK
from pbckit.cli.errors import DifferencesFound, OperatorError
from pbckit.cli.output import AsJson, Stack, out, print_json, print_table, progress
from pbckit.sandbox.stack_config import InvalidStack, read_stack

_ATTEMPTS = 5
_MOST_PERCENT = 100
_MEMBER_ACCOUNTS = ("members", "held")
"""The accounts whose balances are members' points."""
NEVER, HELD = "never", "held"


@dataclass(frozen=True, kw_only=True)
class Valuation:
    """What a point is worth, and how many are expected never to be spent."""

    point_value: Decimal
    """In major units of the currency."""
    currency: str
    breakage_percent: Decimal

    def value(self, points: int) -> Decimal:
        """The value of points, in major units, rounded half up to the currency's smallest unit."""
        return self._rounded(points * self.point_value)

    def expected(self, points: int) -> Decimal:
        """The value of the points that are expected to be spent, rounded the same way."""
        return self._rounded(points * self.point_value * (1 - self.breakage_percent / _MOST_PERCENT))

    def _rounded(self, amount: Decimal) -> Decimal:
        exponent = iso4217.Currency(self.currency).exponent or 0
        return amount.quantize(Decimal(1).scaleb(-exponent), ROUND_HALF_UP)


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """The points that can be spent until one instant."""

    gone_from: str
    """The day (UTC) from which on they cannot be spent; `never`; or `held`, for points on hold, which do not expire."""
    points: int
    value: str
    liability: str
    """Their value less expected breakage. Held points are about to be spent: nothing is taken off."""


class Liability(msgspec.Struct, frozen=True, kw_only=True):
    """What is owed to members. Amounts are in major units."""

    as_of: datetime
    members: int
    currency: str
    point_value: str
    breakage_percent: str
    parts: list[Part]
    points: int
    """The sum of all parts, which is the sum of all balances."""
    value: str
    liability: str
    debt_points: int
    """What members owe. It is not taken off."""
    due_points: int
    """Points that expired, or repaid a debt when a hold ended, and are not booked as such yet: they are in no part."""


def liability(
    point_value: Annotated[
        str | None, typer.Option(help="What a point is worth, in major units; `rewards:pointValue` without it.")
    ] = None,
    currency: Annotated[str | None, typer.Option(help="`rewards:pointCurrency` without it.")] = None,
    breakage: Annotated[
        str | None,
        typer.Option(
            help="Percent of points expected never to be spent; `rewards:expectedBreakagePercent` without it."
        ),
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page to print into this file.")] = None,
    as_csv_: Annotated[bool, typer.Option("--csv", help="Print CSV, for spreadsheets.")] = False,
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Points outstanding by month of expiry, and what they are worth. What is due counts, booked or not."""
    require_one_output(as_json=as_json, as_csv=as_csv_)
    valuation = valuation_of(stack, point_value, currency, breakage)
    capabilities = capabilities_of(stack)
    members = list(every_member(capabilities))
    with progress() as bar:
        task = bar.add_task("members", total=len(members))
        found = liability_of(capabilities, members, valuation, lambda: bar.advance(task))
    if html is not None:
        html.write_text(_page(stack, found), encoding="utf-8")
    _print(stack, found, as_json=as_json, as_csv_=as_csv_)


def liability_of(
    capabilities: CapabilityClient, members: Iterable[str], valuation: Valuation, on_member: Callable[[], None]
) -> Liability:
    """What is owed to some members, all of whom the ledger has.

    Raises:
        DifferencesFound: the parts are not the balances.
    """
    points: Counter[str] = Counter()
    balances: list[Balance] = []
    for member_id in members:
        balance, forecast = _at_one_time(capabilities, member_id)
        for one in forecast.expiring:
            points[f"{one.expires_at:%Y-%m-%d}"] += one.points
        points[NEVER] += forecast.lasting_points
        points[HELD] += balance.held_points
        balances.append(balance)
        on_member()
    outstanding = sum(balance.balance_points for balance in balances)
    if points.total() != outstanding:
        raise DifferencesFound(f"{points.total()} points by expiry and {outstanding} points in balances")
    parts = [_part(gone_from, points[gone_from], valuation) for gone_from in sorted(points) if points[gone_from]]
    booked = sum(
        one.credits_points - one.debits_points for one in total(capabilities) if one.account in _MEMBER_ACCOUNTS
    )
    return Liability(
        as_of=datetime.now(UTC),
        members=len(balances),
        currency=valuation.currency,
        point_value=str(valuation.point_value),
        breakage_percent=str(valuation.breakage_percent),
        parts=parts,
        points=outstanding,
        value=_sum(part.value for part in parts),
        liability=_sum(part.liability for part in parts),
        debt_points=sum(balance.debt_points for balance in balances),
        due_points=booked - outstanding,
    )


def valuation_of(stack: str, point_value: str | None, currency: str | None, breakage: str | None) -> Valuation:
    """What the options say or, without them, the stack's configuration.

    Raises:
        OperatorError: a value is missing or wrong; names it and what is allowed.
    """
    value = _decimal("point value", point_value or _configured(stack, "pointValue"), None)
    percent = _decimal("breakage", breakage or _configured(stack, "expectedBreakagePercent"), _MOST_PERCENT)
    code = currency or _configured(stack, "pointCurrency")
    try:
        iso4217.Currency(code)
    except ValueError as error:
        raise OperatorError(f"currency {code!r}: not in ISO 4217; allowed are codes such as EUR") from error
    return Valuation(point_value=value, currency=code, breakage_percent=percent)


def _configured(stack: str, key: str) -> str:
    try:
        return read_stack(ROOT, stack).own(key)
    except InvalidStack as error:
        raise OperatorError(f"{error}; set it, or give the option") from error


def _decimal(what: str, text: str, most: int | None) -> Decimal:
    whole, _, fraction = text.partition(".")
    plain = whole.isascii() and whole.isdigit() and (not fraction or (fraction.isascii() and fraction.isdigit()))
    if not plain or len(text) > 12 or (most is not None and Decimal(text) > most):  # noqa: PLR2004 any value that is meant
        allowed = "a decimal such as 0.005" if most is None else f"a decimal from 0 to {most}"
        raise OperatorError(f"{what} {text!r}: not allowed; allowed is {allowed}")
    return Decimal(text)


def _at_one_time(capabilities: CapabilityClient, member_id: str) -> tuple[Balance, Forecast]:
    """A balance and a forecast that agree: a posting may come between two questions."""
    for _ in range(_ATTEMPTS):
        balance = capabilities.ask(BALANCE, GetBalance(member_id=member_id))
        forecast = capabilities.ask(FORECAST, GetForecast(member_id=member_id))
        if balance.spendable_points == sum(one.points for one in forecast.expiring) + forecast.lasting_points:
            return balance, forecast
    raise DifferencesFound(f"{member_id}: balance and forecast differ, however often they are asked for")


def _part(gone_from: str, points: int, valuation: Valuation) -> Part:
    value = valuation.value(points)
    return Part(
        gone_from=gone_from,
        points=points,
        value=str(value),
        liability=str(value if gone_from == HELD else valuation.expected(points)),
    )


def _sum(amounts: Iterable[str]) -> str:
    return str(sum(map(Decimal, amounts), Decimal(0)))


_COLUMNS = ("gone from", "points", "value", "liability")


def _rows(found: Liability) -> list[tuple[Cell, ...]]:
    return [(part.gone_from, part.points, part.value, part.liability) for part in found.parts]


def _print(stack: str, found: Liability, *, as_json: bool, as_csv_: bool) -> None:
    total_row = ("sum", found.points, found.value, found.liability)
    if as_json:
        print_json(found)
    elif as_csv_:
        typer.echo(as_csv((*_COLUMNS, "currency"), [(*row, found.currency) for row in _rows(found)]), nl=False)
    else:
        print_table(
            f"{stack}: {found.members} members, amounts in {found.currency}", _COLUMNS, [*_rows(found), total_row]
        )
        for note in _notes(found):
            out.print(note, soft_wrap=True)


def _notes(found: Liability) -> list[str]:
    worth = f"A point is worth {found.point_value} {found.currency}"
    return [
        f"{worth}; {found.breakage_percent} % of the points that are not held are expected never to be spent.",
        f"Members owe {found.debt_points} points, which are not taken off.",
        f"{found.due_points} points expired, or repaid a debt, and are not booked as such yet: they are in no row.",
    ]


def _page(stack: str, found: Liability) -> str:
    when = f"As of {found.as_of:%Y-%m-%d %H:%M} UTC; {found.members} members; amounts in {found.currency}."
    total_row = ("sum", found.points, found.value, found.liability)
    return as_page(f"Points outstanding: {stack}", [when, *_notes(found)], _COLUMNS, _rows(found), total_row)
