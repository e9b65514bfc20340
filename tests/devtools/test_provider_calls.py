"""What is recorded of the AWS provider: read from Terraform's log, written beside what is kept by hand."""

import json
import re

import pytest

from devtools.provider_calls.__main__ import main
from devtools.provider_calls.file import text, updated
from devtools.provider_calls.log import calls, merged, token
from devtools.provider_calls.terraform import PROGRAM, PROVIDER
from pbckit.infra.provider_calls import FILE, Call, ProviderCalls, read
from tests.conftest import captured

QUEUE, ALARM = "aws:sqs/queue:Queue", "aws:cloudwatch/metricAlarm:MetricAlarm"


def line(kind: str, operation: str, rpc: str, service: str = "sqs", message: str = "HTTP Request Sent") -> str:
    authorization = f"AWS4-HMAC-SHA256 Credential=test/20260101/eu-central-1/{service}/aws4_request, Signature=x"
    return json.dumps(
        {
            "@message": message,
            "http.request.header.authorization": authorization,
            "rpc.method": operation,
            "rpc.service": service.upper(),
            "tf_resource_type": kind,
            "tf_rpc": rpc,
        }
    )


def test_a_change_is_of_the_phase_of_its_run_and_all_else_is_reading():
    log = [
        line("aws_sqs_queue", "CreateQueue", "ApplyResourceChange"),
        line("aws_sqs_queue", "GetQueueAttributes", "ApplyResourceChange"),
        line("aws_sqs_queue", "GetQueueAttributes", "ReadResource"),
        line("aws_sqs_queue", "ListQueueTags", "PlanResourceChange"),
    ]
    assert calls(log, "create") == {
        QUEUE: {
            "sqs:CreateQueue": {"create"},
            "sqs:GetQueueAttributes": {"create", "read"},
            "sqs:ListQueueTags": {"read"},
        }
    }


def test_a_service_is_named_as_in_iam():
    log = [line("aws_cloudwatch_metric_alarm", "PutMetricAlarm", "ApplyResourceChange", "monitoring")]
    assert calls(log, "create") == {ALARM: {"cloudwatch:PutMetricAlarm": {"create"}}}


def test_other_lines_are_left_out():
    log = ["no JSON", line("aws_sqs_queue", "CreateQueue", "ApplyResourceChange", message="HTTP Response Received")]
    assert calls(log, "create") == {}


def test_runs_are_merged():
    one, other = {QUEUE: {"sqs:TagQueue": frozenset({"create"})}}, {QUEUE: {"sqs:TagQueue": frozenset({"update"})}}
    assert merged([one, other]) == {QUEUE: {"sqs:TagQueue": {"create", "update"}}}


def test_what_is_kept_by_hand_survives_a_new_recording():
    before = ProviderCalls(
        provider="5.99.0",
        types={
            QUEUE: {
                "sqs:CreateQueue": Call(recorded=("create",), actions=("sqs:CreateQueue", "sqs:TagQueue")),
                "sqs:Gone": Call(recorded=("read",)),
                "sqs:UntagQueue": Call(source=("update",), reference="tags_gen.go", refused="no"),
            }
        },
    )
    after = updated(before, {QUEUE: {"sqs:CreateQueue": frozenset({"update", "create"})}})
    assert after.provider == PROVIDER
    assert after.types[QUEUE] == {
        "sqs:CreateQueue": Call(recorded=("create", "update"), actions=("sqs:CreateQueue", "sqs:TagQueue")),
        "sqs:UntagQueue": before.types[QUEUE]["sqs:UntagQueue"],
    }


def test_the_file_is_as_the_recorder_writes_it():
    assert text(read()) == FILE.read_text()


def test_what_was_not_recorded_says_where_it_stands():
    for kind, operations in read().types.items():
        for operation, call in operations.items():
            assert call.recorded or call.source, (kind, operation)
            assert bool(call.source) <= bool(call.reference), (kind, operation)


@pytest.mark.parametrize("stack", ["dev", "migration"])
def test_the_recorded_program_has_every_type_of_ours_or_the_source_is_named(stack: str):
    """The embedded AWS cannot make every type: of those, all calls are read in the provider's source."""
    recorded = {token(kind) for kind in re.findall(r'^resource "(\w+)"', PROGRAM.read_text(), re.MULTILINE)}
    types = {one.type for one in captured(stack).resources if one.custom and one.type.startswith("aws:")}
    read_only = {kind for kind, calls_of in read().types.items() if all(call.source for call in calls_of.values())}
    assert types <= recorded | read_only


def test_without_terraform_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("PATH", "")
    assert main() == 2
    assert "terraform is missing: install Terraform" in capsys.readouterr().err
