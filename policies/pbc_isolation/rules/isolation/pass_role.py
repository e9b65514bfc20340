"""Handing another unit's role to a service."""

from pbc_isolation.rules.access import forbid_access
from pbc_isolation.rules.rule import Rule
from pbc_isolation.rules.samples import allow, role, role_arn, stack

_ID = "isolation-pass-role"
_FIX = "Pass roles of the own unit only."

RULE = Rule(
    id=_ID,
    title="No principal passes a role of another unit",
    why="Whatever service takes the role, it then acts for whoever configured it.",
    fix=_FIX,
    check=forbid_access(_ID, _FIX, "pass-role"),
    compliant=[
        stack(role("orders", allow("iam:PassRole", on=role_arn("orders", "*")))),
    ],
    violating=[
        stack(role("orders", allow("iam:PassRole", on=role_arn("inventory"))), role("inventory")),
        stack(role("orders", allow("iam:PassRole", on="arn:aws:iam::*:role/*"))),
    ],
)
