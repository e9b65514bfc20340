"""Another unit's functions."""

from pbc_isolation.rules.access import forbid_access
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
    check=forbid_access(_ID, _FIX, "lambda"),
    compliant=[
        stack(role("orders", allow("lambda:InvokeFunction", on=function_arn("orders"))), function("orders")),
        stack(
            role("operations", allow("lambda:InvokeFunction", on=function_arn("inventory", "stock"))),
            function("inventory", "stock"),
        ),
        stack(
            role(
                "orders",
                allow(
                    "lambda:CreateEventSourceMapping",
                    Condition={"ArnLike": {"lambda:FunctionArn": arn("lambda", "function:shop-dev-orders_*")}},
                ),
            )
        ),
    ],
    violating=[
        stack(
            role("orders", allow("lambda:InvokeFunction", on=function_arn("inventory", "stock"))),
            function("inventory", "stock"),
        ),
        stack(
            role("operations", allow("lambda:InvokeFunction", on=arn("lambda", "function:shop-dev-inventory_stock*")))
        ),
        stack(
            role("orders", allow("lambda:UpdateFunctionCode", on=function_arn("inventory"))),
            function("inventory"),
            role("inventory"),
        ),
        stack(role("orders", allow("lambda:CreateEventSourceMapping"))),
        stack(role("orders", allow("lambda:GetFunction", on="*"))),
    ],
)
