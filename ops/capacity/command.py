"""`rewards capacity`: what a load of purchases costs, and which quota it meets first."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from devtools.units.page import measured
from ops.capacity.bill import FILE, Line, bill, price_list, together
from ops.capacity.limits import Limit, limits, quotas, with_given
from ops.capacity.numbers import number
from ops.capacity.way import way
from ops.repository import ROOT
from pbckit.cli.errors import OperatorError
from pbckit.cli.output import AsJson, out, print_json, print_table
from pbckit.sandbox.program import capture
from pbckit.sandbox.stack_config import read_stack

_MONTH_SECONDS = 365 * 24 * 3600 / 12
_MILLION = 1_000_000
_MOST = 1_000_000
"""Purchases a second: all cards of the world make some 25,000."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the command prints for machines."""

    stack: str
    region: str
    purchases_per_second: float
    carried: bool
    """With the quotas and ceilings as they are."""
    carries: float
    """Purchases a second that are carried with them."""
    limits: Sequence[Limit]
    bill: Sequence[Line]
    usd_a_million: float
    usd_a_month: float
    prices_as_of: str


def capacity(
    purchases_per_second: Annotated[float, typer.Option(min=0.001, metavar="N", help="The load, day and night.")],
    stack: Annotated[str, typer.Option("--stack", help="The stack whose ceilings count.")] = "prod",
    region: Annotated[str | None, typer.Option(help="Whose quotas and prices; else the stack's region.")] = None,
    quota: Annotated[
        list[str] | None, typer.Option("--quota", help="A quota as the account has it: NAME=NUMBER. May be repeated.")
    ] = None,
    prices: Annotated[Path, typer.Option("--prices", show_default="ours", help="A price list of one's own.")] = FILE,
    as_json: AsJson = False,
) -> None:
    """What a load of purchases takes of AWS, what binds first, what to raise, and the bill.

    Exit code 1 where no quota that AWS raises carries the load.
    """
    if purchases_per_second > _MOST:
        raise OperatorError(
            f"{purchases_per_second:,.0f} purchases a second is more than all cards make; at most {_MOST:,}"
        )
    listed = price_list(prices)
    region = region or read_stack(ROOT, stack).value("aws:region")
    listed_there = listed.of(region)
    account = with_given(quotas(), _given(quota or []))
    the_way = way(capture(stack, preview=True, root=ROOT), measured())
    found = limits(the_way, region, account)
    lines = bill(the_way, listed_there)
    answer = Answer(
        stack=stack,
        region=region,
        purchases_per_second=purchases_per_second,
        carried=found[0].carries >= purchases_per_second,
        carries=found[0].carries,
        limits=found,
        bill=lines,
        usd_a_million=together(lines),
        usd_a_month=together(lines) * purchases_per_second * _MONTH_SECONDS / _MILLION,
        prices_as_of=listed.as_of.isoformat(),
    )
    if warning := listed.age_warning(datetime.now(UTC).date()):
        Console(stderr=True).print(warning, soft_wrap=True)
    if as_json:
        print_json(answer)
    else:
        _print(answer)
    if beyond := [limit for limit in found if limit.at_most is not None and limit.at_most < purchases_per_second]:
        names = "; ".join(f"{one.what} end at {number(one.at_most or 0)} purchases a second" for one in beyond)
        Console(stderr=True).print(f"No quota carries {number(purchases_per_second)} a second: {names}", soft_wrap=True)
        raise typer.Exit(1)


def _given(texts: Sequence[str]) -> dict[str, int]:
    given: dict[str, int] = {}
    for text in texts:
        name, _, value = text.partition("=")
        if not value.isascii() or not value.isdigit() or int(value) == 0:
            raise OperatorError(f"--quota {text!r}: write NAME=NUMBER, for example put-events=10000")
        given[name] = int(value)
    return given


def _print(answer: Answer) -> None:
    load = answer.purchases_per_second
    print_table(
        f"{number(load)} purchases a second on stack {answer.stack} in {answer.region}",
        ["takes", "allowed", "share", "carries a second", "what", "raised by"],
        [
            (
                number(one.takes * load),
                number(one.allowed),
                f"{load / one.carries:,.0%}",
                number(one.carries),
                one.what,
                one.raised,
            )
            for one in answer.limits
        ],
    )
    first = answer.limits[0]
    state = "carried" if answer.carried else "not carried as it is"
    out.print(f"{state}; {first.what} bind first, at {number(first.carries)} purchases a second", soft_wrap=True)
    print_table(
        f"USD by list prices as known on {answer.prices_as_of}",
        ["a million purchases", "a month", "each purchase", "service"],
        [
            (
                f"{line.usd_a_million:.2f}",
                _month(line.usd_a_million, load),
                f"{line.amount:.4g} {line.unit}",
                line.service,
            )
            for line in answer.bill
        ]
        + [(f"{answer.usd_a_million:.2f}", f"{answer.usd_a_month:,.0f}", "", "together")],
    )


def _month(usd_a_million: float, load: float) -> str:
    return f"{usd_a_million * load * _MONTH_SECONDS / _MILLION:,.0f}"
