"""`rewards member erase`: a member is forgotten, beside books that stay whole."""

from collections import Counter
from typing import Annotated

import msgspec
import typer

from contracts.points_ledger import BALANCE, ERASE, EraseMember, Erasure, GetBalance, UnknownMember
from ops.members.member_export import dead_letters_of
from pbckit.cli.client.capabilities import CapabilityClient, capabilities_of
from pbckit.cli.client.session import LOCAL_STACK
from pbckit.cli.client.unit_admins import UnitAdmins
from pbckit.cli.errors import OperatorError, Refused
from pbckit.cli.output import AsJson, Stack, out, print_json, print_table, progress
from pbckit.cli.requests import request_of


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """What still says something of the member, and until when."""

    where: str
    what: str
    until: str


class Erased(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an erasure, and what is left beside it."""

    erasure: Erasure
    left: list[Left]


LEFT = [
    Left(where="ids of purchases and refunds", what="as the card system chose them", until="for ever"),
    Left(where="points by month (tiers)", what="ids of postings, without a member", until="while they count"),
    Left(where="authorisations (points-ledger)", what="as they came", until="a day after they end"),
    Left(where="points-calculation, tiers", what="all", until="the event is handled, usually seconds"),
    Left(where="inboxes and outboxes", what="fingerprints, events under way", until="their time to live"),
    Left(where="the bus's archive", what="every event", until="its retention"),
    Left(where="logs and traces", what="ids of members and purchases", until="their retention"),
    Left(where="execution histories", what="events of purchases and redemptions", until="90 days"),
    Left(where="backups of tables", what="copies of all", until="35 days"),
]
"""`docs/member-data.md` says more of each."""


def erase(
    member_id: Annotated[str, typer.Argument(help="The member's id.")],
    reference: Annotated[str, typer.Option(help="The case or letter: the same one again goes on.")],
    approver: Annotated[str, typer.Option(help="Who approves it: another one than you.")],
    apply: Annotated[bool, typer.Option("--apply", help="Erase; without it only say what would be.")] = False,
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Erase a closed account's member, for good, and those merged into it. The books stay, under a random name."""
    capabilities = capabilities_of(stack)
    asked = {"reference": reference, "member_id": member_id, "approver": approver}
    answer = capabilities.ask(ERASE, request_of(EraseMember, **asked))
    _require_no_dead_letters(capabilities, member_id)
    if apply:
        with progress() as bar:
            task = bar.add_task("erase", total=answer.postings)
            while not answer.is_done:
                answer = capabilities.ask(ERASE, request_of(EraseMember, **asked, apply=True))
                bar.update(task, completed=answer.erased_postings)
    if as_json:
        print_json(Erased(erasure=answer, left=LEFT))
        return
    what = f"{answer.postings} postings of {answer.accounts} {'account' if answer.accounts == 1 else 'accounts'}"
    if not answer.is_done:
        out.print(f"{reference}: {what} would be erased; --apply erases them, for good")
        return
    out.print(f"{reference}: {what} erased; by {answer.actor}, approved by {answer.approver}")
    print_table("not erased at once", ["where", "what", "until"], [(one.where, one.what, one.until) for one in LEFT])


def _require_no_dead_letters(capabilities: CapabilityClient, member_id: str) -> None:
    """A message that is set aside names the member, and may be handled later.

    Raises:
        OperatorError: there are some.
    """
    admins = UnitAdmins(capabilities)
    members = [member_id, *_merged_from(capabilities, member_id)]
    found = Counter(letter.queue for one in members for letter in dead_letters_of(admins, one))
    if found:
        some = ", ".join(f"{number} in {queue}" for queue, number in sorted(found.items()))
        raise OperatorError(f"dead letters name the member ({some}): redrive or discard them first")


def _merged_from(capabilities: CapabilityClient, member_id: str) -> list[str]:
    try:
        return capabilities.ask(BALANCE, request_of(GetBalance, member_id=member_id)).merged_from
    except Refused as refusal:
        if refusal.error != UnknownMember.__name__:
            raise
        return []
