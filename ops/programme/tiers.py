"""`rewards tiers`: names of tiers, with how many points each takes."""

from collections.abc import Sequence
from typing import Annotated

import typer

from contracts.tiers import (
    LIST_TIERS,
    SET_TIERS,
    TIERS_HISTORY,
    GetTiersHistory,
    ListTiers,
    SetTiers,
    TierSet,
)
from pbckit.cli.client.capabilities import capabilities_of
from pbckit.cli.client.session import LOCAL_STACK
from pbckit.cli.errors import OperatorError
from pbckit.cli.output import AsJson, Stack, print_json, print_table
from pbckit.cli.requests import request_of

app = typer.Typer(no_args_is_help=True, help="Tiers of members, by qualifying points.")


@app.command("list")
def list_tiers(stack: Stack = LOCAL_STACK, as_json: AsJson = False) -> None:
    """All sets of tiers, with when they take effect and end."""
    answer = capabilities_of(stack).ask(LIST_TIERS, ListTiers())
    if as_json:
        print_json(answer)
    else:
        _print("Tiers", answer.sets)


@app.command("set")
def set_tiers(
    tiers: Annotated[list[str], typer.Argument(help="NAME=POINTS for each, for example bronze=0 silver=1000.")],
    effective_from: Annotated[str, typer.Option(help="RFC 3339 with an offset, for example 2026-06-01T00:00:00Z.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Correct the tiers that begin at the same instant.")
    ] = False,
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Let tiers take effect from an instant on, in the place of all tiers before."""
    request = request_of(SetTiers, effective_from=effective_from, tiers=[_tier(one) for one in tiers], replace=replace)
    answer = capabilities_of(stack).ask(SET_TIERS, request)
    if as_json:
        print_json(answer)
    else:
        _print("Tiers", [answer])


@app.command()
def history(stack: Stack = LOCAL_STACK, as_json: AsJson = False) -> None:
    """Every change of the tiers: who made it, when, and what it changed."""
    answer = capabilities_of(stack).ask(TIERS_HISTORY, GetTiersHistory())
    if as_json:
        print_json(answer)
        return
    rows = [
        (
            f"{change.after.changed_at:%Y-%m-%d %H:%M}",
            change.after.changed_by,
            f"{change.after.effective_from:%Y-%m-%d %H:%M}",
            _written(change.before) if change.before else "none",
            _written(change.after),
        )
        for change in answer.changes
    ]
    print_table("Tiers", ["changed at", "changed by", "from", "before", "after"], rows)


def _tier(given: str) -> dict[str, object]:
    name, separator, points = given.partition("=")
    if not separator or not points.isdecimal():
        raise OperatorError(f"{given!r} is no tier; allowed: NAME=POINTS with whole points, for example silver=1000")
    return {"name": name, "threshold_points": int(points)}


def _print(title: str, sets: Sequence[TierSet]) -> None:
    rows = [
        (
            f"{one.effective_from:%Y-%m-%d %H:%M}",
            f"{one.effective_to:%Y-%m-%d %H:%M}" if one.effective_to else "",
            _written(one),
            one.changed_by,
        )
        for one in sets
    ]
    print_table(title, ["from", "until", "tiers", "changed by"], rows)


def _written(one: TierSet) -> str:
    return ", ".join(f"{tier.name} from {tier.threshold_points}" for tier in one.tiers)
