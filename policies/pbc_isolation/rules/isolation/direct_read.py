"""Reading another unit's tables."""

from pbc_isolation.rules.access import no_way_out
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
    check=no_way_out(_ID, _FIX, "direct-read"),
    compliant=[
        stack(role("points", allow("dynamodb:GetItem", on=table_arn("points"))), table("points")),
        stack(
            role("points", allow("dynamodb:Query", on=table_arn("points") + "/index/*")),
            table("points"),
            table("ledger"),
        ),
    ],
    violating=[
        stack(role("points", allow("dynamodb:GetItem", on=table_arn("ledger"))), table("ledger")),
        stack(role("points", allow("DynamoDB:quer?", on="arn:aws:dynamodb:*:*:table/*ledger*")), table("ledger")),
        stack(role("points", allow("dynamodb:ConditionCheckItem", on=table_arn("ledger")))),
        stack(role(None, allow("dynamodb:Scan", on=table_arn("ledger"))), table("ledger")),
        stack(role("points", allow("dynamodb:Scan", on=table_arn("ledger")))[-1]),  # to a role of another stack
    ],
)
