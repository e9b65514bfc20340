"""What a resource refers to, looked at on its own before it is created.

At an update the engine asks about each resource by its inputs, before it makes it, and about the stack as a whole when
everything has been made. At a preview much is not known: code can turn what flows from an own thing into another unit's
ARN, and nobody can tell that from honest code. Here the values are known, and the resource does not exist yet.

What AWS draws, such as the id of an API, is known to the engine and not to the pack before the stack is judged as a
whole; so only what says itself whose it is counts here: names, and ARNs that are made of names.
"""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pbc_isolation.analysis import wiring
from pbc_isolation.analysis.context import Analysis, Settings, accounts_in
from pbc_isolation.analysis.link import Link
from pbc_isolation.iam.principals import targets_of
from pbc_isolation.stack.graph import DEPLOYMENT_ROLE, PLATFORM, UNIT_TYPES, Graph, Resource

_OWNERS = UNIT_TYPES | {DEPLOYMENT_ROLE}
"""Types of the components that can make a resource a unit's."""


class Registered:
    """The resources that the engine has asked about one by one, by their inputs, in the order of their registration."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inputs: dict[str, Mapping[str, Any]] = {}
        self._resources: dict[str, Resource] = {}
        self._accounts: Counter[str] = Counter()
        self._units: dict[str, Resource] = {}
        """The components of units with what is above them, and what the platform makes: all units share that."""
        self._analysis: Analysis | None = None

    def remember(self, urn: str, inputs: Mapping[str, Any]) -> None:
        """Remember what the program sets of a resource, which nobody asks about before the stack is judged."""
        self._inputs[urn] = inputs

    def add(self, resource: Resource) -> None:
        """Remember a resource; a later one of the same URN is the same, asked about again."""
        self.remember(resource.urn, resource.props)
        with self._lock:
            if resource.urn in self._resources:
                self._analysis = None  # It may be another's now.
            self._resources[resource.urn] = resource
            self._accounts.update(accounts_in(resource))
            above = list(self._above(resource))
            if resource.type in _OWNERS:
                self._units.update((one.urn, one) for one in [resource, *above])
                self._analysis = None
            elif any(one.type == PLATFORM for one in above):
                self._units[resource.urn] = resource
                self._analysis = None

    def inputs_of(self, urn: str) -> Mapping[str, Any] | None:
        """The properties that the program has set; None for a resource that was not asked about."""
        return self._inputs.get(urn)

    def foreign_links(self, resource: Resource, settings: Settings) -> list[Link]:
        """What a resource refers to by name that is not its unit's.

        Nearly all resources name what is their own by its name alone, which the units tell. Only where that is not
        enough, everything that is known by now is looked through.
        """
        with self._lock:
            if not any(_certain(self._of_units(settings), self._below_its_unit(resource))):
                return []
            others = [one for one in self._resources.values() if one.urn != resource.urn]
            everything = Analysis(Graph([*others, resource]), settings, told_account=self._account)
            return list(_certain(everything, resource))

    def _of_units(self, settings: Settings) -> Analysis:
        """The analysis of the units, and of what all share. It is kept until there are more of these."""
        kept = self._analysis
        if kept is None or kept.settings is not settings or kept.told_account != self._account:
            kept = Analysis(Graph(self._units.values()), settings, told_account=self._account)
            self._analysis = kept
        return kept

    def _below_its_unit(self, resource: Resource) -> Resource:
        """A resource as if it stood right below the nearest component that is in the analysis of the units."""
        nearest = next((one.urn for one in self._above(resource) if one.urn in self._units), "")
        return replace(resource, parent=nearest)

    @property
    def _account(self) -> str | None:
        return self._accounts.most_common(1)[0][0] if self._accounts else None

    def _above(self, resource: Resource) -> Iterator[Resource]:
        """What a resource stands below, the nearest first."""
        passed = {resource.urn}
        while resource.parent in self._resources and resource.parent not in passed:
            resource = self._resources[resource.parent]
            passed.add(resource.urn)
            yield resource


def _certain(analysis: Analysis, resource: Resource) -> Iterator[Link]:
    """Links that need nothing that only AWS knows. A resource without an owner waits for the stack as a whole."""
    unit = analysis.graph.owner(resource)
    if unit is None:
        return
    yield from _attached(analysis, resource, unit)
    if wiring.may_link(analysis, resource):
        yield from (link for link in wiring.links_of(analysis, resource) if link.provable and link.by_name)


def _attached(analysis: Analysis, resource: Resource, unit: str) -> Iterator[Link]:
    """The identities that a resource gives something although they are not called like any of its unit."""
    for kind, key, name in targets_of(resource):
        own = (one for one in analysis.graph.by_type(kind) if analysis.graph.owner(one) == unit)
        if not name.startswith(analysis.naming.prefix(unit)) and not any(_is_called(one, name) for one in own):
            yield Link(resource, unit, key, f"the identity {name}")


def _is_called(identity: Resource, name: str) -> bool:
    beginning = identity.get("namePrefix")
    begins_so = isinstance(beginning, str) and beginning != "" and name.startswith(beginning)
    return identity.get("name") == name or begins_so
