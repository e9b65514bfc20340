"""tiers: which tier a member has, by the points of the last twelve months. See README.md."""

from contracts.points_ledger import MemberErased, MemberMerged, PointsCorrected, PointsPosted
from contracts.tiers import LIST_TIERS, SET_TIERS, TIER, TIERS_HISTORY, TierChanged
from pbckit.infra.function import SMALL_MB
from pbckit.infra.pbc import Pbc

_REVIEW_EVERY_MINUTES = 5
_REVIEW_SECONDS = 5 * 60


def define(pbc: Pbc) -> None:
    """Owns the sets of tiers, and each member's qualifying points."""
    tiers = pbc.store()
    outbox = pbc.publishes(TierChanged)
    changes = [tiers.write(), outbox.append()]
    pbc.subscribes(
        *(PointsPosted, PointsCorrected, MemberMerged, MemberErased),
        handler="count-points",
        grants=changes,
        memory_mb=SMALL_MB,
    )
    pbc.exposes(SET_TIERS, changes)
    for question in (TIER, LIST_TIERS, TIERS_HISTORY):
        pbc.exposes(question, [tiers.read()])
    pbc.scheduled(
        "review-members", every_minutes=_REVIEW_EVERY_MINUTES, grants=changes, timeout_seconds=_REVIEW_SECONDS
    )
