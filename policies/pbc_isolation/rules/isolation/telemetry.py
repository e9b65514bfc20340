"""Another unit's logs and traces."""

from pbc_isolation.rules.access import forbid_access
from pbc_isolation.rules.rule import Rule
from pbc_isolation.rules.samples import allow, arn, role, stack

_ID = "isolation-telemetry"
_FIX = "Read the own unit's log groups only, by name."

RULE = Rule(
    id=_ID,
    title="No principal reads another unit's logs or traces, or sends them elsewhere",
    why="Logs tell what a unit does with its data, and often the data itself.",
    fix=_FIX,
    check=forbid_access(_ID, _FIX, "telemetry"),
    compliant=[
        stack(
            role(
                "orders",
                allow("logs:FilterLogEvents", on=arn("logs", "log-group:/aws/lambda/shop-dev-orders_worker:*")),
            )
        ),
        stack(role("orders", allow("logs:CreateLogDelivery", "logs:DescribeLogGroups", "xray:PutTraceSegments"))),
    ],
    violating=[
        stack(role("orders", allow("logs:FilterLogEvents", on=arn("logs", "log-group:/aws/lambda/*")))),
        stack(role("orders", allow("logs:StartQuery", "logs:GetQueryResults"))),
        stack(
            role(
                "orders",
                allow("logs:PutSubscriptionFilter", on=arn("logs", "log-group:/aws/lambda/shop-dev-inventory_*")),
            )
        ),
        stack(role("orders", allow("logs:PutDeliverySource", "xray:BatchGetTraces"))),
    ],
)
