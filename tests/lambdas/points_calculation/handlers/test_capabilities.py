"""calculate and explain, through their handlers: as JSON, in a world in memory."""

from typing import Any

import msgspec
import pytest

from contracts.points_calculation import CALCULATE, EXPLAIN, Calculate, Calculation, PointsCalculated
from lambdas.points_calculation.handlers import calculate, explain
from pbckit.testing.calls import CORRELATION, Caller, RefusedCall
from pbckit.testing.world import World, world
from tests.lambdas.points_calculation.purchases import RATE, fixed, multiplying, purchase, request


@pytest.fixture
def there() -> World:
    return world("points-calculation")


class Programme:
    """The PBC's two capabilities."""

    def __init__(self, there: World) -> None:
        self._caller = Caller(there, actor="earn-points")

    def calculate(self, asked: Calculate) -> Calculation:
        return self._caller.ask(calculate.handler, CALCULATE, **msgspec.to_builtins(asked))

    def explain(self, purchase_id: str) -> Calculation:
        return self._caller.ask(explain.handler, EXPLAIN, purchase_id=purchase_id)

    def published(self) -> list[dict[str, Any]]:
        return self._caller.published()


@pytest.fixture
def programme(there: World) -> Programme:
    return Programme(there)


def test_a_purchase_is_calculated_kept_and_told(programme: Programme, there: World):
    calculation = programme.calculate(request(None, multiplying("3"), fixed(100), fallbacks=["category"]))

    assert (calculation.purchase_id, calculation.member_id, calculation.category) == ("p-1", "m-1", "restaurants")
    assert calculation.points == 39 + 79 + 100
    assert sum(line.points for line in calculation.lines) == calculation.points
    assert calculation.fallbacks == ["category"]
    assert programme.explain("p-1") == calculation
    assert {(item["pk"].split("#")[0], item["sk"].split("#")[-1]) for item in there.store} == {
        ("purchase", "calculation"),
        ("posted", "p-1"),
        ("bought", "p-1"),
        ("open", "p-1"),
        ("unconfirmed", "p-1"),
    }


def test_the_event_tells_what_was_calculated(programme: Programme):
    calculation = programme.calculate(request(None, multiplying("3")))

    (event,) = programme.published()
    assert (event["source"], event["type"]) == ("points-calculation", "PointsCalculated")
    assert (event["metadata"]["aggregate_id"], event["metadata"]["sequence"]) == ("p-1", 1)
    assert event["metadata"]["correlation_id"] == CORRELATION
    told = msgspec.convert(event["data"], PointsCalculated)
    assert (told.points, told.lines, told.fallbacks) == (calculation.points, calculation.lines, [])
    assert told.posted_at == purchase().posted_at


def test_the_same_purchase_again_gets_the_first_answer_and_no_second_event(programme: Programme):
    first = programme.calculate(request())

    assert programme.calculate(request()) == first
    assert len(programme.published()) == 1


def test_the_first_answer_stands_whatever_the_lookups_say_now(programme: Programme):
    first = programme.calculate(request(fallbacks=["rate"]))
    other_rate = msgspec.structs.replace(RATE, points_per_unit="5")

    assert programme.calculate(request(None, fixed(1000), rate=other_rate)) == first
    assert len(programme.published()) == 1


@pytest.mark.parametrize(
    ("changes", "named"),
    [({"member_id": "m-2"}, "member_id"), ({"minor_units": 2000, "card_product": "basic"}, "card_product, amount")],
)
def test_the_same_id_with_other_content_is_refused(programme: Programme, changes: dict[str, Any], named: str):
    first = programme.calculate(request())

    with pytest.raises(RefusedCall) as refusal:
        programme.calculate(request(purchase(**changes)))

    assert refusal.value.args == ("ConflictingPurchase", f"purchase p-1 came before with another {named}")
    assert programme.explain("p-1") == first
    assert len(programme.published()) == 1


def test_two_at_the_same_moment_get_one_answer(programme: Programme, there: World):
    faster: list[Calculation] = []
    there.tables.before_transaction = lambda: faster.append(programme.calculate(request()))

    slower = programme.calculate(request(fallbacks=["rate"]))

    assert faster == [slower]
    assert len(programme.published()) == 1


def test_a_calculation_and_its_event_are_committed_together_or_not_at_all(programme: Programme, there: World):
    there.tables.conflicts = 1000
    with pytest.raises(Exception, match="another writer"):
        programme.calculate(request())

    assert (there.store, there.outbox) == ([], [])


@pytest.mark.parametrize(
    ("asked", "error", "named"),
    [
        (request(purchase(currency="XQX")), "UnknownCurrency", "'XQX'"),
        (request(purchase(minor_units=-5)), "InvalidRequest", "purchase.amount.minor_units is -5"),
        (request(purchase(currency="eur")), "InvalidRequest", "purchase.amount.currency is"),
        (request(None, multiplying("0.5")), "InvalidRequest", "bonus c-1"),
        (request(rate=msgspec.structs.replace(RATE, points_per_unit="1e9")), "InvalidRequest", "points_per_unit"),
        (request(rate=msgspec.structs.replace(RATE, points_per_unit=2.0)), "InvalidRequest", "points_per_unit"),
        (request(fallbacks=["weather"]), "InvalidRequest", "$.fallbacks[0]"),
    ],
)
def test_what_cannot_be_calculated_is_refused_and_leaves_nothing(
    programme: Programme, there: World, asked: Calculate, error: str, named: str
):
    with pytest.raises(RefusedCall) as refusal:
        programme.calculate(asked)

    assert refusal.value.args[0] == error
    assert named in refusal.value.args[1]
    assert (there.store, there.outbox) == ([], [])


def test_an_unknown_purchase_cannot_be_explained(programme: Programme):
    with pytest.raises(RefusedCall) as refusal:
        programme.explain("p-404")

    assert refusal.value.args == ("UnknownPurchase", "nothing was calculated for purchase 'p-404'")
