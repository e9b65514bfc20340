"""Reading another unit's tables."""

from pbc_isolation.rules.access import forbid_access
from pbc_isolation.rules.rule import Rule
from pbc_isolation.rules.samples import allow, role, stack, table, table_arn

_ID = "isolation-direct-read"
_FIX = "Remove the permission, and ask the owning unit: by a capability of its contract, or by its events."

RULE = Rule(
    id=_ID,
    title="No principal reads another unit's tables or their indexes",
    why=(
        "A store that two units read is a shared database: neither can change it without the other, and a "
        "compromise of one is a compromise of both."
    ),
    fix=_FIX,
    check=forbid_access(_ID, _FIX, "direct-read"),
    compliant=[
        stack(role("orders", allow("dynamodb:GetItem", on=table_arn("orders"))), table("orders")),
        stack(
            role("orders", allow("dynamodb:Query", on=table_arn("orders") + "/index/*")),
            table("orders"),
            table("inventory"),
        ),
    ],
    violating=[
        stack(role("orders", allow("dynamodb:GetItem", on=table_arn("inventory"))), table("inventory")),
        stack(role("orders", allow("DynamoDB:quer?", on="arn:aws:dynamodb:*:*:table/*inventory*")), table("inventory")),
        stack(role("orders", allow("dynamodb:ConditionCheckItem", on=table_arn("inventory")))),
        stack(role(None, allow("dynamodb:Scan", on=table_arn("inventory"))), table("inventory")),
        stack(role("orders", allow("dynamodb:Scan", on=table_arn("inventory")))[-1]),  # to a role of another stack
    ],
)
