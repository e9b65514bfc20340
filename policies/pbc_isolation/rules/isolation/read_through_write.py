"""Writes that give back what they overwrite."""

from pbc_isolation.rules.access import forbid_access
from pbc_isolation.rules.rule import Rule
from pbc_isolation.rules.samples import allow, role, stack, table, table_arn

_ID = "isolation-read-through-write"
_FIX = "Remove the permission, and ask the owning unit: by a capability of its contract, or by its events."

RULE = Rule(
    id=_ID,
    title="No principal writes to another unit's tables",
    why=(
        "PutItem, UpdateItem and DeleteItem answer with the old item where asked (ReturnValues=ALL_OLD): "
        "every write permission is a read permission."
    ),
    fix=_FIX,
    check=forbid_access(_ID, _FIX, "read-through-write"),
    compliant=[
        stack(role("orders", allow("dynamodb:PutItem", on=table_arn("orders"))), table("orders"), table("inventory")),
    ],
    violating=[
        stack(role("orders", allow("dynamodb:UpdateItem", on=table_arn("inventory"))), table("inventory")),
        stack(
            role("orders", allow("dynamodb:PartiQL*", on=[table_arn("orders"), table_arn("inventory")])),
            table("inventory"),
        ),
    ],
)
