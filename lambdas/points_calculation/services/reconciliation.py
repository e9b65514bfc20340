"""What the ledger posted otherwise than it was told, or not at all."""

from datetime import timedelta

from contracts.points_calculation import Difference, ReportedPosting
from lambdas.points_calculation.storage.confirmations import ConfirmationStore
from pbckit.runtime.runtime import Runtime

OVERDUE_AFTER = timedelta(hours=1)
"""Time that the ledger has to post what it is told; its own alarms tell earlier that it is behind."""


def differences(runtime: Runtime, limit: int, *, removing_confirmed: bool = False) -> list[Difference]:
    """All differences that are open, those that were posted first.

    Args:
        runtime: the function's world.
        limit: how many of each kind at most, of a shard where they are not posted.
        removing_confirmed: remove entries whose posting is confirmed: a function died before it did, and its message
            did not come again.
    """
    store = ConfirmationStore(runtime)
    overdue: list[ReportedPosting] = []
    for told in store.overdue(runtime.clock.now() - OVERDUE_AFTER, limit):
        if store.confirmation(told.posting_id) is None:
            overdue.append(told)
        elif removing_confirmed:
            runtime.tables.delete(store.confirmed(told))
    return [*store.differences(limit), *map(not_posted, overdue)]


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
