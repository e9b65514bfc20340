"""Everybody who needs a right on a KMS key has it: whoever deploys, the roles that use a store, and AWS's services.

What AWS asks is data, in `data/key_rights.yaml`. Each need is put to the key's policy, and to the documents of the role
that has it, as one concrete request. KMS asks both: a key policy that names the account leaves the rest to IAM.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, cast

import msgspec

from pbckit.judges.finding import Finding, Judge, finding
from pbckit.judges.place import Place, place_of
from pbckit.judges.policy_evaluation import Document, Request, allowed
from pbckit.judges.roles import ADMINISTRATOR, Role, roles_of, statements, units_of
from pbckit.judges.values import at
from pbckit.sandbox.graph import Graph, Resource

KEY, ALIAS = "aws:kms/key:Key", "aws:kms/alias:Alias"
_DATA = "components/pbckit/judges/data/key_rights.yaml"
_FILE = Path(__file__).parent / "data" / "key_rights.yaml"
_NAMES_KEY = re.compile(r"kms(Master)?Key(Arn|Id|Identifier)?$")
"""What AWS's provider calls inputs that name a key."""
_CONTEXT = "kms:encryptioncontext:"
_WITHOUT_CONTEXT = frozenset({"kms:CreateGrant", "kms:DescribeKey"})
"""Actions whose requests carry no encryption context, or none that a condition can rely on."""
_KEY_ID = "key/00000000-0000-0000-0000-000000000000"


class Store(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A type that holds a key. The fields are explained in the data file."""

    key: str
    service: str
    arn: str
    context: Mapping[str, str]


class Referred(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The store that an input refers to, by name or ARN."""

    type: str
    input: str


class Use(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who needs what. The fields are explained in the data file."""

    type: str
    by: str
    operations: Sequence[str]
    actions: Sequence[str]
    source: str
    store: Referred | None = None
    source_arn: str | None = None


class KeyRights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The contents of the data file."""

    stores: Mapping[str, Store]
    uses: Sequence[Use]


@cache
def documented() -> KeyRights:
    """What AWS asks."""
    return msgspec.yaml.decode(
        Path(__file__).with_name("data").joinpath("key_rights.yaml").read_bytes(), type=KeyRights
    )


def _judge(graph: Graph) -> Iterator[Finding]:
    yield from _unlisted(graph)
    stack = _Stack(graph)
    for use in documented().uses:
        for resource in graph.by_type(use.type):
            for held in stack.stores(use, resource):
                yield from _missing(stack, use, resource, held)


JUDGE = Judge(
    name="key-rights",
    shows="Whoever deploys, every role and every AWS service has the rights on KMS keys that AWS documents for what it "
    "does with the stores of the stack.",
    source=f"the guides of the services, listed in {_DATA}",
    judge=_judge,
)


def _unlisted(graph: Graph) -> Iterator[Finding]:
    for resource in graph.resources:
        if resource.custom and resource.type not in documented().stores:
            for path in _key_inputs(resource.inputs):
                yield finding(
                    resource, path, "nothing says which rights on its key a resource of this type needs",
                    value=resource.type, allowed=f"an entry in {_DATA}", source=_DATA,
                )  # fmt: skip


def _key_inputs(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in cast("Mapping[str, Any]", value).items():
            where = f"{path}.{key}" if path else key
            if _NAMES_KEY.match(key):
                yield where
            else:
                yield from _key_inputs(item, where)


@dataclass(frozen=True)
class _Held:
    """A store, its key, and what its service says of it in requests to KMS."""

    resource: Resource
    store: Store
    arn: str
    key: Resource
    aliases: Sequence[str]
    context: Mapping[str, str]
    """The encryption context, by condition key in lower case."""

    @cached_property
    def policy(self) -> Document:
        """The key's policy."""
        return json.loads(self.key.inputs["policy"])

    def with_below(self, operation: str) -> list[str]:
        """The ARNs that an operation on the store may act on."""
        if operation == "dynamodb:GetRecords":
            return [f"{self.arn}/stream/2030-01-01T00:00:00.000"]
        indexes = self.resource.inputs.get("globalSecondaryIndexes", ()) if operation == "dynamodb:Query" else ()
        return [self.arn, *(f"{self.arn}/index/{one['name']}" for one in indexes)]


class _Stack:
    """A graph, and what its judge looks up in it."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._keys = {one.urn: one for one in graph.by_type(KEY)}
        self._by_name: dict[str, dict[str, _Held]] = {}
        self.units = units_of(graph)

    @cached_property
    def roles(self) -> list[Role]:
        """The roles of the stack."""
        return list(roles_of(self._graph))

    @cached_property
    def place(self) -> Place:
        """Where its resources are."""
        return place_of(self._graph)

    def stores(self, use: Use, resource: Resource) -> Iterator[_Held]:
        """The stores with a key of the stack that a use is about."""
        if use.store is None:
            held = self._held(resource)
            if held is not None:
                yield held
            return
        wanted = at(resource.inputs, use.store.input)
        for value in cast("list[Any]", wanted) if isinstance(wanted, list) else [wanted]:
            if isinstance(value, str) and (held := self._named(use.store.type, value)):
                yield held

    def users(self, use: Use, held: _Held) -> Iterator[Role]:
        """The roles that may call one of the operations on a store."""
        for role in self.roles:
            if any(role.allows(Request(one, arn, {})) for one in use.operations for arn in held.with_below(one)):
                yield role

    def _named(self, token: str, text: str) -> _Held | None:
        """The store of a type with this name or ARN, if it has a key of the stack."""
        if token not in self._by_name:
            found = [held for one in self._graph.by_type(token) if (held := self._held(one))]
            self._by_name[token] = {name: held for held in found for name in (held.resource.inputs["name"], held.arn)}
        return self._by_name[token].get(text)

    def _held(self, resource: Resource) -> _Held | None:
        store = documented().stores[resource.type]
        keys = [self._keys[urn] for urn in resource.property_dependencies.get(store.key, ()) if urn in self._keys]
        if not keys:
            return None
        arn = self.place.arn(store.service, store.arn.format_map(resource.inputs))
        filled = {**resource.inputs, "arn": arn, "account": self.place.account}
        context = {
            f"kms:encryptioncontext:{key}".lower(): text.format_map(filled) for key, text in store.context.items()
        }
        return _Held(resource, store, arn, keys[0], self._aliases(keys[0]), context)

    def _aliases(self, key: Resource) -> list[str]:
        return [
            one.inputs["name"]
            for one in self._graph.by_type(ALIAS)
            if key.urn in one.property_dependencies.get("targetKeyId", ())
        ]


def _missing(stack: _Stack, use: Use, resource: Resource, held: _Held) -> Iterator[Finding]:
    """The rights of a use that somebody lacks."""
    if use.by == "deployer":
        pipelines = [role for role in stack.roles if role.deploys == stack.units[resource.urn]]
        who: list[Role | str] = [ADMINISTRATOR, *pipelines]
    elif use.by == "user":
        who = list(stack.users(use, held))
    else:
        who = [use.by.format(region=stack.place.region)]
    for one in who:
        for action in use.actions:
            where = _refused_by(stack, use, resource, held, one, action)
            if where:
                name = one if isinstance(one, str) else one.name
                yield finding(
                    resource, "", f"{', '.join(use.operations)} by {name}: {action} is not allowed by {where}",
                    value=action, allowed=f"{action} on {held.key.name} of {held.resource.name}", source=use.source,
                )  # fmt: skip


def _refused_by(stack: _Stack, use: Use, resource: Resource, held: _Held, who: Role | str, action: str) -> str | None:
    """Which document does not allow an action on a key; None where it is allowed."""
    place = stack.place
    key_arn = place.arn("kms", _KEY_ID)
    context: dict[str, str | Sequence[str]] = {"kms:resourcealiases": held.aliases}
    if action not in _WITHOUT_CONTEXT:
        context |= held.context
    if isinstance(who, str):
        context["aws:sourceaccount"] = place.account
        if use.source_arn is not None:
            service = who.partition(".")[0]
            context["aws:sourcearn"] = place.arn(service, use.source_arn.format_map(resource.inputs))
        request = Request(action, key_arn, context)
        return None if _admits(held.policy, {("Service", who)}, request) else f"the policy of {held.key.name}"
    arn, account_itself = place.arn("iam", f"role/{who.name}"), place.arn("iam", "root")
    context |= {
        "kms:viaservice": f"{held.store.service}.{place.region}.amazonaws.com",
        "kms:calleraccount": place.account,
        "kms:grantisforawsresource": "true",
        "aws:principalarn": arn,
        "aws:principalaccount": place.account,
    }
    request = Request(action, key_arn, context)
    if _admits(held.policy, {("AWS", arn)}, request):
        return None
    if not _admits(held.policy, {("AWS", account_itself), ("AWS", place.account)}, request):
        return f"the policy of {held.key.name}"
    return None if who.allows(request) else "the policies and the boundary of the role"


def _admits(policy: Document, principals: set[tuple[str, str]], request: Request) -> bool:
    """Whether a key policy allows something to one of some principals."""
    named = [one for one in statements(policy) if one["Effect"] == "Deny" or principals & _principals(one)]
    return allowed([{"Statement": named}], None, request)


def _principals(statement: Mapping[str, Any]) -> set[tuple[str, str]]:
    principal: Any = statement.get("Principal", {})
    if not isinstance(principal, Mapping):
        return {("AWS", str(principal))}
    kinds = cast("Mapping[str, str | list[str]]", principal)
    return {(kind, name) for kind, names in kinds.items() for name in ([names] if isinstance(names, str) else names)}
