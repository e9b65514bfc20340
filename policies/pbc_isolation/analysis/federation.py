"""Whose the identities of an identity provider are that a trust policy lets in."""

import re

from pbc_isolation.analysis.context import Analysis
from pbc_isolation.iam.conditions import required_patterns
from pbc_isolation.iam.documents import Conditions
from pbc_isolation.stack.values import items


def names_identities(analysis: Analysis, conditions: Conditions, provider: str) -> bool:
    """Whether only identities are let in that are named, at least by their beginning: somebody's, and not anybody's;
    and of their tokens only those that are for AWS, or for what the role is for."""
    if provider == _IDENTITY_POOLS:
        logged_in = ("authenticated",) in required_patterns(conditions, f"{_IDENTITY_POOLS}:amr")
        return logged_in and any(required_patterns(conditions, f"{_IDENTITY_POOLS}:aud"))
    return bool(_named_subjects(conditions)) and _for_one_audience(analysis, conditions, provider)


def _for_one_audience(analysis: Analysis, conditions: Conditions, provider: str) -> bool:
    """Whether tokens are named by whom they are for, in the condition or as the only one that the provider takes.

    An issuer gives tokens to many: who gets one for another site could else bring it along.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
    """
    keys = {key for tests in conditions.values() for key in tests if key.lower().endswith(":aud")}
    named = [patterns for key in keys for patterns in required_patterns(conditions, key)]
    if any(patterns and not any(set(one) & set("*?") for one in patterns) for patterns in named):
        return True
    issuer = provider.partition(":oidc-provider/")[2]
    meant = [one for one in analysis.graph.by_type(_OPENID) if _host_and_path(one.get("url")) == issuer]
    return bool(issuer and meant) and all(_is_one(items(one.get("clientIdLists"))) for one in meant)


def _host_and_path(url: object) -> str | None:
    return url.removeprefix("https://").rstrip("/") if isinstance(url, str) else None


def _is_one(audiences: list[object]) -> bool:
    return len(audiences) == 1 and isinstance(audiences[0], str)


def names_own(analysis: Analysis, unit: str | None, conditions: Conditions, provider: str) -> bool:
    """Whether the identities that are let in are the unit's own, or at least no other unit's."""
    if provider == _IDENTITY_POOLS:
        pools = required_patterns(conditions, f"{_IDENTITY_POOLS}:aud")
        return any(patterns and all(_is_pool_of(analysis, unit, one) for one in patterns) for patterns in pools)
    subjects = _named_subjects(conditions)
    return any(all(_is_own_subject(analysis, unit, one) for one in patterns) for patterns in subjects)


def _named_subjects(conditions: Conditions) -> list[tuple[str, ...]]:
    keys = {key for tests in conditions.values() for key in tests if key.lower().endswith(":sub")}
    tests = [patterns for key in keys for patterns in required_patterns(conditions, key)]
    return [patterns for patterns in tests if patterns and all(_SUBJECT.match(one) for one in patterns)]


def _is_pool_of(analysis: Analysis, unit: str | None, identity: str) -> bool:
    meant = [one for one in analysis.names.meant(identity) if one.type == "aws:cognito/identityPool:IdentityPool"]
    return bool(meant) and all(analysis.graph.owner(one) == unit for one in meant)


def _is_own_subject(analysis: Analysis, unit: str | None, subject: str) -> bool:
    """Whether a subject may be the unit's: of a service account the namespace or the name must tell; of others none may
    tell another unit."""
    if subject.startswith(_SERVICE_ACCOUNT):
        names = subject.removeprefix(_SERVICE_ACCOUNT).split(":")
        own = any(_is_called_after(analysis, name, unit) for name in names) if unit is not None else False
        return len(names) == _NAMESPACE_AND_NAME and own and not any(mark in subject for mark in "*?")
    others = {one for one in analysis.graph.units if one != unit and not _serves_all(analysis, one)}
    words = re.split(r"[:/@]", subject)
    told = {one for one in others for word in words if word == one or word.endswith(f"-{one}")}
    return not told or any(unit is not None and (word == unit or word.endswith(f"-{unit}")) for word in words)


def _is_called_after(analysis: Analysis, name: str, unit: str) -> bool:
    """Whether a name is a unit's key, or begins with it and not with a longer one."""
    fitting = [one for one in {*analysis.graph.units, unit} if name == one or name.startswith(f"{one}-")]
    return bool(fitting) and max(fitting, key=len) == unit


def _serves_all(analysis: Analysis, unit: str) -> bool:
    return analysis.is_platform(unit) or analysis.is_operations(unit)


_OPENID = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
_IDENTITY_POOLS = "cognito-identity.amazonaws.com"
_SERVICE_ACCOUNT, _NAMESPACE_AND_NAME = "system:serviceaccount:", 2
_SUBJECT = re.compile(r"[^*?]+$|[^*?:/]+[:/][^*?:/]+[:/]")
"""A subject as a whole, or at least the provider's kind of subject and whose it is: `repo:acme/`, but not `repo:`."""
