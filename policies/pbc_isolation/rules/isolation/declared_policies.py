"""Resource policies that let others read."""

from collections.abc import Iterator

from pbc_isolation.analysis import resource_policies
from pbc_isolation.analysis.context import Analysis
from pbc_isolation.analysis.resource_policies import Admitted
from pbc_isolation.rules.admission import queue_with, told
from pbc_isolation.rules.rule import Rule, Violation
from pbc_isolation.rules.samples import allow, document, physical, role, role_arn, stack, table_arn, thing
from pbc_isolation.stack.graph import Resource

_ID = "isolation-declared-policies"
_FIX = "Name the own unit's roles, in Principal or by ArnLike aws:PrincipalArn; others ask by contract."


def _check(analysis: Analysis) -> Iterator[Violation]:
    for admission in analysis.once(resource_policies.find).admissions:
        if not admission.trust and admission.reads and admission.who in (Admitted.PRINCIPAL, Admitted.SERVICE):
            yield told(admission, _ID, _FIX)


_ACCOUNT = {"AWS": "arn:aws:iam::111111111111:root"}
_VIA = {"kms:ViaService": "dynamodb.eu-central-1.amazonaws.com"}
_OWN_TABLES = {"kms:EncryptionContext:aws:dynamodb:tableName": physical("inventory", "*")}


def _key_with(principal: object, **conditions: object) -> list[Resource]:
    """The key of `inventory`, which lets a principal decrypt."""
    statement = {**allow("kms:Decrypt"), "Principal": principal, "Condition": conditions}
    return [thing("inventory", "aws:kms/key:Key", "key", {"policy": document(statement)}), *role("inventory")]


RULE = Rule(
    id=_ID,
    title="No resource policy lets another unit read",
    why=(
        "In one account a resource policy is enough: the principal that it names needs no permission of its "
        "own, and its boundary does not stop it."
    ),
    fix=_FIX,
    check=_check,
    compliant=[
        stack(queue_with({"AWS": role_arn("inventory")}, "sqs:ReceiveMessage")),
        stack(
            queue_with({"AWS": "*"}, "sqs:*", Condition={"ArnLike": {"aws:PrincipalArn": role_arn("inventory", "*")}})
        ),
        stack(queue_with({"AWS": "arn:aws:iam::111111111111:root"}, "sqs:ReceiveMessage")),
        stack(_key_with(_ACCOUNT, StringEquals=_VIA, StringLike=_OWN_TABLES)),
        stack(
            _key_with({"AWS": "*"}, StringEquals={**_VIA, "kms:CallerAccount": "111111111111"}, StringLike=_OWN_TABLES)
        ),
    ],
    violating=[
        stack(_key_with(_ACCOUNT)),
        stack(_key_with(_ACCOUNT, StringEquals=_VIA)),
        stack(_key_with(_ACCOUNT, StringLike=_OWN_TABLES)),
        stack(_key_with(_ACCOUNT, StringLike={**_OWN_TABLES, "kms:ViaService": "*"})),
        stack(queue_with({"AWS": role_arn("orders")}, "sqs:ReceiveMessage")),
        stack(queue_with({"AWS": "arn:aws:sts::111111111111:assumed-role/shop-dev-orders_worker/me"}, "sqs:Receive*")),
        stack(queue_with({"AWS": "*"}, "sqs:*", Condition={"StringEquals": {"aws:PrincipalAccount": "111111111111"}})),
        stack(
            thing(
                "inventory",
                "aws:dynamodb/resourcePolicy:ResourcePolicy",
                "policy",
                {
                    "resourceArn": table_arn("inventory"),
                    "policy": document({**allow("dynamodb:GetItem"), "Principal": {"AWS": role_arn("orders")}}),
                },
            )
        ),
    ],
)
