"""Changing the policies of another unit's resources."""

from pbc_isolation.rules.access import forbid_access
from pbc_isolation.rules.rule import Rule
from pbc_isolation.rules.samples import allow, queue, queue_arn, role, stack, table, table_arn

_ID = "isolation-policy-tampering"
_FIX = "Leave a resource's policy to its own unit, and to its deployment."

RULE = Rule(
    id=_ID,
    title="No principal changes the resource policies of another unit, or grants itself its keys",
    why=("In one account a resource policy alone lets a principal in. Who can write it needs no other permission."),
    fix=_FIX,
    check=forbid_access(_ID, _FIX, "policy-tampering"),
    compliant=[
        stack(role("orders", allow("sqs:GetQueueAttributes", on=queue_arn("orders"))), queue("orders")),
    ],
    violating=[
        stack(role("orders", allow("dynamodb:PutResourcePolicy", on=table_arn("inventory"))), table("inventory")),
        stack(role("orders", allow("sqs:SetQueueAttributes", on=queue_arn("inventory"))), queue("inventory")),
        stack(role("orders", allow("kms:CreateGrant", on="*"))),
        stack(role("orders", allow("lambda:AddPermission", on="*"))),
    ],
)
