"""Campaigns: set, moved, found for a purchase, listed, audited, told."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from contracts.campaigns import BONUSES, CAMPAIGN_HISTORY, LIST_CAMPAIGNS, SET_CAMPAIGN, Campaign
from lambdas.campaigns import bonuses, campaign_history, list_campaigns, set_campaign
from pbckit.runtime.ports import Page, Query
from pbckit.testing.calls import CORRELATION, Caller, RefusedCall
from pbckit.testing.world import STORE, World, world

MAY, JUNE, JULY, AUGUST = (f"2026-0{month}-01T00:00:00Z" for month in (5, 6, 7, 8))


@pytest.fixture
def there() -> World:
    return world("campaigns")


@pytest.fixture
def caller(there: World) -> Caller:
    return Caller(there)


def put(caller: Caller, campaign_id: str = "june", **changed: Any) -> Campaign:
    request = {
        "campaign_id": campaign_id,
        "name": campaign_id.title(),
        "starts_at": JUNE,
        "ends_at": JULY,
        "categories": ["*"],
        "card_products": ["*"],
        "multiplier": "2",
        "combination": "stacking",
    }
    return caller.ask(set_campaign.handler, SET_CAMPAIGN, **(request | changed))


def found(caller: Caller, at: str, category: str = "fuel", card_product: str = "gold") -> list[str]:
    answer = caller.ask(bonuses.handler, BONUSES, card_product=card_product, category=category, at=at)
    return [bonus.campaign_id for bonus in answer.bonuses]


def listed(caller: Caller, **request: object) -> list[str]:
    return [one.campaign_id for one in caller.ask(list_campaigns.handler, LIST_CAMPAIGNS, **request).campaigns]


def test_a_purchase_finds_the_campaigns_that_apply_by_rank(caller: Caller):
    put(caller, "long", starts_at=MAY, ends_at=AUGUST, priority=1)
    put(caller, "june", priority=5)
    put(caller, "groceries-only", categories=["groceries"])
    put(caller, "classic-only", card_products=["classic"])
    assert found(caller, "2026-06-15T12:00:00Z") == ["june", "long"]
    assert found(caller, "2026-06-30T23:59:59.999999Z") == ["june", "long"]
    assert found(caller, JULY) == ["long"]
    assert found(caller, "2026-07-01T01:00:00+02:00", "groceries") == ["june", "long", "groceries-only"]
    assert found(caller, AUGUST) == []


def test_a_campaign_that_moves_leaves_no_trace_where_it_was(caller: Caller):
    put(caller, starts_at=MAY, ends_at=JULY)
    put(caller, starts_at=JULY, ends_at=AUGUST)
    assert [found(caller, at) for at in (MAY, JUNE, JULY)] == [[], [], ["june"]]


def test_a_changed_campaign_is_changed_in_every_month_it_touches(caller: Caller):
    put(caller, starts_at=MAY, ends_at=AUGUST)
    put(caller, starts_at=MAY, ends_at=AUGUST, categories=["groceries"])
    assert [found(caller, at) for at in (MAY, JUNE, JULY)] == [[], [], []]
    assert [found(caller, at, "groceries") for at in (MAY, JUNE, JULY)] == [["june"]] * 3


def test_a_purchase_reads_the_campaigns_of_its_month_and_no_others(
    there: World, caller: Caller, monkeypatch: pytest.MonkeyPatch
):
    """What a purchase reads does not grow with the campaigns that there ever were."""
    for year in range(2000, 2026):
        put(caller, f"june-{year}", starts_at=f"{year}-06-01T00:00:00Z", ends_at=f"{year}-07-01T00:00:00Z")
    put(caller)
    read: list[Any] = []
    query = there.tables.query

    def counting(asked: Query) -> Page:
        page = query(asked)
        read.extend(page.items)
        return page

    monkeypatch.setattr(there.tables, "query", counting)
    assert found(caller, "2026-06-15T12:00:00Z") == ["june"]
    assert len(read) == 1


def test_campaigns_are_listed_by_rank_all_or_those_that_run(caller: Caller):
    put(caller, "past", starts_at=MAY, ends_at=JUNE, priority=1)
    put(caller, "b", priority=2)
    put(caller, "a", priority=2)
    put(caller, "late", starts_at="2026-06-20T00:00:00Z", priority=9)
    assert listed(caller) == ["late", "a", "b", "past"]
    assert listed(caller, at="2026-06-19T00:00:00Z") == ["a", "b"]


def test_changing_counts_the_version_and_keeps_before_and_after(there: World, caller: Caller):
    assert put(caller).version == 1
    second = put(Caller(there, actor="grace"), multiplier=None, fixed_points=50)
    assert (second.version, second.changed_by, second.multiplier, second.fixed_points) == (2, "grace", None, 50)
    history = [item for item in there.tables.all(STORE) if item["sk"].startswith("change#")]
    assert [item["changed_by"] for item in history] == ["ada", "grace"]
    assert history[0]["before"] is None
    assert (history[1]["before"]["multiplier"], history[1]["fixed_points"]) == ("2", 50)
    assert history[0]["changed_at"] < history[1]["changed_at"]


def test_every_change_is_told_in_sequence(caller: Caller):
    put(caller)
    put(caller, ends_at=AUGUST, priority=7)
    first, second = caller.published()
    assert (first["type"], first["source"]) == ("CampaignChanged", "campaigns")
    assert [(one["metadata"]["aggregate_id"], one["metadata"]["sequence"]) for one in (first, second)] == [
        ("june", 1),
        ("june", 2),
    ]
    assert first["metadata"]["correlation_id"] == CORRELATION
    assert (second["data"]["ends_at"], second["data"]["version"]) == (AUGUST, 2)
    assert second["data"]["bonus"]["priority"] == 7


def test_two_operators_at_once_both_are_kept_one_after_the_other(there: World, caller: Caller):
    there.tables.before_transaction = lambda: put(Caller(there, actor="grace"), starts_at=MAY, ends_at=JUNE)
    assert put(caller).version == 2
    assert [one["data"]["changed_by"] for one in caller.published()] == ["grace", "ada"]
    assert [found(caller, at) for at in (MAY, JUNE)] == [[], ["june"]]


def test_a_refused_campaign_changes_nothing(there: World, caller: Caller):
    with pytest.raises(RefusedCall, match=r"InvalidCampaign.*june: .*at least 1"):
        put(caller, multiplier="0.5")
    assert there.tables.all(STORE) == []
    assert caller.published() == []


def test_the_longest_campaign_can_move_as_far_as_it_likes(caller: Caller):
    put(caller, starts_at="2020-01-15T00:00:00Z", ends_at="2023-01-17T00:00:00Z")
    put(caller, starts_at="2030-01-15T00:00:00Z", ends_at="2033-01-17T00:00:00Z")
    assert found(caller, "2021-06-01T00:00:00Z") == []
    assert found(caller, "2033-01-16T00:00:00Z") == ["june"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"campaign_id": "June Dining"}, r"campaign_id"),
        ({"multiplier": "-2"}, r"multiplier"),
        ({"multiplier": 2.0}, r"multiplier"),
        ({"fixed_points": -1, "multiplier": None}, r"fixed_points"),
        ({"combination": "both"}, r"combination"),
        ({"starts_at": "2026-06-01"}, r"starts_at"),
        ({"categories": ["Fuel"]}, r"categories"),
        ({"priorty": 3}, "priorty"),
    ],
)
def test_a_request_outside_its_schema_is_refused_by_field(caller: Caller, changed: dict[str, Any], field: str):
    with pytest.raises(RefusedCall, match=rf"InvalidRequest.*[: `.]{field}"):
        put(caller, **changed)


def test_caps_reach_whoever_asks_for_bonuses(caller: Caller):
    put(caller, points_per_purchase=10, points_per_member_month=20, budget_points=30)
    (bonus,) = caller.ask(bonuses.handler, BONUSES, card_product="gold", category="fuel", at=JUNE).bonuses

    assert (bonus.points_per_purchase, bonus.points_per_member_month, bonus.budget_points) == (10, 20, 30)


def test_every_change_can_be_read_back(there: World, caller: Caller):
    first = put(caller)
    second = put(Caller(there, actor="bob"), budget_points=30)
    put(caller, "other")
    changes = caller.ask(campaign_history.handler, CAMPAIGN_HISTORY, campaign_id="june").changes

    assert [(change.before, change.after) for change in changes] == [(None, first), (first, second)]
    assert [change.after.changed_by for change in changes] == ["ada", "bob"]


def test_a_campaign_that_never_was_has_no_history(caller: Caller):
    with pytest.raises(RefusedCall) as refusal:
        caller.ask(campaign_history.handler, CAMPAIGN_HISTORY, campaign_id="june")

    assert refusal.value.args == ("UnknownCampaign", "there is no campaign 'june'")


def exclusive(caller: Caller, campaign_id: str, **changed: Any) -> Campaign:
    return put(caller, campaign_id, combination="exclusive", priority=7, **changed)


@pytest.mark.parametrize(
    "changed",
    [
        {"starts_at": JULY, "ends_at": AUGUST},
        {"starts_at": MAY, "ends_at": JUNE},
        {"categories": ["groceries"]},
        {"card_products": ["basic"]},
        {"priority": 8},
        {"combination": "stacking"},
    ],
)
def test_an_exclusive_campaign_stands_beside_one_that_it_never_meets(caller: Caller, changed: dict[str, Any]):
    exclusive(caller, "first", categories=["fuel"], card_products=["gold"])

    put(caller, "second", **({"combination": "exclusive", "priority": 7} | changed))

    assert sorted(listed(caller)) == ["first", "second"]


@pytest.mark.parametrize(
    "changed", [{}, {"categories": ["fuel", "groceries"]}, {"starts_at": MAY, "ends_at": "2026-06-01T00:00:01Z"}]
)
def test_two_exclusive_campaigns_of_one_priority_that_can_meet_are_refused(caller: Caller, changed: dict[str, Any]):
    exclusive(caller, "first", categories=["fuel"], card_products=["gold"])

    with pytest.raises(RefusedCall, match="second: first is exclusive too, of the same priority 7") as refusal:
        exclusive(caller, "second", **changed)

    assert refusal.value.args[0] == "CampaignOverlap"
    assert listed(caller) == ["first"]


def test_an_exclusive_campaign_can_be_changed_in_its_own_place(caller: Caller):
    exclusive(caller, "first")

    assert exclusive(caller, "first", name="Better").version == 2


def test_of_two_exclusive_campaigns_at_the_same_moment_one_is_refused(there: World, caller: Caller):
    there.tables.before_transaction = lambda: exclusive(caller, "faster")

    with pytest.raises(RefusedCall, match="CampaignOverlap"):
        exclusive(caller, "slower")

    assert listed(caller) == ["faster"]


def test_the_last_moment_of_june_is_in_june_however_many_digits_it_has(caller: Caller):
    put(caller)
    assert found(caller, "2026-06-30T23:59:59.9999999Z") == ["june"]


def test_a_category_that_there_is_not_is_refused_with_the_nearest_one(there: World, caller: Caller):
    with pytest.raises(RefusedCall, match=r"UnknownCategory.*june: .*'resturants'; did you mean restaurants\?"):
        put(caller, categories=["fuel", "resturants"])
    assert there.tables.all(STORE) == []


def test_lookups_answer_from_memory_for_a_second_and_commands_never(there: World):
    remembering = Caller(replace(there, runtime=replace(there.runtime, settings_seconds=1)))
    assert found(remembering, JUNE) == []
    put(remembering)
    assert (found(remembering, JUNE), listed(remembering, at=JUNE)) == ([], ["june"])
    there.clock.time += timedelta(seconds=1)
    assert found(remembering, JUNE) == ["june"]
