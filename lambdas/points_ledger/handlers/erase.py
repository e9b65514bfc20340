"""Capability `erase`: a closed account's member is erased, some postings in each call."""

import secrets

import msgspec

from contracts.points_ledger import (
    ERASE,
    CannotErase,
    ConflictingErasure,
    EraseMember,
    Erasure,
)
from lambdas.points_ledger.handlers.verify import verification
from lambdas.points_ledger.model import erasing
from lambdas.points_ledger.model.account import Account, BrokenBooks
from lambdas.points_ledger.model.pending import live
from lambdas.points_ledger.services.actors import named_actor
from lambdas.points_ledger.services.approval import require_another
from lambdas.points_ledger.services.erasure import go_on
from lambdas.points_ledger.services.member_ledger import MemberLedger
from lambdas.points_ledger.storage.ledger import Ledger
from lambdas.points_ledger.storage.pending import PendingStore
from lambdas.points_ledger.storage.records import ErasedAccount, Erasing, KeptErasure
from pbckit.contracts.definitions import InvalidRequest
from pbckit.runtime.capability import CallContext, capability
from pbckit.runtime.unit_of_work import retry_on_conflict

STEPS_OF_A_CALL = 25
"""Transactions: an answer comes in some seconds, whatever the member bought."""
_PSEUDONYM_BYTES = 12


@capability(ERASE)
def handler(request: EraseMember, call: CallContext) -> Erasure:
    """Erase a member, or some postings of one: whoever asks goes on where the call before it ended."""
    answer = retry_on_conflict(lambda: _begun(request, call), call.runtime)
    for _ in range(STEPS_OF_A_CALL):
        if answer.is_done or not request.apply:
            break
        answer = retry_on_conflict(lambda: _one_step(request, call), call.runtime)
    return answer


def _one_step(request: EraseMember, call: CallContext) -> Erasure:
    under_way = Ledger(call.runtime).erasing(request.member_id)
    if under_way is None:
        return _known(request, call)
    go_on(request.member_id, under_way, call)
    left = Ledger(call.runtime).erasing(request.member_id)
    return _answer(request, left.kept, left.postings) if left else _known(request, call)


def _begun(request: EraseMember, call: CallContext) -> Erasure:
    ledger = Ledger(call.runtime)
    actor = _allowed_actor(request, call)
    under_way = ledger.erasing(request.member_id)
    if under_way is not None:
        _require_same(under_way, request)
        return _answer(request, under_way.kept, under_way.postings)
    if ledger.erasure(request.reference) is not None:
        return _known(request, call)
    books = _erasable(request, call)
    kept = KeptErasure(
        reference=request.reference,
        actor=actor,
        approver=request.approver,
        accounts=len(books),
        postings=sum(one.account.version + 1 for one in books),
        is_done=False,
    )
    if request.apply:
        _begin(request, kept, books, call)
    return _answer(request, kept, 0)


def _begin(request: EraseMember, kept: KeptErasure, books: list[MemberLedger], call: CallContext) -> None:
    accounts = [
        ErasedAccount(member_id=one.account.member_id, pseudonym=f"erased-{secrets.token_hex(_PSEUDONYM_BYTES)}")
        for one in books
    ]
    state = Erasing(
        kept=kept,
        salt=secrets.token_hex(),
        accounts=accounts,
        place=0,
        moved=Account(member_id=accounts[0].pseudonym),
        postings=0,
        parts=0,
        revision=1,
    )
    work = call.unit_of_work()
    for one in books:
        one.book(erasing.erased(request, kept.actor, one.now), work)
    ledger = Ledger(call.runtime)
    work.add(ledger.keep_erasure(kept), ledger.keep_erasing(request.member_id, state))
    work.commit()


def _erasable(request: EraseMember, call: CallContext) -> list[MemberLedger]:
    """The member's books, after those of all that were merged into them.

    Raises:
        UnknownMember: there are none.
        CannotErase: something stands in the way.
    """
    own = MemberLedger.known(request.member_id, call.runtime, call.cause)
    what = f"member {request.member_id} cannot be erased"
    if own.account.merged_into is not None:
        into = own.account.merged_into
        raise CannotErase(f"{what}: the account is merged into {into}; erase {into}, which erases both")
    found = erasing.obstacles(own.account, _pending(own, call))
    if found:
        raise CannotErase(f"{what}: {'; '.join(found)}")
    books = [*(MemberLedger.known(one, call.runtime, call.cause) for one in own.account.merged_from), own]
    for one in books:
        fault = verification(own.ledger, one.account.member_id).fault
        if fault is not None:
            raise CannotErase(
                f"{what}: the books of {one.account.member_id} are broken ({fault.what}); mend them first "
                "(`rewards ledger verify`, `rewards ledger repair`)"
            )
    return books


def _pending(books: MemberLedger, call: CallContext) -> int:
    kept = PendingStore(call.runtime).of_member(books.account.member_id)
    return len(live(kept.pending, books.now)) if kept else 0


def _allowed_actor(request: EraseMember, call: CallContext) -> str:
    """Who erases.

    Raises:
        InvalidRequest: nobody says who erases, or the reference names the member.
        ApprovalRequired: the approver is who erases.
    """
    what = f"erasure {request.reference}"
    if request.member_id in request.reference:
        raise InvalidRequest(f"{what}: the reference names the member, and stays: choose another one")
    actor = named_actor(call, what)
    require_another(what, actor, request.approver)
    return actor


def _require_same(under_way: Erasing, request: EraseMember) -> None:
    before = under_way.kept
    if (before.reference, before.approver) != (request.reference, request.approver):
        raise ConflictingErasure(
            f"member {request.member_id} is being erased by {before.reference}, approved by {before.approver}: go on "
            "with that one"
        )


def _known(request: EraseMember, call: CallContext) -> Erasure:
    """The answer to an erasure that is done.

    Raises:
        ConflictingErasure: the reference is of another member's.
    """
    ledger = Ledger(call.runtime)
    kept = ledger.erasure(request.reference)
    if kept is None:
        raise BrokenBooks(f"erasure {request.reference} is not kept")
    if not kept.is_done or ledger.account(request.member_id) is not None:
        raise ConflictingErasure(
            f"{request.reference} erased another member, or this one before more came for it: choose another reference"
        )
    return _answer(request, kept, kept.postings)


def _answer(request: EraseMember, kept: KeptErasure, postings: int) -> Erasure:
    return Erasure(
        **msgspec.structs.asdict(kept),
        member_id=request.member_id,
        erased_postings=postings,
    )
