"""Going on with an erasure: one transaction of it."""

from collections.abc import Iterable, Iterator

import msgspec

from contracts.points_ledger import MOST_ERASED_AT_ONCE, MemberErased
from lambdas.points_ledger.model import erasing
from lambdas.points_ledger.model.account import Account, BrokenBooks
from lambdas.points_ledger.model.postings import Line
from lambdas.points_ledger.storage.ledger import Ledger
from lambdas.points_ledger.storage.pending import PendingStore
from lambdas.points_ledger.storage.records import Erasing, KeptPosting
from pbckit.runtime.capability import CallContext
from pbckit.runtime.ports import Operation

_REFUSED_HOLDS_AT_ONCE = 40


def go_on(member_id: str, before: Erasing, call: CallContext) -> None:
    """Erase some refused holds, or some lines with what is kept of them; with the last ones their account.

    Args:
        member_id: whose erasure it is.
        before: how far it is, as read.
        call: who asks.

    Raises:
        ConditionFailed: somebody else goes on with it at this moment.
    """
    ledger, own = Ledger(call.runtime), before.accounts[before.place]
    refused = ledger.refused_holds(own.member_id)[:_REFUSED_HOLDS_AT_ONCE]
    work = call.unit_of_work()
    if refused:
        after = msgspec.structs.replace(before, revision=before.revision + 1)
        work.add(ledger.keep_erasing(member_id, after))
        for hold_id in refused:
            work.add(*ledger.forget_refused_hold(own.member_id, hold_id))
        work.commit()
        return
    account = ledger.account(own.member_id)
    if account is None:
        raise BrokenBooks(f"the account of member {own.member_id} is missing")
    lines = ledger.oldest_lines(own.member_id, MOST_ERASED_AT_ONCE)
    pseudonyms = {one.member_id: one.pseudonym for one in before.accounts}
    moved = before.moved
    for line in lines:
        there, moved = erasing.moved(line, moved, pseudonyms, before.salt)
        work.add(*ledger.move_line(own.member_id, own.pseudonym, there), *_forgotten(ledger, line, own.pseudonym))
    work.publish(_event(before, own.member_id, lines), sequence=before.parts + 1)
    after = msgspec.structs.replace(
        before,
        moved=moved,
        postings=before.postings + len(lines),
        parts=before.parts + 1,
        revision=before.revision + 1,
    )
    if moved.version < account.version:
        work.add(ledger.keep_erasing(member_id, after))
    else:
        work.add(*ledger.move_account(account, moved), PendingStore(call.runtime).forget(own.member_id))
        work.add(*_next(ledger, member_id, before, after))
    work.commit()


def _next(ledger: Ledger, member_id: str, before: Erasing, after: Erasing) -> Iterator[Operation]:
    """What follows an account: the next one, or the end."""
    place = after.place + 1
    if place < len(after.accounts):
        first = Account(member_id=after.accounts[place].pseudonym)
        yield ledger.keep_erasing(member_id, msgspec.structs.replace(after, place=place, moved=first))
    else:
        yield ledger.end_erasing(member_id, before)
        yield ledger.keep_erasure(msgspec.structs.replace(after.kept, is_done=True))


def _forgotten(ledger: Ledger, line: Line, pseudonym: str) -> Iterator[Operation]:
    """What is kept of a posting beside its line, moved or deleted."""
    if line.kind in ("earned", "adjusted"):
        kept = ledger.posting(line.id)
        if kept is None:
            raise BrokenBooks(f"where posting {line.id} stands is missing")
        yield ledger.move_posting(
            line.id, KeptPosting(member_id=pseudonym, sequence=kept.sequence, lot=kept.lot, erased=True)
        )
    elif line.kind == "held":
        yield ledger.forget("hold", line.id)
    elif line.kind == "reversed":
        yield ledger.forget("reversal", line.id)
    elif line.block is not None:
        yield from [ledger.forget("block", line.id)] if line.block.opened is None else []
    elif line.merging is not None:
        yield from [ledger.forget("merge", line.merging.reference)] if line.merging.source else []
    elif line.by_hand is not None:
        yield ledger.forget("correction", line.id)


def _event(before: Erasing, member_id: str, lines: Iterable[Line]) -> MemberErased:
    return MemberErased(
        reference=before.kept.reference,
        member_id=member_id,
        purchase_ids=[line.id for line in lines if line.kind == "earned"],
        posting_ids=[line.id for line in lines if line.kind in ("earned", "adjusted")],
        corrections=[line.id for line in lines if line.by_hand is not None],
    )
