"""How long logs are kept."""

from collections.abc import Iterator

from pbc_isolation.analysis.context import Analysis
from pbc_isolation.rules.rule import Rule, Violation
from pbc_isolation.rules.samples import function, stack, thing

_ID = "operations-log-retention"
_FIX = "Make a log group for each function, with retention_in_days."


_GROUP, _FUNCTION = "aws:cloudwatch/logGroup:LogGroup", "aws:lambda/function:Function"


def _check(analysis: Analysis) -> Iterator[Violation]:
    groups = analysis.graph.by_type(_GROUP)
    for group in groups:
        days = group.get("retentionInDays")
        if not isinstance(days, int) or days < 1:
            yield _violation(analysis, group.urn, f"log group {group.name} is kept for ever")
    names = [group.get("name") for group in groups]
    for one in analysis.graph.by_type(_FUNCTION):
        wanted = one.get("loggingConfig", "logGroup")
        wanted = f"/aws/lambda/{one.get('name')}" if wanted is None else wanted
        if wanted not in names:
            yield _violation(analysis, one.urn, f"function {one.name} has no log group in this stack")


def _violation(analysis: Analysis, urn: str, message: str) -> Violation:
    return Violation(_ID, urn, message, unit=analysis.graph.owner(analysis.graph.by_urn[urn]), fix=_FIX)


RULE = Rule(
    id=_ID,
    title="Every log group has a retention, and every function a log group",
    why=(
        "Logs without a retention are kept, and paid, for ever; and Lambda makes such a group itself where "
        "there is none."
    ),
    fix=_FIX,
    check=_check,
    types=(
        _GROUP,
        _FUNCTION,
    ),
    compliant=[
        stack(
            function("orders"),
            thing("orders", _GROUP, "logs", {"name": "/aws/lambda/shop-dev-orders_worker", "retentionInDays": 30}),
        ),
    ],
    violating=[
        stack(function("orders")),
        stack(thing("orders", _GROUP, "logs", {"name": "x"})),
        stack(thing("orders", _GROUP, "logs", {"name": "x", "retentionInDays": 0})),
    ],
)
