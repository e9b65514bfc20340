"""Random histories, told to the ledger and to an oracle: after every step both must say the same.

`LEDGER_HISTORIES=20000 pytest tests/lambdas/points_ledger/handlers/test_histories.py` plays as many as are asked for.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.points_ledger import Redemption, Release
from contracts.vocabulary import Money
from lambdas.points_ledger.handlers import correct, post_points
from lambdas.points_ledger.model import pending
from lambdas.points_ledger.model.policy import Policy
from pbckit.runtime.subscriber import NotYet
from pbckit.testing.calls import RefusedCall
from pbckit.testing.world import BEGIN
from tests.lambdas.points_ledger.oracle import FOR_EVER, Oracle, Outcome, expiry
from tests.lambdas.points_ledger.outside import Ledger, adjusted, authorised, calculated

_HISTORIES = int(os.environ.get("LEDGER_HISTORIES", "300"))
_MEMBERS = ("m-1", "m-2", "m-3")
_MOST_PENDING = 2
"""Of a member, here: so that histories come to it."""
_MOST_OPERATIONS = 40
"""Of any transaction of the ledger, whatever the member has: DynamoDB takes 100."""


@dataclass(frozen=True)
class Purchase:
    """A purchase that may be told, once or often or never."""

    member_id: str
    points: int
    day: int
    authorisation: int | None = None
    """The authorisation that it settles, of whichever member."""


@dataclass(frozen=True)
class Authorisation:
    """A purchase that may be authorised, once or often or never."""

    member_id: str
    points: int
    hours: int


@dataclass(frozen=True)
class Correction:
    """A correction of one of the purchases, by a refund or another rate."""

    purchase: int
    points: int


class Play:
    """One history. Steps stand at whole hours; holds end between them, so that no step stands on an end."""

    def __init__(
        self, purchases: list[Purchase], corrections: list[Correction], authorisations: Sequence[Authorisation] = ()
    ) -> None:
        self.purchases, self.corrections, self.authorisations = purchases, corrections, authorisations
        self.ledger, self.oracle = Ledger(), Oracle()
        self.policy = Policy(expiry_months=1, days_ahead=366, correction_limit=20)
        self.now = BEGIN
        self.told = 0
        self.refused = 0

    def purchase(self, number: int, *, again: bool = False, more: int = 0) -> None:
        number %= len(self.purchases)
        told = self.purchases[number]
        posted_at = BEGIN + timedelta(days=told.day)
        settles = None if told.authorisation is None else f"au-{told.authorisation}"
        event = calculated(f"p-{number}", told.member_id, told.points + more, posted_at, settles)
        expires = expiry(posted_at, self.policy.expiry_months)
        outcome = self.oracle.purchase(f"p-{number}", told.member_id, event.points, expires, self.now, settles)
        self.refused += outcome == "refused"
        self.ledger.post(event, event_id=self._event_id(f"p-{number}-{more}", again=again))

    def correct(self, number: int, *, again: bool = False) -> None:
        if not self.corrections:
            return
        number %= len(self.corrections)
        correction = self.corrections[number]
        purchase = correction.purchase % len(self.purchases)
        member_id = self.purchases[purchase].member_id
        event = adjusted(f"a-{number}", f"p-{purchase}", member_id, correction.points)
        clamp = self.policy.shortfall == "clamp"
        outcome = self.oracle.correction(f"a-{number}", f"p-{purchase}", correction.points, self.now, clamp=clamp)
        try:
            self.ledger.post(event, event_id=self._event_id(f"a-{number}", again=again))
        except NotYet:
            assert outcome == "early"
        else:
            assert outcome != "early"

    def authorise(self, number: int, *, more: int = 0, other: int = 0) -> None:
        """An authorisation comes, again with another estimate, or with another amount."""
        if not self.authorisations:
            return
        number %= len(self.authorisations)
        told, amount = self.authorisations[number], Money(minor_units=100 + other, currency="EUR")
        end = BEGIN + timedelta(hours=told.hours, minutes=30)
        outcome = self.oracle.authorise(
            f"au-{number}", told.member_id, end, amount, told.points + more, self.now, _MOST_PENDING
        )
        self.refused += outcome == "refused"
        came = authorised(f"au-{number}", told.member_id, amount=amount, expires_at=end)
        self.ledger.authorise(came, told.points + more, event_id=self._event_id(f"au-{number}", again=True))

    def reverse_authorisation(self, number: int) -> None:
        self.oracle.reverse_authorisation(f"au-{number}")
        self.ledger.reverse_authorisation(f"au-{number}", event_id=self._event_id("reversed", again=True))

    def hold(self, number: int, member_id: str, points: int, hours: int) -> None:
        end = self.now.replace(minute=30) + timedelta(hours=hours)
        self._same(
            self.oracle.hold(f"h-{number}", member_id, points, end, self.now),
            lambda: ("held", self.ledger.hold(f"h-{number}", points, member_id, expires_at=end).points),
        )

    def post_hold(self, number: int, points: int | None) -> None:
        def posted() -> Outcome:
            answer: Redemption = self.ledger.post_hold(f"h-{number}", points=points)
            return "posted", answer.points

        self._same(self.oracle.post_hold(f"h-{number}", points, self.now), posted)

    def void_hold(self, number: int) -> None:
        def voided() -> Outcome:
            answer: Release = self.ledger.void_hold(f"h-{number}")
            return "voided", answer.points

        self._same(self.oracle.void_hold(f"h-{number}", self.now), voided)

    def reverse(self, number: int, hold: int, points: int | None) -> None:
        def reversed_() -> Outcome:
            answer = self.ledger.reverse(f"r-{number}", f"h-{hold}", points=points)
            return "reversed", answer.points, answer.repaid_points

        self._same(self.oracle.reverse(f"r-{number}", f"h-{hold}", points, self.now), reversed_)

    def correct_by_hand(self, number: int, member_id: str, points: int, approver: str | None) -> None:
        def corrected() -> Outcome:
            found = self.ledger.correct(f"c-{number}", points, member_id, approver=approver)
            return "corrected", found.points, found.owed_points, found.forgiven_points, found.repaid_points

        clamp = self.policy.shortfall == "clamp"
        lot = expiry(self.now, self.policy.expiry_months)
        expected = self.oracle.correct_by_hand(f"c-{number}", member_id, points, approver, lot, self.now, clamp=clamp)
        self._same(expected, corrected)

    def enrol(self, member_id: str, days: int) -> None:
        since = BEGIN - timedelta(days=days)
        self._same(
            self.oracle.enrol(member_id, since, self.now),
            lambda: ("enrolled", self.ledger.enrol(member_id, enrolled_at=since).enrolled_at),
        )

    def close(self, member_id: str, reason: str, points: str) -> None:
        def closed() -> Outcome:
            found = self.ledger.close(member_id, reason, points=points)
            return "closed", found.forfeited_points, found.kept_points, found.held_points, found.debt_points

        self._same(self.oracle.close(member_id, reason, points, self.now), closed)

    def merge(self, number: int, member_id: str, into: str, approver: str) -> None:
        def merged() -> Outcome:
            found = self.ledger.merge(member_id, into, f"merge-{number}", approver=approver)
            points = found.moved_points, found.moved_debt_points, found.repaid_points
            return "merged", *points, found.pending_purchases, found.balance_points, found.debt_points

        expected = self.oracle.merge(f"merge-{number}", member_id, into, approver, self.now, _MOST_PENDING)
        self._same(expected, merged)

    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.ledger.wait_until(self.now)

    def settle_due(self) -> None:
        self.ledger.settle_due()

    def decide(self, policy: Policy) -> None:
        self.policy = policy

    def meet_others(self, writers: int) -> None:
        self.ledger.world.tables.conflicts = writers

    def step(self, step: Callable[["Play"], None]) -> None:
        self.ledger.wait_until(self.now)
        with (
            patch.object(post_points, "policy", lambda: self.policy),
            patch.object(correct, "policy", lambda: self.policy),
            patch.object(pending, "MOST_PENDING", _MOST_PENDING),
        ):
            step(self)
        for member_id in self.oracle.members:
            self.require_same_member(member_id)
        for member_id in _MEMBERS:
            self.require_same_pending(member_id)
        assert len(self.ledger.refusals()) == self.refused
        # What a step took, retries included, is far less than an hour.
        self.now += timedelta(hours=1)

    def spend_all_and_correct(self, member_id: str) -> None:
        """What is taken back of spent points is owed."""
        points = self.oracle.standing(member_id, self.now)[0] if member_id in self.oracle.members else 0
        if points:
            self.step(partial(Play.hold, number=9, member_id=member_id, points=points, hours=3))
            self.step(partial(Play.post_hold, number=9, points=None))
        for number in range(len(self.corrections)):
            self.step(partial(Play.correct, number=number))

    def finish(self) -> None:
        """Deliver what is outstanding, and look at the books as a whole."""
        for number in range(len(self.purchases)):
            self.step(partial(Play.purchase, number=number))
        for number in range(len(self.corrections)):
            self.step(partial(Play.correct, number=number))
        for number in range(len(self.authorisations)):
            self.step(partial(Play.authorise, number=number))
        self.step(Play.settle_due)
        self.require_sound_books()

    def require_same_member(self, member_id: str) -> None:
        spendable, held, debt = self.oracle.standing(member_id, self.now)
        found = self.ledger.balance(member_id)
        assert (found.spendable_points, found.held_points, found.debt_points) == (spendable, held, debt)
        assert found.balance_points == spendable + held >= 0
        lots = {
            "never" if point == FOR_EVER else f"{point:%Y-%m}": points
            for point, points in self.oracle.lots(member_id, self.now).items()
        }
        assert self.ledger.lots(member_id) == lots

    def require_same_pending(self, member_id: str) -> None:
        expected = self.oracle.shown(member_id, self.now)
        if not expected and member_id not in self.oracle.members:
            self._same(("UnknownMember",), lambda: (self.ledger.pending(member_id),))
            return
        found = self.ledger.pending(member_id)
        assert {one.authorisation_id: one.points for one in found.purchases} == expected
        assert found.pending_points == sum(expected.values())
        if member_id in self.oracle.members:
            assert self.ledger.balance(member_id).pending_points == found.pending_points
            assert self.ledger.statement(member_id).pending_points == found.pending_points

    def require_sound_books(self) -> None:
        assert max(self.ledger.transactions) <= _MOST_OPERATIONS
        lines, totals = self.ledger.lines(), self.ledger.totals()
        assert sorted(self.ledger.members().member_ids) == sorted(self.oracle.members)
        assert all(self.ledger.verify(member_id).fault is None for member_id in self.oracle.members)
        assert sum(one.debits_points for one in totals.accounts) == sum(one.credits_points for one in totals.accounts)
        sums = {one.account: one.credits_points - one.debits_points for one in totals.accounts}
        programme = {name: amount for name, amount in sums.items() if name.startswith("programme:") and amount}
        assert programme == self.oracle.programme(self.now)
        assert totals.postings == len(lines)
        assert all(sum(entry.amount_points for entry in line.entries) == 0 for line in lines)
        assert all(min(line.balance_points, line.held_points, line.debt_points) >= 0 for line in lines)
        for member_id in self.oracle.members:
            told = [one for one in self.ledger.published() if one["metadata"]["aggregate_id"] == member_id]
            assert [one["metadata"]["sequence"] for one in told] == list(range(1, len(told) + 1))

    def _same(self, expected: Outcome, ask: Callable[[], Outcome]) -> None:
        try:
            answer = ask()
        except RefusedCall as refusal:
            answer = (refusal.args[0],)
        assert answer == expected

    def _event_id(self, name: str, *, again: bool) -> str:
        self.told += again
        return f"event-{name}-{self.told}" if again else f"event-{name}"


numbers = st.integers(min_value=0, max_value=5)
few = st.integers(min_value=0, max_value=3)
some_points = st.integers(min_value=1, max_value=25)
members = st.sampled_from([*_MEMBERS[:2], *_MEMBERS])
policies = st.builds(
    Policy,
    days_ahead=st.just(366),
    correction_limit=st.just(20),
    expiry_months=st.sampled_from([1, 2, None]),
    shortfall=st.sampled_from(["debt", "debt", "clamp"]),
)
hours = st.sampled_from([0, 1, 3, 24, 24 * 15, 24 * 29, 24 * 30])

pairs = st.sampled_from([("m-1", "m-2"), ("m-2", "m-1"), ("m-1", "m-2"), ("m-2", "m-3"), ("m-3", "m-1"), ("m-1",) * 2])
merges = st.builds(
    lambda pair, **how: partial(Play.merge, member_id=pair[0], into=pair[1], **how),
    pairs,
    number=st.integers(min_value=0, max_value=2),
    approver=st.sampled_from(["Grace", "Grace", "Grace", "Ada"]),
)
steps = st.one_of(
    st.builds(partial, st.just(Play.purchase), number=numbers, again=st.booleans()),
    st.builds(partial, st.just(Play.purchase), number=numbers, again=st.booleans(), more=st.sampled_from([0, 0, 1])),
    st.builds(partial, st.just(Play.correct), number=numbers, again=st.booleans()),
    st.builds(
        partial,
        st.just(Play.authorise),
        number=few,
        more=st.sampled_from([0, 0, 3]),
        other=st.sampled_from([0, 0, 0, 1]),
    ),
    st.builds(partial, st.just(Play.reverse_authorisation), number=few),
    st.builds(partial, st.just(Play.hold), number=few, member_id=members, points=some_points, hours=hours),
    st.builds(partial, st.just(Play.post_hold), number=few, points=st.none() | some_points),
    st.builds(partial, st.just(Play.void_hold), number=few),
    st.builds(partial, st.just(Play.reverse), number=few, hold=few, points=st.none() | some_points),
    st.builds(
        partial,
        st.just(Play.correct_by_hand),
        number=few,
        member_id=members,
        points=st.sampled_from([-25, -20, -7, -1, 0, 1, 8, 20, 21]),
        approver=st.sampled_from([None, None, "Grace", "Ada"]),
    ),
    st.builds(partial, st.just(Play.enrol), member_id=members, days=st.sampled_from([0, 0, 9])),
    st.builds(
        partial,
        st.just(Play.close),
        member_id=members,
        reason=st.sampled_from(["inactive", "inactive", "fraud"]),
        points=st.sampled_from(["forfeit", "keep-until-expiry"]),
    ),
    merges,
    st.builds(partial, st.just(Play.wait), hours=st.sampled_from([1, 24, 24 * 10, 24 * 35])),
    st.just(Play.settle_due),
    st.builds(partial, st.just(Play.decide), policy=policies),
    st.builds(partial, st.just(Play.meet_others), writers=st.integers(min_value=0, max_value=5)),
)
purchases = st.builds(
    Purchase,
    members,
    st.integers(min_value=0, max_value=25),
    st.sampled_from([-40, -10, 0, 0, 1, 31]),
    st.none() | few,
)
authorisations = st.builds(Authorisation, members, st.integers(min_value=0, max_value=25), st.sampled_from([0, 3, 200]))
corrections = st.builds(Correction, numbers, st.integers(min_value=-25, max_value=10))


@settings(max_examples=_HISTORIES)
@given(
    purchases=st.lists(purchases, min_size=1, max_size=6),
    corrections=st.lists(corrections, max_size=6),
    authorisations=st.lists(authorisations, max_size=4),
    steps=st.lists(steps, max_size=25),
)
def test_the_ledger_says_what_the_oracle_says(
    purchases: list[Purchase],
    corrections: list[Correction],
    authorisations: list[Authorisation],
    steps: list[Callable[[Play], None]],
):
    play = Play(purchases, corrections, authorisations)
    for step in steps:
        play.step(step)
    play.finish()


@settings(max_examples=_HISTORIES)
@given(
    purchases=st.lists(purchases, min_size=4, max_size=6),
    corrections=st.lists(corrections, min_size=2, max_size=6),
    authorisations=st.lists(authorisations, min_size=1, max_size=4),
    spender=st.none() | members,
    before=st.lists(steps, max_size=8),
    merge=merges,
    after=st.lists(steps | merges, max_size=8),
)
def test_members_who_are_merged_have_what_the_oracle_says(
    purchases: list[Purchase],
    corrections: list[Correction],
    authorisations: list[Authorisation],
    spender: str | None,
    before: list[Callable[[Play], None]],
    merge: Callable[[Play], None],
    after: list[Callable[[Play], None]],
):
    """Who is merged has points, or has spent them and owes some, and something is still to come."""
    play = Play(purchases, corrections, authorisations)
    for number in range(len(purchases) // 2):
        play.step(partial(Play.authorise, number=number))
        play.step(partial(Play.purchase, number=number))
    if spender is not None:
        play.spend_all_and_correct(spender)
    for step in (*before, merge, *after):
        play.step(step)
    play.finish()
