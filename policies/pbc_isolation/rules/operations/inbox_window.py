"""How long a consumer remembers."""

import json
from collections.abc import Iterator

from pbc_isolation.analysis.context import Analysis
from pbc_isolation.rules.operations.dead_letters import queues_of
from pbc_isolation.rules.operations.visibility_timeout import functions_of
from pbc_isolation.rules.rule import Rule, Violation
from pbc_isolation.rules.samples import function, function_arn, queue, queue_arn, stack, thing
from pbc_isolation.stack.graph import Resource
from pbc_isolation.stack.values import read

_ID = "operations-inbox-window"
_FIX = "Set INBOX_DAYS of the consumer above the retention of its queue and of its dead-letter queue together."


_MAPPING, _QUEUE = "aws:lambda/eventSourceMapping:EventSourceMapping", "aws:sqs/queue:Queue"
_SUBSCRIPTION = ":Subscription"
_DAY_SECONDS = 24 * 60 * 60
_DEFAULT_RETENTION_SECONDS = 4 * _DAY_SECONDS


def _check(analysis: Analysis) -> Iterator[Violation]:
    for mapping in analysis.graph.by_type(_MAPPING):
        for source in queues_of(analysis, mapping):
            kept_days = sum(_retention(one) for one in (source, *_dead_letters(analysis, source))) / _DAY_SECONDS
            for consumer in functions_of(analysis, mapping):
                if _forgets(analysis, consumer, kept_days):
                    yield _violation(analysis, consumer, kept_days)


def _forgets(analysis: Analysis, consumer: Resource, kept_days: float) -> bool:
    remembered_days = _inbox_days(consumer)
    if remembered_days is None:
        return _is_subscriber(analysis, consumer)
    return remembered_days <= kept_days


def _violation(analysis: Analysis, consumer: Resource, kept_days: float) -> Violation:
    owner, days = analysis.graph.owner(consumer), _inbox_days(consumer)
    message = (
        f"function {consumer.name} of {owner or 'nobody'} remembers events for "
        f"{'an unknown number of' if days is None else f'{days:g}'} days; its queues keep them for {kept_days:g}"
    )
    return Violation(_ID, consumer.urn, message, unit=owner, fix=_FIX)


def _inbox_days(consumer: Resource) -> float | None:
    """Days that a consumer remembers events; None where it says nothing that is a number."""
    text = consumer.get("environment", "variables", "INBOX_DAYS")
    return float(text) if isinstance(text, str) and text.replace(".", "", 1).isdigit() else None


def _is_subscriber(analysis: Analysis, resource: Resource) -> bool:
    """Whether it belongs to a subscription to events; other consumers of queues may be idempotent in other ways."""
    above = analysis.graph.by_urn.get(resource.parent)
    while above is not None and not above.type.endswith(_SUBSCRIPTION):
        above = analysis.graph.by_urn.get(above.parent)
    return above is not None


def _retention(source: Resource) -> int:
    seconds = source.get("messageRetentionSeconds")
    return seconds if isinstance(seconds, int) else _DEFAULT_RETENTION_SECONDS


def _dead_letters(analysis: Analysis, source: Resource) -> list[Resource]:
    policy = source.get("redrivePolicy")
    try:
        arn = read(json.loads(policy), "deadLetterTargetArn") if isinstance(policy, str) else None
    except json.JSONDecodeError:
        return []
    return [one.resource for one in analysis.inventory.named_by(arn)] if isinstance(arn, str) else []


_LINKED = (
    thing(
        "orders", _MAPPING, "mapping", {"eventSourceArn": queue_arn("orders"), "functionName": function_arn("orders")}
    ),
    queue(
        "orders", redrivePolicy=json.dumps({"deadLetterTargetArn": queue_arn("orders", "dlq"), "maxReceiveCount": 5})
    ),
    queue("orders", "dlq", messageRetentionSeconds=14 * _DAY_SECONDS),
)


def _remembering(days: str) -> Resource:
    return function("orders", environment={"variables": {"INBOX_DAYS": days}})


RULE = Rule(
    id=_ID,
    title="A consumer remembers an event for longer than its queue and dead-letter queue keep it",
    why="What is redriven from a dead-letter queue after the inbox forgot it is handled a second time.",
    fix=_FIX,
    check=_check,
    types=(
        _MAPPING,
        _QUEUE,
    ),
    compliant=[
        stack(_LINKED, _remembering("19")),
        stack(_LINKED, function("orders")),
    ],
    violating=[
        stack(_LINKED, _remembering("18")),
        stack(_LINKED, _remembering("7")),
    ],
)
