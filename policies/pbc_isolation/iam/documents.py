"""Policy documents, parsed. What cannot be parsed is a `Problem`, never an empty document."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Literal, cast

from pbc_isolation.stack.values import UNKNOWN, has_unknown, items

VERSIONS = ("2012-10-17", "2008-10-17")
_PARTS = frozenset(
    {
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    }
)

Conditions = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Values by operator and key, as in the document."""


@dataclass(frozen=True)
class Problem:
    """Why nothing can be proved about a document."""

    source: str
    """Where the document stands, in words."""
    reason: str
    malformed: bool = False
    """True for what IAM would refuse, whatever is computed later."""
    fix: str = ""
    """What to do about it, where that is something else than for other documents."""


@dataclass(frozen=True, eq=False)
class Statement:
    """One statement. Of `actions` and `not_actions` one is None, and of `resources` and `not_resources` too; a
    resource policy or trust policy may have neither of the latter: it speaks of its own resource.
    """

    source: str
    """Where it stands, in words."""
    urn: str
    """URN of the resource that carries the document."""
    effect: Literal["Allow", "Deny"]
    actions: tuple[str, ...] | None
    not_actions: tuple[str, ...] | None
    resources: tuple[str, ...] | None
    not_resources: tuple[str, ...] | None
    principals: Mapping[str, tuple[str, ...]] | None = None
    not_principals: Mapping[str, tuple[str, ...]] | None = None
    conditions: Conditions = field(default_factory=dict[str, Mapping[str, tuple[str, ...]]])

    @property
    def allows(self) -> bool:
        """True for an Allow."""
        return self.effect == "Allow"


@dataclass(frozen=True, eq=False)
class Document:
    """A policy document that could be read."""

    source: str
    urn: str
    statements: tuple[Statement, ...]
    by_aws: bool = False
    """True for the text of a policy that AWS manages: nobody here can write it otherwise."""

    def about(self, action: str) -> tuple[Statement, ...]:
        """The statements that may be about an action in lower case: all but those that name others only."""
        if "*" in action or "?" in action:
            return self.statements
        if action not in self._about:
            numbers = {*self._by_action.get(action, ()), *self._by_pattern}
            self._about[action] = tuple(self.statements[number] for number in sorted(numbers))
        return self._about[action]

    @cached_property
    def _about(self) -> dict[str, tuple[Statement, ...]]:
        return {}

    @cached_property
    def _by_action(self) -> Mapping[str, list[int]]:
        """Numbers of the statements that name an action as it is."""
        found: dict[str, list[int]] = {}
        for number, statement in enumerate(self.statements):
            for action in statement.actions or ():
                found.setdefault(action.lower(), []).append(number)
        return found

    @cached_property
    def _by_pattern(self) -> list[int]:
        """Numbers of the statements that name actions by patterns, or all but some."""
        return [
            number
            for number, statement in enumerate(self.statements)
            if statement.actions is None or any("*" in one or "?" in one for one in statement.actions)
        ]


EVERYTHING = Document(
    "every permission",
    "",
    (
        Statement(
            source="every permission",
            urn="",
            effect="Allow",
            actions=("*",),
            not_actions=None,
            resources=("*",),
            not_resources=None,
        ),
    ),
)
"""Allows every action on every resource."""


class _MalformedError(ValueError):
    pass


def parse(value: Any, source: str, urn: str) -> Document | Problem:
    """Read a policy document: text of JSON, or the object itself."""
    return _parse_text(value, source, urn) if isinstance(value, str) else _parse(value, source, urn)


@lru_cache(maxsize=50_000)
def _parse_text(value: str, source: str, urn: str) -> Document | Problem:
    """A boundary is the same document for every role that it caps."""
    return _parse(value, source, urn)


def _parse(value: Any, source: str, urn: str) -> Document | Problem:
    if value is UNKNOWN:
        return Problem(source, "is not known before it is created")
    if value is None or value == "":
        return Problem(source, "is missing")
    try:
        body = json.loads(value, object_pairs_hook=_once_each) if isinstance(value, str) else value
        return Document(source, urn, _statements(body, source, urn))
    except json.JSONDecodeError as error:
        return Problem(source, f"is not JSON: {error}", malformed=True)
    except _MalformedError as error:
        return Problem(source, str(error), malformed=not has_unknown(value))


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON. One that has a key twice says two things, of which IAM accepts neither."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for index, (key, _) in enumerate(pairs) if key in dict(pairs[:index]))
        raise _MalformedError(f"has {twice!r} twice in one object")
    return found


def _statements(body: Any, source: str, urn: str) -> tuple[Statement, ...]:
    if not isinstance(body, Mapping):
        raise _MalformedError("is not an object")
    document = cast("Mapping[str, Any]", body)
    version = document.get("Version", VERSIONS[1])
    if version not in VERSIONS:
        raise _MalformedError(f"has version {version!r}; IAM knows {' and '.join(VERSIONS)}")
    if "Statement" not in document:
        raise _MalformedError("has no statements")
    return tuple(
        _statement(statement, f"{source}, {_title(statement, index)}", urn)
        for index, statement in enumerate(items(document["Statement"]))
    )


def _title(statement: Any, index: int) -> str:
    sid = cast("Mapping[str, Any]", statement).get("Sid") if isinstance(statement, Mapping) else None
    return f"statement {sid!r}" if isinstance(sid, str) and sid else f"statement {index}"


def _statement(value: Any, source: str, urn: str) -> Statement:
    if value is UNKNOWN:
        raise _MalformedError("is not known before it is created")
    if not isinstance(value, Mapping):
        raise _MalformedError(f"has a statement that is not an object: {value!r}")
    statement = cast("Mapping[str, Any]", value)
    strange = sorted(set(statement) - _PARTS)
    if strange:
        raise _MalformedError(f"has a statement with an unknown element {strange[0]!r}")
    effect = statement.get("Effect")
    if effect not in ("Allow", "Deny"):
        raise _MalformedError(f"has a statement with the effect {effect!r}")
    _one_of(statement, "Action", "NotAction", required=True)
    _one_of(statement, "Resource", "NotResource")
    _one_of(statement, "Principal", "NotPrincipal")
    return Statement(
        source=source,
        urn=urn,
        effect=effect,
        actions=_texts(statement, "Action"),
        not_actions=_texts(statement, "NotAction"),
        resources=_texts(statement, "Resource"),
        not_resources=_texts(statement, "NotResource"),
        principals=_principals(statement, "Principal"),
        not_principals=_principals(statement, "NotPrincipal"),
        conditions=_conditions(statement.get("Condition")),
    )


def _one_of(statement: Mapping[str, Any], one: str, other: str, *, required: bool = False) -> None:
    present = (one in statement) + (other in statement)
    if present > 1 or (required and not present):
        raise _MalformedError(f"has a statement that needs exactly one of {one} and {other}")


def _texts(statement: Mapping[str, Any], key: str) -> tuple[str, ...] | None:
    if key not in statement:
        return None
    values = _all_texts(statement[key], key)
    if not values:
        raise _MalformedError(f"has an empty {key}")
    return values


def _all_texts(value: Any, key: str) -> tuple[str, ...]:
    values = items(value)
    for one in values:
        if one is UNKNOWN:
            raise _MalformedError(f"has an unknown value in {key}")
        if not isinstance(one, str):
            raise _MalformedError(f"has {one!r} in {key}, which is not text")
    return tuple(cast("list[str]", values))


def _principals(statement: Mapping[str, Any], key: str) -> Mapping[str, tuple[str, ...]] | None:
    if key not in statement:
        return None
    value = statement[key]
    if value == "*":
        return {"AWS": ("*",)}
    if not isinstance(value, Mapping):
        raise _MalformedError(f"has the {key} {value!r}")
    return {kind: _all_texts(names, key) for kind, names in cast("Mapping[str, Any]", value).items()}


def _conditions(value: Any) -> Conditions:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise _MalformedError("has a condition that is not an object")
    conditions: dict[str, Mapping[str, tuple[str, ...]]] = {}
    for operator, tests in cast("Mapping[str, Any]", value).items():
        if not isinstance(tests, Mapping):
            raise _MalformedError(f"has a condition {operator} that is not an object")
        conditions[operator] = {
            key: tuple(_condition_text(one) for one in items(wanted))
            for key, wanted in cast("Mapping[str, Any]", tests).items()
        }
    return conditions


def _condition_text(value: Any) -> str:
    if value is UNKNOWN:
        raise _MalformedError("has an unknown value in a condition")
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
