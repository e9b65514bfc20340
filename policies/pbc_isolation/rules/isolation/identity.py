"""Becoming somebody else."""

from pbc_isolation.rules.access import no_way_out
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
    check=no_way_out(_ID, _FIX, "identity"),
    compliant=[
        stack(role("points", allow("iam:GetRole", on=role_arn("points")))),
        stack(role("points", allow("iam:PutRolePolicy"), boundary=[allow("dynamodb:GetItem", on=table_arn("points"))])),
    ],
    violating=[
        stack(role("points", allow("sts:AssumeRole", on=role_arn("ledger"))), role("ledger")),
        stack(role("points", allow("iam:PutRolePolicy", on=role_arn("points")))),
        stack(role("points", allow("iam:DeleteRolePermissionsBoundary", on=role_arn("points")))),
        stack(role("points", allow("iam:Create*"))),
    ],
)
