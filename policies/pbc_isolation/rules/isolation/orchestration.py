"""Another unit's workflows, rules, pipes and schedules."""

from pbc_isolation.rules.access import forbid_access
from pbc_isolation.rules.rule import Rule
from pbc_isolation.rules.samples import allow, arn, role, stack

_ID = "isolation-orchestration"
_FIX = "Publish an event that the other unit subscribes to."

RULE = Rule(
    id=_ID,
    title="No principal starts, changes or inspects the orchestration of another unit",
    why=(
        "A workflow acts under its own role and its history holds its data; a rule, pipe or schedule sends "
        "data wherever it is told."
    ),
    fix=_FIX,
    check=forbid_access(_ID, _FIX, "orchestration"),
    compliant=[
        stack(
            role("orders", allow("states:StartSyncExecution", on=arn("states", "stateMachine:shop-dev-orders_earn")))
        ),
    ],
    violating=[
        stack(
            role("orders", allow("states:StartExecution", on=arn("states", "stateMachine:shop-dev-inventory_close")))
        ),
        stack(role("orders", allow("states:GetExecutionHistory", on="*"))),
        stack(role("orders", allow("events:PutTargets", on="arn:aws:events:*:*:rule/*"))),
        stack(role("orders", allow("events:StartReplay", "pipes:CreatePipe"))),
    ],
)
