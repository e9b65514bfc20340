"""Refunds, true-up and caps on the embedded AWS."""

from datetime import UTC, datetime

from contracts.cards import PurchasePosted, PurchaseRefunded
from contracts.points_calculation import Calculation
from contracts.vocabulary import Money
from ops.demo import shows
from ops.demo.world import World, wait_for

REFUNDED_AT = datetime(2026, 9, 20, 12, tzinfo=UTC)


def refund(purchase: PurchasePosted, number: int, minor_units: int, currency: str = "EUR") -> PurchaseRefunded:
    return PurchaseRefunded(
        id=f"{purchase.id}-refund-{number}",
        purchase_id=purchase.id,
        amount=Money(minor_units=minor_units, currency=currency),
        refunded_at=REFUNDED_AT,
    )


def wait_for_adjustments(world: World, purchase_id: str, count: int) -> Calculation:
    found = wait_for(
        lambda: world.calculation(purchase_id),
        lambda it: it is not None and len(it.adjustments) >= count,
        f"{count} adjustments of {purchase_id}",
    )
    assert found is not None
    return found


def test_a_refund_in_three_parts_takes_back_what_one_would(world: World):
    purchase = shows.example_purchase("refund-1", "refund-member")
    world.ingest([purchase])
    world.wait_for_calculation(purchase.id)

    world.ingest([refund(purchase, number, amount) for number, amount in enumerate((1333, 1333, 1334))])
    calculation = wait_for_adjustments(world, purchase.id, 3)

    assert (calculation.points, calculation.net_points, calculation.refunded_minor_units) == (100, 0, 4000)
    assert sum(one.points for one in calculation.adjustments) == -100


def test_what_was_calculated_with_a_fallback_is_trued_up_once(world: World):
    purchase = shows.example_purchase("true-up-1", "true-up-member")
    with world.broken("earning-rates", "rate"):
        world.ingest([purchase])
        before = world.wait_for_calculation(purchase.id)
    assert (before.fallbacks, before.points) == (["rate"], 40)

    world.run_scheduled("points-calculation", "find-outdated")
    calculation = wait_for_adjustments(world, purchase.id, 1)

    assert (calculation.fallbacks, calculation.points, calculation.net_points) == ([], 100, 100)
    assert [(one.reason, one.points) for one in calculation.adjustments] == [("true-up", 60)]
