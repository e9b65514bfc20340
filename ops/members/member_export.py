"""`rewards member export`: everything that units keep about a member, as each of them gives it out, in one file."""

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from contracts.points_calculation import MEMBER_PURCHASES, GetMemberPurchases, MemberPurchases
from contracts.points_ledger import MEMBER_RECORDS, GetMemberRecords, MemberRecords, UnknownMember
from contracts.tiers import TIER, GetTier, MemberTier
from ops.members.ledger_reads import reported_later
from pbckit.cli.client.capabilities import CapabilityClient, capabilities_of, every_page
from pbckit.cli.client.session import LOCAL_STACK
from pbckit.cli.client.unit_admins import UnitAdmins
from pbckit.cli.errors import OperatorError, Refused
from pbckit.cli.incidents.dead_letters import Pace, go_through
from pbckit.cli.output import Stack, out
from pbckit.cli.requests import request_of
from pbckit.contracts.operating import DeadLetter, Selection

_PURCHASES_AT_A_TIME = 50
_OWNER_ONLY = 0o600


class MemberExport(msgspec.Struct, frozen=True, kw_only=True):
    """The file. `docs/member-data.md` says what is in it, and what is not."""

    format: str = "rewards-member-export/1"
    member_id: str
    stack: str
    exported_at: datetime
    points_ledger: MemberRecords | None
    """None where the ledger knows nothing of the member."""
    points_calculation: MemberPurchases
    tiers: MemberTier | None
    """None where no points of the member were counted."""
    dead_letters: list[DeadLetter]
    """Messages of all units that could not be handled and name the member."""
    merged: list["MemberExport"] = msgspec.field(default_factory=list["MemberExport"])
    """The same of each member whose account was merged into this one."""


def export(
    member_id: Annotated[str, typer.Argument(help="The member's id.")],
    to: Annotated[Path, typer.Option(help="The file to write (JSON); it must not exist yet.")],
    stack: Stack = LOCAL_STACK,
) -> None:
    """Write everything that units keep about a member into a file that only you can read."""
    if to.exists():
        raise OperatorError(f"{to} exists already: name a file that does not")
    found = collected(capabilities_of(stack), stack, member_id)
    _write(to, msgspec.json.format(msgspec.json.encode(found), indent=2))
    ledger, purchases = found.points_ledger, found.points_calculation
    parts = {
        "postings": len(ledger.lines) if ledger else 0,
        "holds": len(ledger.holds) if ledger else 0,
        "pending purchases": len(ledger.pending) if ledger else 0,
        "purchases": len(purchases.purchases),
        "refused purchases": len(purchases.refused),
        "dead letters": len(found.dead_letters),
    }
    merged = f", and the same of {', '.join(one.member_id for one in found.merged)}" if found.merged else ""
    out.print(f"{to}: {', '.join(f'{number} {what}' for what, number in parts.items())} of {member_id}{merged}")


def collected(capabilities: CapabilityClient, stack: str, member_id: str) -> MemberExport:
    """Ask every owner for its part."""
    ledger = _ledger(capabilities, member_id)
    balance = ledger.balance if ledger else None
    lines = [line for line in ledger.lines if line.reported_for is None] if ledger else []
    if balance is not None and balance.merged_into is not None:
        lines += reported_later(capabilities, balance.merged_into, member_id)
    earned = [line.posting_id for line in lines if line.kind == "earned"]
    return MemberExport(
        member_id=member_id,
        stack=stack,
        exported_at=datetime.now(UTC),
        points_ledger=ledger,
        points_calculation=_purchases(capabilities, member_id, earned),
        tiers=_tier(capabilities, member_id),
        dead_letters=list(dead_letters_of(UnitAdmins(capabilities), member_id)),
        merged=[collected(capabilities, stack, other) for other in (balance.merged_from if balance else ())],
    )


def _ledger(capabilities: CapabilityClient, member_id: str) -> MemberRecords | None:
    request = request_of(GetMemberRecords, member_id=member_id)
    try:
        first, *others = every_page(capabilities, MEMBER_RECORDS, request, lambda page: page.next, cursor="before")
    except Refused as refusal:
        if refusal.error != UnknownMember.__name__:
            raise
        return None
    lines = [line for page in (first, *others) for line in page.lines]
    holds = [hold for page in (first, *others) for hold in page.holds]
    return msgspec.structs.replace(first, lines=lines, holds=holds, next=None)


def _purchases(capabilities: CapabilityClient, member_id: str, purchase_ids: Sequence[str]) -> MemberPurchases:
    starts = range(0, max(1, len(purchase_ids)), _PURCHASES_AT_A_TIME)
    batches = [list(purchase_ids[start : start + _PURCHASES_AT_A_TIME]) for start in starts]
    answers = [
        capabilities.ask(MEMBER_PURCHASES, request_of(GetMemberPurchases, member_id=member_id, purchase_ids=batch))
        for batch in batches
    ]
    purchases = {one.basis.purchase.id: one for answer in answers for one in answer.purchases}
    return msgspec.structs.replace(answers[-1], purchases=list(purchases.values()))


def _tier(capabilities: CapabilityClient, member_id: str) -> MemberTier | None:
    try:
        return capabilities.ask(TIER, request_of(GetTier, member_id=member_id))
    except Refused as refusal:
        if refusal.error != UnknownMember.__name__:
            raise
        return None


def dead_letters_of(unit_admins: UnitAdmins, member_id: str) -> Iterator[DeadLetter]:
    """Letters that say the member's id as a whole JSON string."""
    quoted = msgspec.json.encode(member_id).decode()
    for queue in unit_admins.queues_with_dead_letters():
        letters = go_through(unit_admins, queue, "look", Selection(), Pace())
        # A body inside of a body has its quotes escaped.
        yield from (one for one in letters if quoted in one.body.replace("\\", ""))


def _write(path: Path, content: bytes) -> None:
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY), "wb") as file:
            file.write(content + b"\n")
    except OSError as error:
        raise OperatorError(f"cannot write {path}: {error.strerror}") from error
