"""What AWS refuses and the embedded AWS accepts: why the flow on it says nothing about these.

A case that it refuses one day fails here; then it goes from `ops/docs/evidence.yaml`, and from here.
"""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from ops.docs.evidence_page import evidence
from pbckit.sandbox.embedded_aws import ACCOUNT, EmbeddedAws

ALLOW: dict[str, Any] = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "*"}
KEYS = [{"AttributeName": "pk", "KeyType": "HASH"}], [{"AttributeName": "pk", "AttributeType": "S"}]


def document(**changes: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{**ALLOW, **changes}]})


TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
        ],
    }
)


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("function.py", "def handler(event, context): ...")
    return buffer.getvalue()


class Lenient:
    """The calls, on one embedded AWS."""

    def __init__(self, aws: EmbeddedAws) -> None:
        self.aws = aws

    @property
    def role(self) -> str:
        """A role without rights."""
        iam = self.aws.client("iam")
        try:
            return iam.get_role(RoleName="lenient")["Role"]["Arn"]
        except iam.exceptions.NoSuchEntityException:
            return iam.create_role(RoleName="lenient", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]

    def function(self, name: str, **changes: Any) -> None:
        code = {"Runtime": "python3.13", "Handler": "function.handler", "Code": {"ZipFile": zipped()}}
        self.aws.client("lambda").create_function(**{"FunctionName": name, "Role": self.role, **code, **changes})

    def policy(self, name: str, **changes: Any) -> None:
        self.aws.client("iam").create_policy(PolicyName=name, PolicyDocument=document(**changes))

    def machine(self, name: str, **state: Any) -> None:
        body = {"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Pass", **state}}}
        self.aws.client("stepfunctions").create_state_machine(name=name, roleArn=self.role, definition=json.dumps(body))

    def as_creator(self, action: str) -> tuple[EmbeddedAws, str]:
        """Somebody who may do one thing, and a key that only the account's administrator may look at."""
        iam, name = self.aws.client("iam"), f"may-{action.partition(':')[2]}"
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
        iam.put_role_policy(RoleName=name, PolicyName="one", PolicyDocument=document(Action=action))
        administrator = {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:PutKeyPolicy"}
        key = self.aws.client("kms").create_key(Policy=document(**administrator))["KeyMetadata"]["Arn"]
        return self.aws.under(role), key

    def table(self) -> None:
        creator, key = self.as_creator("dynamodb:CreateTable")
        creator.client("dynamodb").create_table(
            TableName="lenient", BillingMode="PAY_PER_REQUEST", KeySchema=KEYS[0], AttributeDefinitions=KEYS[1],
            SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
        )  # fmt: skip

    def bus(self) -> None:
        creator, key = self.as_creator("events:CreateEventBus")
        creator.client("events").create_event_bus(Name="lenient", KmsKeyIdentifier=key)


def alarm(on: Lenient) -> None:
    on.aws.client("cloudwatch").put_metric_alarm(
        AlarmName="lenient", Namespace="n", MetricName="m", Period=90, EvaluationPeriods=1, Threshold=1,
        ComparisonOperator="GreaterThanThreshold", Statistic="Sum",
    )  # fmt: skip


def schedule(on: Lenient) -> None:
    on.aws.client("scheduler").create_schedule(
        Name="lenient", ScheduleExpression="every day", FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": f"arn:aws:lambda:eu-central-1:{ACCOUNT}:function:f", "RoleArn": on.role},
    )  # fmt: skip


CASES: dict[str, Callable[[Lenient], Any]] = {
    "too-long-queue-name": lambda on: on.aws.client("sqs").create_queue(QueueName="q" * 200),
    "too-long-role-name": lambda on: on.aws.client("iam").create_role(
        RoleName="r" * 65, AssumeRolePolicyDocument=TRUST
    ),
    "timeout": lambda on: on.function("timeout", Timeout=901),
    "alarm-period": alarm,
    "schedule-expression": schedule,
    "processor": lambda on: on.aws.client("lambda").publish_layer_version(
        LayerName="lenient", CompatibleArchitectures=["mips"], Content={"ZipFile": zipped()}
    ),
    "unknown-action": lambda on: on.policy("action", Action="dynamodb:GetItems"),
    "unknown-condition-key": lambda on: on.policy("key", Condition={"StringEquals": {"aws:PrincipalAcount": "1"}}),
    "policy-size": lambda on: on.policy("size", Sid="x" * 7000),
    "inline-policy-size": lambda on: on.aws.client("iam").put_role_policy(
        RoleName=on.role.rpartition("/")[2], PolicyName="size", PolicyDocument=document(Sid="x" * 11000)
    ),
    "environment-size": lambda on: on.function("environment", Environment={"Variables": {"A": "x" * 5000}}),
    "queue-policy-size": lambda on: on.aws.client("sqs").create_queue(
        QueueName="lenient", Attributes={"Policy": document(Principal="*", Action="sqs:SendMessage", Sid="x" * 9000)}
    ),
    "event-pattern-size": lambda on: on.aws.client("events").put_rule(
        Name="lenient", EventPattern=json.dumps({"source": ["x" * 3000]})
    ),
    "handler": lambda on: on.function("handler", Handler="function.handle"),
    "next-state": lambda on: on.machine("next", Next="B"),
    "undefined-variable": lambda on: on.machine("variable", Output="{% $undefined %}", End=True),
    "key-of-bus": Lenient.bus,
    "key-of-table": Lenient.table,
}


@pytest.mark.parametrize("case", CASES)
def test_the_embedded_aws_accepts_it(aws: EmbeddedAws, case: str):
    CASES[case](Lenient(aws))


def test_every_case_is_on_the_page_of_what_is_shown():
    assert [one.case for one in evidence().accepted] == list(CASES)
