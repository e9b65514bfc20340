"""`rewards earning-rules`: purchases that earn nothing."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
import typer

from contracts.earning_rates import (
    LIST_EARNING_RULES,
    SET_EARNING_RULES,
    EarningRules,
    ListEarningRules,
    MinimumAmount,
    SetEarningRules,
)
from ops.programme.history_table import print_changes
from pbckit.cli.client.capabilities import capabilities_of
from pbckit.cli.client.session import LOCAL_STACK
from pbckit.cli.errors import OperatorError
from pbckit.cli.output import AsJson, Stack, print_json, print_table
from pbckit.cli.requests import request_of

app = typer.Typer(no_args_is_help=True, help="Purchases that earn nothing: excluded categories and minimum amounts.")


@app.command("list")
def list_earning_rules(stack: Stack = LOCAL_STACK, as_json: AsJson = False) -> None:
    """All earning rules, with when they take effect and end."""
    answer = capabilities_of(stack).ask(LIST_EARNING_RULES, ListEarningRules())
    if as_json:
        print_json(answer)
    else:
        _print(answer.rules)


@app.command("set")
def set_earning_rules(
    effective_from: Annotated[str, typer.Option(help="RFC 3339 with an offset, for example 2026-06-01T00:00:00Z.")],
    exclude: Annotated[
        list[str] | None, typer.Option(help="Category that nothing pays, for example cash-like; may be given again.")
    ] = None,
    minimum: Annotated[
        list[str] | None,
        typer.Option(help="Smallest amount that earns, in minor units: gold=500 is 5.00 EUR; may be given again."),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Correct the rules that begin at the same instant.")
    ] = False,
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Let other purchases earn nothing from an instant on. The rules replace those before; what is not named earns."""
    request = request_of(
        SetEarningRules,
        effective_from=effective_from,
        excluded_categories=exclude or [],
        minimums=[_minimum(text) for text in minimum or []],
        replace=replace,
    )
    answer = capabilities_of(stack).ask(SET_EARNING_RULES, request)
    if as_json:
        print_json(answer)
    else:
        _print([answer])


@app.command()
def history(stack: Stack = LOCAL_STACK, as_json: AsJson = False) -> None:
    """Every change of the earning rules: who made it, when, and what it changed."""
    answer = capabilities_of(stack).ask(LIST_EARNING_RULES, ListEarningRules())
    if as_json:
        print_json(answer)
    else:
        changes = [(_readable(one.before) if one.before else None, _readable(one.after)) for one in answer.changes]
        print_changes("Earning rules", changes)


class ReadableRules(msgspec.Struct, frozen=True, kw_only=True):
    """Earning rules as a person reads them."""

    excluded_categories: str
    minimums: str
    effective_from: str
    changed_by: str
    changed_at: object


def _minimum(text: str) -> dict[str, object]:
    card_product, _, amount = text.partition("=")
    if not (card_product and amount.isascii() and amount.isdecimal()):
        raise OperatorError(f"--minimum {text!r}: allowed: a card product, = and minor units, for example gold=500")
    return {"card_product": card_product, "minor_units": int(amount)}


def _readable(rules: EarningRules) -> ReadableRules:
    return ReadableRules(
        excluded_categories=", ".join(rules.excluded_categories) or "none",
        minimums=_written(rules.minimums),
        effective_from=f"{rules.effective_from:%Y-%m-%d %H:%M}",
        changed_by=rules.changed_by,
        changed_at=rules.changed_at,
    )


def _written(minimums: Sequence[MinimumAmount]) -> str:
    return ", ".join(f"{one.card_product}={one.minor_units}" for one in minimums) or "none"


def _print(rules: Sequence[EarningRules]) -> None:
    print_table(
        "Earning rules",
        ["excluded categories", "minimums (minor units)", "from", "until", "changed by"],
        [
            (
                ", ".join(one.excluded_categories) or "none",
                _written(one.minimums),
                f"{one.effective_from:%Y-%m-%d %H:%M}",
                f"{one.effective_to:%Y-%m-%d %H:%M}" if one.effective_to else "",
                one.changed_by,
            )
            for one in rules
        ],
    )
