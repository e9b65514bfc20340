"""What the AWS provider reads back is what it wrote, also where ministack by itself says otherwise."""

import json
from collections.abc import Iterator
from typing import Any

import botocore.parsers
import botocore.session
import pytest
from ministack.services import cloudwatch, eventbridge, stepfunctions

from pbckit.sandbox import provider_answers

POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "OnlyThisAccount",
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": ["events:PutEvents"],
            "Resource": ["arn:aws:events:eu-central-1:000000000000:event-bus/bus"],
            "Condition": {"StringNotEquals": {"aws:PrincipalAccount": "000000000000"}},
        }
    ],
}
ALARM = {
    "AlarmName": "rewards-local-points-ledger_balance-errors",
    "AlarmDescription": "balance failed & its log group has the <reason>",
    "Namespace": "AWS/Lambda",
    "MetricName": "Errors",
    "Dimensions": [{"Name": "FunctionName", "Value": "balance"}, {"Name": "Resource", "Value": "balance:live"}],
    "Statistic": "Sum",
    "Period": 300,
    "EvaluationPeriods": 2,
    "Threshold": 0.0,
    "ComparisonOperator": "GreaterThanThreshold",
    "TreatMissingData": "notBreaching",
    "ActionsEnabled": True,
    "AlarmActions": ["arn:aws:sns:eu-central-1:000000000000:alarms"],
    "OKActions": ["arn:aws:sns:eu-central-1:000000000000:alarms"],
}
MACHINE = {
    "name": "earn",
    "definition": json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}),
    "roleArn": "arn:aws:iam::000000000000:role/earn",
    "type": "EXPRESS",
}


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> Iterator[None]:
    yield
    for state in (cloudwatch._alarms, eventbridge._event_bus_policies, stepfunctions._state_machines):
        state.clear()


def put_policy(policy: dict[str, Any]) -> None:
    status, _, body = provider_answers.put_permission({"EventBusName": "bus", "Policy": json.dumps(policy)})
    assert (status, json.loads(body)) == (200, {})


def test_a_bus_has_the_policy_that_it_was_given():
    put_policy(POLICY)
    assert eventbridge._event_bus_policies["bus"] == POLICY


def test_a_bus_has_one_policy():
    put_policy({**POLICY, "Statement": []})
    put_policy(POLICY)
    assert eventbridge._event_bus_policies["bus"] == POLICY


def test_permissions_one_by_one_are_ministacks():
    request = {"EventBusName": "bus", "StatementId": "one", "Principal": "111122223333", "Action": "events:PutEvents"}
    provider_answers.put_permission(request)
    (statement,) = eventbridge._event_bus_policies["bus"]["Statement"]
    assert (statement["Sid"], statement["Effect"]) == ("one", "Allow")


@pytest.mark.parametrize("enabled", [True, False])
def test_a_state_machine_keeps_its_tracing(enabled: bool):
    tracing = {"enabled": enabled}
    status, _, body = provider_answers.create_state_machine({**MACHINE, "tracingConfiguration": tracing})
    assert status == 200
    arn = json.loads(body)["stateMachineArn"]
    assert described(arn)["tracingConfiguration"] == tracing
    provider_answers.update_state_machine({"stateMachineArn": arn, "tracingConfiguration": {"enabled": not enabled}})
    assert described(arn)["tracingConfiguration"] == {"enabled": not enabled}


def described(arn: str) -> dict[str, Any]:
    return json.loads(stepfunctions._describe_state_machine({"stateMachineArn": arn})[2])


def test_what_is_refused_is_not_kept():
    status, _, _ = provider_answers.create_state_machine({"tracingConfiguration": {"enabled": True}})
    assert status == 400
    assert not stepfunctions._state_machines


def query(**parameters: str) -> dict[str, Any]:
    """DescribeAlarms in the Query protocol, as botocore reads the answer."""
    status, headers, body = provider_answers.describe_alarms(parameters, {}, is_cbor=False)
    service = botocore.session.Session().get_service_model("cloudwatch")
    shape = service.operation_model("DescribeAlarms").output_shape
    parser = botocore.parsers.create_parser("query")
    return parser.parse({"status_code": status, "headers": headers, "body": body}, shape)


def test_an_alarm_is_told_whole_in_the_query_protocol():
    cloudwatch._put_metric_alarm({}, dict(ALARM), is_cbor=False, is_json=True)
    (alarm,) = query()["MetricAlarms"]
    assert {key: alarm[key] for key in ALARM} == ALARM


def test_alarms_are_filtered_by_what_the_query_asks():
    for name in ("one", "other"):
        cloudwatch._put_metric_alarm({}, {**ALARM, "AlarmName": name}, is_cbor=False, is_json=True)
    names = [alarm["AlarmName"] for alarm in query(**{"AlarmNames.member.1": "other"})["MetricAlarms"]]
    assert names == ["other"]
    assert query(AlarmNamePrefix="o", MaxRecords="1")["NextToken"] == "other"
    assert query(MaxRecords="1000")["Error"]["Code"] == "ValidationError"
