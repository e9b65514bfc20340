"""True-up and re-rating: the same calculation from other answers; only the difference is told, once."""

import msgspec
import pytest

from contracts.points_calculation import Calculation
from pbckit.runtime.observability import metrics
from pbckit.testing.calls import RefusedCall
from pbckit.testing.world import world
from tests.lambdas.points_calculation.programme import Programme, refund_of
from tests.lambdas.points_calculation.purchases import NO_RATE, RATE, fixed, multiplying, purchase, request

BASE_RATE = msgspec.structs.replace(RATE, category="*", points_per_unit="1")


@pytest.fixture
def programme() -> Programme:
    metrics.clear_metrics()
    return Programme(world("points-calculation"))


def fallen_back(programme: Programme) -> Calculation:
    """19 points at the base rate, where the rate gives 39."""
    return programme.calculate(request(rate=BASE_RATE, fallbacks=["rate"]))


def test_a_basis_is_what_the_calculation_rests_on(programme: Programme):
    bonus = fixed(10)
    programme.calculate(request(None, bonus, rate=BASE_RATE, fallbacks=["rate"]))
    basis = programme.basis("p-1")

    assert (basis.purchase, basis.rate, basis.bonuses) == (purchase(), BASE_RATE, [bonus])
    assert (basis.category.category, basis.fallbacks, basis.version) == ("restaurants", ["rate"], 1)


def test_a_true_up_tells_the_difference_and_closes_the_fallback(programme: Programme):
    fallen_back(programme)
    after = programme.recalculate(programme.basis("p-1"), rate=RATE)

    assert (after.points, after.net_points, after.fallbacks) == (39, 39, [])
    assert after.lines[0].text == "2 points per EUR at restaurants, since 1 June 2026"
    (told,) = programme.adjusted()
    assert (told.points, told.reason, told.text) == (20, "true-up", "recalculated: rate known now")
    assert programme.published()[-1]["metadata"]["sequence"] == 2
    assert programme.basis("p-1").version == 2


def test_a_card_product_without_a_rate_earns_the_base_rate_and_is_counted(programme: Programme):
    without = programme.calculate(request(rate=NO_RATE))

    assert (without.points, without.fallbacks) == (19, [])
    assert without.lines[0].text == "1 point per EUR: the programme's base rate, as no rate is set for gold"
    assert metrics.metric_set["CardProductWithoutRate"]["Value"] == [1.0]
    assert "CalculatedWithFallback" not in metrics.metric_set


def test_a_purchase_with_a_rate_is_not_counted_as_one_without(programme: Programme):
    programme.calculate(request())
    assert "CardProductWithoutRate" not in metrics.metric_set


def test_a_rate_set_later_re_rates_what_had_none(programme: Programme):
    programme.calculate(request(rate=NO_RATE))
    after = programme.recalculate(programme.basis("p-1"), rate=RATE)

    assert (after.net_points, after.fallbacks) == (39, [])
    (told,) = programme.adjusted()
    assert (told.points, told.reason) == (20, "re-rating")


def test_a_true_up_that_finds_no_rate_closes_the_fallback_and_is_counted(programme: Programme):
    fallen_back(programme)
    after = programme.recalculate(programme.basis("p-1"), rate=NO_RATE)

    assert (after.net_points, after.fallbacks, programme.adjusted()) == (19, [], [])
    assert metrics.metric_set["CardProductWithoutRate"]["Value"] == [1.0]


def test_the_same_answers_again_tell_nothing(programme: Programme):
    fallen_back(programme)
    first = programme.recalculate(programme.basis("p-1"), rate=RATE)

    assert programme.recalculate(programme.basis("p-1"), rate=RATE) == first
    assert len(programme.adjusted()) == 1


def test_an_answer_that_changes_no_point_is_kept_and_tells_nothing(programme: Programme):
    fallen_back(programme)
    same = msgspec.structs.replace(RATE, points_per_unit="1")
    after = programme.recalculate(programme.basis("p-1"), rate=same)

    assert (after.fallbacks, after.points) == ([], 19)
    assert programme.adjusted() == []
    assert programme.basis("p-1").rate == same


def test_answers_to_an_older_version_are_refused(programme: Programme):
    """They were asked for before somebody else's: which are newer nobody can say."""
    fallen_back(programme)
    old = programme.basis("p-1")
    programme.recalculate(old, rate=RATE)

    with pytest.raises(RefusedCall) as refusal:
        programme.recalculate(old, rate=msgspec.structs.replace(RATE, points_per_unit="5"))

    assert refusal.value.args == ("Superseded", "purchase p-1 is at version 2, not 1")
    assert len(programme.adjusted()) == 1


def test_a_re_rating_takes_points_back_where_the_rate_was_too_high(programme: Programme):
    programme.calculate(request())
    programme.recalculate(programme.basis("p-1"), rate=msgspec.structs.replace(RATE, points_per_unit="1.5"))

    (told,) = programme.adjusted()
    assert (told.points, told.reason) == (-10, "re-rating")


@pytest.mark.parametrize("refund_first", [True, False])
def test_refund_and_true_up_end_at_the_same_points_in_any_order(programme: Programme, refund_first: bool):
    fallen_back(programme)
    basis = programme.basis("p-1")
    if refund_first:
        programme.refund(refund_of(purchase(), 1000))
        programme.recalculate(basis, rate=RATE)
    else:
        programme.recalculate(basis, rate=RATE)
        programme.refund(refund_of(purchase(), 1000))

    # 999 of 1999 cents are kept of 39 points.
    assert programme.explain("p-1").net_points == 19
    assert 19 + sum(one.points for one in programme.adjusted()) == 19


def test_a_refund_does_not_make_answers_old(programme: Programme):
    """What was looked up is still true when something is given back meanwhile."""
    fallen_back(programme)
    there = programme.world
    there.tables.before_transaction = lambda: programme.refund(refund_of(purchase(), 1999))
    after = programme.recalculate(programme.basis("p-1"), rate=RATE)

    assert (after.points, after.net_points) == (39, 0)
    assert sum(one.points for one in programme.adjusted()) == -19


def test_what_a_purchase_counts_in_a_budget_follows_its_calculation(programme: Programme):
    bonus = multiplying("3", budget_points=100)
    programme.calculate(request(None, bonus, rate=BASE_RATE, fallbacks=["rate"]))
    programme.calculate(request(purchase(id="p-2"), bonus))
    assert [line.points for line in programme.explain("p-2").lines] == [39, 61]

    programme.recalculate(programme.basis("p-2"), bonuses=[])
    after = programme.recalculate(programme.basis("p-1"), rate=RATE)

    assert [line.points for line in after.lines] == [39, 79]
    (counter,) = [item for item in programme.world.store if item["pk"] == "counter#campaign#c-1"]
    assert counter["used"] == 79


def test_nothing_is_known_of_a_purchase_that_was_not_calculated(programme: Programme):
    with pytest.raises(RefusedCall, match="UnknownPurchase"):
        programme.basis("p-404")


def test_everything_the_ledger_was_told_of_a_month_can_be_read_by_pages(programme: Programme):
    for number in range(7):
        programme.calculate(request(purchase(id=f"p-{number}"), rate=BASE_RATE, fallbacks=["rate"]))
    programme.calculate(request(purchase(id="p-may", posted_at=purchase().posted_at.replace(month=5))))
    programme.recalculate(programme.basis("p-3"), rate=RATE)
    programme.refund(refund_of(purchase(id="p-3"), 1999))

    pages = programme.reported_postings("2026-06", limit=2)
    told = [one for page in pages for one in page.postings]

    assert {one.posting_id for one in told if one.posting_id == one.purchase_id} == {f"p-{n}" for n in range(7)}
    assert [one.points for one in told if one.purchase_id == "p-3"] == [19, 20, -39]
    assert {one.posting_id for one in told} == {
        *(event.purchase_id for event in programme.calculated() if event.purchase_id != "p-may"),
        *(event.adjustment_id for event in programme.adjusted()),
    }
    assert all(len(page.postings) <= 4 for page in pages)
    assert [page.postings for page in programme.reported_postings("2026-07")] == [[]] * 4
