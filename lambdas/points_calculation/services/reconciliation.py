"""What the ledger posted otherwise than it was told, or not at all."""

from datetime import timedelta

from contracts.points_calculation import Difference, ReportedPosting
from lambdas.points_calculation.storage.confirmations import ConfirmationStore
from pbckit.runtime.runtime import Runtime

OVERDUE_AFTER = timedelta(hours=1)
"""Time that the ledger has to post what it is told; its own alarms tell earlier that it is behind."""


def differences(runtime: Runtime, limit: int) -> list[Difference]:
    """All differences that are open, those that were posted first.

    Args:
        runtime: the function's world.
        limit: how many of each kind at most.
    """
    store = ConfirmationStore(runtime)
    overdue = [one for one in _overdue(store, runtime, limit) if store.confirmation(one.posting_id) is None]
    return [*store.differences(limit), *map(not_posted, overdue)]


def remove_confirmed(runtime: Runtime, limit: int) -> None:
    """Remove entries whose posting is confirmed: a function died before it did, and its message did not come again.

    Args:
        runtime: the function's world.
        limit: how many of a shard are looked at.
    """
    store = ConfirmationStore(runtime)
    for one in _overdue(store, runtime, limit):
        if store.confirmation(one.posting_id) is not None:
            runtime.tables.delete(store.confirmed(one))


def _overdue(store: ConfirmationStore, runtime: Runtime, limit: int) -> list[ReportedPosting]:
    return store.overdue(runtime.clock.now() - OVERDUE_AFTER, limit)


def not_posted(told: ReportedPosting) -> Difference:
    """What was told and is not posted, as a difference."""
    return Difference(
        posting_id=told.posting_id,
        member_id=told.member_id,
        kind="not-posted",
        reported_points=told.points,
        posted_points=None,
        found_at=told.told_at,
    )
