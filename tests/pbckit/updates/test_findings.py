"""What is refused or lost by a plan, each in the smallest program that shows it."""

from dataclasses import replace
from typing import Any

import pytest

from pbckit.sandbox.graph import UNKNOWN, Graph, Resource
from pbckit.updates.findings import Finding, findings
from pbckit.updates.plan import plan
from tests.pbckit.updates.graphs import (
    ALARM,
    KEY,
    LAYER,
    MAPPING,
    POLICY,
    QUEUE,
    ROLE,
    ROLE_POLICY,
    TABLE,
    graph,
    resource,
)


def found(before: Graph, after: Graph) -> list[Finding]:
    return findings(before, after, plan(before, after))


def rules(before: Graph, after: Graph) -> list[tuple[str, str, str]]:
    return [(one.severity, one.rule, one.resource) for one in found(before, after)]


def table(key: str = "pk", kind: str = "S", *, protect: bool = False, **inputs: Any) -> Resource:
    attributes = [{"name": key, "type": kind}]
    return resource(TABLE, "t", {"name": "t", "hashKey": key, "attributes": attributes, **inputs}, protect=protect)


def test_nothing_to_say_of_what_is_unchanged():
    assert found(graph(table()), graph(table())) == []


@pytest.mark.parametrize("after", [graph(), graph(table("id", protect=True))], ids=["deleted", "replaced"])
def test_what_is_protected_is_refused_by_pulumi(after: Graph):
    (one,) = found(graph(table(protect=True)), after)
    assert (one.severity, one.rule, one.resource) == ("error", "protected", "t")
    assert "Pulumi refuses" in one.message
    assert one.fix


def test_protection_is_lifted_and_the_replacement_made_in_one_update_as_the_engine_allows():
    assert rules(graph(table(protect=True)), graph(table("id"))) == [("error", "loss", "t")]


def test_deletion_protection_is_told_before_aws_stops_the_update():
    assert rules(graph(table(deletionProtectionEnabled=True)), graph()) == [("error", "deletion-protection", "t")]


@pytest.mark.parametrize(
    ("token", "severity"), [(TABLE, "error"), (KEY, "error"), (QUEUE, "warning"), (ALARM, None), (ROLE, None)]
)
def test_what_is_lost_by_a_deletion(token: str, severity: str | None):
    one = resource(token, "x", {"name": "x"})
    assert rules(graph(one), graph()) == ([(severity, "loss", "x")] if severity else [])
    assert rules(graph(replace(one, retain_on_delete=True)), graph()) == []


def test_a_changed_key_is_a_lost_table():
    (one,) = found(graph(table()), graph(table("id")))
    assert (one.rule, "hashKey" in one.message, "beside it" in one.fix) == ("loss", True, True)


def test_a_changed_type_of_a_key_is_not_seen_by_the_provider():
    assert rules(graph(table()), graph(table(kind="N"))) == [("error", "unseen-change", "t")]


@pytest.mark.parametrize(("token", "result"), [(ROLE, "AWS refuses"), (ALARM, "the deletion at the end removes it")])
def test_a_rename_without_an_alias_collides_with_itself(token: str, result: str):
    before, after = (graph(resource(token, name, {"name": "same"})) for name in ("old", "new"))
    (one,) = found(before, after)
    assert (one.severity, one.rule, one.resource) == ("error", "collision", "new")
    assert result in one.message
    assert before.resources[0].urn in one.fix


def test_a_rename_with_an_alias_has_nothing_to_say():
    before = resource(ALARM, "old", {"name": "same"})
    assert rules(graph(before), graph(replace(before, urn=before.urn[:-3] + "new", aliases=[before.urn]))) == []


def mapping(position: str, *, first: bool | None = None) -> Graph:
    inputs = {"eventSourceArn": "s", "functionName": "f", "startingPosition": position}
    return graph(resource(MAPPING, "m", inputs, delete_before_replace=first))


def test_a_replacement_that_is_made_first_collides_with_what_it_replaces():
    (one,) = found(mapping("LATEST"), mapping("TRIM_HORIZON"))
    assert (one.rule, one.fix) == ("collision", "Set delete_before_replace on it.")
    assert found(mapping("LATEST"), mapping("TRIM_HORIZON", first=True)) == []


def test_what_is_named_by_an_output_is_known_by_what_computes_it():
    def of(name: str) -> Graph:
        queue = resource(QUEUE, "q", {"name": "q"})
        inputs = {"queueUrl": UNKNOWN, "policy": "{}"}
        return graph(queue, resource("aws:sqs/queuePolicy:QueuePolicy", name, inputs, uses={"queueUrl": queue}))

    assert rules(of("old"), of("new")) == [("error", "collision", "new")]


def test_a_new_version_of_a_layer_never_collides():
    assert rules(*(graph(resource(LAYER, "l", {"layerName": "l", "code": code})) for code in "ab")) == []


def roles(name: str, *, by_output: bool) -> Graph:
    role = resource(ROLE, "role", {"name": name})
    uses = {"role": role} if by_output else {}
    return graph(role, resource(ROLE_POLICY, "policy", {"name": "p", "role": name}, uses=uses, depends_on=(role,)))


def test_a_role_is_not_deleted_before_its_policies():
    assert rules(roles("a", by_output=False), roles("b", by_output=False)) == [("error", "attached", "policy")]
    assert rules(roles("a", by_output=True), roles("b", by_output=True)) == []
    assert rules(roles("a", by_output=False), graph()) == [], "depends_on is enough for deletions"


def test_a_boundary_is_not_replaced_while_roles_use_it():
    def of(description: str, ignored: list[str]) -> Graph:
        limit = resource(POLICY, "limit", {"name": "l", "description": description}, ignore_changes=ignored)
        role = resource(
            ROLE, "role", {"name": "r", "permissionsBoundary": "arn:aws:iam::1:policy/l"}, depends_on=(limit,)
        )
        return graph(limit, role)

    assert rules(of("a", []), of("b", [])) == [("error", "attached", "role")]
    assert rules(of("a", ["description"]), of("b", ["description"])) == []


def test_a_shorter_retention_is_noted():
    before, after = (graph(resource(QUEUE, "q", {"name": "q", "messageRetentionSeconds": days})) for days in (9, 1))
    assert rules(before, after) == [("note", "in-place", "q")]


def test_errors_come_first():
    before = graph(resource(QUEUE, "q", {"name": "q"}), table())
    assert [one.severity for one in found(before, graph())] == ["error", "warning"]
