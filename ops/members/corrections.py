"""`rewards ledger correct` and `repair`: what people change in the ledger, each by a posting that says who did."""

from collections.abc import Iterable
from typing import Annotated

import typer

from contracts.points_ledger import CORRECT, REPAIR, CorrectPoints, Repair, RepairMember
from ops.members.ledger_reads import every_member
from pbckit.cli.client.capabilities import CapabilityClient, capabilities_of
from pbckit.cli.client.session import LOCAL_STACK
from pbckit.cli.errors import DifferencesFound, Refused
from pbckit.cli.output import AsJson, Stack, out, print_json, print_table
from pbckit.cli.requests import request_of

_REASONS = "goodwill, missing-purchase, wrong-points, duplicate, fraud or system-error."


def correct(
    member_id: Annotated[str, typer.Argument(help="The member's id.")],
    points: Annotated[int, typer.Argument(help="Above zero gives points, below zero takes them.")],
    reference: Annotated[str, typer.Option(help="The case or ticket: the same one again changes nothing.")],
    reason: Annotated[str, typer.Option(help=_REASONS)],
    note: Annotated[str, typer.Option(help="What it is about: stands in the statement.")],
    approver: Annotated[str | None, typer.Option(help="Who approves it; needed above the programme's limit.")] = None,
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Give or take points by hand, by a correcting posting. You are its actor."""
    request = request_of(
        CorrectPoints,
        reference=reference,
        member_id=member_id,
        points=points,
        reason=reason,
        note=note,
        approver=approver,
    )
    answer = capabilities_of(stack).ask(CORRECT, request)
    if as_json:
        print_json(answer)
        return
    approved = f", approved by {answer.approver}" if answer.approver else ""
    missing = {"owed": answer.owed_points, "forgiven": answer.forgiven_points, "repaid a debt": answer.repaid_points}
    besides = "".join(f", {amount} of them {what}" for what, amount in missing.items() if amount)
    out.print(
        f"{reference}: {answer.points:+} points for {member_id}{besides}; balance {answer.balance_points}; "
        f"by {answer.actor}{approved}"
    )


def repair(
    member_id: Annotated[str | None, typer.Argument(help="One member; without it all of them.")] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Mend it; without it only say what would be done.")] = False,
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Compute accounts anew that are not what their lines say. Exit code 1: something is wrong and was not mended."""
    capabilities = capabilities_of(stack)
    members = [member_id] if member_id is not None else every_member(capabilities)
    found, refused = _looked_at(capabilities, members, apply=apply)
    if as_json:
        print_json(found)
    elif found:
        rows = [(one.member_id, one.problem, one.lines, one.balance_points, _done(one)) for one in found]
        print_table("accounts", ["member", "what is wrong", "lines", "balance by the lines", "done"], rows)
    else:
        out.print("every account is what its lines say")
    left = [*(f"{one.member_id}: {one.problem}" for one in found if not one.applied), *refused]
    if left:
        advice = "" if apply else "; --apply mends what can be"
        raise DifferencesFound(f"accounts that are not in order: {len(left)}: {left[0]}{advice}")


def _looked_at(
    capabilities: CapabilityClient, members: Iterable[str], *, apply: bool
) -> tuple[list[Repair], list[str]]:
    """Accounts with a problem, and why others cannot be repaired."""
    found: list[Repair] = []
    refused: list[str] = []
    for member_id in members:
        try:
            answer = capabilities.ask(REPAIR, request_of(RepairMember, member_id=member_id, apply=apply))
        except Refused as refusal:
            if refusal.error != "CannotRepair":
                raise
            refused.append(str(refusal))
        else:
            found += [answer] if answer.problem is not None else []
    return found, refused


def _done(one: Repair) -> str:
    return "computed anew" if one.applied else "nothing"
