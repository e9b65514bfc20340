"""Budgets that are shared out: exact to the point, whatever becomes of them, and as cheap as a counter."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import pytest

from contracts.campaigns import Bonus
from lambdas.points_calculation.services.budgets import PARTS, SHARDS
from lambdas.points_calculation.services.earning import MOST_COUNTERS
from lambdas.points_calculation.storage.budgets import BudgetStore
from pbckit.runtime.keys import shard_of
from pbckit.runtime.ports import ConditionFailed, Item, Key, Operation, Put
from pbckit.testing.world import world
from tests.lambdas.points_calculation.programme import Programme
from tests.lambdas.points_calculation.purchases import authorisation, estimating, fixed, purchase, request

BUDGET = 100_000
PART = BUDGET // PARTS
"""Enough for ten purchases of so many tenths."""
LARGE = 9_000
"""So much for one purchase that it draws from the counter."""


@pytest.fixture
def programme() -> Programme:
    return Programme(world("points-calculation"))


def campaign(points: int, budget: int = BUDGET, campaign_id: str = "c-2") -> Bonus:
    return fixed(points, campaign_id, budget_points=budget)


def earned(programme: Programme, number: int, bonus: Bonus) -> int:
    return programme.calculate(request(purchase(id=f"p-{number}"), bonus)).lines[1].points


def of_shard(shard: int) -> Iterator[int]:
    """Numbers of purchases of a shard."""
    return (number for number in range(100_000) if shard_of(f"p-{number}", SHARDS) == shard)


def counter(programme: Programme, campaign_id: str = "c-2") -> Item:
    (item,) = [one for one in programme.world.store if one["pk"] == f"counter#campaign#{campaign_id}"]
    return item


def allotments(programme: Programme) -> dict[str, int]:
    return {one["pk"]: one["left"] for one in programme.world.store if one["pk"].startswith("allotment#")}


def awarded(programme: Programme) -> int:
    """By the counter and its allotments, which is what the purchases say, too."""
    counted = sum(one["counted"].get("campaign#c-2", 0) for one in programme.world.store if "counted" in one)
    assert counted == counter(programme)["used"] - sum(allotments(programme).values())
    return counted


def exhaust(programme: Programme, bonus: Bonus, first: int = 50_000) -> int:
    """Points that purchases still get until there are none."""
    total, number = 0, first
    while points := earned(programme, number, bonus):
        total, number = total + points, number + 1
    return total


def test_a_purchase_reads_and_writes_one_item_of_a_shared_budget(programme: Programme, monkeypatch: pytest.MonkeyPatch):
    numbers = of_shard(7)
    earned(programme, next(numbers), campaign(10))
    tables, read, written = programme.world.tables, list[str](), list[str]()
    get, transact = tables.get, tables.transact

    def reading(table: str, key: Key) -> Item | None:
        read.append(key["pk"])
        return get(table, key)

    def writing(operations: Sequence[Operation]) -> None:
        keys = [one.item if isinstance(one, Put) else one.key for one in operations]
        written.extend(key["pk"] for key in keys if "pk" in key)
        transact(operations)

    monkeypatch.setattr(tables, "get", reading)
    monkeypatch.setattr(tables, "transact", writing)
    assert earned(programme, next(numbers), campaign(10)) == 10

    of_budgets = ("counter#", "allotment#")
    assert [key for key in read if key.startswith(of_budgets)] == ["allotment#7#campaign#c-2"]
    assert [key for key in written if key.startswith(of_budgets)] == ["allotment#7#campaign#c-2"]
    assert allotments(programme) == {"allotment#7#campaign#c-2": PART - 20}
    assert (counter(programme)["used"], awarded(programme)) == (PART, 20)


def test_an_allotment_that_is_short_is_filled_up_and_nothing_of_it_is_lost(programme: Programme):
    numbers = of_shard(7)
    assert [earned(programme, next(numbers), campaign(9)) for _ in range(12)] == [9] * 12
    assert allotments(programme) == {"allotment#7#campaign#c-2": 2 * PART - 12 * 9}
    assert counter(programme)["moves"] == 2


def test_a_budget_for_few_purchases_stays_one_item(programme: Programme):
    """Of an allotment of a hundred points, purchases of eleven have little."""
    for number in range(30):
        earned(programme, number, campaign(11))
    assert (allotments(programme), awarded(programme)) == ({}, 330)
    assert set(counter(programme)) == {"pk", "sk", "used"}


def test_what_shards_have_left_is_awarded_to_the_point(programme: Programme):
    for number in range(200):
        earned(programme, number, campaign(10))
    assert len(allotments(programme)) > SHARDS // 2

    assert exhaust(programme, campaign(LARGE)) == BUDGET - 2000
    assert awarded(programme) == counter(programme)["used"] == BUDGET
    assert not any(allotments(programme).values())
    line = programme.explain("p-50010").lines[1]
    assert (line.points, line.capped_by) == ((BUDGET - 2000) % LARGE, "budget")


def test_a_purchase_draws_from_another_shard_before_anything_comes_back(programme: Programme):
    first, other = next(of_shard(3)), next(of_shard(4))
    earned(programme, first, campaign(10))
    assert earned(programme, 60_000, campaign(BUDGET - PART)) == BUDGET - PART
    assert earned(programme, other, campaign(10)) == 10
    assert allotments(programme) == {"allotment#3#campaign#c-2": PART - 20}


def test_a_budget_that_is_used_up_is_not_written_and_two_items_are_read(
    programme: Programme, monkeypatch: pytest.MonkeyPatch
):
    earned(programme, 1, campaign(10))
    exhaust(programme, campaign(LARGE))
    before = [one for one in programme.world.store if one["pk"].startswith(("counter#", "allotment#"))]
    get, read = programme.world.tables.get, list[str]()

    def reading(table: str, key: Key) -> Item | None:
        read.append(key["pk"])
        return get(table, key)

    monkeypatch.setattr(programme.world.tables, "get", reading)
    assert earned(programme, 2, campaign(10)) == 0
    assert len([key for key in read if key.startswith(("counter#", "allotment#"))]) == 2
    assert [one for one in programme.world.store if one["pk"].startswith(("counter#", "allotment#"))] == before


def counted_formerly(programme: Programme, used: int) -> None:
    """Points that purchases got before there were allotments, as former releases wrote them."""
    item = {"pk": "counter#campaign#c-2", "sk": "used", "used": used}
    programme.world.tables.transact([Put(table="store", item=item, read_as=dict)])


def test_a_counter_of_a_former_release_counts_on(programme: Programme):
    counted_formerly(programme, BUDGET - 1000)
    points = [earned(programme, number, campaign(10)) for number in range(110)]
    assert (sum(points), points[-1]) == (1000, 0)
    assert counter(programme)["used"] == BUDGET


def test_a_counter_that_a_former_release_used_up_gives_nothing_more(programme: Programme):
    counted_formerly(programme, BUDGET)
    assert earned(programme, 1, campaign(10)) == 0
    assert allotments(programme) == {}


def test_a_former_release_beside_it_never_awards_more(programme: Programme):
    """It writes the counter alone, and takes what is allotted for awarded."""
    for number in range(100):
        earned(programme, number, campaign(10))
    formerly = BUDGET - counter(programme)["used"]
    key = {"pk": "counter#campaign#c-2", "sk": "used"}
    programme.world.tables.transact(
        [Put(table="store", item={**counter(programme), **key, "used": BUDGET}, read_as=dict)]
    )

    assert formerly + 1000 + exhaust(programme, campaign(10)) == BUDGET


@pytest.mark.parametrize("points", [10, LARGE])
def test_a_budget_that_is_raised_gives_what_it_has_more(programme: Programme, points: int):
    for number in range(100):
        earned(programme, number, campaign(10))
    more = sum(earned(programme, number, campaign(points, 2 * BUDGET)) for number in range(100, 120))
    assert more == 20 * points
    assert more + exhaust(programme, campaign(LARGE, 2 * BUDGET)) == 2 * BUDGET - 1000
    assert awarded(programme) == 2 * BUDGET


def test_a_raised_budget_is_shared_out_again(programme: Programme):
    for number in range(300):
        earned(programme, number, campaign(10))
    for number in range(300, 900):
        earned(programme, number, campaign(10, 2 * BUDGET))
    assert awarded(programme) == 9_000
    assert counter(programme)["shared_points"] == 2 * BUDGET
    moves = counter(programme)["moves"]
    assert earned(programme, 2001, campaign(10, 2 * BUDGET)) == 10
    assert counter(programme)["moves"] - moves <= 1


def test_a_lowered_budget_gives_no_more_than_it_has(programme: Programme):
    for number in range(100):
        earned(programme, number, campaign(10))
    assert counter(programme)["used"] > 3_000
    assert exhaust(programme, campaign(1, 1_100)) == 100
    assert awarded(programme) == 1_100


def test_a_budget_below_what_was_awarded_gives_nothing(programme: Programme):
    for number in range(100):
        earned(programme, number, campaign(10))
    assert earned(programme, 101, campaign(10, 50_000)) == 10
    assert earned(programme, 102, campaign(10, 900)) == 0
    assert awarded(programme) == 1010


def test_a_budget_that_was_raised_and_lowered_again_is_not_overdrawn(programme: Programme):
    """What a shard got before the raise must not be there after it."""
    low, high = BUDGET, 3 * BUDGET
    numbers = of_shard(3)
    earned(programme, next(numbers), campaign(10, low))
    assert earned(programme, 60_000, campaign(2 * BUDGET, high)) == 2 * BUDGET
    assert earned(programme, next(of_shard(4)), campaign(10, high)) == 10
    assert earned(programme, next(numbers), campaign(10, low)) == 0
    assert awarded(programme) == 2 * BUDGET + 20


def test_what_a_new_calculation_gives_back_is_awarded_again(programme: Programme):
    for number in range(100):
        earned(programme, number, campaign(10))
    exhaust(programme, campaign(LARGE))
    programme.recalculate(programme.basis("p-5"), bonuses=[campaign(4)])
    programme.recalculate(programme.basis("p-6"), bonuses=[])
    assert awarded(programme) == BUDGET - 16

    assert [earned(programme, number, campaign(10)) for number in (1001, 1002, 1003)] == [10, 6, 0]


def test_what_is_given_back_of_a_budget_that_is_below_it_is_counted(programme: Programme):
    for number in range(3):
        earned(programme, number, campaign(LARGE))
    programme.recalculate(programme.basis("p-1"), bonuses=[campaign(10, LARGE)])
    assert awarded(programme) == 2 * LARGE + 10
    assert [earned(programme, number, campaign(20, 2 * LARGE + 15)) for number in (4, 5)] == [5, 0]


def test_a_purchase_keeps_what_it_counts_and_gets_what_is_left(programme: Programme):
    for number in range(10):
        earned(programme, number, campaign(10))
    exhaust(programme, campaign(LARGE))
    programme.recalculate(programme.basis("p-5"), bonuses=[campaign(3)])
    lines = programme.recalculate(programme.basis("p-6"), bonuses=[campaign(30)]).lines
    assert (lines[1].points, lines[1].uncapped_points) == (17, 30)
    lowered = programme.recalculate(programme.basis("p-7"), bonuses=[campaign(10, 500)]).lines
    assert lowered[1].points == 10


def test_a_counter_that_has_the_same_points_again_is_not_taken_for_unchanged(programme: Programme):
    """Its holders are others: who goes by what was read before would forget one."""
    store, transact, key = BudgetStore(programme.world.runtime), programme.world.tables.transact, "campaign#c-2"
    transact([store.draw(key, store.counter(key), 500)])
    before = store.counter(key)
    operations, _ = store.allot(key, before, 3, store.allotment(key, 3), budget=BUDGET, points=PART)
    transact(operations)
    transact([store.draw(key, store.counter(key), -PART)])
    assert store.counter(key).used == before.used
    with pytest.raises(ConditionFailed):
        transact([store.draw(key, before, 10)])


def test_an_estimate_sees_what_shards_have_left_and_moves_nothing(programme: Programme):
    for number in range(100):
        earned(programme, number, campaign(10))
    before = programme.world.store
    found = programme.estimate(estimating(authorisation(), campaign(BUDGET)))
    assert found.lines[1].points == BUDGET - 1000
    assert programme.world.store == before


def test_allotments_take_no_place_of_a_transaction_that_is_full(programme: Programme):
    bonuses: list[Any] = [campaign(1, BUDGET, f"c-{number}") for number in range(MOST_COUNTERS)]
    found = programme.calculate(request(purchase(), *bonuses))
    assert len(allotments(programme)) == MOST_COUNTERS
    assert [line.points for line in found.lines[1:]] == [1] * MOST_COUNTERS
    assert msgspec.structs.replace(found) == programme.calculate(request(purchase(), *bonuses))
