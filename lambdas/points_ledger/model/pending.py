"""Pending points: what purchases that are authorised and not posted are likely to earn.

They are no part of the books: no line, no entry, no sum. Nothing is spent of them, and nothing is owed.
"""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from contracts.cards import PurchaseAuthorised
from contracts.points_ledger import PendingPurchase, TooManyPending
from contracts.vocabulary import Money

MOST_PENDING = 50
"""Of one member: they stand in one item, which every authorisation of the member writes."""


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """An authorised purchase that is not posted."""

    points: int
    merchant: str
    amount: Money
    authorised_at: datetime
    until: datetime
    """When it is pending no longer."""


Pendings = dict[str, Pending]
"""By the id of the authorisation."""


def live(pendings: Mapping[str, Pending], now: datetime) -> Pendings:
    """Those whose end has not come."""
    return {identity: one for identity, one in pendings.items() if now < one.until}


def with_one_more(pendings: Mapping[str, Pending], came: PurchaseAuthorised, points: int, now: datetime) -> Pendings:
    """With an authorisation, if its end has not come; without those whose end has.

    Raises:
        TooManyPending: the member has too many.
    """
    one = Pending(
        points=points,
        merchant=came.merchant.name,
        amount=came.amount,
        authorised_at=came.authorised_at,
        until=came.expires_at,
    )
    after = live({**pendings, came.id: one}, now)
    if len(after) > MOST_PENDING:
        raise TooManyPending(
            f"authorisation {came.id}: member {came.member_id} has {MOST_PENDING} pending purchases, "
            "as many as there can be"
        )
    return after


def listed(pendings: Mapping[str, Pending]) -> list[PendingPurchase]:
    """In the words of the contract, latest authorisation first."""
    found = [
        PendingPurchase(
            authorisation_id=identity,
            points=one.points,
            merchant=one.merchant,
            amount=one.amount,
            authorised_at=one.authorised_at,
            expires_at=one.until,
        )
        for identity, one in pendings.items()
    ]
    return sorted(found, key=lambda one: (one.authorised_at, one.authorisation_id), reverse=True)
