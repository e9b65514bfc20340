"""Capability `correct`: a person gives or takes points."""

from contracts.points_ledger import CORRECT, ApprovalRequired, ConflictingCorrection, Correction, CorrectPoints
from lambdas.points_ledger.model import booking
from lambdas.points_ledger.model.diff import differences
from lambdas.points_ledger.model.policy import Policy
from lambdas.points_ledger.model.postings import Line, MadeByHand
from lambdas.points_ledger.services.actors import named_actor
from lambdas.points_ledger.services.approval import require_another
from lambdas.points_ledger.services.closed_account import refuse_closed, refuse_merged
from lambdas.points_ledger.services.member_ledger import MemberLedger
from lambdas.points_ledger.services.policy import policy
from lambdas.points_ledger.storage.ledger import Ledger
from lambdas.points_ledger.storage.records import KeptCorrection
from pbckit.contracts.definitions import InvalidRequest
from pbckit.runtime.capability import CallContext, capability
from pbckit.runtime.unit_of_work import retry_on_conflict


@capability(CORRECT)
def handler(request: CorrectPoints, call: CallContext) -> Correction:
    """Book a correction by hand. The same reference again gets the same answer, whoever asks."""
    return retry_on_conflict(lambda: _corrected(request, call), call.runtime)


def _corrected(request: CorrectPoints, call: CallContext) -> Correction:
    before = Ledger(call.runtime).correction(request.reference)
    if before is not None:
        return _again(before, request)
    decided = policy()
    by_hand = _made_by_hand(request, call, decided)
    books = MemberLedger.known(request.member_id, call.runtime, call.cause)
    refuse_merged(books.account, f"correct {books.account.merged_into}")
    if request.points > books.account.debt_points:
        refuse_closed(books.account, "it gets no points")
    work = call.unit_of_work()
    line = books.book(booking.corrected_by_hand(books.account, request, by_hand, books.now, decided), work)
    answer = _answer(line, by_hand, request)
    work.add(books.ledger.keep_correction(KeptCorrection(request=request, answer=answer)))
    work.commit()
    return answer


def _made_by_hand(request: CorrectPoints, call: CallContext, decided: Policy) -> MadeByHand:
    """Who makes it and who approves it.

    Raises:
        InvalidRequest: it corrects nothing, or nobody says who makes it.
        ApprovalRequired: it needs an approver, or its approver is who makes it.
    """
    name = f"correction {request.reference}"
    if request.points == 0:
        raise InvalidRequest(f"{name} of 0 points: it gives points, or takes them")
    actor = named_actor(call, name)
    if request.approver is None and abs(request.points) > decided.correction_limit:
        raise ApprovalRequired(
            f"{name} of {request.points} points: above {decided.correction_limit} points an approver is needed"
        )
    if request.approver is not None:
        require_another(name, actor, request.approver)
    return MadeByHand(reason=request.reason, actor=actor, approver=request.approver)


def _answer(line: Line, by_hand: MadeByHand, request: CorrectPoints) -> Correction:
    return Correction(
        reference=request.reference,
        member_id=request.member_id,
        points=line.points,
        actor=by_hand.actor,
        approver=by_hand.approver,
        owed_points=line.owed_points,
        forgiven_points=line.forgiven_points,
        repaid_points=line.repaid_points,
        balance_points=line.balance_points,
        corrected_at=line.at,
    )


def _again(before: KeptCorrection, request: CorrectPoints) -> Correction:
    different = differences(before.request, request)
    if different:
        raise ConflictingCorrection(f"correction {request.reference} came before with another {', '.join(different)}")
    return before.answer
