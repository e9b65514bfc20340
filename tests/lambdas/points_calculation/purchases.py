"""Requests to calculate, as the tests of this PBC make them."""

from datetime import timedelta
from typing import Any

import msgspec

from contracts.campaigns import Bonus
from contracts.cards import PurchaseAuthorised, PurchasePosted
from contracts.earning_rates import Rate
from contracts.merchant_categorization import Categorization
from contracts.points_calculation import Calculate, EstimatePoints
from contracts.vocabulary import Merchant, Money
from pbckit.testing.world import BEGIN

RATE = Rate(card_product="gold", category="restaurants", points_per_unit="2", effective_from=BEGIN)
NO_RATE = Rate(card_product="gold", category="*", points_per_unit="1", effective_from=BEGIN, basis="no-rate")
"""The programme's base rate, where earning-rates answered that there is none."""


def purchase(minor_units: int = 1999, currency: str = "EUR", **changes: Any) -> PurchasePosted:
    posted = PurchasePosted(
        id="p-1",
        member_id="m-1",
        card_product="gold",
        merchant=Merchant(id="shop-1", name="Trattoria", mcc="5812", country="IT"),
        amount=Money(minor_units=minor_units, currency=currency),
        posted_at=BEGIN,
    )
    return msgspec.structs.replace(posted, **changes)


def multiplying(multiplier: str, campaign_id: str = "c-1", **changes: Any) -> Bonus:
    bonus = Bonus(campaign_id=campaign_id, name="Summer", multiplier=multiplier, combination="stacking", priority=0)
    return msgspec.structs.replace(bonus, **changes)


def fixed(points: int, campaign_id: str = "c-2", **changes: Any) -> Bonus:
    bonus = Bonus(campaign_id=campaign_id, name="Welcome", fixed_points=points, combination="stacking", priority=0)
    return msgspec.structs.replace(bonus, **changes)


def request(posted: PurchasePosted | None = None, *bonuses: Bonus, **changes: Any) -> Calculate:
    asked = Calculate(
        purchase=posted or purchase(),
        category=Categorization(category="restaurants", basis="mcc"),
        rate=RATE,
        bonuses=list(bonuses),
        fallbacks=[],
        asked_at=BEGIN,
    )
    return msgspec.structs.replace(asked, **changes)


def authorisation(minor_units: int = 1999, currency: str = "EUR", **changes: Any) -> PurchaseAuthorised:
    bought = purchase()
    given = PurchaseAuthorised(
        id="au-1",
        member_id=bought.member_id,
        card_product=bought.card_product,
        merchant=bought.merchant,
        amount=Money(minor_units=minor_units, currency=currency),
        authorised_at=BEGIN,
        expires_at=BEGIN + timedelta(days=7),
    )
    return msgspec.structs.replace(given, **changes)


def estimating(authorised: PurchaseAuthorised | None = None, *bonuses: Bonus, **changes: Any) -> EstimatePoints:
    asked = EstimatePoints(
        authorisation=authorised or authorisation(),
        category=Categorization(category="restaurants", basis="mcc"),
        rate=RATE,
        bonuses=list(bonuses),
        fallbacks=[],
    )
    return msgspec.structs.replace(asked, **changes)
