"""IAM statements and documents as plain data, and the grants that components hand out."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from pbckit.infra.names import Names

Condition = Mapping[str, Mapping[str, str | Sequence[str]]]


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement of a policy document. Exactly one of `resources` and `not_resources` is set; `sid` may be empty."""

    sid: str
    actions: Sequence[str] = ()
    not_actions: Sequence[str] = ()
    resources: Sequence[str] = ()
    not_resources: Sequence[str] = ()
    effect: Literal["Allow", "Deny"] = "Allow"
    principal: Mapping[str, str | Sequence[str]] | None = None
    condition: Condition = field(default_factory=dict[str, Mapping[str, str | Sequence[str]]])

    def as_json(self) -> dict[str, object]:
        """The statement in IAM's own words."""
        parts: dict[str, object | None] = {
            "Sid": self.sid or None,
            "Effect": self.effect,
            "Principal": self.principal,
            "Action": sorted(self.actions) or None,
            "NotAction": sorted(self.not_actions) or None,
            "Resource": sorted(set(self.resources)) or None,
            "NotResource": sorted(set(self.not_resources)) or None,
            "Condition": self.condition or None,
        }
        return {key: value for key, value in parts.items() if value is not None}


def document(statements: Iterable[Statement]) -> str:
    """The policy document, compact: IAM counts characters."""
    body = {"Version": "2012-10-17", "Statement": [statement.as_json() for statement in statements]}
    return json.dumps(body, separators=(",", ":"))


def trust(service: str, account: str, source_arn: str | None = None) -> str:
    """A trust policy for one AWS service, acting for this account and, where given, for one resource of it."""
    condition: dict[str, Mapping[str, str | Sequence[str]]] = {"StringEquals": {"aws:SourceAccount": account}}
    if source_arn is not None:
        condition["ArnEquals"] = {"aws:SourceArn": source_arn}
    return document(
        [
            Statement(
                sid="Assume",
                principal={"Service": service},
                actions=["sts:AssumeRole"],
                # Lambda assumes a role without naming the function; it gives no source to check.
                condition={} if service == "lambda.amazonaws.com" else condition,
            )
        ]
    )


KEY_READ = ("kms:Decrypt", "kms:DescribeKey")
KEY_WRITE = (*KEY_READ, "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo")


def use_key(names: Names, actions: Sequence[str] = KEY_WRITE) -> Statement:
    """Use of the unit's own KMS key. A key has no name of its own in its ARN, so its alias stands for it."""
    return Statement(
        sid="UseOwnKey",
        actions=actions,
        resources=[names.arn("kms", "key/*")],
        condition={"ForAnyValue:StringEquals": {"kms:ResourceAliases": names.key_alias()}},
    )


def write_logs(names: Names, log_group: str) -> Statement:
    """Append to one log group."""
    return Statement(
        sid="WriteLogs",
        actions=["logs:CreateLogStream", "logs:PutLogEvents"],
        resources=[names.log_group(log_group)],
    )


SEND_TRACES = ("xray:PutTelemetryRecords", "xray:PutTraceSegments")
"""What a function with active tracing needs (Lambda Developer Guide, "Visualize Lambda function invocations using AWS
X-Ray")."""
TRACE_WORKFLOW = (*SEND_TRACES, "xray:GetSamplingRules", "xray:GetSamplingTargets")
"""What a workflow with tracing needs: Step Functions decides itself what it samples (Step Functions Developer Guide,
"Trace Step Functions request data in AWS X-Ray", IAM policy)."""


def send_traces(actions: Sequence[str] = SEND_TRACES) -> Statement:
    """Send trace segments. X-Ray has no resources to name."""
    return Statement(sid="SendTraces", actions=actions, resources=["*"])


def put_events(names: Names, sources: Sequence[str]) -> Statement:
    """Publish on the platform's bus, in the name of these sources only.

    `ForAllValues` is the operator for a batch: each of its entries must carry one of the sources.
    """
    return Statement(
        sid="PublishAsItself",
        actions=["events:PutEvents"],
        resources=[names.bus()],
        condition={"ForAllValues:StringEquals": {"events:source": sorted(sources)}},
    )


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What a function may do with something, and how it finds it: never one without the other."""

    statements: Sequence[Statement]
    environment: Mapping[str, str] = field(default_factory=dict[str, str])


def merged(statements: Iterable[Statement]) -> list[Statement]:
    """The statements with those of the same Sid made one: several grants may bring the use of the same key."""
    by_sid: dict[str, Statement] = {}
    for statement in statements:
        before = by_sid.get(statement.sid, statement)
        by_sid[statement.sid] = replace(
            before,
            actions=sorted({*before.actions, *statement.actions}),
            resources=sorted({*before.resources, *statement.resources}),
        )
    return list(by_sid.values())
