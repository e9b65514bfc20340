"""Each alarm says how urgent it is and names a page that says what to do; each page belongs to an alarm."""

import re
from pathlib import Path

import pytest
import typer
from click import Group

from ops.main import app
from ops.repository import ROOT
from pbckit.cli.docs.runbooks_page import Kind, kinds
from pbckit.infra.alarms import Alarm
from pbckit.sandbox.graph import Graph
from tests.conftest import captured

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
PAGES = sorted(path for path in (ROOT / "docs/runbooks").glob("*.md") if path.stem != "README")
_COMMAND = re.compile(r"\brewards((?: [a-z][a-z-]*)+)")


@pytest.fixture(scope="module")
def graphs() -> list[Graph]:
    return [captured("dev"), captured("migration")]


@pytest.fixture(scope="module")
def found(graphs: list[Graph]) -> dict[str, Kind]:
    return {one.name: one for one in kinds(graphs)}


def test_each_kind_of_alarm_has_a_page_and_each_page_a_kind(found: dict[str, Kind]):
    assert [path.stem for path in PAGES] == sorted(found)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_a_page_says_what_it_means_what_to_look_at_and_what_to_do(page: Path, found: dict[str, Kind]):
    text = page.read_text()
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert headings == ["What it means", "What to look at", "What to do"]
    assert f"Alarms of kind `{page.stem}`, severity `{found[page.stem].severity}`." in text
    assert re.search(r"^1\. \S", text.partition("## What to do")[2], re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_the_commands_of_a_page_exist(page: Path):
    for words in _COMMAND.findall(page.read_text()):
        command = typer.main.get_command(app)
        for word in words.split():
            if not isinstance(command, Group):
                break
            following = command.get_command(None, word)  # pyright: ignore[reportArgumentType]
            assert following is not None, f"rewards{words}: no command {word}"
            command = following


def test_a_page_goes_to_one_topic_and_a_ticket_to_the_other(graphs: list[Graph]):
    for alarm in (one for graph in graphs for one in graph.by_type(ALARM)):
        topic = "alarms" if alarm.inputs["alarmDescription"].startswith("[page] ") else "tickets"
        assert [arn.rpartition("_")[2] for arn in alarm.inputs["alarmActions"]] == [topic], alarm.name
        assert alarm.inputs["okActions"] == alarm.inputs["alarmActions"]


def test_fewer_alarms_than_functions_would_need_each(graphs: list[Graph]):
    """One limit of the account is one alarm, and a timeout is an error: neither has an alarm for each function."""
    for graph in graphs:
        functions = len(graph.by_type("aws:lambda/function:Function"))
        by_metric = [one.inputs["metricName"] for one in graph.by_type(ALARM)]
        assert by_metric.count("Errors") == functions
        assert by_metric.count("Throttles") == 1
        assert "Duration" not in by_metric


def test_without_runbooks_a_description_names_none():
    alarm = Alarm(
        thing="x", kind="queue-age", meaning="It is late.", namespace="n", metric="m", dimensions={}, statistic="Sum",
        threshold=1,
    )  # fmt: skip
    assert alarm.description(None) == "[ticket] It is late."
    assert alarm.description("https://wiki/") == "[ticket] It is late. Runbook: https://wiki/queue-age.md"
