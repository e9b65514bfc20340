"""Streams of another unit's tables."""

from pbc_isolation.rules.access import forbid_access
from pbc_isolation.rules.rule import Rule
from pbc_isolation.rules.samples import allow, role, stack, table, table_arn

_ID = "isolation-streams"
_FIX = "Subscribe to the unit's events on the bus instead of its stream."

RULE = Rule(
    id=_ID,
    title="No principal reads another unit's streams, or copies them elsewhere",
    why=(
        "A stream carries every item of its table. Its ARN lies below the table's, so that a wildcard meant "
        "for one covers the other."
    ),
    fix=_FIX,
    check=forbid_access(_ID, _FIX, "streams"),
    compliant=[
        stack(role("orders", allow("dynamodb:GetRecords", on=table_arn("orders") + "/stream/*")), table("orders")),
    ],
    violating=[
        stack(
            role("orders", allow("dynamodb:GetRecords", on=table_arn("inventory") + "/stream/*")), table("inventory")
        ),
        stack(
            role("orders", allow("dynamodb:EnableKinesisStreamingDestination", on=table_arn("inventory"))),
            table("inventory"),
        ),
    ],
)
