"""Another unit's functions."""

from pbc_isolation.rules.access import no_way_out
from pbc_isolation.rules.rule import Rule
from pbc_isolation.rules.samples import allow, arn, function, function_arn, role, stack

_ID = "isolation-functions"
_FIX = "Call a capability whose contract names the unit as a caller, through its alias `live`."

RULE = Rule(
    id=_ID,
    title=(
        "No principal invokes, changes or inspects another unit's functions, but for capabilities that its "
        "contract opens to it"
    ),
    why=(
        "A function acts under its own role: who changes it becomes that role, who invokes it asks in its "
        "name, and its code and environment tell how."
    ),
    fix=_FIX,
    check=no_way_out(_ID, _FIX, "lambda"),
    compliant=[
        stack(role("points", allow("lambda:InvokeFunction", on=function_arn("points"))), function("points")),
        stack(
            role("operations", allow("lambda:InvokeFunction", on=function_arn("ledger", "balance"))),
            function("ledger", "balance"),
        ),
        stack(
            role(
                "points",
                allow(
                    "lambda:CreateEventSourceMapping",
                    Condition={"ArnLike": {"lambda:FunctionArn": arn("lambda", "function:rewards-dev-points_*")}},
                ),
            )
        ),
    ],
    violating=[
        stack(
            role("points", allow("lambda:InvokeFunction", on=function_arn("ledger", "balance"))),
            function("ledger", "balance"),
        ),
        stack(
            role("operations", allow("lambda:InvokeFunction", on=arn("lambda", "function:rewards-dev-ledger_balance*")))
        ),
        stack(
            role("points", allow("lambda:UpdateFunctionCode", on=function_arn("ledger"))),
            function("ledger"),
            role("ledger"),
        ),
        stack(role("points", allow("lambda:CreateEventSourceMapping"))),
        stack(role("points", allow("lambda:GetFunction", on="*"))),
    ],
)
