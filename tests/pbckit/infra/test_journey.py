"""What operations shows of all units: the journey's dashboard from their service levels, and saved queries."""

import json
from typing import Any

import pytest

from contracts.points_calculation import PointsCalculated
from pbckit.contracts import catalogue
from pbckit.infra.alarms import Alarm, dashboard_body
from pbckit.infra.journey import QUERIES, journey_body
from pbckit.infra.service_levels import ServiceLevel
from pbckit.sandbox.graph import Graph
from pbcs.points_ledger import LEVELS
from tests.conftest import captured

DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"
QUERY = "aws:cloudwatch/queryDefinition:QueryDefinition"
LEVEL = ServiceLevel(event=PointsCalculated, within_seconds=60, percent=99, promise="It is there in a minute.")


def widgets(graph: Graph, name: str) -> list[dict[str, Any]]:
    (found,) = [one for one in graph.by_type(DASHBOARD) if one.name == name]
    return json.loads(found.inputs["dashboardBody"])["widgets"]


def test_the_journey_has_a_graph_for_each_service_level_of_any_unit(dev: Graph):
    text, *graphs = widgets(dev, "operations-journey")
    shown = [one["properties"]["metrics"][0][:4] for one in graphs[:-1]]
    assert shown == [["rewards/dev", level.metric, "service", "points-ledger"] for level in LEVELS]
    for level in LEVELS:
        assert (
            f"| {level.promise} | {level.percent:g} % | {level.within} | points-ledger |"
            in (text["properties"]["markdown"])
        )


def test_a_graph_has_what_is_allowed_and_what_rings():
    (_, graph, _) = json.loads(journey_body({"books": [LEVEL]}, "shop/dev", "eu-central-1"))["widgets"]
    lines = {one["label"]: one["value"] for one in graph["properties"]["annotations"]["horizontal"]}
    assert lines == {"allowed": 0.01, "page": 0.144, "ticket": 0.03}
    assert {alarm.threshold for alarm in LEVEL.alarms("shop/dev", "books")} <= set(lines.values())


def test_the_lag_of_every_unit_is_found_without_naming_them(dev: Graph):
    expression = widgets(dev, "operations-journey")[-1]["properties"]["metrics"][0][0]["expression"]
    assert expression == "SEARCH('{rewards/dev,service} MetricName=\"DeliveryLag\"', 'Maximum', 300)"


def test_queries_are_saved_with_operations_only(dev: Graph):
    """Whoever may save one may overwrite all of them: no pipeline of a unit has that right."""
    assert {one.inputs["name"] for one in dev.by_type(QUERY)} == {
        f"rewards-dev-operations_{thing}" for thing in QUERIES
    }
    assert {dev.resource(one.parent).name for one in dev.by_type(QUERY)} == {"operations"}
    for one in dev.by_type(QUERY):
        assert one.inputs["queryString"].startswith("# Log groups that begin with /aws/lambda/rewards-dev-\n")
    granted = [str(one.inputs) for one in captured("staging").resources if "iam" in one.type]
    assert granted
    assert not any("QueryDefinition" in text for text in granted)


@pytest.mark.parametrize("unit", catalogue.permanent_units())
def test_the_dashboard_of_a_unit_looks_into_all_its_logs_and_no_others(dev: Graph, unit: str):
    queries = [one["properties"]["query"] for one in widgets(dev, f"{unit}-dashboard") if one["type"] == "log"]
    groups = {one.inputs["name"] for one in dev.by_type("aws:cloudwatch/logGroup:LogGroup")}
    own = {one for one in groups if f"/rewards-dev-{unit}_" in one and one.startswith("/aws/lambda/")}
    named = {one for query in queries for one in groups if f"SOURCE '{one}'" in query}
    assert own <= named <= {one for one in groups if f"/rewards-dev-{unit}_" in one}
    assert all(query.count("SOURCE") <= 50 for query in queries)


def test_more_log_groups_than_a_query_may_have_are_in_several():
    alarm = Alarm(
        thing="t", kind="k", namespace="n", metric="m", dimensions={}, statistic="Sum", meaning="", threshold=0
    )
    body = json.loads(dashboard_body([alarm], [f"/aws/lambda/f-{number}" for number in range(51)], "eu-central-1"))
    assert [one["properties"]["query"].count("SOURCE") for one in body["widgets"] if one["type"] == "log"] == [50, 1]
    places = [(one["y"], one["height"]) for one in body["widgets"]]
    assert places == [(0, 5), (5, 6), (11, 6)]


def test_every_query_is_limited():
    assert all("| limit " in text for text in QUERIES.values())
