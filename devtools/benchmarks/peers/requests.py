"""Single requests that a leak may let pass, for tools that judge one request at a time.

Asked is who has changed by the leak: an identity whose policies, boundary or trust are others, about the things of
every other unit; and everybody else about a thing whose policy is another. Each action that the pack calls harmful
and that a statement names which is new is a request of its own.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from devtools.benchmarks.peers.iam_account import account
from devtools.benchmarks.peers.stacks import Leaked, States
from pbc_isolation.iam.catalogue import class_of, display, expand, targets
from pbc_isolation.iam.globs import Glob

Request = tuple[str, str, str]
"""Who, the action, and the ARN of what it acts on."""
Account = Mapping[str, Any]
Invariants = Iterable[Mapping[str, Any]]

_HARMLESS = "harmless"


def described(states: States, invariants: Invariants) -> Account:
    """Identities by ARN, and of each thing of an invariant the policy that it has by itself."""
    told = account(states)
    principals = {one["arn"]: one for one in told["principals"]}
    policies = {arn: one["trust_policy"] for arn, one in principals.items() if one["trust_policy"]}
    documents = [(one["document"], json.dumps(one["document"]).lower()) for one in told["resource_policies"]]
    for thing in filter(_is_arn, map(_thing, invariants)):
        service = f'"{thing.split(":")[2]}:'
        statements = [
            statement
            for document, text in documents
            if service in text
            for statement in _list(document.get("Statement"))
            if _names(statement, "Resource", thing)
        ]
        if statements:
            policies[thing] = {"Version": "2012-10-17", "Statement": statements}
    return {"principals": principals, "resource_policies": policies}


def requests(before: Account, after: Account, invariants: Invariants) -> Iterator[Request]:
    """What is to be asked about the account after, where it differs from the one before."""
    was, are = before["principals"], after["principals"]
    granted = {arn: _granted(was.get(arn), one) for arn, one in are.items() if one != was.get(arn)}
    for one in invariants:
        policies = [told["resource_policies"].get(_thing(one)) or {} for told in (before, after)]
        opened = _added([policies[0]], [policies[1]])
        for arn in are if opened else granted:
            if not _any(arn, one["unless_principal"]):
                allows = [*opened, *granted.get(arn, ())]
                yield from ((arn, display(action), thing) for action, thing in _allowed(one, allows))


def _granted(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The statements by which an identity may do more than before; all of them, where its boundary is another."""
    documents = [[each["document"] for each in one["policies"]] for one in (before or {"policies": []}, after)]
    same = before is not None and before["permission_boundary"] == after["permission_boundary"]
    return _added(documents[0] if same else [], documents[1])


def _added(before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The statements that allow something and were not there before; all of them, where a denial is gone."""
    was, are = ([one for each in some for one in _list(each.get("Statement"))] for some in (before, after))
    denies = [one for one in was if one.get("Effect") == "Deny"]
    known = was if all(one in are for one in denies) else []
    return [one for one in are if one.get("Effect") == "Allow" and one not in known]


def _allowed(invariant: Mapping[str, Any], allows: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """The actions that some statement names, and what to ask about: of a whole service, what the statement names."""
    for action in _harmful(tuple(invariant["forbid"]["actions"]), _thing(invariant)):
        naming = [one for one in allows if _names(one, "Action", action)]
        if not _is_arn(_thing(invariant)):
            things = {pattern.replace("*", "any") for one in naming for pattern in _list(one.get("Resource"))}
            yield from ((action, thing) for thing in sorted(things) if _is_arn(thing) or thing == "any")
        elif naming:
            yield action, _thing(invariant)


def asked(before: Account, leak: Leaked, invariants: Invariants) -> tuple[Account, Account, list[Request]]:
    """The account without and with a leak, each with the principals that are asked about, and the requests."""
    after = described(leak.states, invariants)
    found = [*requests(before, after, invariants)]
    who, things = {one[0] for one in found}, {one[2] for one in found}
    return _only(before, who, things), _only(after, who, things), found


def _only(told: Account, who: set[str], things: set[str]) -> Account:
    """The part of an account that requests are about; whom a leak adds had nothing before."""
    nothing = {"policies": [], "trust_policy": None, "permission_boundary": None}
    return {
        "principals": {arn: told["principals"].get(arn, {"arn": arn, **nothing}) for arn in sorted(who)},
        "resource_policies": {arn: one for arn, one in told["resource_policies"].items() if arn in things},
    }


def _thing(invariant: Mapping[str, Any]) -> str:
    return invariant["forbid"]["resources"][0]


def _is_arn(text: str) -> bool:
    return text.startswith("arn:")


@cache
def _harmful(patterns: tuple[str, ...], thing: str) -> tuple[str, ...]:
    found = {action for pattern in patterns for action in expand(pattern) if class_of(action) != _HARMLESS}
    return tuple(sorted(one for one in found if not _is_arn(thing) or _any_glob(thing, targets(one))))


def _names(statement: Mapping[str, Any], element: str, text: str) -> bool:
    """Whether an element, or its opposite, may stand for a text."""
    return f"Not{element}" in statement or _any(text, _list(statement.get(element)))


def _any(text: str, patterns: Iterable[str]) -> bool:
    return any(_glob(pattern).matches(text.lower()) for pattern in patterns)


@cache
def _glob(pattern: str) -> Glob:
    return Glob(pattern.lower())


def _any_glob(text: str, globs: Iterable[Glob]) -> bool:
    return any(one.matches(text) for one in globs)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
