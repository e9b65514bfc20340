"""`rewards member`: what members have."""

from collections.abc import Iterator
from typing import Annotated

import typer

from contracts.points_ledger import BALANCE, FORECAST, STATEMENT, Balance, GetBalance, GetForecast, GetStatement
from ops.members import purchase
from pbckit.cli.client.capabilities import capabilities_of
from pbckit.cli.client.session import LOCAL_STACK
from pbckit.cli.output import AsJson, Stack, out, print_json, print_table
from pbckit.cli.requests import request_of

MemberId = Annotated[str, typer.Argument(help="The member's id.")]

_AT = (
    "At an instant (RFC 3339) instead of now: by what was booked until then; of a time to come, what will be left if "
    "nothing more is booked."
)

app = typer.Typer(no_args_is_help=True, help="What members have.")


@app.command()
def balance(
    member_id: MemberId,
    at: Annotated[str | None, typer.Option(help=_AT)] = None,
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """A member's points: what can be spent, what is held, and what is owed."""
    answer = capabilities_of(stack).ask(BALANCE, request_of(GetBalance, member_id=member_id, at=at))
    if as_json:
        print_json(answer)
    else:
        besides = "".join(_besides(answer))
        out.print(f"{answer.member_id}: {answer.balance_points} points after {answer.version} postings{besides}")


def _besides(answer: Balance) -> Iterator[str]:
    if answer.held_points:
        yield f", {answer.held_points} of them held"
    if answer.debt_points:
        yield f"; owes {answer.debt_points}"


@app.command()
def forecast(member_id: MemberId, stack: Stack = LOCAL_STACK, as_json: AsJson = False) -> None:
    """When a member's points expire, by month, if nothing is spent."""
    answer = capabilities_of(stack).ask(FORECAST, request_of(GetForecast, member_id=member_id))
    if as_json:
        print_json(answer)
        return
    rows = [(f"{one.expires_at:%Y-%m-%d}", one.points) for one in answer.expiring]
    print_table(member_id, ["gone from", "points"], [*rows, ("never", answer.lasting_points)])


@app.command()
def statement(
    member_id: MemberId,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many postings at most.")] = 50,
    before: Annotated[int | None, typer.Option(min=1, help="Only postings with a number below it.")] = None,
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """A member's postings, newest first, with the balance after each."""
    request = request_of(GetStatement, member_id=member_id, limit=limit, before=before)
    answer = capabilities_of(stack).ask(STATEMENT, request)
    if as_json:
        print_json(answer)
        return
    print_table(
        f"{answer.member_id}: {answer.balance_points} points",
        ["number", "posted at", "posting", "points", "balance points", "why"],
        [
            (
                line.sequence,
                f"{line.posted_at:%Y-%m-%d %H:%M}",
                line.posting_id,
                line.points,
                line.balance_points,
                line.text,
            )
            for line in answer.lines
        ],
    )
    if answer.next is not None:
        out.print(f"older: --before {answer.next}")


app.command("explain")(purchase.explain)
