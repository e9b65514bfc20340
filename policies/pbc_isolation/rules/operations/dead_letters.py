"""Where failures of asynchronous edges go."""

import json
from collections.abc import Iterator
from typing import Any

from pbc_isolation.analysis.context import Analysis
from pbc_isolation.rules.rule import Rule, Violation
from pbc_isolation.rules.samples import queue, queue_arn, stack, table_arn, thing
from pbc_isolation.stack.graph import Resource
from pbc_isolation.stack.values import UNKNOWN, read

_ID = "operations-dead-letters"
_FIX = (
    "Give queues a redrive policy, targets a retry policy and a dead-letter queue, and streams bounds and"
    " an on-failure destination."
)


_QUEUE, _TARGET = "aws:sqs/queue:Queue", "aws:cloudwatch/eventTarget:EventTarget"
_MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
_MOST_RECEIVES = 100


def _check(analysis: Analysis) -> Iterator[Violation]:
    for mapping in analysis.graph.by_type(_MAPPING):
        queues = queues_of(analysis, mapping)
        for source in queues:
            if not _redrives(source):
                yield _violation(analysis, source, "has no redrive policy with a bounded number of receives")
        if not queues and not _is_bounded(mapping):
            yield _violation(analysis, mapping, "retries without end, or has no on-failure destination")
    for target in analysis.graph.by_type(_TARGET):
        retries = target.get("retryPolicy", "maximumRetryAttempts")
        if not _is_given(target.get("deadLetterConfig", "arn")) or not isinstance(retries, int):
            yield _violation(analysis, target, "has no dead-letter queue or no retry policy")


def queues_of(analysis: Analysis, mapping: Resource) -> list[Resource]:
    """The queues that feed a function by an event source mapping."""
    source = mapping.get("eventSourceArn")
    things = analysis.inventory.named_by(source) if isinstance(source, str) else []
    return [
        one.resource for one in things or analysis.refers_to(mapping, "eventSourceArn") if one.kind.label == "queue"
    ]


def _redrives(source: Resource) -> bool:
    policy = source.get("redrivePolicy")
    try:
        parsed = json.loads(policy) if isinstance(policy, str) else policy
    except json.JSONDecodeError:
        return False
    receives = read(parsed, "maxReceiveCount")
    return (
        isinstance(receives, int) and 1 <= receives <= _MOST_RECEIVES and _is_given(read(parsed, "deadLetterTargetArn"))
    )


def _is_bounded(mapping: Resource) -> bool:
    retries, age = mapping.get("maximumRetryAttempts"), mapping.get("maximumRecordAgeInSeconds")
    bounded = all(isinstance(value, int) and value >= 0 for value in (retries, age))
    return bounded and _is_given(mapping.get("destinationConfig", "onFailure", "destinationArn"))


def _is_given(arn: Any) -> bool:
    """Whether something is named, or will be."""
    return arn is UNKNOWN or (isinstance(arn, str) and arn != "")


def _violation(analysis: Analysis, resource: Resource, what: str) -> Violation:
    owner = analysis.graph.owner(resource)
    return Violation(_ID, resource.urn, f"{resource.name} of {owner or 'nobody'} {what}", unit=owner, fix=_FIX)


def _mapping(source: str, **props: object) -> Resource:
    return thing("orders", _MAPPING, "mapping", {"eventSourceArn": source, "functionName": "f", **props})


_REDRIVE = json.dumps({"deadLetterTargetArn": queue_arn("orders", "dlq"), "maxReceiveCount": 5})
_ON_FAILURE = {"onFailure": {"destinationArn": queue_arn("orders", "dlq")}}


RULE = Rule(
    id=_ID,
    title="Every asynchronous edge retries a bounded number of times, and then puts the message aside",
    why=("Without an end to retries one bad record blocks all others; without a dead-letter queue it is lost."),
    fix=_FIX,
    check=_check,
    types=(
        _QUEUE,
        _TARGET,
        _MAPPING,
    ),
    compliant=[
        stack(_mapping(queue_arn("orders")), queue("orders", redrivePolicy=_REDRIVE)),
        stack(
            _mapping(
                table_arn("orders") + "/stream/1",
                maximumRetryAttempts=3,
                maximumRecordAgeInSeconds=3600,
                destinationConfig=_ON_FAILURE,
            )
        ),
        stack(
            thing(
                "orders",
                _TARGET,
                "target",
                {
                    "arn": queue_arn("orders"),
                    "deadLetterConfig": {"arn": queue_arn("orders", "dlq")},
                    "retryPolicy": {"maximumRetryAttempts": 10},
                },
            )
        ),
    ],
    violating=[
        stack(_mapping(queue_arn("orders")), queue("orders")),
        stack(_mapping(table_arn("orders") + "/stream/1", destinationConfig=_ON_FAILURE)),
        stack(
            _mapping(
                table_arn("orders") + "/stream/1",
                maximumRetryAttempts=-1,
                maximumRecordAgeInSeconds=60,
                destinationConfig=_ON_FAILURE,
            )
        ),
        stack(_mapping(table_arn("orders") + "/stream/1", maximumRetryAttempts=3, maximumRecordAgeInSeconds=60)),
        stack(thing("orders", _TARGET, "target", {"arn": queue_arn("orders")})),
    ],
)
