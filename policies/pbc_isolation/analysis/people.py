"""Which roles people may assume: those that trust the account, where identity policies outside the stack decide who."""

from collections.abc import Iterator, Mapping

from pbc_isolation.analysis.context import Analysis
from pbc_isolation.analysis.resource_policies import as_role, lets_in_own_only
from pbc_isolation.iam.conditions import required_patterns
from pbc_isolation.iam.documents import Statement
from pbc_isolation.iam.globs import Glob, intersects
from pbc_isolation.iam.principals import Principal


def find(analysis: Analysis) -> Mapping[str, str]:
    """Whom each role lets in who is no service, no workload and no role of its unit, by the role's URN.

    A role that trusts a role that people may assume is one itself: the trust alone lets them in.
    """
    found: dict[str, str] = {}
    while True:
        known = [other for other in analysis.principals if other.urn in found]
        more = {
            one.urn: who
            for one in analysis.principals
            if one.urn not in found and not analysis.deploys(one)
            for who in _people(analysis, one, known)
        }
        if not more:
            return found
        found |= more


def _people(analysis: Analysis, role: Principal, known: list[Principal]) -> Iterator[str]:
    for statement in role.trust.statements if role.trust else ():
        if not statement.allows:
            continue
        if statement.not_principals is not None:
            yield "everyone but a few"
        for kind, names in (statement.principals or {}).items():
            if kind == "AWS":
                yield from (one for one in names if _is_person(analysis, role.unit, statement, one, known))
            elif kind == "Federated":
                yield from (one for one in names if ":saml-provider/" in one)


def _is_person(analysis: Analysis, unit: str | None, statement: Statement, name: str, known: list[Principal]) -> bool:
    if ":user/" in name or not lets_in_own_only(analysis, unit, statement, name):
        return True
    patterns = [as_role(name), *(one for tests in required_patterns(statement.conditions, _CALLER) for one in tests)]
    return any(one.arn is None or intersects(Glob(text), Glob(one.arn)) for one in known for text in patterns)


_CALLER = "aws:PrincipalArn"
