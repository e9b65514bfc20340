"""`rewards events`: what happens, and how one message went. Replays are shown on the embedded AWS."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.ops.aws import Aws
from tests.ops.conftest import Rewards
from tests.ops.unit_admins import AT, ScriptedAdmin, record, unit_admins

DEV = ("--stack", "dev")


@pytest.fixture
def there(aws: Aws) -> dict[str, ScriptedAdmin]:
    """A purchase on its way, another one, and an operator who looks."""
    made = unit_admins(aws)
    made["earn-points"].records = [
        record("ran", "PurchasePosted", unit="earn-points", aggregate_id="p-1", started_at=AT, event_id="e-1"),
        record("ran", "PurchasePosted", unit="earn-points", aggregate_id="p-2", correlation_id="correlation-2"),
    ]
    made["points-calculation"].records = [
        record("answered", "calculate", unit="points-calculation", at=AT + timedelta(seconds=1)),
        record("published", "PointsCalculated", unit="points-calculation", at=AT + timedelta(seconds=2)),
    ]
    made["points-ledger"].records = [
        record("handled", "PointsCalculated", at=AT + timedelta(seconds=3)),
        record("answered", "unit-admin", at=AT + timedelta(seconds=4)),
    ]
    return made


def test_tail_tells_events_by_time(rewards: Rewards, there: dict[str, ScriptedAdmin]):
    result = rewards("events", "tail", "--once", *DEV)

    assert result.exit_code == 0
    assert [line.split()[1:4] for line in result.stdout.splitlines()] == [
        ["earn-points", "ran", "PurchasePosted"],
        ["earn-points", "ran", "PurchasePosted"],
        ["points-calculation", "published", "PointsCalculated"],
    ]


def test_tail_tells_every_hop_where_asked_but_not_of_those_who_look(rewards: Rewards, there: dict[str, ScriptedAdmin]):
    lines = rewards("events", "tail", "--once", "--all", *DEV).stdout.splitlines()

    assert [line.split()[2] for line in lines] == ["ran", "ran", "answered", "published", "handled"]


def test_tail_for_machines_is_a_document_a_hop(rewards: Rewards, there: dict[str, ScriptedAdmin]):
    there["earn-points"].records = there["earn-points"].records[:1]
    there["points-calculation"].records = []
    document = json.loads(rewards("events", "tail", "--once", "--json", *DEV).stdout)

    assert (document["name"], document["aggregate_id"], document["event_id"]) == ("PurchasePosted", "p-1", "e-1")


@pytest.mark.parametrize("wanted", ["p-1", "correlation-1", "e-1"])
def test_a_message_is_followed_by_any_of_its_ids(rewards: Rewards, there: dict[str, ScriptedAdmin], wanted: str):
    way = json.loads(rewards("events", "trace", wanted, "--json", *DEV).stdout)

    assert [(hop["unit"], hop["what"]) for hop in way] == [
        ("earn-points", "ran"),
        ("points-calculation", "answered"),
        ("points-calculation", "published"),
        ("points-ledger", "handled"),
    ]
    assert {hop["correlation_id"] for hop in way} == {"correlation-1"}


def test_the_way_is_shown_to_people_in_the_terminal_and_as_a_page(
    rewards: Rewards, there: dict[str, ScriptedAdmin], tmp_path: Path
):
    page = tmp_path / "way.html"
    shown = rewards("events", "trace", "p-1", "--html", str(page), *DEV).stdout

    assert "The way of p-1" in shown
    assert "PointsCalculated" in shown
    assert "<html" in page.read_text()
    assert "PointsCalculated" in page.read_text()


WRONG: dict[str, tuple[list[str], int, str]] = {
    "nobody noted it": (["trace", "nothing"], 1, "nobody has noted 'nothing' within 1d"),
    "no age": (["trace", "p-1", "--since", "long"], 2, "'long' is no length of time"),
    "unknown unit": (
        ["replay", "--from", "2026-06-01T00:00:00Z", "--to", "2026-06-02T00:00:00Z", "--target", "nowhere"],
        1,
        "there is no unit 'nowhere'",
    ),
    "a unit that consumes nothing": (
        ["replay", "--from", "2026-06-01T00:00:00Z", "--to", "2026-06-02T00:00:00Z", "--target", "campaigns"],
        1,
        "campaigns has nothing to replay events to: it consumes no events",
    ),
    "no instant": (
        ["replay", "--from", "yesterday", "--to", "2026-06-02T00:00:00Z", "--target", "points-ledger"],
        2,
        "'yesterday' is no instant with an offset",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_bad_input_is_one_clear_line(rewards: Rewards, there: dict[str, ScriptedAdmin], case: str):
    there["points-ledger"].queues = {"post-points-queue": 0}
    arguments, code, reason = WRONG[case]
    result = rewards("events", *arguments, *DEV)

    assert (result.exit_code, reason in result.stderr, result.stderr.count("\n")) == (code, True, 1)
