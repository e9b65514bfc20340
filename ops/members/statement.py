"""`rewards member`: what members have."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from contracts.points_ledger import (
    BALANCE,
    FORECAST,
    STATEMENT,
    Balance,
    Forecast,
    GetBalance,
    GetForecast,
    GetStatement,
    Statement,
    StatementLine,
)
from ops.members import bonuses, erasing, member_export, membership, merging, pending, purchase, spending, tier
from ops.members.exports import Cell, as_csv, as_page, require_one_output
from ops.members.ledger_reads import PAGE
from pbckit.cli.client.capabilities import capabilities_of, every_page
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
        out.print(summary(answer))


def summary(answer: Balance) -> str:
    """What a member has, in a line."""
    return (
        f"{answer.member_id}: {answer.balance_points} points after {answer.version} postings{''.join(_besides(answer))}"
    )


def _besides(answer: Balance) -> Iterator[str]:
    if answer.held_points:
        yield f", {answer.held_points} of them held"
    if answer.blocked_points:
        yield f", {answer.blocked_points} of them blocked"
    if answer.pending_points:
        yield f"; {answer.pending_points} pending"
    if answer.debt_points:
        yield f"; owes {answer.debt_points}"
    if answer.closed_at is not None:
        yield f"; closed since {answer.closed_at:%Y-%m-%d}"
    if answer.merged_into is not None:
        yield f", merged into {answer.merged_into}"
    if answer.merged_from:
        yield f"; merged from {', '.join(answer.merged_from)}"


@app.command()
def forecast(member_id: MemberId, stack: Stack = LOCAL_STACK, as_json: AsJson = False) -> None:
    """When a member's points expire, by month, if nothing is spent."""
    answer = capabilities_of(stack).ask(FORECAST, request_of(GetForecast, member_id=member_id))
    if as_json:
        print_json(answer)
        return
    print_table(member_id, EXPIRY_COLUMNS, expiry_rows(answer))


EXPIRY_COLUMNS = ("gone from", "points")


def expiry_rows(answer: Forecast) -> list[tuple[str, int]]:
    """When points are gone if nothing is spent; those that stay come last."""
    rows = [(f"{one.expires_at:%Y-%m-%d}", one.points) for one in answer.expiring]
    return [*rows, ("never", answer.lasting_points)]


@app.command()
def statement(
    member_id: MemberId,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many postings at most; files have all.")] = 50,
    before: Annotated[int | None, typer.Option(help="Only postings with a number below it.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page to print into this file.")] = None,
    as_csv_: Annotated[bool, typer.Option("--csv", help="Print CSV, for spreadsheets.")] = False,
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """A member's postings, newest first, with the balance after each."""
    require_one_output(as_json=as_json, as_csv=as_csv_)
    capabilities = capabilities_of(stack)
    if as_csv_ or html is not None:
        whole = request_of(GetStatement, member_id=member_id, limit=PAGE, before=before)
        _export(
            list(every_page(capabilities, STATEMENT, whole, lambda page: page.next, cursor="before")),
            html,
            as_csv_=as_csv_,
        )
        if as_csv_:
            return
    answer = capabilities.ask(STATEMENT, request_of(GetStatement, member_id=member_id, limit=limit, before=before))
    if as_json:
        print_json(answer)
        return
    print_table(f"{answer.member_id}: {answer.balance_points} points", COLUMNS, map(row, answer.lines))
    if answer.pending_points:
        out.print(f"pending, not booked and not spendable: {answer.pending_points} points")
    if answer.next is not None:
        out.print(f"older: --before {answer.next}")


COLUMNS = ("number", "posted at", "posting", "points", "balance points", "why")


def row(line: StatementLine) -> tuple[Cell, ...]:
    """A line of a statement, by `COLUMNS`."""
    posted_at = f"{line.posted_at:%Y-%m-%d %H:%M}"
    return line.sequence, posted_at, line.posting_id, line.points, line.balance_points, line.text


def _export(pages: Sequence[Statement], html: Path | None, *, as_csv_: bool) -> None:
    rows = [row(line) for page in pages for line in page.lines]
    first = pages[0]
    if html is not None:
        note = f"{first.balance_points} points. As of {datetime.now(UTC):%Y-%m-%d %H:%M} UTC; times are in UTC."
        page = as_page(f"Statement of {first.member_id}", [note], COLUMNS, rows)
        html.write_text(page, encoding="utf-8")
    if as_csv_:
        typer.echo(as_csv(COLUMNS, rows), nl=False)


app.command("pending")(pending.pending)
app.command("enrol")(membership.enrol)
app.command("close")(membership.close)
app.command("merge")(merging.merge)
app.command("erase")(erasing.erase)
app.command("export")(member_export.export)
app.command("explain")(purchase.explain)
app.command("bonuses")(bonuses.bonuses)
app.command("tier")(tier.tier)
app.command("hold")(spending.hold)
app.command("redeem")(spending.redeem)
app.command("post")(spending.post)
app.command("release")(spending.release)
app.command("return")(spending.give_back)
