"""What is given out about a member: purchases, refunds, refusals, and nothing of anybody else."""

import msgspec
import pytest

from contracts.points_ledger import PointsPosted
from lambdas.points_calculation.handlers import confirm_posting
from pbckit.testing.calls import RefusedCall
from pbckit.testing.deliveries import bus_event
from pbckit.testing.world import World, world
from tests.lambdas.points_calculation.programme import Programme, refund_of
from tests.lambdas.points_calculation.purchases import RATE, purchase, request

OTHERS = msgspec.structs.replace(purchase(), id="p-2", member_id="m-2")


@pytest.fixture
def there() -> World:
    return world("points-calculation")


@pytest.fixture
def programme(there: World) -> Programme:
    """m-1 has bought p-1, and m-2 has p-2."""
    made = Programme(there)
    made.calculate(request(None))
    made.calculate(request(OTHERS))
    return made


def confirm(there: World, posting_id: str, member_id: str, points: int) -> None:
    event = PointsPosted(posting_id=posting_id, member_id=member_id, points=points, balance_points=points)
    confirm_posting.handler.consume(bus_event(event, event_id=f"event-{posting_id}"), there.runtime)


def test_a_purchase_that_the_ledger_has_not_confirmed_is_found_without_being_named(programme: Programme):
    found = programme.of_member("m-1")

    (one,) = found.purchases
    assert (one.basis.purchase.id, one.calculation) == ("p-1", programme.explain("p-1"))
    assert [told.posting_id for told in found.unconfirmed] == ["p-1"]
    assert (found.refused, found.differences) == ([], [])


def test_a_confirmed_purchase_is_given_out_by_its_id_with_its_refunds(programme: Programme, there: World):
    points = programme.explain("p-1").points
    confirm(there, "p-1", "m-1", points)
    assert programme.of_member("m-1").purchases == []
    taken = programme.refund(refund_of(purchase(), 100))

    (one,) = programme.of_member("m-1", "p-1").purchases
    assert [refund.refund.id for refund in one.refunds] == ["r-1"]
    assert [made.points for made in one.calculation.adjustments] == [taken.points]


def test_purchases_of_others_are_left_out_though_they_are_asked_for(programme: Programme):
    assert [one.basis.purchase.id for one in programme.of_member("m-1", "p-2", "p-9", "p-1").purchases] == ["p-1"]
    assert programme.of_member("m-9", "p-1", "p-2").purchases == []


def test_refused_purchases_and_differences_are_the_member_s(programme: Programme, there: World):
    yen = msgspec.structs.replace(purchase(10_000, "JPY"), id="p-3")
    with pytest.raises(RefusedCall, match="ForeignCurrency"):
        programme.calculate(request(yen, rate=msgspec.structs.replace(RATE, billing_currency="EUR")))
    confirm(there, "p-1", "m-1", 999_999)

    found = programme.of_member("m-1")
    assert [one.purchase.id for one in found.refused] == ["p-3"]
    assert [(one.posting_id, one.kind) for one in found.differences] == [("p-1", "other-points")]
    others = programme.of_member("m-2")
    assert (others.refused, others.differences) == ([], [])
