"""Capability `block`: an operator keeps points from being spent."""

from itertools import chain

from contracts.points_ledger import BLOCK, Block, BlockPoints, ConflictingBlock, TooManyBlocks, UnknownPosting
from lambdas.points_ledger.model.blocks import MOST_BLOCKS, BlockChange, OpenBlock, of_purchase
from lambdas.points_ledger.model.diff import differences
from lambdas.points_ledger.model.postings import Draft
from lambdas.points_ledger.services.actors import named_actor
from lambdas.points_ledger.services.closed_account import refuse_merged
from lambdas.points_ledger.services.member_ledger import MemberLedger
from lambdas.points_ledger.storage.ledger import Ledger
from lambdas.points_ledger.storage.records import KeptBlock
from pbckit.runtime.capability import CallContext, capability
from pbckit.runtime.unit_of_work import retry_on_conflict


@capability(BLOCK)
def handler(request: BlockPoints, call: CallContext) -> Block:
    """Block all points of a member, or as many as a purchase has left. The same block again gets the same answer."""
    return retry_on_conflict(lambda: _block(request, call), call.runtime)


def _block(request: BlockPoints, call: CallContext) -> Block:
    actor = named_actor(call, f"block {request.block_id}")
    before = Ledger(call.runtime).block(request.block_id)
    if before is not None:
        return _again(before, request)
    books = MemberLedger.known(request.member_id, call.runtime, call.cause)
    refuse_merged(books.account, f"block points of {books.account.merged_into}")
    if len(books.account.blocks) >= MOST_BLOCKS:
        raise TooManyBlocks(f"member {request.member_id} has {MOST_BLOCKS} blocks: as many as there can be")
    draft = Draft(
        id=request.block_id,
        kind="corrected",
        points=0,
        text=f"{_what(request)} blocked ({request.reason}): {request.note}",
        at=books.now,
        block=BlockChange(actor=actor, reason=request.reason, opened=_opened(request, books)),
    )
    work = call.unit_of_work()
    line = books.book(draft, work)
    answer = Block(
        block_id=request.block_id,
        member_id=request.member_id,
        purchase_id=request.purchase_id,
        actor=actor,
        blocked_points=books.account.after(line).blocked_points(books.now),
        blocked_at=line.at,
    )
    work.add(books.ledger.keep_block(None, KeptBlock(request=request, answer=answer, revision=1)))
    work.commit()
    return answer


def _opened(request: BlockPoints, books: MemberLedger) -> OpenBlock:
    if request.purchase_id is None:
        return OpenBlock()
    # Lines that are booked meanwhile change the account too: the transaction fails then, and this is done again.
    members = [*books.account.merged_from, request.member_id]
    lines = chain.from_iterable(books.ledger.stored_lines(member_id) for member_id in members)
    points = of_purchase(lines, request.purchase_id)
    if points is None:
        raise UnknownPosting(f"nothing of purchase {request.purchase_id} is booked to member {request.member_id}")
    return OpenBlock(purchase_id=request.purchase_id, points=points)


def _what(request: BlockPoints) -> str:
    return "all points" if request.purchase_id is None else f"points of {request.purchase_id}"


def _again(before: KeptBlock, request: BlockPoints) -> Block:
    different = differences(before.request, request)
    if different:
        raise ConflictingBlock(f"block {request.block_id} came before with another {', '.join(different)}")
    return before.answer
