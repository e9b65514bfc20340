"""Boundaries that do not hold."""

from collections.abc import Iterator
from dataclasses import replace

from pbc_isolation.analysis.context import Analysis
from pbc_isolation.iam.catalogue import display
from pbc_isolation.iam.documents import EVERYTHING
from pbc_isolation.iam.principals import Principal
from pbc_isolation.rules.access import NOBODY, OUTSIDE, reached
from pbc_isolation.rules.rule import Rule, Violation
from pbc_isolation.rules.samples import allow, deny, role, stack, table_arn

_ID = "boundary-confines"
_FIX = "Allow named actions on the unit's own resources, and the capabilities that contracts open to it."


def _check(analysis: Analysis) -> Iterator[Violation]:
    for principal in _one_for_each_boundary(analysis):
        for access in analysis.accesses_of(_unrestrained(principal)):
            if access.action_class not in _ELSEWHERE:
                yield Violation(
                    rule=_ID,
                    urn=principal.boundary.urn if principal.boundary else principal.urn,
                    message=f"the boundary of {principal.unit or NOBODY} lets its roles {display(access.grant.action)} "
                    f"on {reached(access)}",
                    unit=principal.unit,
                    store_unit=", ".join(sorted({thing.unit or NOBODY for thing in access.targets})) or OUTSIDE,
                    path=("any role of the unit", display(access.grant.action), access.grant.resource),
                    fix=_FIX,
                )


_ELSEWHERE = ("publish",)
"""Judged by the rule about sources of events."""


def _one_for_each_boundary(analysis: Analysis) -> list[Principal]:
    found = {
        (id(one.boundary.statements), one.unit, one.boundary.urn): one for one in analysis.principals if one.boundary
    }
    return list({(unit, urn): one for (_, unit, urn), one in found.items()}.values())


def _unrestrained(principal: Principal) -> Principal:
    """The principal with every permission there is, but for its boundary."""
    return replace(principal, documents=[EVERYTHING])


RULE = Rule(
    id=_ID,
    title="A boundary confines to the unit whatever is attached to its roles",
    why=(
        "Judged by what it allows, not by its name: for a role with every permission there is, under this "
        "boundary, no way out of the unit may remain."
    ),
    fix=_FIX,
    check=_check,
    compliant=[
        stack(role("orders", boundary=[allow("dynamodb:GetItem", on=table_arn("orders", "*"))])),
        stack(role("orders", boundary=[allow("*"), deny("*", on="*")])),
    ],
    violating=[
        stack(role("orders", boundary=[allow("dynamodb:*", on="*")])),
        stack(role("orders", boundary=[allow("*")])),
        stack(
            role(
                "orders", boundary=[allow("*"), deny("iam:*", Condition={"StringEquals": {"aws:PrincipalTag/x": "y"}})]
            )
        ),
    ],
)
