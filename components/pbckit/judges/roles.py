"""The roles of a graph with the documents that say what they may do, and the unit that a resource lies in."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from pbckit.judges.policy_evaluation import Document, Request, allowed, narrowed
from pbckit.sandbox.graph import Graph, Resource

ROLE, ROLE_POLICY, POLICY = "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy", "aws:iam/policy:Policy"
_DEPLOYMENT_ROLE = ":DeploymentRole"
"""End of the type of the component that makes the role of a unit's pipeline."""


@dataclass(frozen=True, eq=False)
class Role:
    """A role, its inline policies, and its permissions boundary if it has one."""

    resource: Resource
    identity: tuple[Document, ...]
    boundary: Document | None
    deploys: str | None = None
    """The unit that it deploys, where it is the role of a pipeline."""

    @property
    def name(self) -> str:
        """Its physical name."""
        return self.resource.inputs["name"]

    def allows(self, request: Request) -> bool:
        """Whether its policies and its boundary let a request pass."""
        if request.action not in self._narrowed:
            boundary = None if self.boundary is None else narrowed(self.boundary, request.action)
            self._narrowed[request.action] = [narrowed(one, request.action) for one in self.identity], boundary
        identity, boundary = self._narrowed[request.action]
        return allowed(identity, boundary, request)

    @cached_property
    def _narrowed(self) -> dict[str, tuple[list[Document], Document | None]]:
        return {}


ADMINISTRATOR = Role(
    Resource(urn="", type=ROLE, name="administrator", custom=True, inputs={"name": "administrator"}),
    ({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]},),
    None,
)
"""Whoever deploys the environment: no policy of the account stands in the way."""


def roles_of(graph: Graph) -> Iterator[Role]:
    """The roles of a stack. A boundary that the stack does not make is taken to allow everything."""
    policies = {one.inputs["name"]: one.inputs["policy"] for one in graph.by_type(POLICY)}
    inline: dict[str, list[Document]] = {}
    for one in graph.by_type(ROLE_POLICY):
        inline.setdefault(one.inputs["role"], []).append(json.loads(one.inputs["policy"]))
    pipelines = {one.urn: one.inputs["unit"] for one in graph.resources if one.type.endswith(_DEPLOYMENT_ROLE)}
    for role in graph.by_type(ROLE):
        limit = policies.get((role.inputs.get("permissionsBoundary") or "").rpartition("/")[2])
        yield Role(
            role,
            tuple(inline.get(role.inputs["name"], ())),
            json.loads(limit) if limit is not None else None,
            pipelines.get(role.parent),
        )


def units_of(graph: Graph) -> Mapping[str, str]:
    """The name of the unit that each resource lies in, by URN: the component at the top."""
    parents = {one.urn: one for one in graph.resources}

    def top(resource: Resource) -> Resource:
        while resource.parent in parents:
            resource = parents[resource.parent]
        return resource

    return {one.urn: top(one).name for one in graph.resources}


def statements(document: Document) -> list[Mapping[str, Any]]:
    """The statements of a document."""
    found: Any = document["Statement"]
    return cast("list[Mapping[str, Any]]", found) if isinstance(found, list) else [found]
