"""The figures on the page that says what this architecture costs, held to the program's graph and to arithmetic."""

import re
from collections import Counter
from pathlib import Path

import pytest

from sandbox.graph import Graph, Resource
from tests.conftest import captured

PAGE = (Path(__file__).parents[1] / "docs/when-not-to-use.md").read_text()
TYPES = {
    "functions": "aws:lambda/function:Function",
    "tables": "aws:dynamodb/table:Table",
    "queues": "aws:sqs/queue:Queue",
    "roles": "aws:iam/role:Role",
    "alarms": "aws:cloudwatch/metricAlarm:MetricAlarm",
    "KMS keys": "aws:kms/key:Key",
    "dashboards": "aws:cloudwatch/dashboard:Dashboard",
}


def custom(graph: Graph, unit: str | None = None) -> list[Resource]:
    """What AWS makes of a stack, or of one unit of it."""
    return [one for one in graph.resources if one.custom and (unit is None or owner(graph, one) == unit)]


def owner(graph: Graph, resource: Resource) -> str:
    while resource.parent and not resource.parent.endswith(f"{graph.project}-{graph.stack}"):
        resource = graph.resource(resource.parent)
    return resource.name


def row(name: str) -> tuple[int, int]:
    """The two figures in a row of the table of costs."""
    found = re.search(rf"^\| {name} \| (\d+) \| (\d+) \|$", PAGE, re.MULTILINE)
    assert found, name
    return int(found[1]), int(found[2])


def test_the_number_of_resources_is_the_graphs():
    assert row("resources") == (len(custom(captured("dev"))), len(custom(captured("migration"), "legacy-rewards")))


@pytest.mark.parametrize("name", TYPES)
def test_the_counts_are_the_graphs(name: str):
    here = Counter(one.type for one in custom(captured("dev")))
    legacy = Counter(one.type for one in custom(captured("migration"), "legacy-rewards"))
    assert row(name) == (here[TYPES[name]], legacy[TYPES[name]])


def test_what_a_facade_adds_is_the_graphs():
    facade = Counter(one.type for one in custom(captured("migration"), "categorization-facade"))
    text = " ".join(PAGE.split())
    assert (
        f"{facade.total()} resources more, of which {facade[TYPES['functions']]} functions, "
        f"{facade[TYPES['tables']]} tables, {facade[TYPES['queues']]} queues and {facade[TYPES['alarms']]} alarms"
    ) in text


def test_the_standing_price_is_the_sum_of_its_parts():
    (keys, _), (alarms, _), (dashboards, _) = (row(name) for name in ("KMS keys", "alarms", "dashboards"))
    total = keys * 1.00 + alarms * 0.10 + dashboards * 3.00
    said = re.sub(r"[^\x20-\x7e]", "x", PAGE)
    assert f"{keys} keys x 1.00 + {alarms} alarms x 0.10 + {dashboards} dashboards x 3.00 = **{total:.2f} USD" in said


def test_the_price_of_a_million_purchases_is_the_sum_of_its_parts():
    table = PAGE.split("| each purchase |")[1].split("| **together** |")
    parts = [float(line.split("|")[-2]) for line in table[0].splitlines() if re.search(r"\d\.\d\d \|$", line)]
    (total,) = re.findall(r"\*\*(\d+\.\d\d)\*\*", table[1])
    assert sum(parts) == pytest.approx(float(total))
