"""Changing what proofs rest on: tags and aliases."""

from pbc_isolation.rules.access import no_way_out
from pbc_isolation.rules.rule import Rule
from pbc_isolation.rules.samples import allow, role, stack, table, table_arn

_ID = "isolation-tag-tampering"
_FIX = "Leave tags and aliases to the deployment."

RULE = Rule(
    id=_ID,
    title="No principal changes tags or key aliases outside its unit",
    why="Conditions on tags and on key aliases are only as strong as the control over these.",
    fix=_FIX,
    check=no_way_out(_ID, _FIX, "tag-tampering"),
    compliant=[
        stack(role("points", allow("dynamodb:ListTagsOfResource", on=table_arn("points"))), table("points")),
    ],
    violating=[
        stack(role("points", allow("dynamodb:TagResource", on=table_arn("ledger"))), table("ledger")),
        stack(role("points", allow("iam:TagRole", on="*"))),
        stack(role("points", allow("kms:UpdateAlias", on="*"))),
        stack(role("points", allow("sts:TagSession", on="*"))),
    ],
)
