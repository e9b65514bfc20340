"""`rewards ledger`: whether the ledger holds what it was told."""

from collections.abc import Callable, Sequence
from typing import Annotated

import msgspec
import typer

from contracts.points_calculation import (
    DIFFERENCES,
    REPORTED_POSTINGS,
    SETTLE_DIFFERENCE,
    Difference,
    ListDifferences,
    ListReportedPostings,
    SettleDifference,
)
from contracts.points_ledger import (
    VERIFY,
    Verification,
    Verify,
)
from ops.members import blocks, corrections, liability
from ops.members.ledger_reads import PAGE, every_member, postings, total
from pbckit.cli.client.capabilities import CapabilityClient, capabilities_of, every_page
from pbckit.cli.client.session import LOCAL_STACK
from pbckit.cli.errors import DifferencesFound
from pbckit.cli.output import AsJson, Stack, out, print_json, print_table, progress
from pbckit.cli.requests import request_of

app = typer.Typer(no_args_is_help=True, help="Reconcile and verify the points ledger.")


class Mismatch(msgspec.Struct, frozen=True, kw_only=True):
    """A posting that is not as the ledger was told."""

    posting_id: str
    member_id: str
    reported_points: int
    posted_points: int | None
    """None where it is not posted."""


class Reconciled(msgspec.Struct, frozen=True, kw_only=True):
    """What came of comparing the postings of a month's purchases."""

    month: str
    compared: int
    """How many postings were compared."""
    mismatches: list[Mismatch]


@app.command()
def reconcile(
    month: Annotated[str, typer.Argument(help="The month (UTC) in which the purchases were posted: 2026-06.")],
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Compare every posting of a month's purchases with what was reported to the ledger; exit code 1 if one differs."""
    request = request_of(ListReportedPostings, month=month, limit=PAGE)
    found = reconciled(capabilities_of(stack), request)
    if as_json:
        print_json(found)
    else:
        if found.mismatches:
            columns = ["posting", "member", "told points", "posted points"]
            print_table(month, columns, [msgspec.structs.astuple(one) for one in found.mismatches])
        out.print(f"{month}: {found.compared} postings compared, {len(found.mismatches)} differ")
    if found.mismatches:
        raise DifferencesFound(f"{len(found.mismatches)} postings of {month} are not as the ledger was told")


@app.command()
def differences(stack: Stack = LOCAL_STACK, as_json: AsJson = False) -> None:
    """Differences found by the scheduled reconciliation and not settled yet; exit code 1 if there are any."""
    answer = capabilities_of(stack).ask(DIFFERENCES, ListDifferences(limit=PAGE))
    if as_json:
        print_json(answer)
    else:
        _print(answer.differences)
    if answer.differences:
        raise DifferencesFound(f"{len(answer.differences)} postings are not as the ledger was told")


@app.command()
def settle(
    posting_id: Annotated[str, typer.Argument(help="The posting that differed.")],
    reason: Annotated[str, typer.Option(help="How it was mended; stands in the audit trail.")],
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Say that a difference is mended: it is counted no longer."""
    request = request_of(SettleDifference, posting_id=posting_id, reason=reason)
    answer = capabilities_of(stack).ask(SETTLE_DIFFERENCE, request)
    if as_json:
        print_json(answer)
    else:
        out.print(f"{answer.posting_id}: settled")


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """What came of computing members' books anew from their lines."""

    members: int
    lines: int
    """How many lines are in order."""
    faults: list[Verification]
    """Of members whose books are not, with the first thing that is wrong."""


@app.command()
def verify(
    member_id: Annotated[str | None, typer.Argument(help="One member; without it all of them.")] = None,
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Compute members' books anew from their lines, and each line's hash; exit code 1 if something was changed."""
    capabilities = capabilities_of(stack)
    members = [member_id] if member_id is not None else list(every_member(capabilities))
    with progress() as bar:
        task = bar.add_task("verify", total=len(members))
        found = verified(capabilities, members, lambda: bar.advance(task))
    if as_json:
        print_json(found)
    else:
        _print_faults(found)
    if found.faults:
        raise DifferencesFound(f"members whose books are not what was booked: {len(found.faults)}")


@app.command()
def totals(stack: Stack = LOCAL_STACK, as_json: AsJson = False) -> None:
    """Debits and credits of the whole ledger, by account; exit code 1 if they differ."""
    found = total(capabilities_of(stack))
    debits, credits_ = sum(one.debits_points for one in found), sum(one.credits_points for one in found)
    if as_json:
        print_json(found)
    else:
        rows = [(one.account, one.debits_points, one.credits_points) for one in found]
        print_table("all members", ["account", "debits points", "credits points"], [*rows, ("sum", debits, credits_)])
    if debits != credits_:
        raise DifferencesFound(f"debits and credits differ by {abs(debits - credits_)} points")


def verified(capabilities: CapabilityClient, members: Sequence[str], on_member: Callable[[], None]) -> Verified:
    """Verify members' books, one after the other."""
    answers: list[Verification] = []
    for member_id in members:
        answers.append(capabilities.ask(VERIFY, request_of(Verify, member_id=member_id)))
        on_member()
    return Verified(
        members=len(answers),
        lines=sum(one.lines for one in answers),
        faults=[one for one in answers if one.fault is not None],
    )


def _print_faults(found: Verified) -> None:
    if found.faults:
        rows = [
            (one.member_id, fault.sequence, fault.posting_id, fault.what)
            for one in found.faults
            if (fault := one.fault) is not None
        ]
        print_table("books that are not in order", ["member", "line", "posting", "what is wrong"], rows)
    out.print(f"{found.members} members, {found.lines} lines in order, {len(found.faults)} members with a fault")


def reconciled(capabilities: CapabilityClient, request: ListReportedPostings) -> Reconciled:
    """Compare what the ledger was told of a month's purchases with its members' statements."""
    told = [
        posting
        for page in every_page(capabilities, REPORTED_POSTINGS, request, lambda page: page.next)
        for posting in page.postings
    ]
    posted = {
        member_id: dict(postings(capabilities, member_id)) for member_id in dict.fromkeys(one.member_id for one in told)
    }
    mismatches = [
        Mismatch(posting_id=one.posting_id, member_id=one.member_id, reported_points=one.points, posted_points=booked)
        for one in told
        if (booked := posted[one.member_id].get(one.posting_id)) != one.points
    ]
    return Reconciled(month=request.month, compared=len(told), mismatches=mismatches)


def _print(found: Sequence[Difference]) -> None:
    print_table(
        "Differences",
        ["posting", "member", "what", "told points", "posted points", "found at"],
        [
            (
                one.posting_id,
                one.member_id,
                one.kind,
                one.reported_points,
                one.posted_points,
                f"{one.found_at:%Y-%m-%d %H:%M}",
            )
            for one in found
        ],
    )


# A number below zero is points to take, and no option.
app.command("correct", context_settings={"ignore_unknown_options": True})(corrections.correct)
app.command("repair")(corrections.repair)
app.command("liability")(liability.liability)
app.command("block")(blocks.block)
app.command("unblock")(blocks.unblock)
