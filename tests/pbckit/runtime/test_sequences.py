"""Events of an aggregate that are missing are reported, and hold nothing up."""

import io
import json
from typing import Any

import msgspec
import pytest

from contracts.points_calculation import PointsCalculated
from contracts.points_ledger import PointsPosted
from pbckit.runtime.observability import logger, metrics
from pbckit.runtime.ports import Update
from pbckit.runtime.subscriber import EventContext, Subscriber
from pbckit.testing.deliveries import bus_event
from pbckit.testing.world import BEGIN, STORE, World, world

CALCULATED = PointsCalculated(
    purchase_id="p-1", member_id="m-1", points=5, category="fuel", fallbacks=[], lines=[], posted_at=BEGIN
)


def consumer(*, reports_gaps: bool, knows_first: bool) -> Subscriber:
    subscriber = Subscriber(reports_gaps=reports_gaps, knows_first=knows_first)

    @subscriber.on(PointsCalculated)
    def on_calculated(event: PointsCalculated, context: EventContext) -> None:
        work = context.unit_of_work()
        posted = PointsPosted(posting_id=event.purchase_id, member_id="m", points=1, balance_points=1)
        work.publish(posted, sequence=1)
        work.commit()

    return subscriber


@pytest.fixture
def there() -> World:
    return world("points-ledger")


@pytest.fixture(autouse=True)
def own_metrics() -> Any:
    yield
    metrics.clear_metrics()


def deliver(
    there: World, *sequences: int, aggregate: str = "p-1", reports_gaps: bool = True, knows_first: bool = False
) -> dict[str, float]:
    """Deliver events of an aggregate; gives what was counted."""
    subscriber = consumer(reports_gaps=reports_gaps, knows_first=knows_first)
    for sequence in sequences:
        event = msgspec.structs.replace(CALCULATED, purchase_id=aggregate)
        body = bus_event(event, event_id=f"{aggregate}-{sequence}", sequence=sequence)
        subscriber.consume(body, there.runtime)
    return {name: sum(one["Value"]) for name, one in metrics.metric_set.items()}


def seen(there: World) -> dict[str, int]:
    return {item["pk"]: item["last"] for item in there.tables.all(STORE) if item["pk"].startswith("seen#")}


def test_events_in_their_order_are_no_gap(there: World):
    counted = deliver(there, 1, 2, 3)

    assert ("SequenceGaps" in counted, "LateEvents" in counted) == (False, False)
    assert seen(there) == {"seen#points-calculation#p-1": 3}


def test_a_first_event_that_cannot_be_missing_is_not_written_down(there: World):
    counted = deliver(there, 1, knows_first=True)
    assert seen(there) == {}
    counted |= deliver(there, 2, 3, knows_first=True)

    assert ("SequenceGaps" in counted, "LateEvents" in counted) == (False, False)
    assert seen(there) == {"seen#points-calculation#p-1": 3}


@pytest.mark.parametrize(("sequences", "missing"), [((1, 3), 1), ((3,), 1), ((1, 2, 6), 3), ((4, 6), 3)])
def test_events_are_missed_after_a_first_one_that_is_not_written_down(
    there: World, sequences: tuple[int, ...], missing: int
):
    assert deliver(there, *sequences, knows_first=True)["SequenceGaps"] == missing


def test_what_was_written_down_of_a_first_event_before_is_no_gap(there: World):
    """By a release that wrote down each first event."""
    deliver(there, 1)
    counted = deliver(there, 2, 3, knows_first=True)

    assert ("SequenceGaps" in counted, "LateEvents" in counted) == (False, False)
    assert seen(there) == {"seen#points-calculation#p-1": 3}


@pytest.mark.parametrize(
    ("sequences", "missing"), [((1, 3), 1), ((1, 2, 6), 3), ((2,), 1), ((4, 5), 3), ((1, 3, 5), 2)]
)
def test_missing_events_are_counted_and_what_came_is_handled(there: World, sequences: tuple[int, ...], missing: int):
    counted = deliver(there, *sequences)

    assert counted["SequenceGaps"] == missing
    assert len(there.outbox) == len(sequences)
    assert seen(there) == {"seen#points-calculation#p-1": sequences[-1]}


def test_an_event_that_fills_a_gap_is_late_and_handled(there: World):
    counted = deliver(there, 1, 3, 2, 4)

    assert (counted["SequenceGaps"], counted["LateEvents"]) == (1, 1)
    assert len(there.outbox) == 4
    assert seen(there) == {"seen#points-calculation#p-1": 4}


def test_the_log_names_the_gap(there: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(logger.registered_handler, "stream", stream := io.StringIO())
    deliver(there, 1, 4)

    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    (line,) = [line for line in lines if line.get("message") == "events of an aggregate are missing"]
    assert (line["source"], line["aggregate_id"], line["sequence"], line["last"]) == ("points-calculation", "p-1", 4, 1)


def test_a_duplicate_is_neither_late_nor_a_gap(there: World):
    counted = deliver(there, 1, 2, 1, 2)

    assert (counted["Duplicates"], "SequenceGaps" in counted, "LateEvents" in counted) == (2, False, False)


def test_aggregates_have_numbers_of_their_own(there: World):
    deliver(there, 1, 2, aggregate="p-1")
    counted = deliver(there, 1, aggregate="p-2")

    assert "SequenceGaps" not in counted
    assert seen(there) == {"seen#points-calculation#p-1": 2, "seen#points-calculation#p-2": 1}


def test_events_in_order_cost_no_read(there: World, monkeypatch: pytest.MonkeyPatch):
    reads: list[str] = []
    get = there.tables.get
    monkeypatch.setattr(there.tables, "get", lambda table, key: reads.append(key["pk"]) or get(table, key))
    deliver(there, 1, 2)

    assert reads == ["inbox#p-1-1", "inbox#p-1-2"]


def test_who_does_not_report_gaps_remembers_nothing(there: World):
    counted = deliver(there, 5, reports_gaps=False)

    assert "SequenceGaps" not in counted
    assert seen(there) == {}


def test_another_reader_in_between_is_seen_the_next_time(there: World):
    """Two events of an aggregate at the same moment: the number that is kept is never an older one."""
    deliver(there, 1)
    key = {"pk": "seen#points-calculation#p-1", "sk": "sequence"}
    there.tables.before_transaction = lambda: there.tables.transact(
        [Update(table=STORE, key=key, read_as=dict, set={"last": 3})]
    )

    counted = deliver(there, 2)

    assert counted["LateEvents"] == 1
    assert seen(there) == {"seen#points-calculation#p-1": 3}
