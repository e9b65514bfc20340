"""The zero-trust boundary of a unit: what none of its roles can exceed, whatever is attached to them."""

from collections.abc import Sequence

import pulumi

from pbckit.contracts.definitions import UNIT_ADMIN
from pbckit.errors import PbckitError
from pbckit.infra.iam import TRACE_WORKFLOW, Statement, document, put_events, send_traces, use_key
from pbckit.infra.names import Names

MANAGED_POLICY_LIMIT = 6_144
"""Characters that IAM allows in a managed policy."""

LOG_DELIVERY = (
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:UpdateLogDelivery",
)
"""What Step Functions needs to deliver its own logs; these actions know no resources (Step Functions Developer Guide,
"Using CloudWatch Logs to log execution history in Step Functions", IAM policies). `logs:PutResourcePolicy` is left out:
decision 37."""

_READ_DATA = ("dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan")
_CHANGE_DATA = ("dynamodb:ConditionCheckItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem")
_READ_STREAM = ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams")
_USE_LOGS = ("logs:CreateLogStream", "logs:FilterLogEvents", "logs:PutLogEvents")
_USE_QUEUE = (
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
    "sqs:SendMessage",
)


class BoundaryTooLong(PbckitError, pulumi.RunError):
    """The boundary does not fit into a managed policy."""


def boundary(
    names: Names,
    sources: Sequence[str],
    capabilities: Sequence[str],
    also: Sequence[Statement] = (),
    *,
    runs_code: bool = True,
) -> str:
    """The permissions boundary of a unit as a policy document.

    An allow-list of the unit's own resources, by name prefix, and of the edges its contract gives it; then explicit
    denials of every other service and every foreign store, which hold even where a resource policy elsewhere would
    let the unit in.

    Args:
        names: the unit's names.
        sources: event sources it may publish as.
        capabilities: ARNs of the other units' capabilities whose contract names it as a caller.
        also: what else it may, where its kind of unit needs more than others.
        runs_code: False for a unit of people only, which has no functions, tables, queues or workflows to use.

    Raises:
        BoundaryTooLong: IAM would refuse it.
    """
    own = f"{names.prefix}*"
    invoked = [*([names.function(own)] if runs_code else []), *_together(names, capabilities)]
    allowed = [
        *(_own_things(names) if runs_code else []),
        *([Statement(sid="Invoke", actions=["lambda:InvokeFunction"], resources=invoked)] if invoked else []),
        *([put_events(names, sources)] if sources else []),
        *also,
    ]
    text = document(
        [
            *allowed,
            Statement(
                sid="NoOtherService",
                effect="Deny",
                not_actions=sorted({action for statement in allowed for action in statement.actions}),
                resources=["*"],
            ),
            *([_no_foreign_store(names)] if runs_code else []),
        ]
    )
    if len(text) > MANAGED_POLICY_LIMIT:
        raise BoundaryTooLong(
            f"boundary of {names.unit!r}: {len(text)} characters, IAM allows {MANAGED_POLICY_LIMIT}; "
            f"it may call {len(capabilities)} capabilities: split the unit or its calls"
        )
    return text


def _no_foreign_store(names: Names) -> Statement:
    """A unit of people only has no store, so that to it the whole services are others."""
    own = f"{names.prefix}*"
    return Statement(
        sid="NoForeignStore",
        effect="Deny",
        actions=["dynamodb:*", "sqs:*"],
        not_resources=[names.table(own), names.queue(own)],
    )


def _together(names: Names, capabilities: Sequence[str]) -> list[str]:
    """Capabilities, with the admin functions of several units as one pattern.

    Who may ask them all would else reach the limit of a managed policy with the number of units. The pattern covers
    admin functions only: no unit's name has an underscore, and every function's name has one.
    """
    admin = names.capability(UNIT_ADMIN).removeprefix(names.function(names.prefix))
    several = [one for one in capabilities if one.endswith(f"_{admin}")]
    if len(several) < 2:  # noqa: PLR2004 a pattern for one would be wider than needed
        return list(capabilities)
    stem = names.prefix.removesuffix(f"{names.unit}_")
    return [*(one for one in capabilities if one not in several), names.function(f"{stem}*_{admin}")]


def _own_things(names: Names) -> list[Statement]:
    own = f"{names.prefix}*"
    logs = (f"/aws/lambda/{own}", f"/aws/vendedlogs/states/{own}")
    return [
        Statement(sid="OwnTables", actions=[*_READ_DATA, *_CHANGE_DATA, *_READ_STREAM], resources=[names.table(own)]),
        Statement(sid="OwnQueues", actions=_USE_QUEUE, resources=[names.queue(own)]),
        Statement(sid="OwnWorkflows", actions=["states:StartSyncExecution"], resources=[names.state_machine(own)]),
        Statement(sid="OwnLogs", actions=_USE_LOGS, resources=[names.arn("logs", f"log-group:{one}") for one in logs]),
        Statement(sid="DeliverLogs", actions=LOG_DELIVERY, resources=["*"]),
        use_key(names),
        send_traces(TRACE_WORKFLOW),
    ]
