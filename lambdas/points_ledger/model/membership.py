"""The life of a member's account: enrolled by a posting without points, and closed for good by another."""

from datetime import datetime

from contracts.points_ledger import ClosingReason, PointsOnClosing
from lambdas.points_ledger.model.account import Account
from lambdas.points_ledger.model.lots import Lots, plus
from lambdas.points_ledger.model.postings import FORFEITED, Closing, Draft, Enrolling

ENROLLED, CLOSED = "enrolled", "closed"
"""The ids of the two postings: a member has one of each at most."""


def enrolled(at: datetime, actor: str) -> Draft:
    """Since when a person is a member, as somebody says."""
    return Draft(
        id=ENROLLED,
        kind="enrolled",
        points=0,
        text=f"member since {at:%Y-%m-%d}",
        at=at,
        enrolling=Enrolling(actor=actor),
    )


def closed(account: Account, reason: ClosingReason, points: PointsOnClosing, actor: str, now: datetime) -> Draft:
    """An account is closed. Its free points are forfeited, or kept until they expire; what is held stays held."""
    lost = account.spendable(now) if points == "forfeit" else Lots()
    number = sum(lost.values())
    return Draft(
        id=CLOSED,
        kind="closed",
        points=-number,
        text=f"account closed ({reason}): {f'{number} points forfeited' if lost else 'points kept until they expire'}",
        at=now,
        programme={FORFEITED: number},
        lots=plus({}, lost, sign=-1),
        forfeited=lost,
        closing=Closing(reason=reason, actor=actor, points=points),
    )
