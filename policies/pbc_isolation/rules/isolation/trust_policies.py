"""Trust policies that let others in."""

from collections.abc import Iterator

from pbc_isolation.analysis import resource_policies
from pbc_isolation.analysis.context import Analysis
from pbc_isolation.rules.admission import told
from pbc_isolation.rules.rule import Rule, Violation
from pbc_isolation.rules.samples import document, role, role_arn, stack

_ID = "isolation-trust-policies"
_FIX = (
    "Trust the service that runs the code, and nobody else; of an identity provider, a subject and an audience by name."
)


def _check(analysis: Analysis) -> Iterator[Violation]:
    for admission in analysis.once(resource_policies.find).admissions:
        if admission.trust:
            yield told(admission, _ID, _FIX)


def _trusting(principal: object) -> str:
    return document({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})


RULE = Rule(
    id=_ID,
    title="No role trusts another unit's principals",
    why=("A trust policy that names a principal is enough for it to become the role: it needs no permission to do so."),
    fix=_FIX,
    check=_check,
    compliant=[
        stack(role("inventory")),
        stack(role("inventory", trust=_trusting({"AWS": "arn:aws:iam::111111111111:root"}))),
        stack(role("inventory", trust=_trusting({"AWS": role_arn("inventory", "other")}))),
    ],
    violating=[
        stack(role("inventory", trust=_trusting({"AWS": role_arn("orders")}))),
        stack(role("inventory", trust=_trusting({"AWS": ["arn:aws:iam::222222222222:root"]}))),
        stack(role("inventory", trust=_trusting("*"))),
        stack(role("inventory", trust=_trusting({"Federated": "cognito-identity.amazonaws.com"}))),
    ],
)
