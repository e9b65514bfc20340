"""IAM documents and the boundary."""

import json
from pathlib import Path

import pytest

from pbckit.infra.boundary import MANAGED_POLICY_LIMIT, BoundaryTooLong, boundary
from pbckit.infra.iam import Grant, Statement, document, merged, trust
from pbckit.infra.names import Names
from pbckit.infra.workflow import InvalidWorkflow, definition

NAMES = Names(project="rewards", environment="dev", unit="campaigns", account="1" * 12, region="eu-central-1")


def test_statements_of_one_sid_become_one():
    one = Statement(sid="UseOwnKey", actions=["kms:Decrypt"], resources=["a"])
    two = Statement(sid="UseOwnKey", actions=["kms:Encrypt"], resources=["b"])
    (both,) = merged(
        statement for grant in [Grant(statements=[one]), Grant(statements=[two])] for statement in grant.statements
    )
    assert (both.actions, both.resources) == (["kms:Decrypt", "kms:Encrypt"], ["a", "b"])


def test_the_boundary_names_the_calls_that_contracts_give():
    call = NAMES.of("earning-rates").capability("rate")
    statements = json.loads(boundary(NAMES, ["campaigns"], [call]))["Statement"]
    (invoke,) = [statement for statement in statements if statement["Sid"] == "Invoke"]
    assert invoke["Resource"] == [NAMES.function("rewards-dev-campaigns_*"), call]


def test_a_boundary_that_iam_would_refuse_is_refused_here():
    calls = [NAMES.of(f"unit-{number}").capability("a-capability-with-a-name") for number in range(60)]
    with pytest.raises(BoundaryTooLong, match=f"IAM allows {MANAGED_POLICY_LIMIT}.*60 capabilities"):
        boundary(NAMES, [], calls)


def test_a_service_may_assume_a_role_only_for_this_account_and_resource():
    (statement,) = json.loads(trust("states.amazonaws.com", NAMES.account, "arn:machine"))["Statement"]
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": NAMES.account},
        "ArnEquals": {"aws:SourceArn": "arn:machine"},
    }


def test_a_document_is_compact_json():
    assert document([Statement(sid="A", actions=["s3:x"], resources=["*"])]) == (
        '{"Version":"2012-10-17","Statement":[{"Sid":"A","Effect":"Allow","Action":["s3:x"],"Resource":["*"]}]}'
    )


class TestDefinition:
    def test_placeholders_are_filled_and_jsonata_variables_stay(self, tmp_path: Path):
        path = tmp_path / "workflow.asl.json"
        path.write_text('{"Comment": "${queue}", "Query": "{% $states.input %}"}')
        assert definition(path, {"queue": "q"}) == '{"Comment":"q","Query":"{% $states.input %}"}'

    def test_an_unknown_placeholder_is_named(self, tmp_path: Path):
        path = tmp_path / "workflow.asl.json"
        path.write_text('{"Comment": "${que}"}')
        with pytest.raises(InvalidWorkflow, match=r"\$\{que\} is not given; given: \['queue'\]"):
            definition(path, {"queue": "q"})

    def test_a_file_that_is_not_json_is_named(self, tmp_path: Path):
        path = tmp_path / "workflow.asl.json"
        path.write_text("{")
        with pytest.raises(InvalidWorkflow, match=r"workflow\.asl\.json: not JSON"):
            definition(path, {})
