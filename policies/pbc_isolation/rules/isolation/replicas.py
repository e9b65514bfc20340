"""Replicas of another unit's tables."""

from pbc_isolation.rules.access import forbid_access
from pbc_isolation.rules.rule import Rule
from pbc_isolation.rules.samples import allow, role, stack, table, table_arn

_ID = "isolation-replicas"
_FIX = "Leave replication of a table to its own unit."

RULE = Rule(
    id=_ID,
    title="No principal replicates another unit's tables",
    why=(
        "A replica is a second table with the same data, in another region or account. The name stays the "
        "same, so regions do not separate units."
    ),
    fix=_FIX,
    check=forbid_access(_ID, _FIX, "replicas"),
    compliant=[
        stack(role("orders", allow("dynamodb:UpdateTable", on=table_arn("orders"))), table("orders")),
    ],
    violating=[
        stack(role("orders", allow("dynamodb:CreateTableReplica", on=table_arn("inventory"))), table("inventory")),
        stack(
            role(
                "orders",
                allow("dynamodb:UpdateTable", on="arn:aws:dynamodb:us-east-1:*:table/shop-dev-inventory_store"),
            ),
            table("inventory"),
        ),
    ],
)
