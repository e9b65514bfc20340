"""A budget that is shared out is exact under any interleaving; and each mistake in it is found."""

import random
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdas.points_calculation.services.budgets import Budgets, Drawn
from lambdas.points_calculation.storage.budgets import BudgetStore
from lambdas.points_calculation.storage.records import Allotment, CapCounter
from pbckit.runtime.ports import Operation, Update
from tests.devtools.simulation.shared_budget import History

SEEDS = 40
"""Within so many histories every mistake is found."""

Mutate = Callable[[pytest.MonkeyPatch], None]


@settings(max_examples=60, deadline=None)
@given(chance=st.randoms(use_true_random=False))
def test_a_budget_is_awarded_to_the_point_and_never_exceeded(chance: random.Random):
    assert History(chance).run() == []


def allotted_without_counting_it(patch: pytest.MonkeyPatch) -> None:
    allot = BudgetStore.allot

    def free(self: BudgetStore, key: str, counter: CapCounter, shard: int, own: Allotment, *, budget: int, points: int):
        (counted, left), after = allot(self, key, counter, shard, own, budget=budget, points=points)
        assert isinstance(counted, Update)
        return [replace(counted, set={**counted.set, "used": counter.points}), left], after

    patch.setattr(BudgetStore, "allot", free)


def moved_without_looking(patch: pytest.MonkeyPatch) -> None:
    """Points come back as they were read, whatever was drawn meanwhile."""
    take_back = BudgetStore.take_back

    def blind(self: BudgetStore, key: str, counter: CapCounter, allotments: Mapping[int, Allotment]):
        operations, after = take_back(self, key, counter, allotments)
        return [replace(one, expect={}) for one in operations], after

    patch.setattr(BudgetStore, "take_back", blind)


def drawn_without_looking(patch: pytest.MonkeyPatch) -> None:
    """Purchases at once draw the same points of an allotment."""
    draw = BudgetStore.draw_allotted

    def blind(self: BudgetStore, key: str, shard: int, allotment: Allotment, points: int) -> Operation:
        return replace(draw(self, key, shard, allotment, points), expect={})

    patch.setattr(BudgetStore, "draw_allotted", blind)


def allotments_of_any_amount_serve(patch: pytest.MonkeyPatch) -> None:
    """A shard goes on awarding what it had of a budget that was lowered."""
    patch.setattr(Allotment, "serves", lambda self, _budget, wanted: self.points >= wanted)


def nothing_comes_back(patch: pytest.MonkeyPatch) -> None:
    """What shards have left in the end is awarded to nobody."""
    patch.setattr(Budgets, "_take_back", lambda _self, _key, counter, _allotments: counter)


def one_holder_is_remembered(patch: pytest.MonkeyPatch) -> None:
    allot = BudgetStore.allot

    def forgetful(
        self: BudgetStore, key: str, counter: CapCounter, shard: int, own: Allotment, *, budget: int, points: int
    ):
        (counted, left), after = allot(self, key, counter, shard, own, budget=budget, points=points)
        assert isinstance(counted, Update)
        return [replace(counted, set={**counted.set, "holders": [shard]}), left], after

    patch.setattr(BudgetStore, "allot", forgetful)


def the_first_short_shard_ends_the_budget(patch: pytest.MonkeyPatch) -> None:
    """A shard that has nothing takes the budget for used up, while others have something."""

    def short(_self: Budgets, _key: str, _counter: CapCounter, _budget: int, _wanted: int) -> Drawn:
        return Drawn(points=0)

    patch.setattr(Budgets, "_from_others", short)


def given_back_to_nobody(patch: pytest.MonkeyPatch) -> None:
    draw = BudgetStore.draw
    patch.setattr(BudgetStore, "draw", lambda self, key, counter, points: draw(self, key, counter, max(0, points)))


MUTANTS: Mapping[Mutate, str] = {
    allotted_without_counting_it: "are awarded",
    moved_without_looking: "left of them",
    drawn_without_looking: "left of them",
    allotments_of_any_amount_serve: "are awarded of a budget of",
    nothing_comes_back: "are awarded in the end",
    one_holder_is_remembered: "are awarded in the end",
    the_first_short_shard_ends_the_budget: "are awarded in the end",
    given_back_to_nobody: "left of them",
}
"""Every mistake, and words of the violation that must come up."""


def first_found(words: str) -> int | None:
    found = ((seed, History(random.Random(seed)).run()) for seed in range(SEEDS))
    return next((seed for seed, violations in found if any(words in one for one in violations)), None)


@pytest.mark.parametrize("mutate", MUTANTS, ids=lambda mutate: mutate.__name__)
def test_a_mistake_is_found(mutate: Mutate, monkeypatch: pytest.MonkeyPatch):
    mutate(monkeypatch)

    assert first_found(MUTANTS[mutate]) is not None
