"""Which calculations are told to be made anew, and when: open fallbacks, and purchases that a change touches."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import msgspec
import pytest

from contracts.campaigns import Bonus, CampaignChanged
from contracts.earning_rates import EarningRateChanged, EarningRulesChanged
from lambdas.points_calculation.handlers import find_outdated, note_campaign_change, note_rate_change
from lambdas.points_calculation.handlers.find_outdated import find
from lambdas.points_calculation.services import rerating
from pbckit.contracts.definitions import Event
from pbckit.runtime.observability import metrics
from pbckit.testing.deliveries import bus_event
from pbckit.testing.world import BEGIN, World, world
from tests.lambdas.points_calculation.programme import Programme
from tests.lambdas.points_calculation.purchases import NO_RATE, RATE, purchase, request

DAY = timedelta(days=1)


@pytest.fixture
def there() -> World:
    return world("points-calculation")


@pytest.fixture
def programme(there: World) -> Programme:
    return Programme(there)


def rate_changed(since: datetime, until: datetime | None = None, category: str = "restaurants") -> EarningRateChanged:
    return EarningRateChanged(
        rate_key=f"gold/{category}",
        card_product="gold",
        category=category,
        points_per_unit="3",
        effective_from=since,
        effective_to=until,
        changed_by="ada",
        changed_at=BEGIN,
    )


def campaign_changed(since: datetime, until: datetime) -> CampaignChanged:
    return CampaignChanged(
        campaign_id="june",
        starts_at=since,
        ends_at=until,
        categories=["restaurants", "fuel"],
        card_products=["gold"],
        bonus=Bonus(campaign_id="june", name="June", fixed_points=5, combination="stacking", priority=0),
        version=1,
        changed_by="ada",
        changed_at=BEGIN,
    )


def note(there: World, event: Event, event_id: str = "change-1") -> None:
    subscriber = note_campaign_change if isinstance(event, CampaignChanged) else note_rate_change
    subscriber.handler.consume(bus_event(event, event_id=event_id), there.runtime)


def posted(programme: Programme, purchase_id: str, at: datetime, *, category: str = "restaurants", **of: str) -> None:
    asked = request(purchase(id=purchase_id, posted_at=at, **of))
    changed = msgspec.structs.replace(asked.category, category=category)
    programme.calculate(msgspec.structs.replace(asked, category=changed))


def outdated(programme: Programme) -> list[str]:
    return [event.purchase_id for event in programme.outdated()]


def open_entries(there: World) -> list[str]:
    return [item["sk"] for item in there.store if item["pk"].startswith("open#")]


def test_a_fallback_is_told_at_the_next_occasion(programme: Programme, there: World):
    programme.calculate(request(fallbacks=["rate"]))
    programme.calculate(request(purchase(id="p-2")))

    assert find(there.runtime) == 1
    (event,) = programme.outdated()
    assert (event.purchase_id, event.outdated) == ("p-1", [])
    metadata = programme.published()[-1]["metadata"]
    assert (metadata["correlation_id"], metadata["sequence"]) == ("correlation-1", 1)


def test_an_answer_that_there_is_no_rate_is_waited_for_by_nobody(programme: Programme, there: World):
    programme.calculate(request(rate=NO_RATE))
    for _ in range(30):
        assert find(there.runtime) == 0
        there.clock.sleep(24 * 60 * 60)

    assert (programme.outdated(), open_entries(there)) == ([], [])


def test_a_missing_rate_that_turns_out_to_be_none_is_waited_for_no_more(programme: Programme, there: World):
    programme.calculate(request(rate=msgspec.structs.replace(NO_RATE, basis="fallback"), fallbacks=["rate"]))
    assert find(there.runtime) == 1
    programme.recalculate(programme.basis("p-1"), rate=NO_RATE)
    there.clock.sleep(24 * 60 * 60)

    assert find(there.runtime) == 0
    assert (outdated(programme), open_entries(there)) == (["p-1"], [])


def test_a_rate_set_later_touches_purchases_without_one(programme: Programme, there: World):
    programme.calculate(request(rate=NO_RATE))
    note(there, rate_changed(BEGIN - DAY))

    assert find(there.runtime) == 1
    (event,) = programme.outdated()
    assert (event.purchase_id, event.outdated) == ("p-1", ["rate"])


def test_changed_earning_rules_touch_all_that_was_posted_in_their_time(programme: Programme, there: World):
    posted(programme, "before", BEGIN - 3 * DAY)
    posted(programme, "within", BEGIN - 2 * DAY, card_product="classic", category="fuel")
    posted(programme, "after", BEGIN - DAY)
    note(
        there,
        EarningRulesChanged(
            rules_key="earning-rules",
            excluded_categories=["cash-like"],
            minimums=[],
            effective_from=BEGIN - 2 * DAY,
            effective_to=BEGIN - DAY,
            version=1,
            changed_by="ada",
            changed_at=BEGIN,
        ),
    )

    assert find(there.runtime) == 1
    assert [(event.purchase_id, event.outdated) for event in programme.outdated()] == [("within", ["rate"])]


def test_it_is_told_again_after_growing_pauses(programme: Programme, there: World):
    programme.calculate(request(fallbacks=["rate"]))
    told: list[int] = []
    for five_minutes in range(2 * 24 * 12):
        if find(there.runtime):
            told.append(5 * five_minutes)
        there.clock.sleep(5 * 60)

    assert [later - earlier for earlier, later in pairwise(told)][:8] == [5, 5, 5, 10, 20, 35, 65, 130]
    assert {later - earlier for earlier, later in pairwise(told[-4:])} == {360}
    assert len({event.recalculation_id for event in programme.outdated()}) == len(told)


def test_what_was_answered_is_told_no_more(programme: Programme, there: World):
    programme.calculate(request(rate=msgspec.structs.replace(RATE, points_per_unit="1"), fallbacks=["rate"]))
    programme.recalculate(programme.basis("p-1"), rate=RATE)

    assert find(there.runtime) == 0
    assert (programme.outdated(), open_entries(there)) == ([], [])


def test_an_answer_that_never_comes_is_given_up_and_counted(programme: Programme, there: World):
    programme.calculate(request(fallbacks=["rate"]))
    find(there.runtime)
    there.clock.sleep(31 * 24 * 60 * 60)
    metrics.clear_metrics()

    assert find(there.runtime) == 0
    assert open_entries(there) == []
    assert metrics.metric_set[find_outdated.GIVEN_UP]["Value"] == [1.0]


def test_a_run_without_work_says_zero(there: World):
    assert find(there.runtime) == 0
    assert metrics.metric_set[find_outdated.GIVEN_UP]["Value"] == [0.0]


def test_two_runs_at_once_tell_it_once(programme: Programme, there: World):
    programme.calculate(request(fallbacks=["rate"]))
    other: list[int] = []
    there.tables.before_transaction = lambda: other.append(find(there.runtime))

    assert find(there.runtime) == 0
    assert other == [1]
    assert outdated(programme) == ["p-1"]


def test_a_backdated_rate_touches_what_was_posted_in_its_time(programme: Programme, there: World):
    since, until = BEGIN - 40 * DAY, BEGIN - 5 * DAY
    posted(programme, "before", since - timedelta(microseconds=1))
    posted(programme, "first", since)
    posted(programme, "last", until - timedelta(microseconds=1))
    posted(programme, "after", until)
    posted(programme, "other-category", since, category="fuel")
    posted(programme, "other-card", since, card_product="basic")
    note(there, rate_changed(since, until))

    assert find(there.runtime) == 2
    assert sorted(outdated(programme)) == ["first", "last"]
    assert {tuple(event.outdated) for event in programme.outdated()} == {("rate",)}


def test_a_rate_for_all_others_touches_every_category(programme: Programme, there: World):
    posted(programme, "fuel", BEGIN, category="fuel")
    posted(programme, "restaurants", BEGIN)
    note(there, rate_changed(BEGIN - DAY, category="*"))
    there.clock.sleep(1)
    find(there.runtime)

    assert sorted(outdated(programme)) == ["fuel", "restaurants"]


def test_what_was_asked_after_the_change_knows_it(programme: Programme, there: World):
    for purchase_id, minutes in (("asked-before", -1), ("asked-just-after", 1), ("asked-after", 2)):
        asked = request(purchase(id=purchase_id), asked_at=BEGIN + timedelta(minutes=minutes))
        programme.calculate(asked)
    note(there, rate_changed(BEGIN - DAY))
    there.clock.sleep(1)
    find(there.runtime)

    assert sorted(outdated(programme)) == ["asked-before", "asked-just-after"]


def test_a_campaign_touches_its_window_categories_and_card_products(programme: Programme, there: World):
    posted(programme, "fuel", BEGIN, category="fuel")
    posted(programme, "groceries", BEGIN, category="groceries")
    posted(programme, "basic", BEGIN, card_product="basic")
    posted(programme, "earlier", BEGIN - 2 * DAY)
    note(there, campaign_changed(BEGIN - DAY, BEGIN + DAY))
    find(there.runtime)

    assert [(event.purchase_id, event.outdated) for event in programme.outdated()] == [("fuel", ["bonuses"])]


def test_a_change_that_lies_ahead_touches_nothing_yet(programme: Programme, there: World):
    posted(programme, "now", BEGIN)
    note(there, rate_changed(BEGIN + 40 * DAY))

    assert find(there.runtime) == 0


def test_a_change_is_gone_through_again_when_all_that_was_under_way_has_ended(programme: Programme, there: World):
    """A calculation that asked before the change may commit after the first pass."""
    note(there, rate_changed(BEGIN - DAY))
    find(there.runtime)
    posted(programme, "late", BEGIN)
    assert find(there.runtime) == 0

    there.clock.sleep(15 * 60)

    assert find(there.runtime) == 1
    assert outdated(programme) == ["late"]
    assert not [item for item in there.store if item["pk"] == "changes"]


def test_many_purchases_take_many_pages_and_runs_and_each_is_told_once(
    programme: Programme, there: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(rerating, "_PURCHASES_OF_A_PAGE", 3)
    monkeypatch.setattr(find_outdated, "_PAGES_OF_A_CHANGE", 2)
    for number in range(40):
        posted(programme, f"p-{number}", BEGIN - number * DAY)
    there.clock.time = datetime(2026, 6, 2, tzinfo=UTC)
    note(there, rate_changed(BEGIN - 60 * DAY))

    runs = [find(there.runtime) for _ in range(30)]

    assert max(runs) <= 6
    assert sorted(outdated(programme)) == sorted(f"p-{number}" for number in range(40))


def test_two_runs_at_once_follow_a_change_once(programme: Programme, there: World):
    posted(programme, "p-1", BEGIN)
    note(there, rate_changed(BEGIN - DAY))
    there.clock.sleep(1)
    there.tables.before_transaction = lambda: find(there.runtime)

    find(there.runtime)

    assert outdated(programme) == ["p-1"]


def test_a_change_that_is_delivered_twice_is_noted_once(programme: Programme, there: World):
    posted(programme, "p-1", BEGIN)
    note(there, rate_changed(BEGIN - DAY))
    note(there, rate_changed(BEGIN - DAY))

    assert len([item for item in there.store if item["pk"] == "changes"]) == 1


def test_a_change_since_the_year_1_goes_through_no_month_in_which_nothing_can_be_posted(there: World):
    since = rate_changed(datetime(1, 1, 1, tzinfo=UTC))
    note_rate_change.handler.consume(bus_event(since), there.runtime)
    there.clock.time += timedelta(hours=1)
    programme = Programme(there)
    programme.calculate(request())
    for _ in range(12):
        find(there.runtime)

    assert not [item for item in there.store if item["pk"] == "changes"]


@pytest.mark.parametrize("event", [rate_changed(BEGIN - DAY), campaign_changed(BEGIN - DAY, BEGIN + DAY)])
def test_a_change_is_gone_through_when_nobody_remembers_what_was_before(
    programme: Programme, there: World, event: Event
):
    posted(programme, "p-1", BEGIN)
    remembering = replace(there, runtime=replace(there.runtime, settings_seconds=1))
    note(remembering, event)
    assert find(there.runtime) == 0
    there.clock.time += timedelta(seconds=1)

    assert find(there.runtime) == 1


def test_a_change_of_a_clock_that_is_ahead_is_made_when_it_is_noted(programme: Programme, there: World):
    posted(programme, "p-1", BEGIN)
    note(
        there, msgspec.structs.replace(rate_changed(BEGIN - DAY), changed_at=datetime(9999, 12, 31, 23, 59, tzinfo=UTC))
    )

    assert find(there.runtime) == 1
    assert outdated(programme) == ["p-1"]
