"""Events in another unit's name."""

from collections.abc import Iterator

from pbc_isolation.analysis.context import Analysis
from pbc_isolation.iam.documents import Statement
from pbc_isolation.iam.evaluator import may_name
from pbc_isolation.iam.principals import Principal
from pbc_isolation.rules.rule import Rule, Violation
from pbc_isolation.rules.samples import allow, role, stack

_ID = "boundary-own-events-only"
_FIX = "Allow events:PutEvents on the bus only, with ForAllValues:StringEquals events:source = the unit's key."


def _check(analysis: Analysis) -> Iterator[Violation]:
    for principal in analysis.principals:
        for statement in _publishing(principal):
            for source in _sources(statement):
                if source is None or not _may_publish_as(analysis, principal.unit, source):
                    yield Violation(
                        rule=_ID,
                        urn=statement.urn,
                        message=f"{principal.label} of {principal.unit or 'nobody'} may publish as "
                        f"{source or 'anybody'}, allowed by {statement.source}",
                        unit=principal.unit,
                        store_unit=source,
                        path=(principal.label, "events:PutEvents", f"events of {source or 'anybody'}"),
                        fix=_FIX,
                    )


def _publishing(principal: Principal) -> Iterator[Statement]:
    for document in principal.documents:
        for statement in document.statements:
            if statement.allows and may_name(statement, "events:putevents"):
                yield statement


def _sources(statement: Statement) -> list[str | None]:
    """The sources of a statement; None for any."""
    for operator, tests in statement.conditions.items():
        if operator.lower() in ("forallvalues:stringequals", "stringequals"):
            for key, values in tests.items():
                if key.lower() == "events:source" and not any("$" in value for value in values):
                    return list(values)
    return [None]


def _may_publish_as(analysis: Analysis, unit: str | None, source: str) -> bool:
    if unit is None:
        return False
    outside = source not in {*analysis.graph.units, *(one.unit for one in analysis.settings.capabilities)}
    return source == unit or (analysis.is_operations(unit) and outside)


_BUS = "arn:aws:events:eu-central-1:111111111111:event-bus/shop-dev-platform_bus"


def _as(source: str, operator: str = "ForAllValues:StringEquals") -> dict[str, object]:
    return allow("events:PutEvents", on=_BUS, Condition={operator: {"events:source": [source]}})


RULE = Rule(
    id=_ID,
    title="A unit publishes on the bus with its own source only",
    why=("Consumers trust the source of an event. Who can publish as another unit can make money out of nothing."),
    fix=_FIX,
    check=_check,
    compliant=[
        stack(role("orders", _as("orders"))),
    ],
    violating=[
        stack(role("orders", _as("inventory"))),
        stack(role("orders", allow("events:PutEvents", on=_BUS))),
        stack(role("orders", _as("orders", "ForAllValues:StringLike"))),
        stack(role("orders", _as("orders", "ForAnyValue:StringEquals"))),
        stack(role("orders", allow("events:*"))),
    ],
)
