"""How long a received message stays hidden."""

from collections.abc import Iterator

from pbc_isolation.analysis.context import Analysis
from pbc_isolation.rules.operations.dead_letters import queues_of
from pbc_isolation.rules.rule import Rule, Violation
from pbc_isolation.rules.samples import function, function_arn, queue, queue_arn, stack, thing
from pbc_isolation.stack.graph import Resource

_ID = "operations-visibility-timeout"
_FIX = "Set visibility_timeout_seconds to at least six times the timeout of the function."


_MAPPING, _QUEUE = "aws:lambda/eventSourceMapping:EventSourceMapping", "aws:sqs/queue:Queue"
_FACTOR = 6
_DEFAULT_VISIBILITY_SECONDS, _DEFAULT_TIMEOUT_SECONDS = 30, 3


def _check(analysis: Analysis) -> Iterator[Violation]:
    for mapping in analysis.graph.by_type(_MAPPING):
        needed = _FACTOR * max([_timeout(one) for one in functions_of(analysis, mapping)], default=0)
        for source in queues_of(analysis, mapping):
            hidden = source.get("visibilityTimeoutSeconds")
            hidden = _DEFAULT_VISIBILITY_SECONDS if hidden is None else hidden
            if not isinstance(hidden, int) or hidden < needed:
                owner = analysis.graph.owner(source)
                message = (
                    f"queue {source.name} of {owner or 'nobody'} hides messages for {hidden} s, {needed} s are needed"
                )
                yield Violation(_ID, source.urn, message, unit=owner, fix=_FIX)


def functions_of(analysis: Analysis, mapping: Resource) -> list[Resource]:
    """The functions that an event source mapping feeds."""
    name = mapping.get("functionName")
    things = analysis.inventory.named_by(name) if isinstance(name, str) else []
    return [one.resource for one in things if one.kind.label == "function"]


def _timeout(one: Resource) -> int:
    timeout = one.get("timeout")
    return timeout if isinstance(timeout, int) else _DEFAULT_TIMEOUT_SECONDS


_LINKED = thing(
    "orders", _MAPPING, "mapping", {"eventSourceArn": queue_arn("orders"), "functionName": function_arn("orders")}
)


RULE = Rule(
    id=_ID,
    title="A queue hides a message for six times the timeout of its consumer",
    why=(
        "A message that comes back while it is still being handled is handled twice; AWS asks for six times "
        "the timeout."
    ),
    fix=_FIX,
    check=_check,
    types=(
        _MAPPING,
        _QUEUE,
    ),
    compliant=[
        stack(_LINKED, queue("orders", visibilityTimeoutSeconds=60), function("orders", timeout=10)),
    ],
    violating=[
        stack(_LINKED, queue("orders", visibilityTimeoutSeconds=59), function("orders", timeout=10)),
        stack(_LINKED, queue("orders"), function("orders", timeout=10)),
    ],
)
