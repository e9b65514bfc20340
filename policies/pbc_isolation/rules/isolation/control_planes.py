"""Services that act on everything."""

from pbc_isolation.rules.access import forbid_access
from pbc_isolation.rules.rule import Rule
from pbc_isolation.rules.samples import allow, role, stack

_ID = "isolation-control-planes"
_FIX = "Remove the permission: deployments run outside of the system."

RULE = Rule(
    id=_ID,
    title="No principal commands a service that acts for others",
    why=(
        "Deployment, automation and compute services do whatever they are told, under roles with more rights "
        "than the caller's."
    ),
    fix=_FIX,
    check=forbid_access(_ID, _FIX, "control-planes"),
    compliant=[
        stack(role("orders", allow("ec2:DescribeSubnets"))),
    ],
    violating=[
        stack(role("orders", allow("cloudformation:CreateStack"))),
        stack(role("orders", allow("ssm:StartAutomationExecution", "ecs:RunTask"))),
    ],
)
