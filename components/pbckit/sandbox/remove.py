"""Remove what a stack of one unit made in the embedded AWS, so that it can be deployed anew.

Keys and layer versions stay behind, unused: AWS deletes keys after weeks only, and a layer takes a new version.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from pbckit.errors import PbckitError
from pbckit.sandbox.embedded_aws import EmbeddedAws
from pbckit.sandbox.graph import Graph, Resource

Client = Callable[[str], Any]


class CannotRemove(PbckitError, ValueError):
    """A type that this module does not know how to remove."""


def remove(aws: EmbeddedAws, graph: Graph, *, but: Collection[str] = ()) -> None:
    """Remove the resources of a deployed stack, those last that others rest on.

    Args:
        aws: where they are, for somebody who may remove them.
        graph: what was deployed.
        but: types that stay.

    Raises:
        CannotRemove: the stack has a type that is unknown here; nothing was removed then.
    """
    made = [one for one in graph.resources if one.custom]
    unknown = {one.type for one in made} - _REMOVE.keys() - _STAYS
    if unknown:
        raise CannotRemove(f"stack {graph.stack}: {', '.join(sorted(unknown))}")
    for kind, remove_one in _REMOVE.items():
        for resource in made:
            if resource.type == kind and kind not in but:
                remove_one(aws.client, resource)


def _mapping(client: Client, resource: Resource) -> None:
    client("lambda").delete_event_source_mapping(UUID=resource.id)


def _target(client: Client, resource: Resource) -> None:
    rule = {"Rule": resource.inputs["rule"], "EventBusName": resource.inputs["eventBusName"]}
    ids = [target["Id"] for target in client("events").list_targets_by_rule(**rule)["Targets"]]
    client("events").remove_targets(**rule, Ids=ids)


def _rule(client: Client, resource: Resource) -> None:
    client("events").delete_rule(Name=resource.inputs["name"], EventBusName=resource.inputs["eventBusName"])


def _schedule(client: Client, resource: Resource) -> None:
    client("scheduler").delete_schedule(Name=resource.inputs["name"])


def _machine(client: Client, resource: Resource) -> None:
    client("stepfunctions").delete_state_machine(stateMachineArn=resource.outputs["arn"])


def _function(client: Client, resource: Resource) -> None:
    client("lambda").delete_function(FunctionName=resource.inputs["name"])


def _queue(client: Client, resource: Resource) -> None:
    client("sqs").delete_queue(QueueUrl=resource.id)


def _table(client: Client, resource: Resource) -> None:
    client("dynamodb").delete_table(TableName=resource.inputs["name"])


def _inline(client: Client, resource: Resource) -> None:
    client("iam").delete_role_policy(RoleName=resource.inputs["role"], PolicyName=resource.inputs["name"])


def _role(client: Client, resource: Resource) -> None:
    client("iam").delete_role(RoleName=resource.inputs["name"])


def _policy(client: Client, resource: Resource) -> None:
    client("iam").delete_policy(PolicyArn=resource.outputs["arn"])


def _log_group(client: Client, resource: Resource) -> None:
    client("logs").delete_log_group(logGroupName=resource.inputs["name"])


def _key_alias(client: Client, resource: Resource) -> None:
    client("kms").delete_alias(AliasName=resource.inputs["name"])


_REMOVE: Mapping[str, Callable[[Client, Resource], None]] = {
    "aws:lambda/eventSourceMapping:EventSourceMapping": _mapping,
    "aws:cloudwatch/eventTarget:EventTarget": _target,
    "aws:cloudwatch/eventRule:EventRule": _rule,
    "aws:scheduler/schedule:Schedule": _schedule,
    "aws:sfn/stateMachine:StateMachine": _machine,
    "aws:lambda/function:Function": _function,
    "aws:sqs/queue:Queue": _queue,
    "aws:dynamodb/table:Table": _table,
    "aws:iam/rolePolicy:RolePolicy": _inline,
    "aws:iam/role:Role": _role,
    "aws:iam/policy:Policy": _policy,
    "aws:cloudwatch/logGroup:LogGroup": _log_group,
    "aws:kms/alias:Alias": _key_alias,
}
"""In the order of removal."""
_STAYS = frozenset(
    {
        "aws:cloudwatch/dashboard:Dashboard",  # deployed again, it is overwritten
        "aws:cloudwatch/logMetricFilter:LogMetricFilter",  # goes with its log group
        "aws:cloudwatch/metricAlarm:MetricAlarm",  # deployed again, it is overwritten
        "aws:kms/key:Key",
        "aws:lambda/alias:Alias",  # goes with its function
        "aws:lambda/layerVersion:LayerVersion",
        "aws:schemas/schema:Schema",  # the embedded AWS has no schema registry
        "aws:sqs/queuePolicy:QueuePolicy",  # goes with its queue
    }
)
