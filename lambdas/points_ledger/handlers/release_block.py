"""Capability `release-block`: points that were blocked can be spent again."""

import msgspec

from contracts.points_ledger import RELEASE_BLOCK, ReleaseBlock, ReleasedBlock, UnknownBlock
from lambdas.points_ledger.model.blocks import BlockChange
from lambdas.points_ledger.model.postings import Draft
from lambdas.points_ledger.services.actors import named_actor
from lambdas.points_ledger.services.member_ledger import MemberLedger
from lambdas.points_ledger.storage.ledger import Ledger
from pbckit.runtime.capability import CallContext, capability
from pbckit.runtime.unit_of_work import retry_on_conflict


@capability(RELEASE_BLOCK)
def handler(request: ReleaseBlock, call: CallContext) -> ReleasedBlock:
    """End a block, once: the same request again gets the same answer."""
    return retry_on_conflict(lambda: _release(request, call), call.runtime)


def _release(request: ReleaseBlock, call: CallContext) -> ReleasedBlock:
    actor = named_actor(call, f"release of block {request.block_id}")
    kept = Ledger(call.runtime).block(request.block_id)
    if kept is None:
        raise UnknownBlock(f"nothing is blocked under {request.block_id!r}")
    if kept.release is not None:
        return kept.release
    books = MemberLedger.known(kept.request.member_id, call.runtime, call.cause)
    draft = Draft(
        id=request.block_id,
        kind="corrected",
        points=0,
        text=f"block released: {request.note}",
        at=books.now,
        block=BlockChange(actor=actor),
    )
    work = call.unit_of_work()
    line = books.book(draft, work)
    answer = ReleasedBlock(
        block_id=request.block_id,
        member_id=kept.request.member_id,
        actor=actor,
        blocked_points=books.account.after(line).blocked_points(books.now),
        released_at=line.at,
    )
    after = msgspec.structs.replace(kept, release=answer, revision=kept.revision + 1)
    work.add(books.ledger.keep_block(kept, after))
    work.commit()
    return answer
