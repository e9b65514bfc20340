"""Another unit's queues and topics."""

from pbc_isolation.rules.access import forbid_access
from pbc_isolation.rules.rule import Rule
from pbc_isolation.rules.samples import allow, arn, queue, queue_arn, role, stack

_ID = "isolation-queues-and-topics"
_FIX = "Subscribe to events on the bus with a queue of the own unit."

RULE = Rule(
    id=_ID,
    title="No principal receives from another unit's queues or topics",
    why="Messages are data on their way, and dead-letter queues keep them for weeks.",
    fix=_FIX,
    check=forbid_access(_ID, _FIX, "queues-and-topics"),
    compliant=[
        stack(role("orders", allow("sqs:ReceiveMessage", on=queue_arn("orders"))), queue("orders"), queue("inventory")),
    ],
    violating=[
        stack(role("orders", allow("sqs:ReceiveMessage", on=queue_arn("inventory"))), queue("inventory")),
        stack(role("orders", allow("sqs:StartMessageMoveTask", on="*"))),
        stack(role("orders", allow("sns:Subscribe", on=arn("sns", "*")))),
    ],
)
