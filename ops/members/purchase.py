"""`rewards purchase`: one purchase."""

from typing import Annotated

import typer

from contracts.points_calculation import EXPLAIN, Explain
from pbckit.cli.client.capabilities import capabilities_of
from pbckit.cli.client.session import LOCAL_STACK
from pbckit.cli.output import AsJson, Stack, out, print_json, print_table
from pbckit.cli.requests import request_of

app = typer.Typer(no_args_is_help=True, help="One purchase.")


@app.callback()
def group() -> None:
    """One purchase."""


@app.command()
def explain(
    purchase_id: Annotated[str, typer.Argument(help="The purchase's id.")],
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """What a purchase earned, line by line, and which lookups fell back."""
    answer = capabilities_of(stack).ask(EXPLAIN, request_of(Explain, purchase_id=purchase_id))
    if as_json:
        print_json(answer)
        return
    print_table(
        f"{answer.purchase_id} of {answer.member_id}: {answer.points} points at {answer.category}",
        ["why", "points"],
        [(line.text, line.points) for line in answer.lines],
    )
    if answer.adjustments:
        print_table(
            f"adjustments; {answer.net_points} points are left",
            ["when", "why", "points"],
            [(f"{one.adjusted_at:%Y-%m-%d %H:%M}", one.text, one.points) for one in answer.adjustments],
        )
    if answer.fallbacks:
        out.print(f"answered by fallback: {', '.join(answer.fallbacks)}")
