"""Roles without a permissions boundary."""

from collections.abc import Iterator

from pbc_isolation.analysis.context import Analysis
from pbc_isolation.iam.principals import Principal
from pbc_isolation.rules.rule import Rule, Violation
from pbc_isolation.rules.samples import allow, role, stack, table_arn

_ID = "boundary-role-has-boundary"
_FIX = "Set permissions_boundary to the unit's boundary, by its ARN as a plain string."


def _check(analysis: Analysis) -> Iterator[Violation]:
    for principal in analysis.principals:
        if principal.boundary is None:
            yield _violation(principal, "carries no permissions boundary that can be read")
        elif _owner(analysis, principal.boundary.urn) != principal.unit:
            yield _violation(principal, f"carries a boundary of {_owner(analysis, principal.boundary.urn) or 'nobody'}")


def _owner(analysis: Analysis, urn: str) -> str | None:
    return analysis.graph.owner(analysis.graph.by_urn[urn])


def _violation(principal: Principal, what: str) -> Violation:
    message = f"{principal.label} of {principal.unit or 'nobody'} {what}"
    return Violation(_ID, principal.urn, message, unit=principal.unit, fix=_FIX)


_BOUNDARY = [allow("dynamodb:GetItem", on=table_arn("orders"))]


RULE = Rule(
    id=_ID,
    title="Every role carries a permissions boundary of its unit",
    why=(
        "The boundary holds whatever is attached to a role later, by whomever: it is what remains when "
        "everything else fails."
    ),
    fix=_FIX,
    check=_check,
    compliant=[
        stack(role("orders", boundary=_BOUNDARY)),
    ],
    violating=[
        stack(role("orders")),
        stack(role("orders", permissionsBoundary="arn:aws:iam::111111111111:policy/elsewhere")),
        stack(
            role("inventory", boundary=_BOUNDARY),
            role("orders", permissionsBoundary="arn:aws:iam::111111111111:policy/shop-dev-inventory_worker-boundary"),
        ),
    ],
)
