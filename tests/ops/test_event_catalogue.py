"""The page of events says what contracts, history, expectations and the program say."""

import json
import re
from functools import cache

import pytest

from pbckit.cli.docs.event_catalogue import events_page
from pbckit.contracts import catalogue
from pbckit.contracts.examples import event_example
from pbckit.contracts.history import FILE, read
from pbckit.contracts.messages import fields

HISTORY = read(FILE.read_text())
SUBSCRIPTIONS = [("points-ledger", "points-calculation", ("PointsPosted",)), ("cards", "x", ("PointsPosted",))]


@cache
def page() -> str:
    return events_page(SUBSCRIPTIONS, HISTORY)


@cache
def sections() -> dict[str, str]:
    return dict(zip(*[iter(re.split(r"^## (.+)$", page(), flags=re.MULTILINE)[1:])] * 2, strict=True))


@pytest.mark.parametrize("event", catalogue.events(), ids=lambda event: event.__name__)
def test_an_event_is_told_whole(event):
    section = sections()[event.__name__]
    assert " ".join(event.__doc__.split()) in section
    assert f"- Producer: {event.source}\n" in section
    assert f"counted by: `data.{event.aggregate}`" in section
    for field in fields(event, "data"):
        [row] = [line for line in section.splitlines() if line.startswith(f"| `{field.path}` |")]
        assert field.meaning.replace("|", "\\|") in row
    [example] = re.findall(r"```json\n(.*?)```", section, re.DOTALL)
    assert json.loads(example) == event_example(event)
    for entry in HISTORY[f"{event.source}.{event.__name__}"]:
        assert f"| {entry.version} | {entry.date} | {entry.change} |" in section


def row(section: str, path: str) -> list[str]:
    [line] = [line for line in sections()[section].splitlines() if line.startswith(f"| `{path}` |")]
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[2:-1]]


def test_consumers_are_those_of_the_program_and_of_the_same_source():
    assert "- Consumers: points-calculation\n" in sections()["PointsPosted"]
    assert "- Consumers: none\n" in sections()["PointsHeld"]


def test_a_field_has_type_presence_meaning_example_and_readers():
    assert row("PointsPosted", "data.debt_points") == [
        "integer, from 0",
        "no",
        "What the member owes right after this posting.",
        "`0`",
        "none",
    ]
    assert row("PointsPosted", "data.posting_id")[-1] == "points-calculation, tiers"
    assert row("PointsCalculated", "data.lines.[].kind")[:2] == ["`base`, `campaign`", "yes"]
    assert row("PointsCalculated", "data.lines.[].capped_by")[:2] == [
        "`budget`, `member-month`, `purchase` or null",
        "no",
    ]
    assert row("CampaignChanged", "data.bonus") == ["Bonus", "yes", "What a purchase gets that meets it.", "", ""]


def test_the_envelope_is_told_once():
    assert row("The envelope", "metadata.sequence")[0] == "integer"
    assert "`metadata.sequence`" not in sections()["PointsPosted"]


def test_no_field_is_without_a_meaning():
    untold = [
        line
        for line in page().splitlines()
        if line.startswith(("| `data.", "| `metadata.")) and not re.split(r"(?<!\\)\|", line)[4].strip()
    ]
    assert untold == []
