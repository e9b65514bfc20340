"""Policies attached to another unit's identities."""

from collections.abc import Iterator

from pbc_isolation.analysis.context import Analysis
from pbc_isolation.iam.principals import Attachment, exclusive
from pbc_isolation.rules.rule import Rule, Violation
from pbc_isolation.rules.samples import allow, document, physical, role, stack, table_arn, thing

_ID = "isolation-attachments"
_FIX = "Attach policies to roles of the own unit only."


def _check(analysis: Analysis) -> Iterator[Violation]:
    for attachment in (*analysis.identities.attachments, *exclusive(analysis.graph)):
        unit = analysis.graph.owner(attachment.resource)
        if not is_own(analysis, attachment, unit):
            target = attachment.target or "one whose name AWS makes"
            yield Violation(
                rule=_ID,
                urn=attachment.resource.urn,
                message=f"{attachment.resource.name} of {unit or 'nobody'} says which policies {target} has",
                unit=unit,
                store_unit=", ".join(sorted(_owners(analysis, attachment))) or "outside this stack",
                path=(attachment.resource.name, "is attached to", target),
                fix=_FIX,
            )


def is_own(analysis: Analysis, attachment: Attachment, unit: str | None) -> bool:
    """Whether an attachment speaks of the unit's own identities; one that names none is judged as unprovable."""
    meant = [one for one in analysis.identities.meant(attachment) if not one.elsewhere]
    if meant or attachment.target is None:
        return all(principal.unit == unit for principal in meant)
    return unit is not None and attachment.target.startswith(analysis.naming.prefix(unit))


def _owners(analysis: Analysis, attachment: Attachment) -> set[str]:
    return {principal.unit or "nobody" for principal in analysis.identities.meant(attachment)}


_INLINE = "aws:iam/rolePolicy:RolePolicy"
_EXCLUSIVE = "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive"


RULE = Rule(
    id=_ID,
    title="No unit gives another unit's identities anything, or takes it away",
    why=(
        "A policy attached from elsewhere changes what a unit's principals may do behind its back; also where"
        " the role is in another stack."
    ),
    fix=_FIX,
    check=_check,
    compliant=[
        stack(role("orders", allow("dynamodb:GetItem", on=table_arn("orders")))),
    ],
    violating=[
        stack(
            role("inventory"),
            thing(
                "orders",
                _INLINE,
                "extra",
                {"role": physical("inventory", "worker"), "policy": document(allow("sts:GetCallerIdentity"))},
            ),
        ),
        stack(
            role("inventory"),
            thing("orders", _EXCLUSIVE, "none", {"roleName": physical("inventory", "worker"), "policyNames": []}),
        ),
        stack(
            thing(
                "orders",
                _INLINE,
                "extra",
                {"role": physical("inventory", "elsewhere"), "policy": document(allow("sts:GetCallerIdentity"))},
            )
        ),
    ],
)
