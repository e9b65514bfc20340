"""Tags."""

from collections.abc import Iterator

from pbc_isolation.analysis.context import Analysis
from pbc_isolation.rules.rule import Rule, Violation
from pbc_isolation.rules.samples import stack, table
from pbc_isolation.stack.graph import OWNER_TAG

_ID = "operations-tags"
_FIX = "Give the resource the tags of its unit's context."


_TAGGED = (
    "aws:cloudwatch/eventBus:EventBus",
    "aws:cloudwatch/eventRule:EventRule",
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    "aws:dynamodb/table:Table",
    "aws:iam/policy:Policy",
    "aws:iam/role:Role",
    "aws:kms/key:Key",
    "aws:lambda/function:Function",
    "aws:sfn/stateMachine:StateMachine",
    "aws:sns/topic:Topic",
    "aws:sqs/queue:Queue",
)


def _check(analysis: Analysis) -> Iterator[Violation]:
    for one in analysis.graph.by_type(*_TAGGED):
        owner = analysis.graph.owner(one)
        lacking = [tag for tag in analysis.settings.required_tags if not isinstance(one.get("tags", tag), str)]
        if lacking:
            yield Violation(_ID, one.urn, f"{one.name} lacks the tag {lacking[0]}", unit=owner, fix=_FIX)
        elif OWNER_TAG in analysis.settings.required_tags and one.get("tags", OWNER_TAG) != owner:
            message = f"{one.name} of {owner or 'nobody'} is tagged as {one.get('tags', OWNER_TAG)}'s"
            yield Violation(_ID, one.urn, message, unit=owner, fix=_FIX)


def _tags(unit: str) -> dict[str, str]:
    return {"project": "shop", "environment": "dev", "pbc": unit}


RULE = Rule(
    id=_ID,
    title="Every resource carries the required tags, and the tag of its owner",
    why="Costs, alarms and searches go by tags; a tag that names another unit misleads them all.",
    fix=_FIX,
    check=_check,
    types=(*_TAGGED,),
    compliant=[
        stack(table("orders", tags=_tags("orders"))),
    ],
    violating=[
        stack(table("orders")),
        stack(table("orders", tags=_tags("inventory"))),
        stack(table("orders", tags={"pbc": "orders"})),
    ],
)
