"""A message's way: hops in order, calls beneath the right hop, and a page that stands alone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from pbckit.cli.errors import OperatorError
from pbckit.cli.incidents.timeline import correlation_ids, hops, read_segments, stretches
from pbckit.cli.incidents.timeline_html import lines, page
from pbckit.cli.time_options import age, instant
from pbckit.contracts.operating import Record
from tests.html_pages import HtmlPage

BEGIN = datetime(2026, 6, 1, 12, tzinfo=UTC)


def record(name: str, *, start: float, end: float, **more: str) -> Record:
    values = {"unit": "points-ledger", "function": "f", "kind": "hop", "what": "handled", "outcome": "done"}
    return msgspec.convert(
        {
            **values,
            "name": name,
            "correlation_id": "c-1",
            "started_at": BEGIN + timedelta(seconds=start),
            "at": BEGIN + timedelta(seconds=end),
            **more,
        },
        Record,
    )


def test_hops_stand_in_the_order_in_which_they_began_without_questions_of_operators():
    late, early = record("B", start=2, end=3), record("A", start=1, end=9)
    asked = record("unit-admin", start=0, end=1)
    assert [(hop.name, hop.milliseconds) for hop in hops([late, asked, early])] == [("A", 8000), ("B", 1000)]


def test_a_purchase_an_event_and_a_correlation_id_lead_to_the_same_way():
    known = record("A", start=0, end=1, aggregate_id="p-1", event_id="e-1")
    other = record("B", start=0, end=1, aggregate_id="p-11", correlation_id="c-2")
    assert [correlation_ids([known, other], wanted) for wanted in ("p-1", "e-1", "c-1", "p")] == [
        {"c-1"},
        {"c-1"},
        {"c-1"},
        set(),
    ]


def test_calls_stand_beneath_the_hop_of_their_segment_only(tmp_path: Path):
    second = BEGIN.timestamp()
    file = tmp_path / "segments.jsonl"
    segments = [
        {"id": "s-1", "name": "points-ledger on A", "trace_id": "t", "start_time": second, "end_time": second + 1},
        {"id": "s-2", "name": "points-ledger on A", "trace_id": "t", "start_time": second + 5, "end_time": second + 6},
        *(
            {
                "id": f"c-{parent}",
                "parent_id": parent,
                "name": "dynamodb",
                "trace_id": "t",
                "start_time": second,
                "end_time": second + 0.5,
                "aws": {"operation": operation},
            }
            for parent, operation in (("s-1", "GetItem"), ("s-2", "Query"))
        ),
    ]
    file.write_text("".join(msgspec.json.encode(one).decode() + "\n" for one in segments) + '{"id": "half')
    first, second_hop = hops(
        [record("A", start=0, end=1, trace_id="t"), record("A", start=5, end=6, trace_id="t")], read_segments(file)
    )
    assert [call.what for call in first.calls] == ["dynamodb GetItem"]
    assert [call.what for call in second_hop.calls] == ["dynamodb Query"]
    assert read_segments(tmp_path / "none") == []


def test_the_page_needs_nothing_besides_itself_and_shows_what_people_wrote_as_text():
    way = hops([record("<script>", start=0, end=1, outcome="failed: Boom"), record("B", start=3, end=4)])
    text = page("The way of p<1", way)
    assert HtmlPage(text).loads == []
    assert "<script>" not in text
    assert "&lt;script&gt;" in text
    assert "left:75.00%;width:25.00%" in text
    assert [(line[0], line[4]) for line in lines(way)] == [("0 ms", "1000 ms"), ("3000 ms", "1000 ms")]


def test_what_comes_a_day_later_does_not_flatten_what_was_before():
    """Each stretch has an axis of its own; `after` counts from the first hop."""
    day = 86400.0
    way = hops(
        [
            record("A", start=0, end=1),
            record("B", start=3, end=4),
            record("Refund", start=day + 7200, end=day + 7202),
            record("Late", start=day + 7202, end=day + 7204),
        ]
    )
    assert [len(part.hops) for part in stretches(way)] == [2, 2]
    text = page("The way of p-1", way)
    assert "left:75.00%;width:25.00%" in text
    assert "left:50.00%;width:50.00%" in text
    assert "1 d 1 h later" in text
    assert [line[0] for line in lines(way)] == ["0 ms", "3000 ms", "1 d 2 h", "1 d 2 h"]
    assert [line[5].count("█") for line in lines(way)] == [6, 6, 12, 12]


def test_what_overlaps_is_no_pause():
    way = hops([record("Long", start=0, end=60), record("B", start=1, end=2), record("C", start=65, end=66)])
    assert len(stretches(way)) == 1


def test_a_single_instant_is_a_way_too():
    ((*_, bar),) = lines(hops([record("A", start=0, end=0)]))
    assert bar == "█"


def test_ages_and_instants_are_what_people_type():
    assert [age(text) for text in ("90s", "15m", "12h", "3d")] == [
        timedelta(seconds=90),
        timedelta(minutes=15),
        timedelta(hours=12),
        timedelta(days=3),
    ]
    assert instant("2026-06-01T12:00:00Z") == BEGIN
    for text in ("soon", "0s", "-1d", "5"):
        with pytest.raises(OperatorError, match="is no length of time"):
            age(text)
    for text in ("2026-06-01", "2026-06-01T12:00:00", "yesterday"):
        with pytest.raises(OperatorError, match="is no instant with an offset"):
            instant(text)
