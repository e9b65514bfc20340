"""Capability `merge`: a member's account becomes part of another's, for good."""

from contracts.points_ledger import MERGE, CannotMerge, ConflictingMerge, Merge, MergeMembers
from lambdas.points_ledger.model import merging
from lambdas.points_ledger.model.diff import differences
from lambdas.points_ledger.model.postings import Line
from lambdas.points_ledger.services import pending
from lambdas.points_ledger.services.actors import named_actor
from lambdas.points_ledger.services.approval import require_another
from lambdas.points_ledger.services.closed_account import refuse_closed
from lambdas.points_ledger.services.member_ledger import MemberLedger
from lambdas.points_ledger.storage.ledger import Ledger
from lambdas.points_ledger.storage.records import KeptMerge
from pbckit.runtime.capability import CallContext, capability
from pbckit.runtime.unit_of_work import retry_on_conflict


@capability(MERGE)
def handler(request: MergeMembers, call: CallContext) -> Merge:
    """Merge two accounts, all at once or not at all. The same reference again gets the same answer, whoever asks."""
    return retry_on_conflict(lambda: _merged(request, call), call.runtime)


def _merged(request: MergeMembers, call: CallContext) -> Merge:
    before = Ledger(call.runtime).merge(request.reference)
    if before is not None:
        return _again(before, request)
    actor = _allowed_actor(request, call)
    source = MemberLedger.known(request.member_id, call.runtime, call.cause)
    target = MemberLedger.known(request.into_member_id, call.runtime, call.cause)
    refuse_closed(source.account, f"it cannot be merged into {request.into_member_id}")
    refuse_closed(target.account, f"{request.member_id} cannot be merged into it")
    merging.require_mergeable(source.account, target.account)
    moved = pending.moved(call.runtime, request.member_id, request.into_member_id)
    work = call.unit_of_work()
    source.book(merging.gives(source.account, request, actor, source.now), work)
    line = target.book(merging.takes_over(target.account, source.account, request, actor, target.now), work)
    answer = _answer(request, source, target, line, actor, moved.purchases)
    work.add(*moved.operations, source.ledger.keep_merge(KeptMerge(request=request, answer=answer)))
    work.commit()
    return answer


def _allowed_actor(request: MergeMembers, call: CallContext) -> str:
    """Who merges.

    Raises:
        CannotMerge: a member would be merged into itself.
        InvalidRequest: nobody says who merges.
        ApprovalRequired: the approver is who merges.
    """
    what = f"merge {request.reference}"
    if request.member_id == request.into_member_id:
        raise CannotMerge(f"{what}: member {request.member_id} cannot be merged into itself")
    actor = named_actor(call, what)
    require_another(what, actor, request.approver)
    return actor


def _answer(
    request: MergeMembers, source: MemberLedger, target: MemberLedger, line: Line, actor: str, purchases: int
) -> Merge:
    owed = source.account.debt_points
    return Merge(
        reference=request.reference,
        member_id=request.member_id,
        into_member_id=request.into_member_id,
        actor=actor,
        approver=request.approver,
        moved_points=source.account.balance_points,
        moved_debt_points=owed,
        repaid_points=target.account.debt_points + owed - line.debt_points,
        balance_points=line.balance_points,
        debt_points=line.debt_points,
        pending_purchases=purchases,
        merged_at=line.at,
    )


def _again(before: KeptMerge, request: MergeMembers) -> Merge:
    different = differences(before.request, request)
    if different:
        raise ConflictingMerge(f"merge {request.reference} came before with another {', '.join(different)}")
    return before.answer
