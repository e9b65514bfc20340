"""Recovery of tables."""

from collections.abc import Iterator

from pbc_isolation.analysis.context import Analysis
from pbc_isolation.rules.rule import Rule, Violation
from pbc_isolation.rules.samples import stack, table

_ID = "operations-point-in-time-recovery"
_FIX = "Enable point-in-time recovery."


_TABLE = "aws:dynamodb/table:Table"


def _check(analysis: Analysis) -> Iterator[Violation]:
    for one in analysis.graph.by_type(_TABLE):
        if one.get("pointInTimeRecovery", "enabled") is not True:
            owner = analysis.graph.owner(one)
            message = f"table {one.name} of {owner or 'nobody'} has no point-in-time recovery"
            yield Violation(_ID, one.urn, message, unit=owner, fix=_FIX)


RULE = Rule(
    id=_ID,
    title="Every table can be restored to any second of the last weeks",
    why="A mistake in code destroys data faster than anybody sees it.",
    fix=_FIX,
    check=_check,
    types=(_TABLE,),
    compliant=[
        stack(table("orders", pointInTimeRecovery={"enabled": True})),
    ],
    violating=[
        stack(table("orders")),
        stack(table("orders", pointInTimeRecovery={"enabled": False})),
    ],
)
