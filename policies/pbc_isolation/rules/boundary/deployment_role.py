"""What the right to deploy a unit must not include, also within the unit."""

from collections.abc import Iterator

from pbc_isolation.analysis.context import Analysis, possible_actions
from pbc_isolation.iam.catalogue import class_of, display, targets
from pbc_isolation.iam.conditions import required_patterns
from pbc_isolation.iam.documents import Statement
from pbc_isolation.iam.evaluator import can, may_name
from pbc_isolation.iam.globs import Glob, contains
from pbc_isolation.iam.principals import Principal
from pbc_isolation.iam.regions import Region
from pbc_isolation.rules.rule import Rule, Violation
from pbc_isolation.rules.samples import allow, arn, deployment, physical, role_arn, stack, table_arn

_ID = "boundary-deployment-role"
_FIX = (
    "Let the role make and change the unit's things by name, roles only under the condition iam:PermissionsBoundary = "
    "the unit's boundary, and leave data, keys and boundaries out."
)
_DATA = ("direct-read", "read-through-write", "streams", "copies", "queues-and-topics", "objects-and-analytics")
_UNDER_BOUNDARY = ("iam:createrole", "iam:putrolepolicy", "iam:updateassumerolepolicy")
_BOUNDARY_KEY = "iam:PermissionsBoundary"


def _check(analysis: Analysis) -> Iterator[Violation]:
    for principal in analysis.principals:
        if analysis.deploys(principal):
            for what in (*_data(principal), *_roles(analysis, principal)):
                message = f"{principal.label}, which deploys {principal.unit}, {what}"
                yield Violation(_ID, principal.urn, message, unit=principal.unit, store_unit=principal.unit, fix=_FIX)


def _data(principal: Principal) -> Iterator[str]:
    """Data is no part of a deployment, not even the unit's own."""
    for action in sorted(possible_actions(principal.documents)):
        if class_of(action) in _DATA:
            grant = next(
                (found for one in targets(action) if (found := can(principal, action, Region((one,)), ()))), None
            )
            if grant is not None:
                yield f"may {display(action)} on {grant.resource}"
                return


def _roles(analysis: Analysis, principal: Principal) -> Iterator[str]:
    """A role without the unit's boundary, or one that loses it, could do whatever it is told."""
    for statement in _allowing(principal):
        for action in _UNDER_BOUNDARY:
            if may_name(statement, action) and not _under_boundary(analysis, principal, statement):
                yield f"may {display(action)} without the boundary of {principal.unit}"


def _allowing(principal: Principal) -> Iterator[Statement]:
    return (one for document in principal.documents for one in document.statements if one.allows)


def _under_boundary(analysis: Analysis, principal: Principal, statement: Statement) -> bool:
    boundary = Glob(f"arn:*:iam::{analysis.account}:policy/{analysis.naming.prefix(principal.unit or '')}boundary")
    wanted = required_patterns(statement.conditions, _BOUNDARY_KEY)
    return any(all(contains(boundary, Glob(one)) for one in values) for values in wanted if values)


_CONDITION = {"StringEquals": {_BOUNDARY_KEY: arn("iam", f"policy/{physical('orders', 'boundary')}")}}
_FOREIGN = {"StringEquals": {_BOUNDARY_KEY: arn("iam", f"policy/{physical('inventory', 'boundary')}")}}
_OWN_ROLES = role_arn("orders", "*")

RULE = Rule(
    id=_ID,
    title="Who deploys a unit reads no data, and makes no role without the unit's boundary",
    why=(
        "A pipeline runs code that many may change. What it may do to its unit must not let it take the unit's data "
        "out, nor lift what confines the unit."
    ),
    fix=_FIX,
    check=_check,
    compliant=[
        stack(deployment("orders", allow("iam:CreateRole", on=_OWN_ROLES, Condition=_CONDITION))),
        stack(deployment("orders", allow("dynamodb:CreateTable", on=table_arn("orders", "*")))),
    ],
    violating=[
        stack(deployment("orders", allow("iam:CreateRole", on=_OWN_ROLES))),
        stack(deployment("orders", allow("iam:PutRolePolicy", on=_OWN_ROLES, Condition=_FOREIGN))),
        stack(deployment("orders", allow("dynamodb:GetItem", on=table_arn("orders", "*")))),
    ],
)
