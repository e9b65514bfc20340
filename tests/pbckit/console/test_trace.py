"""The page `Trace`: the lines that a message went along, messages by time, and the log of a step."""

from datetime import timedelta

import pytest

from pbckit.cli.client.capabilities import LambdaCapabilities
from pbckit.cli.client.unit_admins import UnitAdmins
from pbckit.cli.errors import OperatorError
from pbckit.cli.incidents.timeline import hops
from pbckit.cli.incidents.timeline_html import timetable
from pbckit.cli.topology import Edge, Topology
from pbckit.console.trace.by_time import between, find, messages
from pbckit.console.trace.log import log_of
from pbckit.console.trace.way import walked, way_map
from pbckit.contracts.operating import UNIT_ADMIN, unit_admin
from tests.ops.aws import Aws
from tests.ops.unit_admins import AT, ScriptedAdmin, record

TOPOLOGY = Topology(
    kinds={"offer": "Offering", "other": "Offering", "counts": "Pbc", "books": "Pbc", "operations": "Operations"},
    events=[
        Edge("outside", "offer", ("Bought", "Returned")),
        Edge("outside", "offer", ("Cancelled",)),
        Edge("counts", "books", ("Counted", "Recounted")),
        Edge("books", "counts", ("Booked",)),
    ],
    calls=[
        Edge("offer", "counts", ("count", "recount")),
        Edge("other", "counts", ("count",)),
        Edge("operations", "books", (UNIT_ADMIN,)),
    ],
    resources={},
)
WAY = hops(
    [
        record("ran", "Bought", unit="offer"),
        record("answered", "count", unit="counts"),
        record("published", "Counted", unit="counts"),
        record("handled", "Counted", unit="books", outcome="failed: StoreDown"),
    ]
)


def test_lines_of_a_way_are_those_that_its_hops_tell_of():
    """Neither the other event of a subscription, nor who may ask and is not on the way, nor what nobody published."""
    assert list(walked(TOPOLOGY, WAY)) == [
        ("event", Edge("outside", "offer", ("Bought",))),
        ("event", Edge("counts", "books", ("Counted",))),
        ("call", Edge("offer", "counts", ("count",))),
    ]


def test_an_event_that_another_unit_published_too_went_no_other_line():
    handled = hops([record("handled", "Booked", unit="counts")])
    assert list(walked(TOPOLOGY, handled)) == []


def test_the_map_marks_lines_and_units_of_the_way():
    drawn = way_map(TOPOLOGY, WAY)
    assert (drawn.count('"event walked"'), drawn.count('"call walked"')) == (2, 1)
    assert drawn.count('class="unit aside"') == 1  # The other offering.
    assert 'class="unit wrong"' in drawn
    assert 'href="/units/books"' in drawn


def test_messages_of_a_time_are_the_newest_first_with_what_they_are_about():
    found = messages(
        [
            record("published", "Counted", correlation_id="c-1", at=AT + timedelta(seconds=2), aggregate_id="p-1"),
            record("ran", "Bought", correlation_id="c-1", at=AT, unit="offer"),
            record("handled", "Bought", correlation_id="c-2", at=AT + timedelta(seconds=1), outcome="failed: Boom"),
            record("answered", "balance", correlation_id="asked-by-people"),
            record("handled", UNIT_ADMIN, correlation_id="operators"),
        ]
    )
    assert [(one.first.correlation_id, one.first.name, one.about, one.hops, one.wrong) for one in found] == [
        ("c-2", "Bought", "", 1, 1),
        ("c-1", "Bought", "p-1", 2, 0),
    ]


def test_a_unit_that_does_not_answer_leaves_the_messages_of_others(aws: Aws, admins: dict[str, ScriptedAdmin]):
    admins["points-ledger"].records = [record("handled", "PointsCalculated")]
    aws.lambda_.fails(unit_admin("tiers"), "out of order")
    found = find(UnitAdmins(LambdaCapabilities(aws.session())), between("15m", "", AT))
    assert [one.first.name for one in found.messages] == ["PointsCalculated"]
    assert [one.split(":")[0] for one in found.silent] == ["tiers"]
    assert len(aws.lambda_.asked) == len(admins)


@pytest.mark.parametrize(
    ("since", "until", "seconds"),
    [
        ("15m", "", 900),
        ("2h", "1h", 3600),
        ("2026-06-01T11:00:00Z", "", 3600),
        ("2026-06-01T11:00:00+02:00", "1h", 7200),
    ],
)
def test_times_are_instants_or_ages(since: str, until: str, seconds: int):
    span = between(since, until, AT)
    assert (span.end - span.start).total_seconds() == seconds


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [("soon", "", "'soon' is no time"), ("", "", "'' is no time"), ("1h", "2h", "must begin before it ends")],
)
def test_what_is_no_time_is_said(since: str, until: str, said: str):
    with pytest.raises(OperatorError, match=said):
        between(since, until, AT)


def test_a_step_has_its_log_and_a_link_only_on_aws():
    way = hops([record("handled", "<b>", function="f", request_id="r-1", outcome="failed: Boom")])
    on_aws, in_sandbox = timetable(way, log_of("eu-central-1")), timetable(way, log_of(None))
    assert 'href="https://eu-central-1.console.aws.amazon.com/' in on_aws
    assert "console.aws.amazon.com" not in in_sandbox
    for shown in (on_aws, in_sandbox):
        assert "<dt>log group</dt><dd>/aws/lambda/f</dd>" in shown
        assert "<dt>invocation</dt><dd>r-1</dd>" in shown
        assert "<b>&lt;b&gt;</b>" in shown
    assert "<th>log</th>" not in timetable(way)
