"""Becoming somebody else."""

from pbc_isolation.rules.access import forbid_access
from pbc_isolation.rules.rule import Rule
from pbc_isolation.rules.samples import allow, role, role_arn, stack, table_arn

_ID = "isolation-identity"
_FIX = "Remove the permission: identities are changed by deployments only."

RULE = Rule(
    id=_ID,
    title="No principal assumes another unit's roles, or changes any identity",
    why=(
        "Who can become another role has its permissions; who can write policies has all of them, also on a "
        "role of its own."
    ),
    fix=_FIX,
    check=forbid_access(_ID, _FIX, "identity"),
    compliant=[
        stack(role("orders", allow("iam:GetRole", on=role_arn("orders")))),
        stack(role("orders", allow("iam:PutRolePolicy"), boundary=[allow("dynamodb:GetItem", on=table_arn("orders"))])),
    ],
    violating=[
        stack(role("orders", allow("sts:AssumeRole", on=role_arn("inventory"))), role("inventory")),
        stack(role("orders", allow("iam:PutRolePolicy", on=role_arn("orders")))),
        stack(role("orders", allow("iam:DeleteRolePermissionsBoundary", on=role_arn("orders")))),
        stack(role("orders", allow("iam:Create*"))),
    ],
)
