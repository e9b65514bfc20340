"""Caps: per purchase, per member and month, per campaign; exact, and enforced with the calculation."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.points_calculation import Line
from lambdas.points_calculation.model.caps import Cap, Earning, apply
from pbckit.runtime.ports import Operation, Put
from pbckit.runtime.unit_of_work import StillContended
from pbckit.testing.world import BEGIN, world
from tests.lambdas.points_calculation.programme import Programme
from tests.lambdas.points_calculation.purchases import RATE, fixed, multiplying, purchase, request


@pytest.fixture
def programme() -> Programme:
    return Programme(world("points-calculation"))


def earned(programme: Programme, number: int, *bonuses: Any, **changes: Any) -> list[int]:
    """Points of each line of another purchase, 39 of them base points."""
    posted = purchase(1999, id=f"p-{number}", **changes)
    return [line.points for line in programme.calculate(request(posted, *bonuses)).lines]


def used(programme: Programme, counter: str) -> int:
    (item,) = [one for one in programme.world.store if one["pk"] == f"counter#{counter}"]
    return item["used"]


def test_a_purchase_earns_no_more_than_its_cap_and_says_so(programme: Programme):
    bonus = multiplying("3", points_per_purchase=50)
    line = programme.calculate(request(None, bonus)).lines[1]

    assert line == Line(
        kind="campaign",
        text="Summer: 3 times the points, capped at 50 points for one purchase",
        points=50,
        campaign_id="c-1",
        uncapped_points=79,
        capped_by="purchase",
    )


def test_what_is_below_its_cap_says_nothing_of_it(programme: Programme):
    line = programme.calculate(request(None, fixed(50, points_per_purchase=50, budget_points=50))).lines[1]

    assert (line.points, line.uncapped_points, line.capped_by, line.text) == (50, None, None, "Welcome: +50 points")


def test_a_budget_is_spent_to_the_point_and_then_nothing_more(programme: Programme):
    bonus = fixed(30, budget_points=100)

    assert [earned(programme, number, bonus)[1] for number in range(5)] == [30, 30, 30, 10, 0]
    assert used(programme, "campaign#c-2") == 100
    line = programme.explain("p-3").lines[1]
    assert (line.text, line.capped_by) == ("Welcome: +30 points, as much as the campaign's budget still held", "budget")


def test_a_budget_that_is_used_up_is_not_written_any_more(programme: Programme, monkeypatch: pytest.MonkeyPatch):
    """So purchases beyond it do not stand in each other's way."""
    bonus = fixed(30, budget_points=30)
    tables = programme.world.tables
    transact, written = tables.transact, list[list[str]]()

    def watched(operations: Sequence[Operation]) -> None:
        keys = [one.item if isinstance(one, Put) else one.key for one in operations]
        written.append([key["pk"] for key in keys if key.get("pk", "").startswith("counter#")])
        transact(operations)

    monkeypatch.setattr(tables, "transact", watched)
    earned(programme, 1, bonus)
    earned(programme, 2, bonus)

    assert written == [["counter#campaign#c-2"], []]


def test_a_members_month_is_capped_and_others_are_not(programme: Programme):
    bonus = fixed(30, points_per_member_month=50)
    july = BEGIN + timedelta(days=30)

    assert [earned(programme, number, bonus)[1] for number in range(3)] == [30, 20, 0]
    assert earned(programme, 10, bonus, member_id="m-2")[1] == 30
    assert earned(programme, 11, bonus, posted_at=july)[1] == 30
    assert programme.explain("p-1").lines[1].text == "Welcome: +30 points, capped at 50 points a month"


def test_base_points_are_capped_by_their_rate(programme: Programme):
    rate = msgspec.structs.replace(RATE, points_per_purchase=30, points_per_member_month=50)
    found = [programme.calculate(request(purchase(id=f"p-{number}"), rate=rate)).lines[0] for number in range(3)]

    assert [line.points for line in found] == [30, 20, 0]
    assert [line.capped_by for line in found] == ["purchase", "member-month", "member-month"]
    assert found[2].text.endswith("since 1 June 2026, capped at 50 points a month")


def test_a_multiplier_counts_from_the_base_before_its_cap(programme: Programme):
    rate = msgspec.structs.replace(RATE, points_per_purchase=10)

    assert [line.points for line in programme.calculate(request(None, multiplying("3"), rate=rate)).lines] == [10, 79]


def test_one_that_was_slower_counts_what_the_faster_one_took(programme: Programme):
    bonus = fixed(30, budget_points=50)
    faster: list[int] = []
    programme.world.tables.before_transaction = lambda: faster.append(earned(programme, 1, bonus)[1])
    slower = earned(programme, 2, bonus)[1]

    assert (faster, slower) == ([30], 20)
    assert used(programme, "campaign#c-2") == 50


def test_a_budget_so_contended_that_nothing_goes_is_tried_again_later(programme: Programme):
    bonus = fixed(1, budget_points=1_000)
    tables = programme.world.tables
    others = iter(range(100, 200))

    def another() -> None:
        earned(programme, next(others), bonus)
        tables.before_transaction = another

    tables.before_transaction = another
    with pytest.raises(StillContended):
        earned(programme, 1, bonus)
    tables.before_transaction = None

    assert "purchase#p-1" not in {item["pk"] for item in programme.world.store}
    assert earned(programme, 1, bonus)[1] == 1


limits = st.one_of(st.none(), st.integers(min_value=0, max_value=60))


@given(
    points=st.lists(st.integers(min_value=0, max_value=100), max_size=8),
    per_purchase=limits,
    per_month=limits,
    budget=limits,
)
def test_no_cap_is_ever_exceeded_and_none_takes_more_than_it_must(
    points: list[int], per_purchase: int | None, per_month: int | None, budget: int | None
):
    limited = (("purchase", per_purchase, None), ("member-month", per_month, "month"), ("budget", budget, "budget"))
    caps = [Cap(kind=kind, most=most, counter=counter) for kind, most, counter in limited if most is not None]
    counters: dict[str, int] = {}
    for wanted in points:
        earning = Earning(line=Line(kind="base", text="x", points=wanted), caps=caps)
        left = [cap.most - counters.get(cap.counter, 0) if cap.counter else cap.most for cap in caps]
        (line,), taken = apply([earning], counters, {})
        assert line.points == min([wanted, *left])
        assert (line.uncapped_points, line.capped_by) == (None, None) or line.uncapped_points == wanted
        counters = {name: counters.get(name, 0) + more for name, more in taken.items()}
    assert all(counters.get(cap.counter, 0) <= cap.most for cap in caps if cap.counter)


def test_a_campaign_that_comes_twice_counts_twice():
    caps = [Cap(kind="budget", most=50, counter="c")]
    twice = [Earning(line=Line(kind="campaign", text="x", points=30), caps=caps)] * 2
    lines, taken = apply(twice, {}, {})

    assert ([line.points for line in lines], taken) == ([30, 20], {"c": 50})


@pytest.mark.parametrize(
    ("most", "others", "own", "granted"),
    [
        (100, 0, 0, 60),
        (100, 70, 0, 30),
        (100, 70, 30, 30),
        (100, 40, 60, 60),
        # The limit was lowered since: what is its own stays, and no more comes.
        (10, 70, 30, 30),
        (10, 0, 0, 10),
    ],
)
def test_what_a_purchase_counts_already_is_its_own(most: int, others: int, own: int, granted: int):
    earning = Earning(
        line=Line(kind="campaign", text="x", points=60), caps=[Cap(kind="budget", most=most, counter="c")]
    )
    (line,), taken = apply([earning], {"c": others + own}, {"c": own})

    assert (line.points, taken) == (granted, {"c": granted})
