"""Boundaries that other units' policies could bypass."""

from collections.abc import Hashable, Iterator
from functools import cache

from pbc_isolation.analysis.context import Analysis
from pbc_isolation.iam.catalogue import classes, display, expand_all
from pbc_isolation.iam.evaluator import denied, what_bears_on
from pbc_isolation.iam.principals import Principal
from pbc_isolation.rules.rule import Rule, Violation
from pbc_isolation.rules.samples import allow, queue_arn, role, stack, table_arn

_ID = "boundary-denies-foreign-stores"
_FIX = (
    "Deny dynamodb and sqs with NotResource = the unit's own, and every service that the unit does not "
    "use with NotAction."
)


_READS = ("direct-read", "read-through-write", "streams", "queues-and-topics", "objects-and-analytics")
_WITH_POLICIES = ("dynamodb:", "sqs:", "s3:", "sns:", "kinesis:", "secretsmanager:")
"""Services whose resources can let in a principal by a policy of their own."""


def _check(analysis: Analysis) -> Iterator[Violation]:
    seen: set[tuple[str | None, str]] = set()
    for principal in analysis.principals:
        if principal.boundary is None or (principal.unit, principal.boundary.urn) in seen:
            continue
        seen.add((principal.unit, principal.boundary.urn))
        action = _not_denied(analysis, principal)
        if action is not None:
            message = (
                f"the boundary of {principal.unit or 'nobody'} does not deny {display(action)} on foreign resources"
            )
            yield Violation(_ID, principal.boundary.urn, message, unit=principal.unit, fix=_FIX)


def _not_denied(analysis: Analysis, principal: Principal) -> str | None:
    """The first action that nothing denies for sure outside the unit."""
    documents = [*principal.documents, *([principal.boundary] if principal.boundary else [])]
    seen: set[Hashable] = set()
    for action in _reading():
        regions = analysis.outside(principal.unit, action)
        # Actions that the same statements are about, on the same resources, are all denied, or none is.
        alike = regions, *(what_bears_on(document, action) for document in documents)
        if alike not in seen:
            seen.add(alike)
            if not all(denied(principal, action, region) for region in regions):
                return action
    return None


@cache
def _reading() -> tuple[str, ...]:
    patterns = [pattern for name in _READS for pattern in classes().by_class[name]]
    secrets = [pattern for pattern in classes().by_class["secrets-and-keys"] if pattern.startswith("secretsmanager:")]
    return tuple(sorted(action for action in expand_all((*patterns, *secrets)) if action.startswith(_WITH_POLICIES)))


_OWN = [table_arn("orders", "*"), queue_arn("orders", "*")]
_OTHERS = ["s3:*", "sns:*", "kinesis:*", "secretsmanager:*"]


def _deny_others(*services: str) -> dict[str, object]:
    return {"Effect": "Deny", "Action": list(services), "NotResource": _OWN}


RULE = Rule(
    id=_ID,
    title="A boundary denies foreign stores explicitly",
    why=(
        "A boundary's allow-list does not stop what another unit's resource policy gives: only an explicit denial does."
    ),
    fix=_FIX,
    check=_check,
    compliant=[
        stack(role("orders", boundary=[allow("*"), _deny_others("dynamodb:*", "sqs:*", *_OTHERS)])),
        stack(
            role(
                "orders",
                boundary=[
                    allow("dynamodb:GetItem", on=_OWN),
                    {"Effect": "Deny", "NotAction": ["dynamodb:*", "sqs:*"], "Resource": "*"},
                    _deny_others("dynamodb:*", "sqs:*"),
                ],
            )
        ),
    ],
    violating=[
        stack(role("orders", boundary=[allow("dynamodb:GetItem", on=_OWN)])),
        stack(role("orders", boundary=[allow("*"), _deny_others("dynamodb:*", *_OTHERS)])),
        stack(role("orders", boundary=[allow("*"), _deny_others("dynamodb:Get*", "sqs:*", *_OTHERS)])),
    ],
)
