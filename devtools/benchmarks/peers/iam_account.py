"""A stack's identities and resource policies in the format of iamprover, and the isolation of units as its invariants.

Documents that are not known before they are created cannot be told in that format and are left out.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pbckit.sandbox.graph import UNKNOWN

_ROLE, _USER = "aws:iam/role:Role", "aws:iam/user:User"
_INLINE = {"RolePolicy": "role", "UserPolicy": "user", "GroupPolicy": "group"}
_ATTACHED = {"RolePolicyAttachment": "role", "UserPolicyAttachment": "user", "GroupPolicyAttachment": "group"}
_RESOURCE_POLICIES = re.compile(r"aws:(?!iam/).*(Policy|kms/key:Key)$")
_ACCOUNT = re.compile(r"arn:aws:iam::(\d{12}):")

_THINGS = {
    "aws:cloudwatch/eventRule:EventRule": ("events", ("rule/any/{name}",)),
    "aws:cloudwatch/logGroup:LogGroup": ("logs", ("log-group:{name}", "log-group:{name}:any")),
    "aws:dynamodb/table:Table": ("dynamodb", ("table/{name}", "table/{name}/stream/any")),
    "aws:iam/role:Role": ("iam", ("role/{name}",)),
    "aws:lambda/function:Function": ("lambda", ("function:{name}", "function:{name}:live")),
    "aws:sfn/stateMachine:StateMachine": ("states", ("stateMachine:{name}", "execution:{name}:any")),
    "aws:sqs/queue:Queue": ("sqs", ("{name}",)),
}
"""What units have: its service, and the resource part of its ARN and of those below it."""
_WOULD_HAVE = {
    "kinesis": ("stream/{own}any",),
    "pipes": ("pipe/{own}any",),
    "s3": ("{own}any", "{own}any/any"),
    "scheduler": ("schedule/default/{own}any",),
    "secretsmanager": ("secret:{own}any",),
    "sns": ("{own}any",),
    "ssm": ("parameter/{own}any",),
}
"""What a unit might have, by service."""
_ACTIONS = {
    "iam": ("iam:*", "sts:*"),
    "logs": ("logs:FilterLogEvents", "logs:GetLogEvents", "logs:PutSubscriptionFilter", "logs:StartQuery"),
}
"""What nobody else may do, where that is not everything: workflows have to set up deliveries of all logs."""
_DETOURS = ("backup", "cloudformation", "dax", "ecs", "glue", "rds-data")
"""Services that no unit uses, whose resources bear no unit's name."""

_WITHOUT_REGION = ("iam", "s3")

State = Mapping[str, Any]


def account(states: Iterable[State]) -> dict[str, Any]:
    """Everybody's policies, boundary and trust, and the policies of resources."""
    return _Account([*states]).described()


def invariants(
    states: Iterable[State],
    units: Iterable[str],
    prefix: str,
    place: tuple[str, str],
    callers: Mapping[str, Iterable[str]],
) -> dict[str, Any]:
    """That nobody but its own roles gets at a unit's things.

    Each ARN is written out, and asked about alone: about patterns the solver gives no answer within minutes. Keys are
    left out: it is conditions that tell whose a key is, of a kind that the tool takes to hold always.

    Args:
        states: the stack.
        units: their keys.
        prefix: what a unit's physical names start with; `{unit}` is filled in.
        place: region and account.
        callers: who may call a unit: their roles may do with the unit's functions what they like.
    """
    things = [*_things(states)]
    made = [one for unit in units for one in _of_unit(unit, things, prefix, place, sorted(callers.get(unit, ())))]
    made += [_invariant(service, [f"{service}:*"], "*", []) for service in _DETOURS]
    return {"invariants": made}


def _things(states: Iterable[State]) -> Iterator[tuple[str, str, str]]:
    """Service, physical name and the resource part of an ARN."""
    for state in states:
        service, parts = _THINGS.get(state["type"], ("", ()))
        for part in parts:
            yield service, state["inputs"]["name"], part.format(name=state["inputs"]["name"])
        for index in state.get("inputs", {}).get("globalSecondaryIndexes", ()):
            yield service, state["inputs"]["name"], f"table/{state['inputs']['name']}/index/{index['name']}"


def _of_unit(
    unit: str, things: Iterable[tuple[str, str, str]], prefix: str, place: tuple[str, str], callers: list[str]
) -> Iterator[dict[str, Any]]:
    own = prefix.format(unit=unit)
    named = {service: [part.format(own=own) for part in parts] for service, parts in _WOULD_HAVE.items()}
    for service, name, part in things:
        if name.rpartition("/")[2].startswith(own):
            named.setdefault(service, []).append(part)
    for service, parts in named.items():
        actions = [*_ACTIONS.get(service, (f"{service}:*",))]
        owners = [unit, *callers] if service == "lambda" else [unit]
        for part in parts:
            arn = _arn(service, place, part)
            yield _invariant(f"{arn} of {unit}", actions, arn, _roles(owners, prefix))


def _arn(service: str, place: tuple[str, str], part: str) -> str:
    region, number = ("" if service in _WITHOUT_REGION else place[0]), ("" if service == "s3" else place[1])
    return f"arn:aws:{service}:{region}:{number}:{part}"


def _roles(owners: Iterable[str], prefix: str) -> list[str]:
    return [f"arn:aws:iam::*:role/{prefix.format(unit=owner)}*" for owner in owners]


def _invariant(title: str, actions: list[str], resource: str, unless: list[str]) -> dict[str, Any]:
    forbidden = {"actions": actions, "resources": [resource]}
    return {"id": title.replace(" ", "-"), "description": title, "forbid": forbidden, "unless_principal": unless}


class _Account:
    def __init__(self, states: list[State]) -> None:
        self._states = states
        self._number = next(iter(_ACCOUNT.findall(json.dumps(states))), "000000000000")
        named = [state for state in states if state["type"] == "aws:iam/policy:Policy"]
        self._managed = {f"policy/{one['inputs']['name']}": one["inputs"].get("policy") for one in named}

    def described(self) -> dict[str, Any]:
        identities = [one for one in self._states if one["type"] in (_ROLE, _USER)]
        policies = [one for one in self._states if _RESOURCE_POLICIES.match(one["type"])]
        return {
            "principals": [self._principal(one) for one in identities],
            "resource_policies": [*_named(one["inputs"].get("policy") for one in policies)],
        }

    def _principal(self, state: State) -> dict[str, Any]:
        inputs, kind = state["inputs"], "role" if state["type"] == _ROLE else "user"
        name = inputs["name"]
        inline = [one.get("policy") for one in inputs.get("inlinePolicies", [])]
        attached = map(self._of_arn, inputs.get("managedPolicyArns", []))
        given = [text for group in self._groups(name) for text in self._given("group", group)] if kind == "user" else []
        trust, boundary = inputs.get("assumeRolePolicy"), self._of_arn(inputs.get("permissionsBoundary", ""))
        return {
            "arn": f"arn:aws:iam::{self._number}:{kind}/{name}",
            "policies": [*_named([*inline, *attached, *self._given(kind, name), *given])],
            "trust_policy": json.loads(trust) if _known(trust) else None,
            "permission_boundary": json.loads(boundary) if _known(boundary) else None,
        }

    def _given(self, kind: str, name: str) -> Iterator[Any]:
        """The documents that resources of their own give an identity."""
        for state in self._states:
            token, inputs = state["type"].rpartition(":")[2], state.get("inputs", {})
            if _INLINE.get(token) == kind and inputs.get(kind) == name:
                yield inputs.get("policy")
            if _ATTACHED.get(token) == kind and inputs.get(kind) == name:
                yield self._of_arn(inputs.get("policyArn", ""))

    def _groups(self, user: str) -> Iterator[str]:
        for state in self._states:
            if state["type"].endswith(":GroupMembership") and user in state["inputs"].get("users", []):
                yield state["inputs"]["group"]

    def _of_arn(self, arn: str) -> Any:
        return self._managed.get(arn.rpartition(":")[2])


def _named(documents: Iterable[Any]) -> Iterator[dict[str, Any]]:
    known = [json.loads(text) for text in documents if _known(text)]
    return ({"name": f"policy-{number}", "document": document} for number, document in enumerate(known))


def _known(text: Any) -> bool:
    return isinstance(text, str) and text.startswith("{") and UNKNOWN not in text
