"""Whom a deployment role trusts."""

import re
from collections import Counter
from collections.abc import Iterator

from pbc_isolation.analysis.context import Analysis
from pbc_isolation.analysis.naming import environment_of
from pbc_isolation.iam.conditions import required_patterns
from pbc_isolation.iam.documents import Statement
from pbc_isolation.iam.globs import Glob
from pbc_isolation.iam.principals import Principal
from pbc_isolation.rules.rule import Rule, Violation
from pbc_isolation.rules.samples import TRUST_LAMBDA, allow, deployment, pipeline_trust, role, stack, table_arn

_ID = "boundary-pipeline-trust"
_FIX = (
    "Trust GitHub's identity provider of this account under StringEquals on the audience sts.amazonaws.com and on one "
    "subject, repo:OWNER/NAME:environment:ENVIRONMENT or repo:OWNER@ID/NAME@ID:environment:ENVIRONMENT."
)
_ISSUER, _AUDIENCE = "token.actions.githubusercontent.com", "sts.amazonaws.com"
_SUBJECT = re.compile(
    r"repo:(?P<repository>[A-Za-z0-9-]+/[A-Za-z0-9._-]+|[A-Za-z0-9-]+@[0-9]+/[A-Za-z0-9._-]+@[0-9]+)"
    r":environment:(?P<environment>[^:*?]+)"
)
"""Both forms that GitHub gives the subject of a job with an environment (GitHub Docs, "OpenID Connect reference")."""


def _check(analysis: Analysis) -> Iterator[Violation]:
    roles = [one for one in analysis.principals if analysis.deploys(one)]
    repositories = Counter(found for one in roles for found in _repositories(one))
    wanted = analysis.settings.repository or (repositories.most_common(1)[0][0] if repositories else "")
    for principal in roles:
        for what in _faults(analysis, principal, wanted):
            message = f"{principal.label}, which deploys {principal.unit}, {what}"
            yield Violation(_ID, principal.urn, message, unit=principal.unit, store_unit=principal.unit, fix=_FIX)


def _faults(analysis: Analysis, principal: Principal, repository: str) -> Iterator[str]:
    for statement in _trusting(principal):
        yield from _provider(analysis, statement)
        if (_AUDIENCE,) not in required_patterns(statement.conditions, f"{_ISSUER}:aud"):
            yield f"trusts tokens that are not for the audience {_AUDIENCE} only"
        yield from _subject(statement, environment_of(analysis.graph.stack), repository)


def _provider(analysis: Analysis, statement: Statement) -> Iterator[str]:
    principals = statement.principals or {"*": ("*",)}
    if set(principals) != {"Federated"}:
        yield "is trusted by more than the pipeline's identity provider"
        return
    own = Glob(f"arn:aws*:iam::{analysis.account}:oidc-provider/{_ISSUER}")
    for name in principals["Federated"]:
        if "*" in name or not own.matches(name):
            yield f"trusts the identity provider {name}"


def _subject(statement: Statement, environment: str, repository: str) -> Iterator[str]:
    """A subject with a wildcard, a branch, or another environment lets in jobs that nobody approved."""
    subjects = _subjects(statement)
    if not subjects:
        yield "trusts every subject of the identity provider"
    for subject in subjects:
        found = _SUBJECT.fullmatch(subject)
        if found is None or found["environment"] != environment:
            yield f"trusts the subject {subject}, which is not one repository in the environment {environment}"
        elif found["repository"] != repository:
            yield f"trusts the repository {found['repository']}, and not {repository}"


def _repositories(principal: Principal) -> Iterator[str]:
    for statement in _trusting(principal):
        for subject in _subjects(statement):
            if found := _SUBJECT.fullmatch(subject):
                yield found["repository"]


def _subjects(statement: Statement) -> list[str]:
    return [one for tests in required_patterns(statement.conditions, f"{_ISSUER}:sub") for one in tests]


def _trusting(principal: Principal) -> list[Statement]:
    return [one for one in principal.trust.statements if one.allows] if principal.trust else []


_RIGHT = allow("dynamodb:CreateTable", on=table_arn("orders", "*"))

RULE = Rule(
    id=_ID,
    title="A deployment role trusts the jobs of one repository in its environment",
    why=(
        "The trust policy says whose code may change a unit. A wildcard, a forgotten audience or a subject without "
        "environment lets in jobs that nobody approved, or a stranger's repository. Where the setting `repository` is "
        "not set, all deployment roles must trust the same."
    ),
    fix=_FIX,
    check=_check,
    compliant=[
        stack(deployment("orders", _RIGHT)),
        stack(deployment("orders", _RIGHT, trust=pipeline_trust("repo:a@12/b@34:environment:dev"))),
        stack(role("orders", trust=TRUST_LAMBDA)),
    ],
    violating=[
        stack(deployment("orders", _RIGHT, trust=TRUST_LAMBDA)),
        stack(deployment("orders", _RIGHT, trust=pipeline_trust("repo:a/b:environment:prod"))),
        stack(deployment("orders", _RIGHT, trust=pipeline_trust("repo:a/b:ref:refs/heads/main"))),
        stack(deployment("orders", _RIGHT, trust=pipeline_trust("repo:a/*:environment:dev"))),
        stack(deployment("orders", _RIGHT, trust=pipeline_trust("repo:a/b@1:environment:dev"))),
        stack(deployment("orders", _RIGHT, trust=pipeline_trust(audience="https://github.com/a"))),
        stack(deployment("orders", _RIGHT, trust=pipeline_trust(account="222222222222"))),
        stack(deployment("orders", _RIGHT, trust=pipeline_trust(operator="StringLike", subject="repo:a*"))),
        stack(
            deployment("orders", _RIGHT),
            deployment("inventory", _RIGHT),
            deployment("other", _RIGHT, trust=pipeline_trust("repo:stranger/b:environment:dev")),
        ),
    ],
)
