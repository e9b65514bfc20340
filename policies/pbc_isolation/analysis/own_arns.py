"""Whose an ARN is, by its service, its place and its name."""

import re

from pbc_isolation.analysis.context import Analysis
from pbc_isolation.analysis.naming import of_service
from pbc_isolation.iam.globs import Glob, example
from pbc_isolation.stack.graph import Resource
from pbc_isolation.stack.link_types import LINKED_SERVICES, LINKS
from pbc_isolation.stack.references import Leaf
from pbc_isolation.stack.type_data import SHARED
from pbc_isolation.stack.values import texts

ARN = re.compile(r"(?=(arn:[a-z-]+:[a-z0-9-]+(?::[^\s\"'\\,{}\[\]]*)?))")
"""Wherever one begins, also within another: integrations of API Gateway carry the function's ARN in their own."""
WHOLE_ARN = re.compile(r"arn:[a-z-]+:[a-z0-9-]+(?::[^\s\"'\\,{}\[\]]*)?")
_ARN_BEGINS = "arn:"
_SERVICE_ROLE = ":role/aws-service-role/"
_SHORT = 3
"""Colons of an ARN that has no account."""


def arns_in(text: str) -> list[str]:
    """The ARNs in a text, also those within another."""
    return ARN.findall(text) if _ARN_BEGINS in text else []


def is_foreign(analysis: Analysis, resource: Resource, unit: str | None, leaf: Leaf, arn: str) -> bool:
    service, account = service_of(arn), account_of(arn)
    if service == "events" and (leaf.kind is None or _is_shared_bus_arn(analysis, arn)):
        return account not in ("", analysis.account)  # A bus of another account: whatever is sent there is gone.
    if service == "kms":
        return leaf.key in LINKS.get(resource.type, ()) and unit not in analysis.once(_owners_of_keys).get(arn, ())
    if not must_be_judged(analysis, leaf, arn) or _is_of_noaccount_of(service, arn):
        return False
    if unit is None or leaf.key == "layers":
        # A layer of another account is somebody's library; one of another unit is a part of that unit.
        named = any(thing.unit != unit for thing in analysis.inventory.named_by(arn))
        called = leaf.key == "layers" and any(owner != unit for _, _, owner in analysis.naming.names_in(arn))
        return named or called or (unit is None and ":role/" in arn)
    return not is_own_arn(analysis, unit, arn)


def must_be_judged(analysis: Analysis, leaf: Leaf, arn: str) -> bool:
    """Whether an ARN must be the unit's own: by its service, or by its place, where that is not shared."""
    service = service_of(arn)
    first = re.split("[/:]", arn.split(":", 5)[-1])[0]
    shared = service in analysis.types.shared_services and first not in analysis.types.words["not_shared"]
    if service in LINKED_SERVICES:
        return not (shared and leaf.kind == SHARED)
    return leaf.kind not in (None, SHARED) and not shared


def _is_shared_bus_arn(analysis: Analysis, arn: str) -> bool:
    """Whether an ARN is that of the bus that all share. Who may name it is judged with the names."""
    kind, _, name = arn.split(":", 5)[-1].partition("/")
    return kind == "event-bus" and any(name == bus for bus in analysis.shared_bus_names)


def _is_of_noaccount_of(service: str, arn: str) -> bool:
    """Whether an ARN means nothing of an account: arn:aws:states:::lambda:invoke, or a policy of AWS's own."""
    return service != "s3" and account_of(arn) in ("", "aws") and arn.count(":") > _SHORT


def is_own_arn(analysis: Analysis, unit: str, arn: str) -> bool:
    if unit in analysis.once(_owners_of_keys).get(arn, ()) or _SERVICE_ROLE in arn:
        return True  # The roles of AWS's services are AWS's own: nobody can be given them.
    if account_of(arn).isdigit() and account_of(arn) != analysis.account:
        return False
    allowed = (*of_service(analysis.own(unit), service_of(arn)), *analysis.allowed_calls(unit))
    return example([Glob(arn)], allowed) is None


def service_of(arn: str) -> str:
    return (arn.split(":") + [""] * 3)[2]


def account_of(arn: str) -> str:
    return (arn.split(":") + [""] * 5)[4]


def _owners_of_keys(analysis: Analysis) -> dict[str, set[str | None]]:
    """Whose a key is, by its ARN or id."""
    found: dict[str, set[str | None]] = {}
    for resource in analysis.graph.by_type("aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey"):
        for name in texts([resource.get("arn"), resource.get("keyId"), resource.id or None]):
            found.setdefault(name, set()).add(analysis.graph.owner(resource))
    return found
