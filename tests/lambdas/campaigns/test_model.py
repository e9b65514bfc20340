"""What a campaign may be, and to which purchases it applies."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.campaigns import LONGEST_WINDOW, MOST_PATTERNS, Campaign, InvalidCampaign, SetCampaign, Threshold
from lambdas.campaigns import model

THRESHOLD = Threshold(minor_units=50_000, currency="EUR", days=90)
JUNE, JULY = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)
few = settings(max_examples=50)
instants = st.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001 the offset is drawn apart
    max_value=datetime(2030, 1, 1),  # noqa: DTZ001
    timezones=st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours))),
)


def request(**changed: Any) -> SetCampaign:
    values = {
        "campaign_id": "june",
        "name": "June",
        "starts_at": JUNE,
        "ends_at": JULY,
        "categories": ["*"],
        "card_products": ["*"],
        "multiplier": "2",
        "combination": "stacking",
    }
    return SetCampaign(**(values | changed))


def campaign(**changed: Any) -> Campaign:
    values = msgspec.structs.asdict(request(**changed))
    return Campaign(**values, version=1, changed_by="ada", changed_at=JUNE)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"multiplier": "1"},
        {"multiplier": "1.000000"},
        {"multiplier": None, "fixed_points": 50},
        {"multiplier": None, "fixed_points": 50, "first_purchase": True},
        {"multiplier": None, "fixed_points": 50, "threshold": THRESHOLD},
        {"ends_at": JUNE + TICK},
        {"ends_at": JUNE + LONGEST_WINDOW},
        {"categories": ["fuel"] * MOST_PATTERNS},
        {"starts_at": datetime(9999, 12, 1, tzinfo=UTC), "ends_at": datetime(9999, 12, 31, tzinfo=UTC)},
    ],
)
def test_a_campaign_whose_parts_fit_is_taken(changed: dict[str, Any]):
    model.validate(request(**changed))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"ends_at": JUNE}, "ends_at 2026-06-01T00:00:00+00:00 is not after starts_at 2026-06-01T00:00:00+00:00"),
        ({"ends_at": JUNE - TICK}, "is not after starts_at"),
        ({"ends_at": JUNE + LONGEST_WINDOW + TICK}, "the window has 1098 days; at most 1098 are allowed"),
        ({"ends_at": datetime(9999, 12, 31, tzinfo=UTC)}, "at most 1098 are allowed"),
        ({"multiplier": None}, "exactly one of multiplier and fixed_points must be given"),
        ({"fixed_points": 50}, "exactly one of multiplier and fixed_points must be given"),
        ({"fixed_points": 0}, "exactly one of multiplier and fixed_points must be given"),
        ({"multiplier": "0.999999"}, "multiplier 0.999999 would take points away; at least 1 is allowed"),
        ({"multiplier": "0"}, "at least 1 is allowed"),
        ({"categories": []}, "categories is empty; name some, or * for all"),
        ({"card_products": []}, "card_products is empty"),
        ({"categories": ["fuel"] * 51}, "categories has 51 entries; at most 50 are allowed"),
    ],
)
def test_a_campaign_whose_parts_do_not_fit_is_refused_with_the_reason(changed: dict[str, Any], reason: str):
    with pytest.raises(InvalidCampaign) as refused:
        model.validate(request(**changed))
    assert str(refused.value).startswith("june: ")
    assert reason in str(refused.value)


def test_all_that_is_wrong_is_named_at_once():
    with pytest.raises(InvalidCampaign, match=r"not after.*exactly one.*categories is empty"):
        model.validate(request(ends_at=JUNE, fixed_points=1, categories=[]))


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "months"),
    [
        (JUNE, JULY, ["2026-06"]),
        (JUNE, JULY + TICK, ["2026-06", "2026-07"]),
        (JULY - TICK, JULY, ["2026-06"]),
        (datetime(2026, 12, 31, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC), ["2026-12", "2027-01"]),
        (datetime(2026, 7, 1, 1, tzinfo=timezone(timedelta(hours=2))), JULY, ["2026-06"]),
        (datetime(9999, 12, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC), ["9999-12"]),
    ],
)
def test_months_that_a_window_touches(starts_at: datetime, ends_at: datetime, months: list[str]):
    assert model.months_of(starts_at, ends_at) == months


@few
@given(instants, st.timedeltas(TICK, LONGEST_WINDOW), st.floats(0, 1, exclude_max=True))
def test_a_purchase_within_the_window_looks_into_a_month_that_has_the_campaign(
    starts_at: datetime, length: timedelta, part: float
):
    ends_at = starts_at + length
    at = min(starts_at + length * part, ends_at - TICK)
    months = model.months_of(starts_at, ends_at)
    assert model.month_of(at) in months
    assert months == sorted(set(months))


@few
@given(instants)
def test_a_campaign_and_its_replacement_fit_into_one_transaction(starts_at: datetime):
    months = model.months_of(starts_at, starts_at + LONGEST_WINDOW)
    campaign_history_and_event = 3
    assert 2 * len(months) + campaign_history_and_event <= 100


@pytest.mark.parametrize(("at", "applies"), [(JUNE - TICK, False), (JUNE, True), (JULY - TICK, True), (JULY, False)])
def test_the_window_has_its_first_instant_and_not_its_last(at: datetime, applies: bool):
    assert model.applies(campaign(), "gold", "fuel", at) is applies


@pytest.mark.parametrize(
    ("categories", "card_products", "applies"),
    [
        (["*"], ["*"], True),
        (["fuel"], ["gold"], True),
        (["groceries", "fuel"], ["classic", "gold"], True),
        (["groceries", "*"], ["*"], True),
        (["groceries"], ["*"], False),
        (["*"], ["classic"], False),
        (["groceries"], ["classic"], False),
    ],
)
def test_categories_and_card_products_must_both_fit(categories: list[str], card_products: list[str], applies: bool):
    one = campaign(categories=categories, card_products=card_products)
    assert model.applies(one, "gold", "fuel", JUNE) is applies


def test_bonuses_come_by_priority_then_by_id_and_without_their_conditions():
    campaigns = [
        campaign(campaign_id="b", priority=1),
        campaign(campaign_id="c", priority=9, multiplier=None, fixed_points=5, combination="exclusive"),
        campaign(campaign_id="a", priority=1),
        campaign(campaign_id="over", priority=99, ends_at=JUNE + TICK),
    ]
    found = model.bonuses(campaigns, "gold", "fuel", JUNE + TICK)
    assert [bonus.campaign_id for bonus in found] == ["c", "a", "b"]
    assert (found[0].multiplier, found[0].fixed_points, found[0].combination) == (None, 5, "exclusive")
    assert (found[1].multiplier, found[1].fixed_points, found[1].combination) == ("2", None, "stacking")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"first_purchase": True, "threshold": THRESHOLD, "multiplier": None, "fixed_points": 5},
            "one of them is allowed",
        ),
        ({"first_purchase": True}, "fixed_points are allowed, no multiplier"),
        ({"threshold": THRESHOLD, "combination": "exclusive"}, "only the combination stacking is allowed"),
        (
            {"threshold": THRESHOLD, "budget_points": 5, "points_per_purchase": 5},
            "no cap is allowed; given are points_per_purchase, budget_points",
        ),
    ],
)
def test_a_condition_that_does_not_fit_is_refused(changed: dict[str, Any], message: str):
    with pytest.raises(InvalidCampaign, match=message):
        model.validate(request(**changed))


def test_a_bonus_says_its_condition():
    given = campaign(multiplier=None, fixed_points=5, threshold=THRESHOLD)
    assert (model.bonus_of(given).threshold, model.bonus_of(given).first_purchase) == (THRESHOLD, False)
    assert model.bonus_of(campaign(first_purchase=True)).first_purchase
