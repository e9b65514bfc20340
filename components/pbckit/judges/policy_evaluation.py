"""Decides one concrete request as AWS does. Written from AWS's description of policy evaluation, apart from the pack.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html: an explicit Deny wins;
otherwise an identity policy must allow, and the boundary, where there is one, must allow too. Here every value is
known: nothing is approximated.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

Document = Mapping[str, Any]
Context = Mapping[str, str | Sequence[str]]
"""Values by condition key, in lower case; a key that is absent is not there. Several values are a list."""
_ARN_FIELDS = 6
_VARIABLE = re.compile(r"\$\{([^}]*)\}")


@dataclass(frozen=True)
class Request:
    """What is asked for."""

    action: str
    resource: str
    context: Context


def allowed(identity: Sequence[Document], boundary: Document | None, request: Request) -> bool:
    """Whether AWS lets the request pass."""
    every = [*identity, *([boundary] if boundary is not None else [])]
    if any(_applies(one, request) for document in every for one in _statements(document) if one["Effect"] == "Deny"):
        return False
    return _allows(identity, request) and (boundary is None or _allows([boundary], request))


def narrowed(document: Document, action: str) -> Document:
    """The document with only those statements that name an action: quicker to ask often."""
    return {"Statement": [one for one in _statements(document) if _names_action(one, action)]}


def _allows(documents: Sequence[Document], request: Request) -> bool:
    return any(_applies(one, request) for doc in documents for one in _statements(doc) if one["Effect"] == "Allow")


def _statements(document: Document) -> list[Document]:
    return _list(document["Statement"])


def _applies(statement: Document, request: Request) -> bool:
    return (
        _names_action(statement, request.action) and _names_resource(statement, request) and _holds(statement, request)
    )


def _names_action(statement: Document, action: str) -> bool:
    if "Action" in statement:
        return any(_like(pattern.lower(), action.lower()) for pattern in _list(statement["Action"]))
    return not any(_like(pattern.lower(), action.lower()) for pattern in _list(statement["NotAction"]))


def _names_resource(statement: Document, request: Request) -> bool:
    key = "Resource" if "Resource" in statement else "NotResource"
    patterns = [_filled(pattern, request.context) for pattern in _list(statement[key])]
    named = any(
        _like(form, request.resource)
        for pattern in patterns
        if pattern is not None
        for form in {pattern, _padded(pattern)}
    )
    return named == (key == "Resource")


def _padded(pattern: str) -> str:
    """A short ARN with its missing segments. It is not documented whether AWS takes it so: it counts both ways."""
    missing = _ARN_FIELDS - 1 - pattern.count(":")
    return pattern + ":*" * missing if pattern.startswith("arn:") and missing > 0 else pattern


def _filled(pattern: str, context: Context) -> str | None:
    """The pattern with its variables filled in; None where one has no value: it matches nothing then."""
    for name in _VARIABLE.findall(pattern):
        value = context.get(name.lower())
        if not isinstance(value, str):
            return None
        pattern = pattern.replace(f"${{{name}}}", value)
    return pattern


def _holds(statement: Document, request: Request) -> bool:
    return all(
        _test(
            operator.lower(), request.context.get(key.lower()), [_filled(one, request.context) for one in _list(wanted)]
        )
        for operator, tests in statement.get("Condition", {}).items()
        for key, wanted in tests.items()
    )


def _test(operator: str, value: str | Sequence[str] | None, wanted: Sequence[str | None]) -> bool:
    if operator == "null":
        return any((value is None) == (one == "true") for one in wanted)
    quantifier, _, operator = operator.rpartition(":")
    optional = operator.endswith("ifexists")
    operator = operator.removesuffix("ifexists")
    if value is None:
        # Negated operators and ForAllValues hold where the key is absent.
        return optional or quantifier == "forallvalues" or ("not" in operator and quantifier != "foranyvalue")
    values = [value] if isinstance(value, str) else list(value)
    results = [_compare(operator, one, wanted) for one in values]
    return all(results) if quantifier == "forallvalues" else any(results)


def _compare(operator: str, value: str, wanted: Sequence[str | None]) -> bool:
    negated = "not" in operator
    compare = _COMPARISONS[operator.replace("not", "")]
    return any(one is not None and compare(one, value) for one in wanted) != negated


def _arn_like(pattern: str, value: str) -> bool:
    patterns, values = pattern.split(":", _ARN_FIELDS - 1), value.split(":", _ARN_FIELDS - 1)
    return len(patterns) == len(values) and all(map(_like, patterns, values))


def _like(pattern: str, text: str) -> bool:
    return _compiled(pattern).fullmatch(text) is not None


_COMPARISONS: Mapping[str, Callable[[str, str], bool]] = {
    "stringequals": lambda wanted, value: wanted == value,
    "stringequalsignorecase": lambda wanted, value: wanted.lower() == value.lower(),
    "stringlike": _like,
    "arnlike": _arn_like,
    "arnequals": _arn_like,
    "bool": lambda wanted, value: wanted.lower() == value.lower(),
}


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)


def _list(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else [value]
