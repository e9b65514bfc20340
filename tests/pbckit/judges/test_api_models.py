"""Create calls are put together from inputs as the provider does it, and each fault is found in them."""

from collections.abc import Iterator
from typing import Any

import pytest

from pbckit.judges.api_calls import calls, types
from pbckit.judges.api_models import JUDGE
from pbckit.judges.aws_models import Shape, operation_input
from pbckit.judges.shapes import matcher
from pbckit.sandbox.graph import UNKNOWN, Graph, Resource

TABLE: dict[str, Any] = {
    "name": "rewards-dev-tiers_outbox",
    "billingMode": "PAY_PER_REQUEST",
    "hashKey": "pk",
    "rangeKey": "sk",
    "attributes": [{"name": "pk", "type": "S"}, {"name": "sk", "type": "S"}, {"name": "pending", "type": "S"}],
    "globalSecondaryIndexes": [
        {
            "name": "pending",
            "projectionType": "ALL",
            "keySchemas": [{"attributeName": "pending", "keyType": "HASH"}],
        }
    ],
    "streamEnabled": True,
    "streamViewType": "NEW_IMAGE",
    "pointInTimeRecovery": {"enabled": True},
    "ttl": {"enabled": True, "attributeName": "expires_at"},
    "serverSideEncryption": {"enabled": True, "kmsKeyArn": UNKNOWN},
    "tags": {"pbc": "tiers"},
}
QUEUE: dict[str, Any] = {
    "name": "rewards-dev-tiers_queue",
    "visibilityTimeoutSeconds": 180,
    "redrivePolicy": '{"deadLetterTargetArn": "arn:aws:sqs:eu-central-1:111111111111:dlq", "maxReceiveCount": 5}',
}
ALARM: dict[str, Any] = {
    "name": "rewards-dev-tiers_errors",
    "comparisonOperator": "GreaterThanThreshold",
    "evaluationPeriods": 1,
    "period": 60,
    "namespace": "AWS/Lambda",
    "metricName": "Errors",
    "threshold": 0,
    "dimensions": {"FunctionName": "rewards-dev-tiers_rank"},
    "treatMissingData": "notBreaching",
}
MAPPING: dict[str, Any] = {
    "eventSourceArn": "arn:aws:sqs:eu-central-1:111111111111:queue",
    "functionName": "arn:aws:lambda:eu-central-1:111111111111:function:rewards-dev-tiers_rank:live",
    "batchSize": 10,
    "scalingConfig": {"maximumConcurrency": 5},
}
FUNCTION: dict[str, Any] = {
    "name": "rewards-dev-tiers_rank",
    "role": "arn:aws:iam::111111111111:role/rewards-dev-tiers_rank",
    "code": {"4dabf18193072939515e22adb298388d": "0def7320c3a5731c473e5ecbe6d01bc7", "path": "dist/tiers.zip"},
    "handler": "lambdas.tiers.rank.handler",
    "runtime": "python3.13",
    "environment": {"variables": {"UNIT": "tiers"}},
}
WHOLE = {
    "aws:dynamodb/table:Table": TABLE,
    "aws:sqs/queue:Queue": QUEUE,
    "aws:cloudwatch/metricAlarm:MetricAlarm": ALARM,
    "aws:lambda/eventSourceMapping:EventSourceMapping": MAPPING,
    "aws:lambda/function:Function": FUNCTION,
}
SHORT = {token.rpartition(":")[2]: token for token in WHOLE}


def found(token: str, inputs: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    resource = Resource(urn="one", type=token, name="one", custom=True, inputs=inputs)
    graph = Graph(project="rewards", stack="dev", resources=[resource])
    return [(one.property, one.problem, one.value, one.allowed) for one in JUDGE.judge(graph)]


@pytest.mark.parametrize("token", WHOLE)
def test_a_resource_without_a_fault_passes(token: str):
    assert found(token, WHOLE[token]) == []


@pytest.mark.parametrize(
    ("kind", "changes", "property_", "problem", "value", "allowed"),
    [
        ("Table", {"billingMode": "ON_DEMAND"}, "BillingMode", "is none of the allowed values", "ON_DEMAND", "PROVISIONED, PAY_PER_REQUEST"),
        ("Table", {"name": "a:b"}, "name", "does not match the pattern", "a:b", "[a-zA-Z0-9_.-]{3,255}"),
        ("Table", {"rangeKey": "at"}, "attributes", "are not those that the keys name", "['pending', 'pk', 'sk']", "['at', 'pending', 'pk']"),
        ("Table", {"streamViewType": "NEWEST"}, "StreamSpecification.StreamViewType", "is none of the allowed values", "NEWEST", "NEW_IMAGE, OLD_IMAGE, NEW_AND_OLD_IMAGES, KEYS_ONLY"),
        ("Table", {"ttl": {"enabled": True}}, "TimeToLiveSpecification.AttributeName", "is missing", "['Enabled']", "required: Enabled, AttributeName"),
        ("Table", {"pointInTimeRecovery": {"enabled": "yes"}}, "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled", "is of the wrong type", "yes", "boolean"),
        ("Table", {"colour": "red"}, "colour", "no API call that creates this type has such a parameter", "colour", "a parameter of the call, or a line in components/pbckit/judges/data/api_calls.yaml"),
        ("Table", {"ttl": {"enabled": True, "attributeName": "at", "unit": "s"}}, "ttl.unit", "no API call that creates this type has such a parameter", "ttl.unit", "a parameter of the call, or a line in components/pbckit/judges/data/api_calls.yaml"),
        ("Queue", {"visibilityTimeoutSeconds": 43201}, "visibilityTimeoutSeconds", "is out of range", "43201", "0 to 43200"),
        ("Queue", {"redrivePolicy": '{"deadLetterTargetArn": "dlq", "maxReceiveCount": 5}'}, "redrivePolicy.deadLetterTargetArn", "does not match the pattern", "dlq", "arn:[^:]+:sqs:[^:]+:[0-9]{12}:.+"),
        ("MetricAlarm", {"statistic": "Mean"}, "Statistic", "is none of the allowed values", "Mean", "SampleCount, Average, Sum, Minimum, Maximum"),
        ("MetricAlarm", {"period": 90}, "period", "is no multiple", "90", "10, 20, 30, multiples of 60"),
        ("MetricAlarm", {"period": 300, "evaluationPeriods": 289}, "period", "times evaluationPeriods is out of range", "86700", "0 to 86400"),
        ("MetricAlarm", {"alarmActions": ["arn"] * 6}, "AlarmActions", "has a length of 6", "['arn', 'arn', 'arn', 'arn', 'arn', 'arn']", "any to 5"),
        ("MetricAlarm", {"dimensions": {"": "x"}}, "Dimensions[0].Name", "has a length of 0", "", "1 to 255"),
        ("EventSourceMapping", {"batchSize": 11}, "maximumBatchingWindowInSeconds", "is missing beside batchSize", "11", "a value"),
        ("EventSourceMapping", {"startingPosition": "LATEST", "scalingConfig": None}, "startingPosition", "may not be set beside this eventSourceArn", MAPPING["eventSourceArn"], "no value"),
        ("EventSourceMapping", {"scalingConfig": {"maximumConcurrency": 1}}, "ScalingConfig.MaximumConcurrency", "is out of range", "1", "2 to 1000"),
        ("Function", {"timeout": 901}, "timeout", "is out of range", "901", "1 to 900"),
        ("Function", {"runtime": "python3.3"}, "Runtime", "is none of the allowed values", "python3.3", None),
        ("Function", {"environment": {"variables": {"AWS_REGION": "x"}}}, "environment.variables.AWS_REGION", "is reserved", "AWS_REGION", "another name"),
        ("Function", {"environment": {"variables": {"1ST": "x"}}}, "Environment.Variables.1ST", "does not match the pattern", "1ST", "[a-zA-Z]([a-zA-Z0-9_])+"),
        ("Function", {"role": None}, "Role", "is missing", "['Code', 'Environment', 'FunctionName', 'Handler', 'Runtime']", "required: FunctionName, Role, Code"),
    ],
)  # fmt: skip
def test_a_fault_is_found_with_its_value_and_what_is_allowed(
    kind: str, changes: dict[str, Any], property_: str, problem: str, value: str, allowed: str | None
):
    inputs = {key: item for key, item in {**WHOLE[SHORT[kind]], **changes}.items() if item is not None}
    (one,) = found(SHORT[kind], inputs)
    assert one[:3] == (property_, problem, value)
    assert allowed is None or one[3] == allowed


def test_a_type_that_is_not_listed_is_a_finding():
    (one,) = found("aws:s3/bucket:Bucket", {})
    assert one[1] == "nothing says which API call creates this type"


def test_inputs_become_parameters_of_the_calls_that_have_them():
    made, unmapped = calls("aws:dynamodb/table:Table", TABLE)
    by_name = {call.operation: call.parameters for call in made}
    assert unmapped == []
    assert by_name["UpdateTimeToLive"] == {
        "TableName": TABLE["name"],
        "TimeToLiveSpecification": {"Enabled": True, "AttributeName": "expires_at"},
    }
    create = by_name["CreateTable"]
    assert create["KeySchema"] == [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ]
    assert create["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    assert create["Tags"] == [{"Key": "pbc", "Value": "tiers"}]
    assert create["SSESpecification"] == {"Enabled": True, "KMSMasterKeyId": UNKNOWN, "SSEType": "KMS"}


def test_a_call_that_no_input_asks_for_is_not_made():
    made, _ = calls("aws:dynamodb/table:Table", {"name": "x", "hashKey": "pk"})
    assert [call.operation for call in made] == ["CreateTable"]


def test_attributes_of_a_queue_are_text():
    (create,), _ = calls("aws:sqs/queue:Queue", QUEUE)
    assert create.parameters["Attributes"]["VisibilityTimeout"] == "180"


@pytest.mark.parametrize("token", types())
def test_the_data_names_only_operations_and_parameters_that_exist(token: str):
    """A path of the data that leads to no parameter would hide an input."""
    for path, target in types()[token].names.items():
        if "." not in path and target is not None:
            _, unmapped = calls(token, {path: UNKNOWN})
            assert path not in unmapped


def test_every_pattern_of_the_models_and_the_data_is_understood():
    patterns = {limit.pattern for known in types().values() for limit in known.limits if limit.pattern}
    patterns |= {text for known in types().values() for limit in known.limits for text in limit.when.values()}
    for known in types().values():
        for operation in known.calls:
            patterns |= set(patterns_below(operation_input(known.service, operation), ()))
    assert len(patterns) > 50
    for pattern in patterns:
        matcher(pattern)


def patterns_below(shape: Shape, above: tuple[str, ...]) -> Iterator[str]:
    if shape.name in above:
        return
    if shape.pattern is not None:
        yield shape.pattern
    inner = [shape.item] if shape.type in ("list", "map") else []
    inner += [shape.key] if shape.type == "map" else []
    for one in (*shape.members.values(), *inner):
        yield from patterns_below(one, (*above, shape.name))


def test_a_tag_with_letters_of_any_alphabet_fits():
    assert matcher(r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)")("Größe 1 東京")
    assert not matcher(r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)")("a;b")
