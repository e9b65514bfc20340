"""Objects, and services that read for others."""

from pbc_isolation.rules.access import forbid_access
from pbc_isolation.rules.rule import Rule
from pbc_isolation.rules.samples import allow, role, stack

_ID = "isolation-objects-and-analytics"
_FIX = "Remove the permission, and ask the owning unit: by a capability of its contract, or by its events."

RULE = Rule(
    id=_ID,
    title="No principal reads another unit's objects, or has an analytics service read them",
    why="A job, crawler or query reads with a role of its own, and leaves its results where it is told.",
    fix=_FIX,
    check=forbid_access(_ID, _FIX, "objects-and-analytics"),
    compliant=[
        stack(role("orders", allow("s3:GetObject", on="arn:aws:s3:::shop-dev-orders_files/*"))),
    ],
    violating=[
        stack(role("orders", allow("s3:GetObject", on="arn:aws:s3:::shop-dev-inventory_exports/*"))),
        stack(role("orders", allow("s3:PutReplicationConfiguration", on="*"))),
        stack(role("orders", allow("glue:StartJobRun", "athena:StartQueryExecution"))),
    ],
)
