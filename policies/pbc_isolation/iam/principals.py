"""The identities of a stack, with every document that gives them something or takes it away."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml

from pbc_isolation.iam.conditions import Facts
from pbc_isolation.iam.documents import Document, Problem, parse
from pbc_isolation.stack.graph import Graph, Resource
from pbc_isolation.stack.values import UNKNOWN, items, read, texts

ROLE, USER, GROUP = "aws:iam/role:Role", "aws:iam/user:User", "aws:iam/group:Group"
POLICY = "aws:iam/policy:Policy"
_SHOWN = {ROLE: "role", USER: "user", GROUP: "group"}
_INLINE = {
    "aws:iam/rolePolicy:RolePolicy": (ROLE, "role"),
    "aws:iam/userPolicy:UserPolicy": (USER, "user"),
    "aws:iam/groupPolicy:GroupPolicy": (GROUP, "group"),
}
_ATTACHED = {
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ((ROLE, "role"),),
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": ((USER, "user"),),
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": ((GROUP, "group"),),
    "aws:iam/policyAttachment:PolicyAttachment": ((ROLE, "roles"), (USER, "users"), (GROUP, "groups")),
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": ((ROLE, "roleName"),),
    "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive": ((USER, "userName"),),
    "aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive": ((GROUP, "groupName"),),
}
_MEMBERSHIPS = {
    "aws:iam/groupMembership:GroupMembership": ("users", "group"),
    "aws:iam/userGroupMembership:UserGroupMembership": ("user", "groups"),
}
_EXCLUSIVE = {
    f"aws:iam/{shown}PoliciesExclusive:{shown.title()}PoliciesExclusive": (kind, f"{shown}Name")
    for kind, shown in _SHOWN.items()
}
"""What says that an identity has no inline policies but those that it names: it takes all others away."""
_BOUNDARY = "boundary"
JUDGED = frozenset({ROLE, USER, GROUP, POLICY, *_INLINE, *_ATTACHED, *_MEMBERSHIPS, *_EXCLUSIVE})
"""The types of `aws:iam` that give permissions, or take them away."""
_ACCOUNT = re.compile(r"arn:[a-z-]+:iam::[0-9]{12}(?=:)")


@dataclass(eq=False)
class Principal:
    """A role, user or group."""

    resource: Resource
    unit: str | None
    documents: list[Document] = field(default_factory=list[Document])
    boundary: Document | None = None
    """None where there is none that can be read: nothing caps the principal then."""
    trust: Document | None = None
    problems: list[Problem] = field(default_factory=list[Problem])
    """Documents of which nothing can be proved."""
    elsewhere: bool = False
    """True for one that is not in this stack and is given something in it."""

    @property
    def urn(self) -> str:
        """URN of the identity."""
        return self.resource.urn

    @property
    def name(self) -> str | None:
        """Physical name; None if it is not known."""
        name = self.resource.get("name")
        return name if isinstance(name, str) else None

    @property
    def label(self) -> str:
        """What people call it."""
        return f"{_SHOWN[self.resource.type]} {self.name or self.resource.name}"

    @cached_property
    def arn(self) -> str | None:
        """Its ARN, put together from its boundary's where it is not known itself: both are in the same account."""
        arn, boundary = (_account_of(self.resource.get(key)) for key in ("arn", "permissionsBoundary"))
        if arn is not None:
            return str(self.resource.get("arn"))
        if boundary is None or self.name is None:
            return None
        path = self.resource.get("path")
        return f"{boundary}:{_SHOWN[self.resource.type]}{path if isinstance(path, str) else '/'}{self.name}"

    @cached_property
    def facts(self) -> Facts:
        """What is certain about every request that it makes."""
        return {"aws:principalarn": self.arn, "aws:principalaccount": self.arn.split(":")[4]} if self.arn else {}

    def add(self, parsed: Document | Problem) -> None:
        """Give it one more document."""
        if isinstance(parsed, Problem):
            self.problems.append(parsed)
        else:
            self.documents.append(parsed)


@dataclass(frozen=True, eq=False)
class Attachment:
    """A resource that gives an identity a document."""

    resource: Resource
    kind: str
    """Type token of the identity."""
    target: str | None
    """Physical name of the identity; None if it is not known."""
    document: Document | Problem
    flows_from: str = ""
    """URN of the identity whose name AWS makes, where that is what is not known yet."""


@dataclass(eq=False)
class Identities:
    """All identities of a stack."""

    principals: list[Principal]
    attachments: list[Attachment]
    problems: list[tuple[Resource, Problem]]
    """Things about identities that cannot be read and belong to no principal that is known."""

    def named(self, kind: str, name: str) -> list[Principal]:
        """The identities of a type and physical name."""
        return self._by_name.get((kind, name), [])

    def meant(self, attachment: Attachment) -> list[Principal]:
        """The identities that are given a document, as far as they are in the stack."""
        if attachment.target is not None:
            return self.named(attachment.kind, attachment.target)
        return [one for one in self.principals if one.urn == attachment.flows_from]

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], list[Principal]]:
        found: dict[tuple[str, str], list[Principal]] = {}
        for one in self.principals:
            if one.name is not None:
                found.setdefault((one.resource.type, one.name), []).append(one)
        return found


def _account_of(arn: Any) -> str | None:
    """The part of an IAM ARN that names partition and account; None if it is no such ARN."""
    match = _ACCOUNT.match(arn) if isinstance(arn, str) else None
    return match[0] if match else None


def collect(graph: Graph, accepted: Collection[str] = ()) -> Identities:
    """Find every identity of a stack and everything that bears on it.

    Args:
        graph: the stack.
        accepted: ARNs of managed policies that are not in the stack and are taken to give nothing.
    """
    policies = _Policies(graph, accepted)
    principals = [_principal(graph, resource, policies) for resource in graph.by_type(ROLE, USER, GROUP)]
    attachments = list(_attachments(graph, policies))
    known = {(one.resource.type, one.name) for one in principals}
    found = Identities([*principals, *_elsewhere(graph, attachments, known)], attachments, [])
    for attachment in found.attachments:
        _attach(found, attachment)
    for resource in graph.by_type(*_MEMBERSHIPS):
        _join(found, resource)
    return found


def _elsewhere(
    graph: Graph, attachments: Iterable[Attachment], known: Collection[tuple[str, str | None]]
) -> Iterator[Principal]:
    """The identities that are not in this stack and are given something in it: nobody sees a boundary of theirs."""
    seen: set[tuple[str, str]] = set()
    for one in attachments:
        if one.target is not None and (one.kind, one.target) not in known and (one.kind, one.target) not in seen:
            seen.add((one.kind, one.target))
            resource = replace(one.resource, type=one.kind, props={"name": one.target})
            yield Principal(resource, graph.owner(one.resource), elsewhere=True)


class _Policies:
    """The managed policies of a stack, by name, and those that AWS manages."""

    def __init__(self, graph: Graph, accepted: Collection[str]) -> None:
        self._accepted = accepted
        self._by_name: dict[str, list[Resource]] = {}
        for policy in graph.by_type(POLICY):
            name = policy.get("name")
            if isinstance(name, str):
                self._by_name.setdefault(name, []).append(policy)

    def document(self, reference: Any, purpose: str, urn: str) -> Document | Problem:
        """The document of the policy with an ARN, for the resource of a URN."""
        if not isinstance(reference, str):
            return Problem(purpose, "has an ARN that is not known before it is created")
        if reference in self._accepted and purpose != _BOUNDARY:
            return Document(f"{purpose} {reference}", urn, (), by_aws=True)
        if reference.partition("::")[2].startswith("aws:policy/"):
            return _by_aws(reference, purpose, urn)
        _, _, path = reference.partition(":policy/")
        found = self._by_name.get(path.rpartition("/")[2], [])
        if len(found) != 1:
            return Problem(f"{purpose} {reference}", "is not in this stack")
        return parse(found[0].get("policy"), f"{purpose} {path}", found[0].urn)


def _by_aws(arn: str, purpose: str, urn: str) -> Document | Problem:
    """The text of a policy that AWS manages, where it is known."""
    statements = _managed_by_aws().get(arn.partition("::aws:")[2])
    if statements is None:
        return Problem(
            f"{purpose} {arn}",
            "is not in this stack, and AWS may change it",
            fix=(
                "Copy the statements that are needed into a policy of this stack, confined to the unit's own; or, "
                "where it gives nothing away, allow it by the setting managedPolicies, with the reason."
            ),
        )
    parsed = parse({"Version": "2012-10-17", "Statement": statements}, f"{purpose} {arn}", urn)
    return replace(parsed, by_aws=True) if isinstance(parsed, Document) else parsed


@cache
def _managed_by_aws() -> Mapping[str, Any]:
    return yaml.safe_load(Path(__file__).with_name("managed_policies.yaml").read_text())


def _principal(graph: Graph, resource: Resource, policies: _Policies) -> Principal:
    principal = Principal(resource, graph.owner(resource))
    if principal.name is None and not _is_named_by_aws(resource):
        # Whatever is attached to it elsewhere is attached by name.
        principal.problems.append(Problem("the name", "is not known before it is created"))
    for inline in items(resource.get("inlinePolicies")):
        # An empty block says that there are none but these.
        if not isinstance(inline, Mapping) or inline:
            principal.add(parse(read(inline, "policy"), f"inline policy {read(inline, 'name')!r}", resource.urn))
    for arn in items(resource.get("managedPolicyArns")):
        principal.add(policies.document(arn, "attached policy", resource.urn))
    _set_boundary(principal, policies)
    if resource.type == ROLE:
        trust = parse(resource.get("assumeRolePolicy"), "trust policy", resource.urn)
        if isinstance(trust, Problem):
            principal.problems.append(trust)
        else:
            principal.trust = trust
    return principal


def _is_named_by_aws(resource: Resource) -> bool:
    """Whether AWS makes the name of a beginning: nobody can have attached anything by a name that there is not yet."""
    beginning, name = resource.get("namePrefix"), resource.get("name")
    return isinstance(beginning, str) and (name is None or (name is UNKNOWN and not resource.asks("name")))


def _set_boundary(principal: Principal, policies: _Policies) -> None:
    reference = principal.resource.get("permissionsBoundary")
    if reference is None or reference == "":
        return
    boundary = policies.document(reference, _BOUNDARY, principal.urn)
    if isinstance(boundary, Problem):
        principal.problems.append(boundary)
    else:
        principal.boundary = boundary


def _attachments(graph: Graph, policies: _Policies) -> Iterator[Attachment]:
    for token, (kind, key) in _INLINE.items():
        for resource in graph.by_type(token):
            source = f"inline policy {resource.get('name')!r}"
            document = parse(resource.get("policy"), source, resource.urn)
            yield Attachment(resource, kind, _text(resource.get(key)), document, _source(graph, resource, key, kind))
    for token, targets in _ATTACHED.items():
        for resource in graph.by_type(token):
            references = [*items(resource.get("policyArn")), *items(resource.get("policyArns"))]
            for reference in references or [UNKNOWN]:
                document = policies.document(reference, "attached policy", resource.urn)
                for kind, key in targets:
                    for target in items(resource.get(key)) or ([UNKNOWN] if len(targets) == 1 else []):
                        source = _source(graph, resource, key, kind)
                        yield Attachment(resource, kind, _text(target), document, source)


def exclusive(graph: Graph) -> Iterator[Attachment]:
    """What takes the inline policies of an identity away, as an attachment of nothing."""
    for token, (kind, key) in _EXCLUSIVE.items():
        for resource in graph.by_type(token):
            yield Attachment(resource, kind, _text(resource.get(key)), Document(resource.name, resource.urn, ()))


def targets_of(resource: Resource) -> Iterator[tuple[str, str, str]]:
    """The identities that a resource gives documents to, or takes them from: their type, the property, the name."""
    single = {token: (target,) for token, target in {**_INLINE, **_EXCLUSIVE}.items()}
    for kind, key in {**single, **_ATTACHED}.get(resource.type, ()):
        yield from ((kind, key, name) for name in texts(resource.get(key)))


def _source(graph: Graph, resource: Resource, key: str, kind: str) -> str:
    """The identity whose name flows into a property, if AWS makes that name, and nothing else flows into it."""
    sources = graph.flows_from(resource, key) if resource.get(key) is UNKNOWN else []
    alone = len(sources) == len(resource.property_dependencies.get(key, ())) == 1
    return sources[0].urn if alone and sources[0].type == kind and _is_named_by_aws(sources[0]) else ""


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _attach(identities: Identities, attachment: Attachment) -> None:
    meant = identities.meant(attachment)
    if attachment.target is None and not meant:
        problem = Problem("the identity that it is attached to", "is not known before it is created")
        identities.problems.append((attachment.resource, problem))
        return
    for principal in meant:
        principal.add(attachment.document)
    if isinstance(attachment.document, Problem):
        identities.problems.append((attachment.resource, attachment.document))


def _join(identities: Identities, membership: Resource) -> None:
    """Give the members of a group what the group has."""
    users_key, groups_key = _MEMBERSHIPS[membership.type]
    users, groups = items(membership.get(users_key)), items(membership.get(groups_key))
    if not all(isinstance(name, str) for name in (*users, *groups)):
        problem = Problem("the members", "are not known before they are created")
        identities.problems.append((membership, problem))
    for user in _named(identities, USER, users):
        for group in _named(identities, GROUP, groups):
            user.documents.extend(group.documents)
            user.problems.extend(group.problems)


def _named(identities: Identities, kind: str, names: Iterable[Any]) -> Iterator[Principal]:
    for name in names:
        yield from identities.named(kind, name)
