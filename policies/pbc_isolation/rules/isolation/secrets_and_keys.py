"""Another unit's secrets, parameters and keys."""

from pbc_isolation.rules.access import forbid_access
from pbc_isolation.rules.rule import Rule
from pbc_isolation.rules.samples import allow, arn, physical, role, stack

_ID = "isolation-secrets-and-keys"
_VIA = "dynamodb.eu-central-1.amazonaws.com"
_FIX = (
    "Read the own unit's secrets by name; use keys under the condition kms:ResourceAliases = the own "
    "unit's alias (ForAnyValue:StringEquals)."
)


def _through(table: str, **conditions: object) -> dict[str, object]:
    """Decryption by DynamoDB for tables of this name."""
    context = {"StringLike": {"kms:EncryptionContext:aws:dynamodb:tableName": table}}
    return allow("kms:Decrypt", on=arn("kms", "key/*"), Condition={**context, **conditions})


_APIS = "arn:aws:apigateway:eu-central-1::/restapis/*"


def _apis(on: str = _APIS, operator: str = "StringEquals", **tags: str) -> dict[str, object]:
    """Looking at REST APIs that have these tags."""
    tests = {f"aws:ResourceTag/{key}": value for key, value in tags.items()}
    return allow("apigateway:GET", on=on, Condition={operator: tests})


_OWN_TAGS = {"project": "shop", "environment": "dev", "pbc": "orders"}

RULE = Rule(
    id=_ID,
    title="No principal reads another unit's secrets or uses its keys",
    why=("A secret opens what it belongs to. A key opens whatever was encrypted with it, wherever a copy turns up."),
    fix=_FIX,
    check=forbid_access(_ID, _FIX, "secrets-and-keys"),
    compliant=[
        stack(role("orders", allow("ssm:GetParameter", on=arn("ssm", "parameter/shop-dev-orders_rate")))),
        stack(
            role(
                "orders",
                allow(
                    "kms:Decrypt",
                    on=arn("kms", "key/*"),
                    Condition={"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/shop-dev-orders_key"}},
                ),
            )
        ),
        stack(role("orders", _through(physical("orders", "*"), StringEquals={"kms:ViaService": _VIA}))),
        stack(role("orders", _apis(**_OWN_TAGS))),
    ],
    violating=[
        stack(role("orders", allow("apigateway:GET", on=_APIS))),
        stack(role("orders", _apis(**_OWN_TAGS | {"pbc": "inventory"}))),
        stack(role("orders", _apis(**_OWN_TAGS | {"pbc": "*"}))),
        stack(role("orders", _apis(pbc="orders"))),
        stack(role("orders", _apis(operator="StringEqualsIfExists", **_OWN_TAGS))),
        stack(role("orders", _apis(on="arn:aws:apigateway:eu-central-1::/*", **_OWN_TAGS))),
        stack(role("orders", _through(physical("orders", "*")))),
        stack(role("orders", _through(physical("inventory", "*"), StringEquals={"kms:ViaService": _VIA}))),
        stack(role("orders", _through(physical("orders", "*"), StringEqualsIfExists={"kms:ViaService": _VIA}))),
        stack(
            role(
                "orders",
                allow("secretsmanager:GetSecretValue", on=arn("secretsmanager", "secret:shop-dev-inventory_*")),
            )
        ),
        stack(role("orders", allow("ssm:GetParametersByPath", on="*"))),
        stack(role("orders", allow("kms:Decrypt", on=arn("kms", "key/*")))),
        stack(
            role(
                "orders",
                allow(
                    "kms:Decrypt",
                    Condition={"ForAllValues:StringEquals": {"kms:ResourceAliases": "alias/shop-dev-orders_key"}},
                ),
            )
        ),
    ],
)
