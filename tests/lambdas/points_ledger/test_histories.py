"""Random histories against an oracle that is written apart: the same answers, balances, lots and debts at each step."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdas.kit.subscriber import NotYet
from lambdas.points_ledger import post_points
from lambdas.points_ledger.model.policy import Policy
from tests.lambdas.calls import RefusedCall
from tests.lambdas.kit.memory import BEGIN
from tests.lambdas.points_ledger.oracle import Oracle
from tests.lambdas.points_ledger.outside import Ledger, adjusted, calculated

MEMBERS = ("m-1", "m-2")
FEW = st.integers(0, 4)
POINTS = st.integers(0, 12)
SOME = st.integers(1, 12)
PART = st.none() | SOME

EARN = st.tuples(st.just("earn"), FEW, st.sampled_from(MEMBERS), POINTS, st.integers(0, 40))
CORRECT = st.tuples(st.just("correct"), FEW, FEW, st.integers(-12, 6))
HOLD = st.tuples(st.just("hold"), FEW, st.sampled_from((*MEMBERS, "m-3")), SOME, st.sampled_from((-1, 2, 24, 500, 800)))
POST = st.tuples(st.just("post"), FEW, PART)
VOID = st.tuples(st.just("void"), FEW)
REVERSE = st.tuples(st.just("reverse"), FEW, FEW, PART)
WAIT = st.tuples(st.just("wait"), st.sampled_from((1, 3, 24, 24 * 20, 24 * 40)))
JOB = st.tuples(st.just("job"))
HISTORIES = st.lists(st.one_of(EARN, EARN, CORRECT, HOLD, POST, VOID, REVERSE, WAIT, JOB), min_size=5, max_size=40)
EXPIRY_MONTHS = 2


class Both:
    """The ledger and the oracle, told the same. What they say of it must be the same."""

    def __init__(self, *, clamp: bool) -> None:
        self.ledger, self.oracle = Ledger(), Oracle(clamp=clamp)
        self.hours = 0
        self.purchases: dict[str, Any] = {}
        self.corrections: dict[str, Any] = {}
        self.seen: list[tuple[datetime, dict[str, tuple[int, int, int]]]] = []

    @property
    def now(self) -> datetime:
        """Whole hours; holds end between them, so that the milliseconds that calls take decide nothing."""
        return BEGIN + timedelta(hours=self.hours)

    def step(self, step: tuple[Any, ...]) -> None:
        self.ledger.wait_until(self.now)
        getattr(self, step[0])(*step[1:])
        self.compare()
        self.hours += 1

    def earn(self, number: int, member: str, points: int, days_ago: int) -> None:
        """A purchase, or one that came before, again."""
        event = calculated(f"p-{number}", member, points, self.now - timedelta(days=days_ago))
        event = self.purchases.setdefault(event.purchase_id, event)
        self.ledger.post(event, event_id=f"e-{self.hours}")
        self.oracle.earn(event.purchase_id, event.member_id, event.points, lot_of(event.posted_at), self.now)

    def correct(self, number: int, purchase: int, points: int) -> None:
        """A correction, or one that came before, again; perhaps before its purchase."""
        bought = self.purchases.get(f"p-{purchase}")
        event = adjusted(f"a-{number}", f"p-{purchase}", bought.member_id if bought else "m-1", points)
        event = self.corrections.get(event.adjustment_id, event)
        try:
            self.ledger.post(event, event_id=f"e-{self.hours}")
            known = True
        except NotYet:
            known = False
        if known:
            self.corrections[event.adjustment_id] = event
        assert known == self.oracle.correct(event.adjustment_id, event.purchase_id, event.points, self.now)

    def hold(self, number: int, member: str, points: int, hours: int) -> None:
        # Asked again it is the same hold, half of the times.
        before = self.oracle.holds.get(f"h-{number}")
        if before is not None and points % 2:
            member, points, until = before.asked
        else:
            until = self.now + timedelta(hours=hours, minutes=30)
        expected = self.oracle.hold(f"h-{number}", member, points, until, self.now)
        assert said(lambda: self.ledger.hold(f"h-{number}", points, member, expires_at=until)) == expected

    def post(self, number: int, points: int | None) -> None:
        expected = self.oracle.post(f"h-{number}", points, self.now)
        assert said(lambda: self.ledger.post_hold(f"h-{number}", points=points)) == expected

    def void(self, number: int) -> None:
        expected = self.oracle.void(f"h-{number}", self.now)
        assert said(lambda: self.ledger.void_hold(f"h-{number}")) == expected

    def reverse(self, number: int, hold: int, points: int | None) -> None:
        expected = self.oracle.reverse(f"r-{number}", f"h-{hold}", points, self.now)
        assert said(lambda: self.ledger.reverse(f"r-{number}", f"h-{hold}", points=points)) == expected

    def wait(self, hours: int) -> None:
        self.hours += hours
        self.ledger.wait_until(self.now)

    def job(self) -> None:
        self.ledger.settle_due()

    def compare(self) -> None:
        standings: dict[str, tuple[int, int, int]] = {}
        for member in self.ledger.all_members():
            spendable, held, debt, lots = self.oracle.standing(member, self.now)
            balance = self.ledger.balance(member)
            assert (balance.spendable_points, balance.held_points, balance.debt_points) == (spendable, held, debt)
            assert balance.balance_points == spendable + held >= 0
            assert Counter(self.ledger.lots(member)) == lots
            assert not (balance.debt_points and balance.spendable_points)
            standings[member] = (spendable, held, debt)
        self.seen.append((self.ledger.now, standings))

    def finish(self) -> None:
        """What holds in the end, whatever happened."""
        totals = self.ledger.all_totals()
        assert sum(one.debits_points for one in totals) == sum(one.credits_points for one in totals)
        for member in self.ledger.all_members():
            assert self.ledger.verify(member).fault is None
        for at, standings in self.seen[::5]:
            for member, standing in standings.items():
                balance = self.ledger.balance(member, at=at)
                assert (balance.spendable_points, balance.held_points, balance.debt_points) == standing


def said(ask: Callable[[], object]) -> str:
    """`ok`, or the name of the refusal."""
    try:
        ask()
    except RefusedCall as refusal:
        return refusal.args[0]
    return "ok"


def lot_of(posted_at: datetime) -> str:
    month = posted_at.year * 12 + posted_at.month + EXPIRY_MONTHS
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


@pytest.mark.parametrize("shortfall", ["debt", "clamp"])
def test_any_history_gives_what_the_oracle_says(shortfall: str):
    @settings(max_examples=150, deadline=None)
    @given(HISTORIES)
    def holds(history: list[tuple[Any, ...]]) -> None:
        both = Both(clamp=shortfall == "clamp")
        for step in history:
            both.step(step)
        both.finish()

    with pytest.MonkeyPatch.context() as patch:
        policy = Policy(expiry_months=EXPIRY_MONTHS, shortfall=shortfall)  # type: ignore[arg-type]
        patch.setattr(post_points, "policy", lambda: policy)
        holds()
