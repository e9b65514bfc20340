"""Backups, exports and restores of another unit's tables."""

from pbc_isolation.rules.access import forbid_access
from pbc_isolation.rules.rule import Rule
from pbc_isolation.rules.samples import allow, role, stack, table, table_arn

_ID = "isolation-copies"
_FIX = "Leave backups and exports of a store to its own unit."

RULE = Rule(
    id=_ID,
    title="No principal copies another unit's store",
    why=(
        "A backup or an export is the whole table, under a name that no proof about the table covers. All of "
        "these actions are catalogued as Write."
    ),
    fix=_FIX,
    check=forbid_access(_ID, _FIX, "copies"),
    compliant=[
        stack(role("orders", allow("dynamodb:ExportTableToPointInTime", on=table_arn("orders"))), table("orders")),
    ],
    violating=[
        stack(
            role("orders", allow("dynamodb:ExportTableToPointInTime", on=table_arn("inventory"))), table("inventory")
        ),
        stack(role("orders", allow("dynamodb:RestoreTableFromBackup", on="*"))),
        stack(role("orders", allow("backup:StartBackupJob", on="*"))),
    ],
)
