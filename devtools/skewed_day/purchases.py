"""Purchases of a peak hour: few members buy much, one merchant has a sale, and a campaign is for everybody."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from contracts.campaigns import Bonus
from contracts.cards import PurchasePosted
from contracts.vocabulary import Merchant, Money

MEMBERS = 1_000_000
_ZIPF = 0.8
"""Exponent: of a million members the first makes a hundredth of all purchases, as a corporate card may."""
FIRST_SHARE = 0.01
"""Of all purchases, the first member's: about that; a test counts it."""
_SALE_SHARE = 0.2
"""Purchases at the merchant that has a sale."""
_MERCHANTS = 50_000

CAMPAIGN = Bonus(
    campaign_id="everybody",
    name="A week for everybody",
    multiplier="2",
    combination="stacking",
    priority=1,
    budget_points=10**12,
)
"""A campaign with a budget that everybody draws from."""


def purchases(number: int, seed: int, at: datetime) -> Iterator[PurchasePosted]:
    """Purchases, each with an id of its own.

    Args:
        number: how many.
        seed: decides everything but the time.
        at: when the first is posted; the others follow, a millisecond each.
    """
    chance = random.Random(seed)  # noqa: S311 the same in every run
    for count in range(number):
        merchant = 0 if chance.random() < _SALE_SHARE else 1 + int(chance.random() * _MERCHANTS)
        yield PurchasePosted(
            id=f"purchase-{chance.getrandbits(64):020d}",
            member_id=f"member-{_zipf(chance.random()):010d}",
            card_product="gold",
            merchant=Merchant(id=f"merchant-{merchant:08d}", name="Bistro at the Station", mcc="5812", country="DE"),
            amount=Money(minor_units=100 + int(chance.random() * 10_000), currency="EUR"),
            posted_at=at + timedelta(milliseconds=count),
        )


def _zipf(share: float) -> int:
    """A member's rank, from 1, by the inverse of Zipf's distribution made continuous."""
    power = 1 - _ZIPF
    return int(((MEMBERS**power - 1) * share + 1) ** (1 / power))
