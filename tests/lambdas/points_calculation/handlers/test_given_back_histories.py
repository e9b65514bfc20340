"""Purchases, refunds with and without a purchase, and chargebacks, in any order and as often as anybody likes."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.cards import ChargebackReason
from contracts.points_calculation import RefundedPoints
from contracts.vocabulary import Merchant, Money
from pbckit.testing.calls import RefusedCall
from pbckit.testing.world import BEGIN, world
from tests.lambdas.points_calculation.oracle_given_back import GivenBackOracle, Purchase
from tests.lambdas.points_calculation.programme import Programme, chargeback_of, posted_refund_of, refund_of
from tests.lambdas.points_calculation.purchases import purchase, request

CENTS = (100, 1999, 2000, 7001)
DAYS = (-181, -180, -30, 0, 1)
REASONS: tuple[ChargebackReason, ...] = ("fraud", "dispute")
Step = Callable[["Play"], None]


def bought(number: int) -> Purchase:
    """One of a few purchases. It earns 2 points a euro."""
    cents = CENTS[number % len(CENTS)]
    return Purchase(
        member=f"m-{number % 2}",
        shop=f"shop-{number % 3 // 2}",
        card="gold" if number % 5 else "classic",
        day=DAYS[number % len(DAYS)],
        cents=cents,
        points=2 * cents // 100,
    )


class Play:
    def __init__(self) -> None:
        self.programme, self.oracle = Programme(world("points-calculation")), GivenBackOracle()

    def calculate(self, number: int) -> None:
        one, name = bought(number), f"p-{number}"
        posted = purchase(
            one.cents,
            id=name,
            member_id=one.member,
            card_product=one.card,
            merchant=Merchant(id=one.shop, name="Trattoria", mcc="5812", country="IT"),
            posted_at=BEGIN + timedelta(days=one.day),
        )
        self.oracle.calculate(name, one)
        self.programme.calculate(request(posted))

    def match(self, identity: int, like: int, day: int, cents: int) -> None:
        one = bought(like)
        refund = posted_refund_of(
            purchase(),
            cents,
            f"r-{identity}",
            member_id=one.member,
            merchant_id=one.shop,
            card_product=one.card,
            refunded_at=BEGIN + timedelta(days=day),
        )
        expected = self.oracle.match(refund.id, one.member, one.shop, one.card, day, cents)
        assert self._said(lambda: self.programme.match_refund(refund)) == expected

    def refund(self, identity: int, number: int, cents: int) -> None:
        given_back = refund_of(
            purchase(id=f"p-{number}"), cents, f"r-{identity}", amount=Money(minor_units=cents, currency="EUR")
        )
        expected = self.oracle.refund(given_back.id, given_back.purchase_id, cents, 0)
        assert self._said(lambda: self.programme.refund(given_back)) == expected

    def charge_back(self, identity: int, number: int, reason: ChargebackReason) -> None:
        chargeback = chargeback_of(purchase(id=f"p-{number}"), f"r-{identity}", reason)
        expected = self.oracle.charge_back(chargeback.id, chargeback.purchase_id, reason)
        assert self._said(lambda: self.programme.charge_back(chargeback)) == expected

    def finish(self) -> None:
        told: Counter[str] = Counter()
        for event in [*self.programme.calculated(), *self.programme.adjusted()]:
            told[event.purchase_id] += event.points
        for name, one in self.oracle.purchases.items():
            found = self.programme.explain(name)
            assert found.net_points == told[name] == one.left >= 0
            assert found.refunded_minor_units == one.given_back <= one.cents
            assert sum(made.points for made in found.adjustments) == one.left - one.points

    def _said(self, ask: Callable[[], RefundedPoints]) -> str:
        try:
            return ask().purchase_id
        except RefusedCall as refusal:
            return refusal.args[0]


numbers = st.integers(min_value=0, max_value=9)
identities = st.integers(min_value=0, max_value=7)
cents = st.sampled_from([1, 100, 999, 1999, 2000, 7001])


def calculating(number: int) -> Step:
    return lambda play: play.calculate(number)


def matching(identity: int, like: int, day: int, cents: int) -> Step:
    return lambda play: play.match(identity, like, day, cents)


def refunding(identity: int, number: int, cents: int) -> Step:
    return lambda play: play.refund(identity, number, cents)


def charging_back(identity: int, number: int, reason: ChargebackReason) -> Step:
    return lambda play: play.charge_back(identity, number, reason)


steps = st.one_of(
    st.builds(calculating, numbers),
    st.builds(calculating, numbers),
    st.builds(matching, identities, numbers, st.sampled_from([-1, 0, 0, 150]), cents),
    st.builds(refunding, identities, numbers, cents),
    st.builds(charging_back, identities, numbers, st.sampled_from(REASONS)),
)


@settings(max_examples=200)
@given(history=st.lists(steps, max_size=30))
def test_what_is_given_back_takes_back_what_the_oracle_says(history: list[Step]):
    play = Play()
    for step in history:
        step(play)
    play.finish()
