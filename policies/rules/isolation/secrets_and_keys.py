"""Another unit's secrets, parameters and keys."""

from rules.access import no_way_out
from rules.rule import Rule
from rules.samples import allow, arn, role, stack

_ID = "isolation-secrets-and-keys"
_FIX = (
    "Read the own unit's secrets by name; use keys under the condition kms:ResourceAliases = the own "
    "unit's alias (ForAnyValue:StringEquals)."
)

RULE = Rule(
    id=_ID,
    title="No principal reads another unit's secrets or uses its keys",
    why=("A secret opens what it belongs to. A key opens whatever was encrypted with it, wherever a copy turns up."),
    fix=_FIX,
    check=no_way_out(_ID, _FIX, "secrets-and-keys"),
    compliant=[
        stack(role("points", allow("ssm:GetParameter", on=arn("ssm", "parameter/rewards-dev-points_rate")))),
        stack(
            role(
                "points",
                allow(
                    "kms:Decrypt",
                    on=arn("kms", "key/*"),
                    Condition={"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/rewards-dev-points_key"}},
                ),
            )
        ),
    ],
    violating=[
        stack(
            role(
                "points",
                allow("secretsmanager:GetSecretValue", on=arn("secretsmanager", "secret:rewards-dev-ledger_*")),
            )
        ),
        stack(role("points", allow("ssm:GetParametersByPath", on="*"))),
        stack(role("points", allow("kms:Decrypt", on=arn("kms", "key/*")))),
        stack(
            role(
                "points",
                allow(
                    "kms:Decrypt",
                    Condition={"ForAllValues:StringEquals": {"kms:ResourceAliases": "alias/rewards-dev-points_key"}},
                ),
            )
        ),
    ],
)
