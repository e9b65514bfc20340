"""The unit admin of a unit: the function through which operators see and mend it, inside its own boundary."""

import json
from collections.abc import Iterator, Sequence

import pulumi

from pbckit.contracts.definitions import UNIT_ADMIN
from pbckit.infra.context import UnitContext, child_of
from pbckit.infra.function import Function, FunctionArgs
from pbckit.infra.iam import KEY_WRITE, Grant, Statement, use_key
from pbckit.infra.inventory import Inventory
from pbckit.infra.names import Names

_TIMEOUT_SECONDS = 60


def make_unit_admin(parent: pulumi.Resource, context: UnitContext) -> Function:
    """Make the unit admin of all that was made in the unit so far: make it last.

    Nobody outside a unit touches its queues and logs, operators neither. They ask the unit admin, by a contract.
    """
    return Function(
        f"{context.names.unit}-{UNIT_ADMIN}",
        FunctionArgs(
            context=context,
            thing=UNIT_ADMIN,
            handler="pbckit.runtime.unit_admin.handler.handler",
            grants=list(_grants(context.inventory, context.names)),
            environment={"UNIT_ADMIN": _description(context)},
            timeout_seconds=_TIMEOUT_SECONDS,
        ),
        opts=child_of(parent),
    )


def _description(context: UnitContext) -> str:
    inventory, names = context.inventory, context.names
    return json.dumps(
        {
            "queues": {
                entry.thing: {"url": entry.url, "rule": entry.rule_arn, "source": entry.source}
                for entry in inventory.queues
            },
            "dead_letters": {
                entry.thing: {"url": entry.url, "origin": _url(names, entry.origin_arn)}
                for entry in inventory.dead_letters
            },
            "log_groups": _by_beginning(names, [*inventory.log_groups, _own_log_group(names)]),
            "sweeper": inventory.outbox.sweeper_arn if inventory.outbox else None,
        },
        separators=(",", ":"),
    )


def _by_beginning(names: Names, log_groups: Sequence[str]) -> dict[str, list[str]]:
    """What log groups' names end with, by what they begin with, the unit's prefix included."""
    found: dict[str, list[str]] = {}
    for group in log_groups:
        place, _, thing = group.partition(names.prefix)
        found.setdefault(f"{place}{names.prefix}", []).append(thing)
    return found


def _grants(inventory: Inventory, names: Names) -> Iterator[Grant]:
    letters = [entry.arn for entry in inventory.dead_letters]
    origins = [entry.origin_arn for entry in inventory.dead_letters if entry.origin_arn]
    log_groups = [*inventory.log_groups, _own_log_group(names)]
    yield Grant(statements=[use_key(names, KEY_WRITE)])
    # A search is judged by the log group itself, not by its streams below it.
    searched = [names.arn("logs", f"log-group:{group}{below}") for group in log_groups for below in ("", ":*")]
    yield _may("ReadOwnRecords", ["logs:FilterLogEvents"], searched)
    if letters:
        yield _may(
            "HandleDeadLetters",
            ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:ReceiveMessage"],
            letters,
        )
        yield _may("MeasureQueues", ["sqs:GetQueueAttributes"], [*letters, *(entry.arn for entry in inventory.queues)])
    if origins:
        yield _may("SendBack", ["sqs:SendMessage"], origins)
    if inventory.outbox is not None:
        yield inventory.outbox.grant
        yield _may("SweepOutbox", ["lambda:InvokeFunction"], [inventory.outbox.sweeper_arn])


def _may(sid: str, actions: list[str], resources: list[str]) -> Grant:
    return Grant(statements=[Statement(sid=sid, actions=actions, resources=resources)])


def _own_log_group(names: Names) -> str:
    return f"/aws/lambda/{names.physical(UNIT_ADMIN)}"


def _url(names: Names, queue_arn: str | None) -> str | None:
    return names.queue_url(queue_arn.rsplit(":", 1)[-1]) if queue_arn else None
