"""A graph becomes a configuration of the real provider; what the judge lacks is said in one line."""

import os
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from pbckit.judges import provider_schema
from pbckit.judges.finding import CannotJudge
from pbckit.judges.provider_schema import JUDGE
from pbckit.judges.terraform_configuration import Block, configuration, type_name
from pbckit.sandbox.graph import UNKNOWN, Graph, Resource
from tests.conftest import captured

TABLE = "aws:dynamodb/table:Table"
BLOCKS = msgspec.convert(
    {
        "aws_dynamodb_table": {
            "attributes": {"name": {}, "hash_key": {}, "tags": {}, "deletion_protection_enabled": {}},
            "block_types": {
                "attribute": {"block": {"attributes": {"name": {}, "type": {}}}},
                "ttl": {"block": {"attributes": {"enabled": {}, "attribute_name": {}}}},
                "server_side_encryption": {"block": {"attributes": {"enabled": {}, "kms_key_arn": {}}}},
                "global_secondary_index": {"block": {"attributes": {"name": {}, "hash_key": {}, "range_key": {}}}},
            },
        },
        "aws_lambda_function": {"attributes": {"function_name": {}, "filename": {}, "layers": {}, "handler": {}}},
    },
    type=dict[str, Block],
)


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is kept of a Terraform that was asked before."""
    for kept in (provider_schema.workspace, provider_schema.schema, provider_schema._source):
        kept.cache_clear()


def converted(token: str, **inputs: object) -> tuple[dict[str, object], list[str]]:
    resource = Resource(urn="one", type=token, name="one", custom=True, inputs=dict(inputs))
    body, unknown = configuration(Graph(project="rewards", stack="dev", resources=[resource]), BLOCKS)
    return body["resource"][type_name(token)]["one"], [one.path for one in unknown]


def test_types_follow_by_rule_or_are_exceptions():
    assert type_name(TABLE) == "aws_dynamodb_table"
    assert type_name("aws:cloudwatch/eventBusPolicy:EventBusPolicy") == "aws_cloudwatch_event_bus_policy"
    assert type_name("aws:iam/openIdConnectProvider:OpenIdConnectProvider") == "aws_iam_openid_connect_provider"


def test_plurals_are_blocks_and_maps_keep_their_keys():
    arguments, unknown = converted(
        TABLE, attributes=[{"name": "pk", "type": "S"}], ttl={"attributeName": "at"}, tags={"costCentre": "x"}
    )
    assert unknown == []
    assert arguments == {
        "attribute": [{"name": "pk", "type": "S"}],
        "ttl": [{"attribute_name": "at"}],
        "tags": {"costCentre": "x"},
    }


def test_what_an_older_provider_has_instead():
    keys = [{"attributeName": "pending", "keyType": "HASH"}, {"attributeName": "at", "keyType": "RANGE"}]
    arguments, unknown = converted(TABLE, globalSecondaryIndexes=[{"name": "i", "keySchemas": keys}])
    assert unknown == []
    assert arguments == {"global_secondary_index": [{"name": "i", "hash_key": "pending", "range_key": "at"}]}


def test_unknown_values_files_and_templates():
    code = {"4dabf18193072939515e22adb298388d": "0def7320c3a5731c473e5ecbe6d01bc7", "path": "dist/x.zip"}
    arguments, _ = converted("aws:lambda/function:Function", name="f", code=code, layers=[UNKNOWN], handler="${x}%{y}")
    assert arguments == {
        "function_name": "f",
        "filename": "dist/x.zip",
        "layers": ["${terraform_data.computed.output}"],
        "handler": "$${x}%%{y}",
    }


def test_an_argument_that_the_provider_does_not_have_is_named():
    _, unknown = converted(TABLE, ttl={"unit": "s"}, colour="red")
    assert unknown == ["ttl.unit", "colour"]


def test_without_terraform_it_says_where_to_get_it(fresh: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotJudge, match="terraform is missing: https://developer"):
        list(JUDGE.judge(Graph(project="rewards", stack="dev")))


def test_without_the_provider_it_says_how_to_give_it(fresh: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    program = tmp_path / "terraform"
    program.write_text("#!/bin/sh\necho 'no such host' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(CannotJudge, match="TERRAFORM_PLUGINS may name a folder that has it: no such host"):
        list(JUDGE.judge(Graph(project="rewards", stack="dev")))


@pytest.mark.skipif("TERRAFORM_PLUGINS" not in os.environ, reason="`make check-provider` runs it, with the provider")
def test_the_real_provider_refuses_a_fault(fresh: None):
    graph = captured("dev")
    queue = next(one for one in graph.resources if one.type == "aws:sqs/queue:Queue")
    wrong = replace(queue, inputs={**queue.inputs, "visibilityTimeoutSeconds": 43201, "colour": "red"})
    found = sorted(JUDGE.judge(replace(graph, resources=[wrong])))
    assert [one.resource for one in found] == [f"{wrong.type} {wrong.name}"] * 2
    assert found[0].problem == "expected visibility_timeout_seconds to be in the range (0 - 43200), got 43201"
    assert (found[1].property, found[1].problem) == ("colour", "the provider has no such argument")
