"""The program's graph, as at the first preview of each stack: what is made, by whom, named how, confined how."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from pbckit.cli.docs.resource_tree import resources_page
from pbckit.contracts import catalogue
from pbckit.infra.boundary import MANAGED_POLICY_LIMIT
from pbckit.runtime.unit_admin.inventory import read_inventory
from pbckit.sandbox.graph import UNKNOWN, Graph, Resource

PBCS = catalogue.publishers()
UNITS = ("platform", "operations", *PBCS, "earn-points", "redeem-points", "refund-points", "return-reward", "true-up")
UNIT_TYPES = {f"pbckit:infra:{kind}" for kind in ("Platform", "Operations", "Pbc", "Offering")}
UNTAGGED = {
    "aws:apigateway/deployment:Deployment",
    "aws:apigateway/methodSettings:MethodSettings",
    "aws:cloudwatch/dashboard:Dashboard",
    "aws:cloudwatch/eventArchive:EventArchive",
    "aws:cloudwatch/eventBusPolicy:EventBusPolicy",
    "aws:cloudwatch/eventTarget:EventTarget",
    "aws:cloudwatch/logMetricFilter:LogMetricFilter",
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
    "aws:cloudwatch/queryDefinition:QueryDefinition",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:kms/alias:Alias",
    "aws:lambda/alias:Alias",
    "aws:lambda/layerVersion:LayerVersion",
    "aws:lambda/permission:Permission",
    "aws:scheduler/schedule:Schedule",
    "aws:sns/topicPolicy:TopicPolicy",
    "aws:sqs/queuePolicy:QueuePolicy",
}
"""Types that AWS gives no tags. Ownership of these is their parent's."""

DOCUMENTS = {
    "aws:iam/policy:Policy": "policy",
    "aws:iam/role:Role": "assumeRolePolicy",
    "aws:iam/rolePolicy:RolePolicy": "policy",
    "aws:kms/key:Key": "policy",
    "aws:sqs/queuePolicy:QueuePolicy": "policy",
    "aws:sns/topicPolicy:TopicPolicy": "policy",
    "aws:cloudwatch/eventBusPolicy:EventBusPolicy": "policy",
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": "policyDocument",
}


def documents(graph: Graph) -> Iterator[tuple[Resource, str]]:
    for resource in graph.resources:
        if resource.type in DOCUMENTS:
            yield resource, resource.inputs[DOCUMENTS[resource.type]]


def owner(graph: Graph, resource: Resource) -> str:
    """Key of the unit that a resource lies in."""
    while resource.type not in UNIT_TYPES:
        assert resource.parent, f"{resource.urn} lies in no unit"
        resource = graph.resource(resource.parent)
    return resource.name


def physical(graph: Graph, token: str) -> set[str]:
    return {resource.inputs["name"] for resource in graph.by_type(token)}


def deploys(resource: Resource) -> bool:
    """Whether it is part of the right to deploy a unit, which has tests of its own."""
    return "pbckit:infra:DeploymentRole" in resource.urn


def custom(graph: Graph) -> list[Resource]:
    return [
        resource
        for resource in graph.resources
        if resource.custom and resource.type.startswith("aws:") and not deploys(resource)
    ]


def test_the_units_of_the_program(graph: Graph):
    assert {resource.name for resource in graph.resources if resource.type in UNIT_TYPES} == set(UNITS)


def test_every_resource_lies_in_a_unit_and_is_named_after_it(graph: Graph):
    for resource in custom(graph):
        assert resource.name.startswith(f"{owner(graph, resource)}-"), resource.urn


def test_physical_names_carry_the_prefix_of_their_unit(graph: Graph):
    environment = graph.stack
    for resource in custom(graph):
        name = resource.inputs.get("name")
        if name is None or resource.type in {"aws:iam/rolePolicy:RolePolicy", "aws:lambda/alias:Alias"}:
            continue
        prefix = f"rewards-{environment}-{owner(graph, resource)}_"
        if resource.type == "aws:schemas/schema:Schema":
            assert name.startswith(f"{owner(graph, resource)}@")
        elif resource.type == "aws:cloudwatch/logGroup:LogGroup":
            assert name.split("/")[-1].startswith(prefix)
        else:
            assert name.removeprefix("alias/").startswith(prefix), resource.urn


def test_no_two_resources_of_a_type_have_one_name(graph: Graph):
    named = Counter(
        (resource.type, resource.inputs["name"])
        for resource in custom(graph)
        if "name" in resource.inputs
        and resource.type not in {"aws:iam/rolePolicy:RolePolicy", "aws:lambda/alias:Alias"}
    )
    assert [key for key, count in named.items() if count > 1] == []


def test_tags_say_who_owns_it(graph: Graph):
    for resource in custom(graph):
        if resource.type in UNTAGGED or resource.type == "aws:lambda/eventSourceMapping:EventSourceMapping":
            continue
        assert resource.inputs["tags"] == {
            "project": "rewards",
            "environment": graph.stack,
            "pbc": owner(graph, resource),
        }, resource.urn


def test_every_iam_document_is_known_text_at_preview(graph: Graph):
    found = {resource.type for resource, _ in documents(graph)}
    for resource, text in documents(graph):
        assert text != UNKNOWN, resource.urn
        assert UNKNOWN not in text, resource.urn
        assert json.loads(text)["Version"] == "2012-10-17"
    assert found == set(DOCUMENTS)


def test_every_role_carries_the_boundary_of_its_unit(graph: Graph):
    roles = [role for role in graph.by_type("aws:iam/role:Role") if not deploys(role)]
    assert roles
    for role in roles:
        expected = f":policy/rewards-{graph.stack}-{owner(graph, role)}_boundary"
        assert role.inputs["permissionsBoundary"].endswith(expected), role.urn


def test_no_two_functions_share_a_role(graph: Graph):
    roles = [function.inputs["role"] for function in graph.by_type("aws:lambda/function:Function")]
    assert len(roles) == len(set(roles))


def test_every_boundary_fits_into_a_managed_policy(graph: Graph):
    assert all(
        len(policy.inputs["policy"]) <= MANAGED_POLICY_LIMIT for policy in graph.by_type("aws:iam/policy:Policy")
    )


def test_every_capability_has_its_function_and_alias(dev: Graph):
    expected = {f"rewards-dev-{one.unit}_{one.name}" for one in catalogue.capabilities() if one.unit in PBCS}
    assert expected <= physical(dev, "aws:lambda/function:Function")
    assert expected <= {alias.inputs["functionName"] for alias in dev.by_type("aws:lambda/alias:Alias")}


def test_every_function_is_published_traced_logged_and_watched(graph: Graph):
    functions = graph.by_type("aws:lambda/function:Function")
    alarms = Counter(
        alarm.inputs["dimensions"]["FunctionName"]
        for alarm in graph.by_type("aws:cloudwatch/metricAlarm:MetricAlarm")
        if alarm.inputs["metricName"] == "Errors"
    )
    for function in functions:
        name = function.inputs["name"]
        assert function.inputs["publish"] is True
        assert function.inputs["tracingConfig"]["mode"] == "Active"
        assert alarms[name] == 1
        (log_group,) = [
            group
            for group in graph.by_type("aws:cloudwatch/logGroup:LogGroup")
            if group.inputs["name"] == f"/aws/lambda/{name}"
        ]
        assert log_group.inputs["retentionInDays"] > 0


def test_every_queue_has_an_alarm(graph: Graph):
    watched = {
        (alarm.inputs["dimensions"].get("QueueName"), alarm.inputs["metricName"])
        for alarm in graph.by_type("aws:cloudwatch/metricAlarm:MetricAlarm")
    }
    for queue in physical(graph, "aws:sqs/queue:Queue"):
        metric = "ApproximateNumberOfMessagesVisible" if "-dlq" in queue else "ApproximateAgeOfOldestMessage"
        assert (queue, metric) in watched


def test_stores_are_protected_by_environment(graph: Graph):
    tables = graph.by_type("aws:dynamodb/table:Table")
    assert len(tables) == 2 * len(PBCS)
    for table in tables:
        assert table.inputs["billingMode"] == "PAY_PER_REQUEST"
        assert table.inputs["pointInTimeRecovery"] == {"enabled": True}
        assert table.inputs["serverSideEncryption"]["enabled"] is True
        assert table.inputs["deletionProtectionEnabled"] is (graph.stack in ("staging", "prod"))
        assert table.protect is (graph.stack == "prod")


def test_every_resource_is_where_the_page_of_resources_says(dev: Graph):
    """Names, types and parents, exactly: what a change adds or moves shows in its diff."""
    assert resources_page(dev) == (Path(__file__).parents[3] / "docs/resources.md").read_text()


def test_the_children_of_a_pbc(dev: Graph):
    """One PBC, to the last child: a new one is a decision, not an accident."""
    (campaigns,) = [one for one in dev.by_type("pbckit:infra:Pbc") if one.name == "campaigns"]
    assert sorted((child.type.split(":")[-1], child.name) for child in dev.children(campaigns.urn)) == [
        ("Alias", "campaigns-key-alias"),
        ("Dashboard", "campaigns-dashboard"),
        ("Function", "campaigns-bonuses"),
        ("Function", "campaigns-campaign-history"),
        ("Function", "campaigns-list-campaigns"),
        ("Function", "campaigns-set-campaign"),
        ("Function", "campaigns-unit-admin"),
        ("Key", "campaigns-key"),
        ("LayerVersion", "campaigns-layer"),
        ("Outbox", "campaigns-outbox"),
        ("Policy", "campaigns-boundary"),
        ("Role", "campaigns-operator"),
        ("RolePolicy", "campaigns-operator-policy"),
        ("Schema", "campaigns-CampaignChanged-schema"),
        ("Store", "campaigns-store"),
    ]


@pytest.mark.parametrize("unit", PBCS)
def test_no_resource_of_a_pbc_depends_on_another_unit_but_the_platform(dev: Graph, unit: str):
    for resource in dev.resources:
        if resource.custom and resource.type.startswith("aws:") and owner(dev, resource) == unit:
            for dependency in resource.dependencies:
                assert owner(dev, dev.resource(dependency)) in (unit, "platform"), resource.urn


def test_the_readers_of_a_store_are_functions_of_its_unit(dev: Graph):
    """Which identity policies name a table at all: those of its own unit."""
    for policy in dev.by_type("aws:iam/rolePolicy:RolePolicy"):
        for statement in json.loads(policy.inputs["policy"])["Statement"] if not deploys(policy) else ():
            for resource in statement["Resource"]:
                if ":dynamodb:" in resource:
                    assert f":table/rewards-dev-{owner(dev, policy)}_" in resource


def test_a_mapping_from_a_queue_retries_messages_alone_and_has_a_ceiling(dev: Graph):
    for mapping in dev.by_type("aws:lambda/eventSourceMapping:EventSourceMapping"):
        assert mapping.inputs["functionResponseTypes"] == ["ReportBatchItemFailures"]
        if ":sqs:" in str(mapping.inputs["eventSourceArn"]):
            assert mapping.inputs["scalingConfig"]["maximumConcurrency"] >= 2
        else:
            assert mapping.inputs["bisectBatchOnFunctionError"] is True
            assert 1 <= mapping.inputs["maximumRetryAttempts"] <= 100
            assert mapping.inputs["maximumRecordAgeInSeconds"] < 24 * 60 * 60
            assert mapping.inputs["destinationConfig"]["onFailure"]["destinationArn"].endswith("_relay-dlq")


def test_each_unit_admin_is_told_all_log_groups_of_its_unit(graph: Graph):
    logged = {one.inputs["name"] for one in graph.by_type("aws:cloudwatch/logGroup:LogGroup")}
    told: list[str] = []
    for function in graph.by_type("aws:lambda/function:Function"):
        variables = function.inputs["environment"]["variables"]
        if "UNIT_ADMIN" in variables:
            told += read_inventory(variables["UNIT_ADMIN"]).every_log_group()
    assert sorted(told) == sorted(name for name in logged if name.startswith("/aws/lambda/"))
