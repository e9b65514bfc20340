"""DynamoDB Accelerator."""

from pbc_isolation.rules.access import forbid_access
from pbc_isolation.rules.rule import Rule
from pbc_isolation.rules.samples import allow, role, stack, table, table_arn

_ID = "isolation-dax"
_FIX = "Read the unit's own table directly."

RULE = Rule(
    id=_ID,
    title="No principal uses a DAX cluster that is not its unit's",
    why=(
        "A DAX cluster answers with its own role: who may talk to it reads whatever that role may read, "
        "without any permission on the table."
    ),
    fix=_FIX,
    check=forbid_access(_ID, _FIX, "dax"),
    compliant=[
        stack(role("orders", allow("dynamodb:GetItem", on=table_arn("orders"))), table("orders")),
    ],
    violating=[
        stack(role("orders", allow("dax:GetItem", on="*"))),
        stack(role("orders", allow("dax:*", on="arn:aws:dax:eu-central-1:111111111111:cache/shared"))),
    ],
)
