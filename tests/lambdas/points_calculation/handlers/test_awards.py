"""Bonuses that a member earns once: for a first purchase, or for spending so much within so many days.

Random histories are told to points-calculation and to an oracle that uses nothing of it: purchases, refunds and
recalculations, in any order and duplicated. `AWARD_HISTORIES=20000` plays as many as are asked for.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.campaigns import Bonus, Threshold
from contracts.points_calculation import TooManyCaps
from pbckit.runtime.ports import Operation
from pbckit.testing.calls import RefusedCall
from pbckit.testing.world import BEGIN, world
from tests.lambdas.points_calculation.programme import Programme, chargeback_of, refund_of
from tests.lambdas.points_calculation.purchases import RATE, fixed, multiplying, purchase, request

_HISTORIES = int(os.environ.get("AWARD_HISTORIES", "200"))
FIRST = fixed(50, "welcome", first_purchase=True)
SPENT = fixed(1000, "spend", threshold=Threshold(minor_units=50_000, currency="EUR", days=90))


def told(programme: Programme, member_id: str = "m-1") -> int:
    """All points that the ledger was told of a member."""
    reported = [*programme.calculated(), *programme.adjusted()]
    return sum(one.points for one in reported if one.member_id == member_id)


@pytest.fixture
def programme() -> Programme:
    return Programme(world("points-calculation"))


def buy(programme: Programme, number: int, minor_units: int, *bonuses: Bonus, days: int = 0, **changes: Any) -> None:
    bought = purchase(minor_units, id=f"p-{number}", posted_at=BEGIN - timedelta(days=days), **changes)
    programme.calculate(request(bought, *bonuses, rate=msgspec.structs.replace(RATE, points_per_unit="0")))


def test_the_first_purchase_earns_it_once_however_many_there_are(programme: Programme):
    for number in range(3):
        buy(programme, number, 100, FIRST)
        assert told(programme) == 50
    buy(programme, 9, 100, FIRST, member_id="m-2")
    assert (told(programme), told(programme, "m-2")) == (50, 50)
    (adjustment,) = programme.explain("p-0").adjustments
    assert (adjustment.points, adjustment.text) == (50, "Welcome: your first purchase")


def test_the_purchase_that_reaches_the_threshold_earns_it_and_says_why(programme: Programme):
    for number, days in enumerate((100, 50, 0)):
        buy(programme, number, 25_000, SPENT, days=days)
        assert told(programme) == (1000 if number else 0)
    (adjustment,) = programme.explain("p-1").adjustments
    assert adjustment.text == "Welcome: 500.00 EUR spent within 90 days"
    assert programme.explain("p-1").net_points == 1000


@pytest.mark.parametrize(("days", "points"), [(89, 1000), (90, 0)])
def test_what_is_spent_too_far_apart_does_not_count_together(programme: Programme, days: int, points: int):
    buy(programme, 1, 25_000, SPENT, days=days)
    buy(programme, 2, 25_000, SPENT)
    assert told(programme) == points


def test_a_refund_that_falls_below_takes_it_back_and_a_later_purchase_earns_it_again(programme: Programme):
    buy(programme, 1, 40_000, SPENT)
    buy(programme, 2, 10_000, SPENT)
    programme.refund(refund_of(purchase(40_000, id="p-1"), 1))
    programme.refund(refund_of(purchase(40_000, id="p-1"), 1))
    assert told(programme) == 0
    assert programme.explain("p-2").adjustments[-1].text == (
        "Welcome: taken back, no longer 500.00 EUR spent within 90 days"
    )
    buy(programme, 3, 1, SPENT)
    assert told(programme) == 1000
    programme.charge_back(chargeback_of(purchase(id="p-3")))
    assert told(programme) == 0
    assert [one.points for one in programme.explain("p-2").adjustments] == [1000, -1000, 1000, -1000]


def test_the_progress_says_what_counts_what_is_missing_and_until_when(programme: Programme):
    def progress() -> tuple[int, int, int | None, object, int]:
        (found,) = programme.progress(SPENT)
        until = found.until and (found.until - BEGIN).days
        return found.purchases, found.spent_minor_units, found.missing_minor_units, until, found.given_points

    assert progress() == (0, 0, 50_000, None, 0)
    buy(programme, 1, 20_000, SPENT, days=100)
    assert progress() == (0, 0, 50_000, None, 0)
    buy(programme, 2, 30_000, SPENT, days=80)
    buy(programme, 3, 15_000, SPENT, days=10)
    programme.refund(refund_of(purchase(15_000, id="p-3"), 5_000))
    assert progress() == (2, 40_000, None, None, 1000)


def test_the_progress_of_a_bonus_that_is_not_earned_goes_back_with_a_refund_and_with_time(programme: Programme):
    buy(programme, 1, 30_000, SPENT, days=80)
    buy(programme, 2, 10_000, SPENT, days=10)
    (found,) = programme.progress(SPENT)
    assert (found.purchases, found.spent_minor_units, found.missing_minor_units) == (2, 40_000, 10_000)
    assert found.until == BEGIN + timedelta(days=10)
    programme.refund(refund_of(purchase(10_000, id="p-2"), 4_000))
    assert programme.progress(SPENT)[0].missing_minor_units == 14_000
    programme.world.clock.sleep(10 * 86_400)
    (later,) = programme.progress(SPENT)
    assert (later.purchases, later.missing_minor_units, later.until) == (1, 44_000, BEGIN + timedelta(days=80))


def test_the_progress_towards_a_first_purchase_and_of_nobody(programme: Programme):
    assert [(one.purchases, one.given_points) for one in programme.progress(FIRST)] == [(0, 0)]
    buy(programme, 1, 100, FIRST)
    (found,) = programme.progress(FIRST, fixed(5))
    assert (found.campaign_id, found.given_points, found.missing_minor_units, found.until) == (
        "welcome",
        50,
        None,
        None,
    )


def test_it_is_not_kept_in_proportion_of_the_purchase_that_earned_it(programme: Programme):
    buy(programme, 1, 100_000, SPENT)
    programme.refund(refund_of(purchase(100_000, id="p-1"), 50_000))
    assert programme.explain("p-1").net_points == 1000


def test_purchases_that_earn_nothing_or_in_another_currency_do_not_count(programme: Programme):
    excluded = msgspec.structs.replace(RATE, is_excluded=True)
    programme.calculate(request(purchase(60_000), SPENT, FIRST, rate=excluded))
    programme.calculate(request(purchase(60_000, "JPY", id="p-2"), SPENT, rate=RATE))
    assert [one.awards for one in _stored(programme)] == [{}, {}]


def test_a_condition_does_not_stand_in_the_way_of_an_exclusive_campaign(programme: Programme):
    exclusive = multiplying("3", "triple", combination="exclusive", priority=1)
    first = msgspec.structs.replace(FIRST, priority=9)
    found = programme.calculate(request(purchase(1000), first, exclusive))
    assert ([line.points for line in found.lines], told(programme)) == ([20, 40], 110)


def test_a_change_of_the_campaign_gives_and_takes_back(programme: Programme):
    buy(programme, 1, 60_000)
    assert told(programme) == 0
    for bonuses, points in (([SPENT], 1000), ([fixed(70, "spend", threshold=SPENT.threshold)], 70), ([], 0)):
        for _ in range(2):
            programme.recalculate(programme.basis("p-1"), bonuses=bonuses)
        assert told(programme) == points


def test_more_bonuses_than_a_transaction_takes_are_refused_and_as_many_as_it_takes_are_given(programme: Programme):
    sizes = _count_operations(programme)
    many = [fixed(1, f"c-{number}", first_purchase=True) for number in range(17)]
    with pytest.raises(RefusedCall, match=TooManyCaps.__name__):
        buy(programme, 1, 100, *many)
    buy(programme, 1, 100, *many[:16])
    assert told(programme) == 16
    assert max(sizes) <= 100


def test_two_purchases_at_once_earn_it_once(programme: Programme):
    programme.world.tables.conflicts = 3
    buy(programme, 1, 60_000, SPENT, FIRST)
    programme.world.tables.conflicts = 3
    buy(programme, 2, 60_000, SPENT, FIRST)
    assert told(programme) == 1050


def _stored(programme: Programme) -> list[Any]:
    from lambdas.points_calculation.storage.records import Calculated

    return [msgspec.convert(item, Calculated) for item in programme.world.store if item["sk"] == "calculation"]


def _count_operations(programme: Programme) -> list[int]:
    sizes: list[int] = []
    transact = programme.world.tables.transact

    def counted(operations: Sequence[Operation]) -> None:
        sizes.append(len(operations))
        transact(operations)

    programme.world.tables.transact = counted
    return sizes


@dataclass
class Bought:
    """A purchase as the oracle knows it."""

    member: str
    day: int
    amount: int
    counts: bool
    given_back: int = 0

    @property
    def base_points(self) -> int:
        return (self.amount // 100) * (self.amount - self.given_back) // self.amount


class Play:
    """One history: amounts in cents, a point for each whole euro, and two bonuses that are earned once."""

    def __init__(self, purchases: Sequence[tuple[str, int, int, bool]], refunds: Sequence[tuple[int, int]]) -> None:
        self.purchases, self.refunds = purchases, refunds
        self.programme = Programme(world("points-calculation"))
        self.sizes = _count_operations(self.programme)
        self.bought: dict[int, Bought] = {}
        self.taken: set[int] = set()

    def buy(self, number: int) -> None:
        number %= len(self.purchases)
        member, day, amount, counts = self.purchases[number]
        bonuses = BONUSES if counts else ()
        posted = purchase(amount, id=f"p-{number}", member_id=member, posted_at=BEGIN - timedelta(days=day))
        # The same purchase again, with other answers: what stands, stands.
        self.programme.calculate(request(posted, *bonuses, rate=msgspec.structs.replace(RATE, points_per_unit="1")))
        self.bought.setdefault(number, Bought(member, day, amount, counts))

    def refund(self, number: int) -> None:
        if not self.refunds:
            return
        number %= len(self.refunds)
        which, wanted = self.refunds[number]
        which %= len(self.purchases)
        amount = self.purchases[which][2]
        given = refund_of(purchase(amount, id=f"p-{which}"), max(1, amount * wanted // 4), f"r-{number}")
        known = self.bought.get(which)
        fits = known is not None and given.amount.minor_units <= amount - known.given_back
        if fits or number in self.taken:
            self.programme.refund(given)
        else:
            with pytest.raises(RefusedCall):
                self.programme.refund(given)
        if known is not None and fits and number not in self.taken:
            known.given_back += given.amount.minor_units
            self.taken.add(number)

    def change(self, number: int, *, counts: bool) -> None:
        """The campaigns now meet the purchase, or no longer."""
        number %= len(self.purchases)
        if number in self.bought:
            basis = self.programme.basis(f"p-{number}")
            self.programme.recalculate(basis, bonuses=list(BONUSES) if counts else [])
            self.bought[number].counts = counts

    def meet_others(self, writers: int) -> None:
        self.programme.world.tables.conflicts = writers

    def require_same(self) -> None:
        for member in MEMBERS:
            mine = [one for one in self.bought.values() if one.member == member]
            expected = sum(one.base_points for one in mine) + _earned(mine)
            assert told(self.programme, member) == expected
            (progress,) = self.programme.progress(BONUSES[1], member_id=member)
            assert progress.spent_minor_units == sum(
                one.amount - one.given_back for one in mine if one.counts and one.day < 3
            )
            assert progress.given_points == _earned(mine) // 100 * 100
        stands = {number: self.programme.explain(f"p-{number}") for number in self.bought}
        of_members = sum(told(self.programme, member) for member in MEMBERS)
        assert sum(one.net_points for one in stands.values()) == of_members
        for one in stands.values():
            assert one.points + sum(made.points for made in one.adjustments) == one.net_points
            assert [made.number for made in one.adjustments] == [*range(1, len(one.adjustments) + 1)]
        assert max(self.sizes, default=0) <= 40


MEMBERS = ("m-1", "m-2")
BONUSES = (
    fixed(7, "first", first_purchase=True),
    fixed(100, "three-days", threshold=Threshold(minor_units=1000, currency="EUR", days=3)),
)


def _earned(mine: Sequence[Bought]) -> int:
    left = {(index, one.day): one.amount - one.given_back for index, one in enumerate(mine) if one.counts}
    within = [sum(some for (_, day), some in left.items() if start - 3 < day <= start) for _, start in left]
    return 7 * (sum(left.values()) > 0) + 100 * (max(within, default=0) >= 1000)


numbers = st.integers(min_value=0, max_value=5)
steps = st.one_of(
    st.builds(partial, st.just(Play.buy), number=numbers),
    st.builds(partial, st.just(Play.buy), number=numbers),
    st.builds(partial, st.just(Play.refund), number=numbers),
    st.builds(partial, st.just(Play.change), number=numbers, counts=st.booleans()),
    st.builds(partial, st.just(Play.meet_others), writers=st.integers(min_value=0, max_value=4)),
)
bought = st.tuples(
    st.sampled_from(MEMBERS),
    st.integers(min_value=0, max_value=6),
    st.sampled_from([1, 250, 500, 999, 1000]),
    st.booleans(),
)
given_back = st.tuples(numbers, st.integers(min_value=1, max_value=4))


@settings(max_examples=_HISTORIES)
@given(
    purchases=st.lists(bought, min_size=1, max_size=6),
    refunds=st.lists(given_back, max_size=6),
    steps=st.lists(steps, max_size=20),
)
def test_a_bonus_is_earned_by_what_is_left_of_the_purchases_in_whatever_order(
    purchases: list[tuple[str, int, int, bool]], refunds: list[tuple[int, int]], steps: list[Callable[[Play], None]]
):
    play = Play(purchases, refunds)
    for step in steps:
        step(play)
        play.require_same()
    for number in range(len(purchases)):
        play.buy(number)
    for number in range(len(refunds)):
        play.refund(number)
    play.require_same()
