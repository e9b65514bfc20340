"""Actions that nobody has judged."""

from pbc_isolation.rules.access import forbid_access
from pbc_isolation.rules.rule import Rule
from pbc_isolation.rules.samples import allow, role, stack, table_arn

_ID = "isolation-unclassified"
_FIX = "Name resources of the own unit; or judge the action, and classify it in pbc_isolation/iam/classes.yaml."

RULE = Rule(
    id=_ID,
    title="No principal may do, outside its unit, what this pack does not know to be harmless",
    why=(
        "New ways to read data appear every month. What is in no class of `iam/classes.yaml` counts as "
        "harmful until somebody has judged it."
    ),
    fix=_FIX,
    check=forbid_access(_ID, _FIX, "unclassified", "changes"),
    compliant=[
        stack(role("orders", allow("cloudwatch:PutMetricData", "sts:GetCallerIdentity"))),
        stack(role("orders", allow("dynamodb:DeleteTable", on=table_arn("orders")))),
    ],
    violating=[
        stack(role("orders", allow("rds-data:ExecuteStatement"))),
        stack(role("orders", allow("cassandra:Select"))),
        stack(role("orders", allow("ec2:CreateTrafficMirrorSession"))),
        stack(role("orders", allow("brandnew:ReadEverything", on="arn:aws:brandnew:::thing"))),
        stack(role("orders", allow("brandnew:*"))),
    ],
)
