"""What a principal can do, over-approximated: if this says "cannot", AWS says so too.

An Allow counts for all that it may cover: its conditions hold unless the principal's own facts refute them. A Deny and
a boundary count only for what they cover for certain. No organisation-wide policy is assumed. A boundary caps what
identity policies give; it does not cap what another resource's policy gives, only its explicit denials do.
"""

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from pbc_isolation.iam.catalogue import classes, entry
from pbc_isolation.iam.conditions import Facts, Truth, evaluate, required_patterns
from pbc_isolation.iam.documents import Document, Statement
from pbc_isolation.iam.globs import Glob, contains, intersects
from pbc_isolation.iam.key_services import confined_by_service
from pbc_isolation.iam.principals import Principal
from pbc_isolation.iam.regions import Region, certain, granted, possible


@dataclass(frozen=True)
class Grant:
    """That something is allowed: by which statement, and an example of on what."""

    statement: Statement
    action: str
    """In lower case."""
    resource: str
    region: Region


def can(principal: Principal, action: str, target: Region, own: Sequence[Glob] = ()) -> Grant | None:
    """Whether a principal's identity policies let it do something to any resource of a region.

    Args:
        principal: who asks.
        action: in lower case; one that the catalogue does not know may be a pattern.
        target: the resources.
        own: patterns of what the principal's unit owns, or may use a key for, for conditions that confine an action to
            that.
    """
    limits = _Limits(principal, action)
    for statement in _allowing(principal.documents, action, principal.facts, own):
        for region in granted(statement):
            if not target.may_meet(region):
                continue
            asked = Region((*target.all_of, *region.all_of), (*target.none_of, *region.none_of))
            for remaining in limits.applied(asked, own):
                found = remaining.example()
                if found is not None:
                    return Grant(statement, action, found, remaining)
    return None


def denied(principal: Principal, action: str, target: Region) -> bool:
    """Whether explicit denials forbid an action on every resource of a region, whatever else allows it."""
    limits = _Limits(principal, action)
    return all(region.example() is None for region in limits.not_denied(target))


def what_bears_on(document: Document, action: str) -> tuple[int | str, ...]:
    """What decides about an action in a document: two actions for which this is the same are allowed the same there.

    The condition of an Allow may confine one action and not another: such an action is alike to itself only.
    """
    named = [
        statement
        for statement in document.about(action)
        if (may_name if statement.allows else _surely_names)(statement, action)
    ]
    conditional = any(statement.allows and statement.conditions for statement in named)
    return (*map(id, named), *([action] if conditional else []))


def alike(principal: Principal, action: str) -> Hashable:
    """What decides about an action of a principal: two for which this is the same are allowed on the same resources."""
    documents = [*principal.documents, *([principal.boundary] if principal.boundary else [])]
    return tuple(what_bears_on(document, action) for document in documents)


class _Limits:
    """What takes away from an allowance: denials, and the boundary."""

    def __init__(self, principal: Principal, action: str) -> None:
        self._action, self._facts = action, principal.facts
        self._documents, self._boundary = principal.documents, principal.boundary

    def applied(self, region: Region, own: Sequence[Glob]) -> Iterator[Region]:
        """The parts of a region that neither the boundary nor a denial takes away."""
        for capped in self._capped(region, own):
            yield from self.not_denied(capped)

    def not_denied(self, region: Region) -> Iterator[Region]:
        """The parts of a region that no denial takes away."""
        removed, confined_to = self._denials
        parts = [region.without(removed)]
        for allowed in confined_to:
            parts = [part.within(glob) for part in parts for glob in allowed]
        return iter(parts)

    @cached_property
    def _denials(self) -> tuple[list[Glob], list[tuple[Glob, ...]]]:
        """What denials take away, and to what they confine: most questions are answered before anybody asks."""
        removed: list[Glob] = []
        confined_to: list[tuple[Glob, ...]] = []
        documents = [*self._documents, *([self._boundary] if self._boundary else [])]
        for statement in _denying(documents, self._action, self._facts):
            if statement.not_resources is not None:
                confined_to.append(tuple(glob for text in statement.not_resources for glob in possible(text)))
            else:
                named = statement.resources if statement.resources is not None else ("*",)
                removed.extend(certain(text) for text in named if "${" not in text)
        return removed, confined_to

    def _capped(self, region: Region, own: Sequence[Glob]) -> Iterator[Region]:
        if self._boundary is None:
            yield region
            return
        for statement in _allowing([self._boundary], self._action, self._facts, own):
            for cap in granted(statement):
                if region.may_meet(cap):
                    yield Region((*region.all_of, *cap.all_of), (*region.none_of, *cap.none_of))


def _allowing(documents: Sequence[Document], action: str, facts: Facts, own: Sequence[Glob]) -> Iterator[Statement]:
    """The Allow statements that may cover an action outside what the unit owns."""
    for document in documents:
        for statement in document.about(action):
            if (
                statement.allows
                and may_name(statement, action)
                and evaluate(statement.conditions, facts) is not Truth.FALSE
                and not _confined(statement, action, own)
            ):
                yield statement


def _denying(documents: Sequence[Document], action: str, facts: Facts) -> Iterator[Statement]:
    """The Deny statements that certainly cover an action."""
    for document in documents:
        for statement in document.about(action):
            if (
                not statement.allows
                and _surely_names(statement, action)
                and evaluate(statement.conditions, facts) is Truth.TRUE
            ):
                yield statement


def _confined(statement: Statement, action: str, own: Sequence[Glob]) -> bool:
    """Whether a condition confines the action to what the unit owns, although its resource does not."""
    if not statement.conditions:
        return False
    if confined_by_service(action, statement.conditions, lambda text: any(contains(one, Glob(text)) for one in own)):
        return True
    if _of_tagged_apis(statement, action, own):
        return True
    for key, patterns in confining_keys(action).items():
        for wanted in required_patterns(statement.conditions, key):
            if patterns and all(any(contains(one, Glob(value)) for one in _as_values(own, key)) for value in wanted):
                return True
    return False


_TAGS_OF_A_NAME = ("project", "environment", "pbc")
_API = re.compile(r"arn:[a-z-]+:apigateway:[a-z0-9-]+::/restapis/[^$]*")


def _of_tagged_apis(statement: Statement, action: str, own: Sequence[Glob]) -> bool:
    """Whether a statement is for looking at REST APIs with the unit's tags only.

    AWS chooses the IDs of APIs, and what they have inherits their tags. These prove it as long as nobody may set them:
    `apigateway:PUT` on `/tags/` and `apigateway:POST` on `/restapis`, which this does not cover, are refused.
    """
    if action != "apigateway:get" or not statement.resources or not all(map(_API.fullmatch, statement.resources)):
        return False
    tests = [required_patterns(statement.conditions, f"aws:ResourceTag/{key}") for key in _TAGS_OF_A_NAME]
    if not all(len(test) == 1 and len(test[0]) == 1 for test in tests):
        return False
    project, environment, unit = (test[0][0] for test in tests)
    return f"{project}-{environment}-{unit}_*" in (glob.text.rpartition("/")[2] for glob in own if ":kms:" in glob.text)


def _as_values(own: Sequence[Glob], key: str) -> list[Glob]:
    """What a unit owns, as values of a condition key: aliases of KMS keys are named without their ARN."""
    if key != "kms:ResourceAliases":
        return list(own)
    return [Glob(glob.text.rpartition(":")[2]) for glob in own if ":kms:" in glob.text]


@cache
def confining_keys(action: str) -> Mapping[str, tuple[Glob, ...]]:
    """The condition keys that say on what an action acts although its resource does not."""
    keys = {key: tuple(Glob(one.lower()) for one in actions) for key, actions in classes().confining_keys.items()}
    return {key: globs for key, globs in keys.items() if any(glob.matches(action) for glob in globs)}


def may_name(statement: Statement, action: str) -> bool:
    if statement.actions is not None:
        return names(statement.actions, action)
    return not surely_names(statement.not_actions or (), action)


def _surely_names(statement: Statement, action: str) -> bool:
    if statement.actions is not None:
        return surely_names(statement.actions, action)
    return not names(statement.not_actions or (), action)


@cache
def names(patterns: tuple[str, ...], action: str) -> bool:
    """Whether some pattern may mean an action. Case does not matter.

    An action that is a pattern itself stands for what the catalogue does not have: who names one that it has means none
    of these.
    """
    wanted = Glob(action)
    candidates = patterns if wanted.literal else (one for one in patterns if entry(one) is None)
    return any(intersects(Glob(pattern.lower()), wanted) for pattern in candidates)


@cache
def surely_names(patterns: tuple[str, ...], action: str) -> bool:
    """Whether some pattern means all of an action."""
    wanted = Glob(action)
    return any(contains(Glob(pattern.lower()), wanted) for pattern in patterns)
