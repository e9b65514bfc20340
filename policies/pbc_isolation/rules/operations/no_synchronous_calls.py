"""Synchronous calls between PBCs."""

from collections.abc import Iterator

from pbc_isolation.analysis.context import INVOKE, Analysis
from pbc_isolation.iam.catalogue import targets
from pbc_isolation.iam.evaluator import can
from pbc_isolation.iam.regions import Region
from pbc_isolation.rules.rule import Rule, Violation
from pbc_isolation.rules.samples import allow, function_arn, role, stack

_ID = "operations-no-synchronous-calls"
_FIX = "Publish an event, or compose the two capabilities in an offering."


_PBC = "Pbc"
_ROLE = "aws:iam/role:Role"


def _check(analysis: Analysis) -> Iterator[Violation]:
    for principal in analysis.principals:
        component = analysis.graph.unit_of(principal.unit) if principal.unit else None
        if component is not None and component.kind == _PBC:
            own = analysis.own(principal.unit)
            grant = can(principal, INVOKE, Region(targets(INVOKE)[:1], own), own)
            if grant is not None:
                message = f"{principal.label} of {principal.unit} may call {grant.resource}"
                yield Violation(_ID, grant.statement.urn, message, unit=principal.unit, fix=_FIX)


RULE = Rule(
    id=_ID,
    title="No PBC calls another PBC synchronously: only offerings, and people, compose capabilities",
    why="Of two PBCs that call each other neither is up when the other is down: a distributed monolith.",
    fix=_FIX,
    check=_check,
    types=(_ROLE,),
    compliant=[
        stack(role("orders", allow("lambda:InvokeFunction", on=function_arn("orders")))),
    ],
    violating=[
        stack(role("orders", allow("lambda:InvokeFunction", on=function_arn("inventory", "stock")))),
    ],
)
