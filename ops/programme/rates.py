"""`rewards rates`: points for a unit of currency."""

from datetime import datetime
from typing import Annotated

import typer

from contracts.earning_rates import (
    LIST_RATES,
    RATE_HISTORY,
    SET_RATE,
    GetRateHistory,
    ListRates,
    RateVersion,
    SetRate,
)
from ops.programme.history_table import print_changes
from pbckit.cli.client.capabilities import capabilities_of
from pbckit.cli.client.session import LOCAL_STACK
from pbckit.cli.output import AsJson, Stack, print_json, print_table
from pbckit.cli.requests import request_of

app = typer.Typer(no_args_is_help=True, help="Points for a unit of currency, by card product and category.")


@app.command("list")
def list_rates(
    card_product: Annotated[str | None, typer.Option(help="Only of this card product.")] = None,
    category: Annotated[str | None, typer.Option(help="Only of this category; * is the rate for all others.")] = None,
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """All rates, with when they take effect and end."""
    request = request_of(ListRates, card_product=card_product, category=category)
    answer = capabilities_of(stack).ask(LIST_RATES, request)
    if as_json:
        print_json(answer)
    else:
        _print(answer.rates)


@app.command("set")
def set_rate(
    card_product: Annotated[str, typer.Argument(help="For example gold.")],
    category: Annotated[str, typer.Argument(help="For example restaurants; * for all others.")],
    points_per_unit: Annotated[str, typer.Argument(help='A decimal such as "2" or "1.5".')],
    effective_from: Annotated[str, typer.Option(help="RFC 3339 with an offset, for example 2026-06-01T00:00:00Z.")],
    points_per_purchase: Annotated[int | None, typer.Option(help="The most base points for one purchase.")] = None,
    points_per_member_month: Annotated[
        int | None, typer.Option(help="The most base points for one member in a calendar month (UTC).")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Correct the rate that begins at the same instant.")
    ] = False,
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Let a rate take effect from an instant on."""
    request = request_of(
        SetRate,
        card_product=card_product,
        category=category,
        points_per_unit=points_per_unit,
        effective_from=effective_from,
        points_per_purchase=points_per_purchase,
        points_per_member_month=points_per_member_month,
        replace=replace,
    )
    answer = capabilities_of(stack).ask(SET_RATE, request)
    if as_json:
        print_json(answer)
    else:
        _print([answer])


@app.command()
def history(
    card_product: Annotated[str, typer.Argument(help="For example gold.")],
    category: Annotated[str, typer.Argument(help="For example fuel; * is the rate for all others.")],
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Every change of a card product's rates for a category: who made it, when, and what it changed."""
    request = request_of(GetRateHistory, card_product=card_product, category=category)
    answer = capabilities_of(stack).ask(RATE_HISTORY, request)
    if as_json:
        print_json(answer)
    else:
        print_changes(f"{card_product} at {category}", [(change.before, change.after) for change in answer.changes])


def _print(rates: list[RateVersion]) -> None:
    def day(instant: datetime | None) -> str:
        return f"{instant:%Y-%m-%d %H:%M}" if instant else ""

    print_table(
        "Rates",
        ["card product", "category", "points", "from", "until", "changed by"],
        [
            (
                rate.card_product,
                rate.category,
                rate.points_per_unit,
                day(rate.effective_from),
                day(rate.effective_to),
                rate.changed_by,
            )
            for rate in rates
        ],
    )
