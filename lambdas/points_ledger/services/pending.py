"""Pending points: when they begin and end, and what a member has of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.cards import PurchaseAuthorised
from contracts.points_ledger import CannotMerge, ConflictingAuthorisation, PendingPurchase
from lambdas.points_ledger.model import pending
from lambdas.points_ledger.model.account import Account
from lambdas.points_ledger.model.diff import differences
from lambdas.points_ledger.services.member_ledger import owner
from lambdas.points_ledger.storage.ledger import Ledger
from lambdas.points_ledger.storage.pending import Ending, PendingStore
from pbckit.runtime.ports import Operation
from pbckit.runtime.runtime import Runtime
from pbckit.runtime.subscriber import EventContext, NotYet
from pbckit.runtime.unit_of_work import AlreadyHandled, retry_on_conflict


def begun(runtime: Runtime, authorisation: PurchaseAuthorised, points: int) -> list[Operation]:
    """What makes an authorised purchase pending; nothing where it came before.

    One that ended before it came, or whose time is over, is remembered and not pending.

    Raises:
        ConflictingAuthorisation: the same id came before with other content.
        TooManyPending: the member has too many.
        NotYet: the member is being erased. What comes after it begins a new member.
    """
    store = PendingStore(runtime)
    before = store.authorisation(authorisation.id)
    if before is not None and before.authorisation is not None:
        _require_same(before.authorisation, authorisation)
        return []
    came = store.came(before, authorisation)
    if before is not None and before.ended is not None:
        return [came]
    ledger = Ledger(runtime)
    member_id = owner(ledger, authorisation.member_id)
    account = ledger.account(member_id)
    if account is not None and account.erased:
        raise NotYet(f"authorisation {authorisation.id}: its member is being erased")
    kept = store.of_member(member_id)
    pendings = kept.pending if kept else {}
    after = pending.with_one_more(pendings, authorisation, points, runtime.clock.now())
    return [came] if after == pendings else [came, store.changed(member_id, kept, after)]


def ended(runtime: Runtime, authorisation_id: str, ending: Ending) -> list[Operation]:
    """What ends an authorisation, whether it came already or not; nothing where it has ended."""
    store = PendingStore(runtime)
    before = store.authorisation(authorisation_id)
    if before is not None and before.ended is not None:
        return []
    operations = [store.ended(before, authorisation_id, ending, runtime.clock.now())]
    came = before.authorisation if before else None
    member_id = owner(Ledger(runtime), came.member_id) if came else None
    kept = store.of_member(member_id) if member_id else None
    if member_id is not None and kept is not None and authorisation_id in kept.pending:
        left = {identity: one for identity, one in kept.pending.items() if identity != authorisation_id}
        operations.append(store.changed(member_id, kept, left))
    return operations


def commit_once(context: EventContext, authorisation_id: str, change: Callable[[], Sequence[Operation]]) -> None:
    """Commit what an event changes of an authorisation; where that is nothing, the event was handled before.

    Args:
        context: of the event.
        authorisation_id: of the authorisation.
        change: gives the operations, anew where somebody changed the same meanwhile.
    """

    def commit() -> None:
        operations = change()
        if not operations:
            raise AlreadyHandled(authorisation_id)
        work = context.unit_of_work()
        work.add(*operations)
        work.commit()

    retry_on_conflict(commit, context.runtime)


@dataclass(frozen=True, kw_only=True)
class Moved:
    """What lets a member's pending purchases be another's."""

    purchases: int
    operations: Sequence[Operation]


def moved(runtime: Runtime, member_id: str, into_member_id: str) -> Moved:
    """Let a member's pending purchases be those of another one.

    The member's item is written in any case: who lets a purchase be pending at the same moment meets it, and looks
    again whose it is.

    Raises:
        CannotMerge: the other one would have too many.
    """
    store, now = PendingStore(runtime), runtime.clock.now()
    source, target = store.of_member(member_id), store.of_member(into_member_id)
    moving = pending.live(source.pending, now) if source else {}
    after = {**pending.live(target.pending if target else {}, now), **moving}
    if moving and len(after) > pending.MOST_PENDING:
        raise CannotMerge(
            f"member {member_id} cannot be merged into {into_member_id}: together they have {len(after)} pending "
            f"purchases; allowed: {pending.MOST_PENDING}; wait until some are posted"
        )
    left = store.changed(member_id, source, {}, now)
    return Moved(
        purchases=len(moving),
        operations=[left, store.changed(into_member_id, target, after)] if moving else [left],
    )


def of_member(runtime: Runtime, member_id: str, account: Account | None, at: datetime) -> list[PendingPurchase]:
    """A member's pending purchases at an instant that is not past, latest first.

    A closed account has none: their points will be forfeited.
    """
    kept = PendingStore(runtime).of_member(member_id)
    if kept is None or (account is not None and account.closed is not None):
        return []
    return pending.listed(pending.live(kept.pending, at))


def _require_same(before: PurchaseAuthorised, now: PurchaseAuthorised) -> None:
    different = differences(before, now)
    if different:
        raise ConflictingAuthorisation(f"authorisation {now.id} came before with another {', '.join(different)}")
