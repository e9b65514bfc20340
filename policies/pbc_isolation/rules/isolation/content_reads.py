"""Reads whose answer holds more than metadata."""

from pbc_isolation.rules.access import forbid_access
from pbc_isolation.rules.rule import Rule
from pbc_isolation.rules.samples import allow, role, stack

_ID = "isolation-content-reads"
_FIX = (
    "Name resources of the own unit; `pbc policy explain ACTION` shows what the answer holds. Where all of that is "
    "harmless, say why in pbc_isolation/iam/answers.yaml or, for a single action, in pbc_isolation/iam/classes.yaml."
)

RULE = Rule(
    id=_ID,
    title="No principal reads, outside its unit, what holds more than names, times, states and settings",
    why=(
        "A description of a thing can hold what is in it: environment variables, user data, inputs of targets, secrets "
        "of clients. Whether it does is read from the model of the API's answer, not from the name of the action."
    ),
    fix=_FIX,
    check=forbid_access(_ID, _FIX, "content-reads"),
    compliant=[
        stack(role("orders", allow("ec2:DescribeSubnets", "dynamodb:ListTables", "kms:ListAliases", "sqs:ListQueues"))),
        stack(role("orders", allow("elasticloadbalancing:DescribeRules", "ecr:DescribeRepositories"))),
    ],
    violating=[
        stack(role("orders", allow("ec2:DescribeLaunchTemplateVersions"))),
        stack(role("orders", allow("cognito-idp:DescribeUserPoolClient"))),
        stack(role("orders", allow("cognito-idp:DescribeIdentityProvider"))),
        stack(role("orders", allow("events:ListTargetsByRule"))),
        stack(role("orders", allow("logs:DescribeQueries"))),
        stack(role("orders", {"Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*"})),
    ],
)
