"""Capability `member-records`: all that the ledger keeps about a member."""

from collections.abc import Iterable, Iterator

from contracts.points_ledger import MEMBER_RECORDS, GetMemberRecords, MemberRecords, RecordedHold, UnknownMember
from lambdas.points_ledger.model.due import settled
from lambdas.points_ledger.services import answers, pending
from lambdas.points_ledger.storage.ledger import Ledger
from lambdas.points_ledger.storage.records import KeptHold
from pbckit.runtime.capability import CallContext, capability


@capability(MEMBER_RECORDS)
def handler(request: GetMemberRecords, call: CallContext) -> MemberRecords:
    """A page of a member's postings with the holds that they are of, and where the account stands now."""
    ledger, member_id, now = Ledger(call.runtime), request.member_id, call.runtime.clock.now()
    account = ledger.account(member_id)
    refused = ledger.refused_holds(member_id) if request.before is None else []
    awaited = pending.of_member(call.runtime, member_id, account, now) if request.before is None else []
    if account is None and not refused and not awaited:
        raise UnknownMember(f"the ledger has no account for member {member_id!r}")
    stands = settled(account, now)[0] if account else None
    lines = ledger.newest_lines(member_id, request.limit, request.before)
    held = [line.id for line in lines if line.kind == "held"]
    return MemberRecords(
        member_id=member_id,
        balance=answers.balance(stands, now, awaited) if stands else None,
        forecast=answers.forecast(stands, now) if stands else None,
        lines=[answers.statement_line(line) for line in lines],
        holds=list(_holds(ledger, [*held, *refused])),
        next=lines[-1].sequence if lines and lines[-1].sequence > 1 else None,
        pending=awaited,
    )


def _holds(ledger: Ledger, hold_ids: Iterable[str]) -> Iterator[RecordedHold]:
    for hold_id in hold_ids:
        kept = ledger.hold(hold_id)
        if kept is not None:
            yield _hold(kept)


def _hold(kept: KeptHold) -> RecordedHold:
    request, refusal, spent = kept.request, kept.refusal, kept.redemption
    return RecordedHold(
        hold_id=request.hold_id,
        points=request.points,
        reason=request.reason,
        expires_at=request.expires_at,
        refusal=f"{refusal.error}: {refusal.message}" if refusal else None,
        spent_points=spent.points if spent else 0,
        redeemed_at=spent.redeemed_at if spent else None,
        voided_at=kept.release.released_at if kept.release else None,
    )
