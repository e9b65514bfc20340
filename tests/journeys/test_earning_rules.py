"""What earns and what does not, by the programme's rules, on the embedded AWS."""

from datetime import UTC, datetime

import msgspec
import pytest

from contracts.earning_rates import (
    SET_CARD_PRODUCT,
    SET_EARNING_RULES,
    SET_RATE,
    MinimumAmount,
    SetCardProduct,
    SetEarningRules,
    SetRate,
)
from contracts.points_calculation import EXPLAIN, LIST_REFUSED, Explain, ListRefused, RefusedPurchase
from contracts.vocabulary import Money
from ops.demo import scenarios
from ops.demo.world import DeployedSystem, wait_for
from pbckit.cli.errors import Refused
from tests.journeys.test_programme import refund


def refused(world: DeployedSystem, purchase_id: str) -> list[RefusedPurchase]:
    listed = world.capabilities.ask(LIST_REFUSED, ListRefused()).refused
    return [one for one in listed if one.purchase.id == purchase_id]


def test_a_purchase_in_a_foreign_currency_is_refused_and_is_no_failed_delivery(world: DeployedSystem):
    purchase = msgspec.structs.replace(
        scenarios.example_purchase("foreign-1", "foreign-member"), amount=Money(minor_units=10_000, currency="JPY")
    )
    world.ingest([purchase])
    (found,) = wait_for(lambda: refused(world, purchase.id), lambda listed: len(listed) > 0, "the refusal")
    assert (found.error, found.message) == (
        "ForeignCurrency",
        "purchase foreign-1: its amount is in JPY, and gold bills in EUR",
    )

    world.ingest([refund(purchase, 1, 5_000, "JPY"), purchase])
    good = scenarios.example_purchase("foreign-2", "foreign-member")
    world.ingest([good])
    assert world.wait_for_calculation(good.id).points == 100
    with pytest.raises(Refused, match="PurchaseWasRefused: purchase foreign-1 earns nothing: ForeignCurrency"):
        world.capabilities.ask(EXPLAIN, Explain(purchase_id=purchase.id))
    for unit, queue in (("earn-points", "earn-queue-dlq"), ("refund-points", "refund-queue-dlq")):
        assert "foreign-1" not in str(world.dead_letters(unit, queue))


def test_a_card_product_without_a_rate_is_not_waited_for_and_re_rated_when_it_gets_one(world: DeployedSystem):
    world.capabilities.ask(SET_CARD_PRODUCT, SetCardProduct(card_product="unrated", billing_currency="EUR"))
    purchase = msgspec.structs.replace(
        scenarios.example_purchase("unrated-1", "unrated-member"), card_product="unrated"
    )
    world.ingest([purchase])
    before = world.wait_for_calculation(purchase.id)
    assert (before.points, before.fallbacks) == (40, [])
    assert before.lines[0].text == "1 point per EUR: the programme's base rate, as no rate is set for unrated"

    world.capabilities.ask(
        SET_RATE,
        SetRate(card_product="unrated", category="*", points_per_unit="3", effective_from=purchase.posted_at),
    )

    def recalculated() -> int:
        world.run_scheduled("points-calculation", "find-outdated")
        return world.calculation(purchase.id).net_points

    wait_for(recalculated, lambda points: points == 120, "the re-rating")
    (adjustment,) = world.capabilities.ask(EXPLAIN, Explain(purchase_id=purchase.id)).adjustments
    assert (adjustment.points, adjustment.reason) == (80, "re-rating")


def test_excluded_categories_and_small_amounts_earn_nothing_and_the_past_is_re_rated(world: DeployedSystem):
    """In January 2020, before all other purchases: rules are those of everybody."""
    january, february = datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 2, 1, tzinfo=UTC)
    ask = world.capabilities.ask
    ask(SET_CARD_PRODUCT, SetCardProduct(card_product="ruled", billing_currency="EUR"))
    ask(SET_RATE, SetRate(card_product="ruled", category="*", points_per_unit="2", effective_from=january))
    example = msgspec.structs.replace(
        scenarios.example_purchase("ruled-1", "ruled-member"),
        card_product="ruled",
        posted_at=datetime(2020, 1, 15, tzinfo=UTC),
    )
    cash = msgspec.structs.replace(
        example, id="ruled-2", merchant=msgspec.structs.replace(example.merchant, mcc="6011")
    )
    small = msgspec.structs.replace(example, id="ruled-3", amount=Money(minor_units=499, currency="EUR"))
    world.ingest([example, cash, small])
    assert [world.wait_for_calculation(one.id).points for one in (example, cash, small)] == [80, 80, 9]

    ask(SET_EARNING_RULES, SetEarningRules(effective_from=february))
    minimum = MinimumAmount(card_product="ruled", minor_units=500)
    rules = SetEarningRules(effective_from=january, excluded_categories=["cash-like"], minimums=[minimum])
    assert ask(SET_EARNING_RULES, rules).effective_to == february

    def recalculated() -> list[int]:
        world.run_scheduled("points-calculation", "find-outdated")
        found = [world.calculation(one.id) for one in (example, cash, small)]
        return [one.net_points for one in found if one is not None]

    wait_for(recalculated, lambda points: points == [80, 0, 0], "the re-rating")
    later = msgspec.structs.replace(cash, id="ruled-4")
    after = msgspec.structs.replace(cash, id="ruled-5", posted_at=february)
    world.ingest([later, after])
    assert [line.text for line in world.wait_for_calculation(later.id).lines] == ["Cash-like purchases earn nothing."]
    assert world.wait_for_calculation(after.id).points == 80
    explained = world.calculation(small.id)
    assert explained is not None
    assert [line.text for line in explained.lines] == ["Purchases below 5.00 EUR earn nothing."]
