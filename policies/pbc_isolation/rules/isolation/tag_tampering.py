"""Changing what proofs rest on: tags and aliases."""

from pbc_isolation.rules.access import forbid_access
from pbc_isolation.rules.rule import Rule
from pbc_isolation.rules.samples import allow, role, stack, table, table_arn

_ID = "isolation-tag-tampering"
_FIX = "Leave tags and aliases to the deployment."

RULE = Rule(
    id=_ID,
    title="No principal changes tags or key aliases outside its unit",
    why="Conditions on tags and on key aliases are only as strong as the control over these.",
    fix=_FIX,
    check=forbid_access(_ID, _FIX, "tag-tampering"),
    compliant=[
        stack(role("orders", allow("dynamodb:ListTagsOfResource", on=table_arn("orders"))), table("orders")),
    ],
    violating=[
        stack(role("orders", allow("dynamodb:TagResource", on=table_arn("inventory"))), table("inventory")),
        stack(role("orders", allow("iam:TagRole", on="*"))),
        stack(role("orders", allow("kms:UpdateAlias", on="*"))),
        stack(role("orders", allow("sts:TagSession", on="*"))),
    ],
)
