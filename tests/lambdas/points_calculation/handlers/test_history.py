"""Whole histories: whatever happens, in whatever order, the ledger is told what a simple oracle says is left."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.campaigns import Bonus
from contracts.cards import PurchasePosted
from contracts.earning_rates import Rate
from lambdas.points_calculation.services import budgets
from pbckit.testing.calls import RefusedCall
from pbckit.testing.world import BEGIN, world
from tests.lambdas.points_calculation.oracle import Bought, Offer, Oracle, Rules
from tests.lambdas.points_calculation.programme import Programme, refund_of
from tests.lambdas.points_calculation.purchases import purchase, request

POINTS_PER_UNIT = {"base": "1", "old": "1.5", "new": "2"}
BASE_CAPS = {"points_per_purchase": 90, "points_per_member_month": 150}
BUDGETED = Offer(name="budgeted", fixed=40, budget=150)
MONTHLY = Offer(name="monthly", fixed=25, per_purchase=20, per_month=50)
RAISED = replace(BUDGETED, budget=260)
LOWERED = replace(BUDGETED, budget=70)
LITTLE = replace(BUDGETED, fixed=3)
CAMPAIGNS = ([], [BUDGETED], [BUDGETED, MONTHLY], [MONTHLY], [RAISED], [LOWERED], [LITTLE], [LITTLE, MONTHLY])
SHARED_OUT = {"SHARDS": 2, "PARTS": 4, "LEAST_PURCHASES": 1}
"""So that a budget of so few purchases is shared out."""
RULES = (Rules(), Rules(), Rules(excludes=True), Rules(least_cents=2000))
CENTS = (1, 199, 1999, 2000, 3333, 7001)


@dataclass(frozen=True, kw_only=True)
class Step:
    """Something that happens."""

    what: str
    number: int
    rate: str
    campaigns: int
    refund: int
    cents: int
    rules: int = 0


steps = st.lists(
    st.builds(
        Step,
        what=st.sampled_from(["calculate", "calculate", "refund", "recalculate"]),
        number=st.integers(min_value=0, max_value=len(CENTS) - 1),
        rate=st.sampled_from(sorted(POINTS_PER_UNIT)),
        campaigns=st.integers(min_value=0, max_value=len(CAMPAIGNS) - 1),
        refund=st.integers(min_value=0, max_value=11),
        cents=st.sampled_from([1, 99, 199, 666, 1000, 1999]),
        rules=st.integers(min_value=0, max_value=len(RULES) - 1),
    ),
    max_size=30,
)


def posted(number: int) -> PurchasePosted:
    """One of a few purchases, of two members in two months."""
    at = datetime(2026, 6 + number % 2, 15, tzinfo=UTC)
    return purchase(CENTS[number], id=f"p-{number}", member_id=f"m-{number // 3}", posted_at=at)


def rate_of(step: Step) -> Rate:
    return Rate(
        card_product="gold",
        category="*",
        points_per_unit=POINTS_PER_UNIT[step.rate],
        effective_from=BEGIN,
        is_excluded=RULES[step.rules].excludes,
        minimum_minor_units=RULES[step.rules].least_cents or None,
        **BASE_CAPS,
    )


def bonuses_of(step: Step) -> list[Bonus]:
    return [
        Bonus(
            campaign_id=offer.name,
            name=offer.name,
            fixed_points=offer.fixed,
            combination="stacking",
            priority=0,
            points_per_purchase=offer.per_purchase,
            points_per_member_month=offer.per_month,
            budget_points=offer.budget,
        )
        for offer in CAMPAIGNS[step.campaigns]
    ]


def offers_of(step: Step) -> list[Offer]:
    per_mille = int(float(POINTS_PER_UNIT[step.rate]) * 10)
    base = Offer(name="base", per_mille_of_cents=per_mille, per_purchase=90, per_month=150)
    return [base, *CAMPAIGNS[step.campaigns]]


def refusal_of(act: Any) -> str | None:
    try:
        act()
    except RefusedCall as refusal:
        return refusal.args[0]
    return None


def take(step: Step, programme: Programme, oracle: Oracle) -> tuple[str | None, str | None]:
    """What each of the two says to a step."""
    of = posted(step.number)
    match step.what:
        case "calculate":
            fallbacks = ["rate"] if step.rate == "base" else []
            asked = request(of, *bonuses_of(step), rate=rate_of(step), fallbacks=fallbacks)
            bought = Bought(member=of.member_id, month=f"{of.posted_at:%Y-%m}", cents=of.amount.minor_units)
            oracle.calculate(of.id, bought, offers_of(step), RULES[step.rules])
            return refusal_of(lambda: programme.calculate(asked)), None
        case "refund":
            given_back = refund_of(of, step.cents, f"r-{step.refund}")
            expected = oracle.refund(given_back.id, of.id, step.cents)
            return refusal_of(lambda: programme.refund(given_back)), expected
        case _:
            expected = oracle.recalculate(of.id, offers_of(step), RULES[step.rules])
            answers = {"rate": rate_of(step), "bonuses": bonuses_of(step)}
            return refusal_of(lambda: programme.recalculate(programme.basis(of.id), **answers)), expected


@pytest.mark.parametrize("shared_out", [{}, SHARED_OUT], ids=["as-it-is", "shared-out"])
@settings(max_examples=150)
@given(history=steps)
def test_the_ledger_is_told_what_is_left_whatever_happens(shared_out: dict[str, int], history: list[Step]):
    with pytest.MonkeyPatch.context() as patch:
        for name, value in shared_out.items():
            patch.setattr(budgets, name, value)
        require_what_is_left(history)


def require_what_is_left(history: list[Step]):
    programme, oracle = Programme(world("points-calculation")), Oracle()
    for step in history:
        answered, expected = take(step, programme, oracle)
        assert answered == expected

    told: Counter[str] = Counter()
    for event in [*programme.calculated(), *programme.adjusted()]:
        told[event.purchase_id] += event.points
    for purchase_id, bought in oracle.bought.items():
        calculation = programme.explain(purchase_id)
        assert {line.campaign_id or "base": line.points for line in calculation.lines} == bought.granted
        assert calculation.net_points == told[purchase_id] == bought.left
    listed = [
        one for month in ("2026-06", "2026-07") for page in programme.reported_postings(month) for one in page.postings
    ]
    assert Counter(one.posting_id for one in listed) == Counter(
        [event.purchase_id for event in programme.calculated()]
        + [event.adjustment_id for event in programme.adjusted()]
    )
    assert oracle.counted("budgeted") <= RAISED.budget
    counters = {item["pk"]: item["used"] for item in programme.world.store if item["pk"].startswith("counter#")}
    left = sum(item["left"] for item in programme.world.store if item["pk"].startswith("allotment#"))
    assert counters.get("counter#campaign#budgeted", 0) - left == oracle.counted("budgeted")


@settings(max_examples=150)
@given(
    parts=st.lists(st.integers(min_value=1, max_value=700), max_size=6),
    true_up_after=st.integers(min_value=0, max_value=6),
)
def test_where_a_true_up_comes_among_refunds_makes_no_difference(parts: list[int], true_up_after: int):
    programme = Programme(world("points-calculation"))
    of = posted(5)
    base, new = (Step(what="", number=5, rate=rate, campaigns=1, refund=0, cents=0) for rate in ("base", "new"))
    programme.calculate(request(of, *bonuses_of(base), rate=rate_of(base), fallbacks=["rate"]))
    for number in range(7):
        if number == true_up_after:
            programme.recalculate(programme.basis(of.id), rate=rate_of(new))
        if number < len(parts):
            programme.refund(refund_of(of, parts[number], f"r-{number}"))

    # 140 base points for 70.01 euros, capped at 90, and 40 of the campaign.
    assert programme.explain(of.id).net_points == 130 * (7001 - sum(parts)) // 7001
