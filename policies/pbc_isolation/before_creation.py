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
from typing import Any

from pbc_isolation.analysis import wiring
from pbc_isolation.analysis.context import ACCOUNT, Analysis, Settings
from pbc_isolation.analysis.link import Link
from pbc_isolation.stack.graph import Graph, Resource


class Registered:
    """The resources that the engine has asked about one by one, by their inputs, in the order of their registration."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._resources: dict[str, Resource] = {}
        self._accounts: Counter[str] = Counter()

    def add(self, resource: Resource) -> None:
        """Remember a resource; a later one of the same URN is the same, asked about again."""
        with self._lock:
            self._resources[resource.urn] = resource
            self._accounts.update(ACCOUNT.findall(repr(resource.props)))

    def inputs_of(self, urn: str) -> Mapping[str, Any] | None:
        """The properties that the program has set; None for a resource that was not asked about."""
        resource = self._resources.get(urn)
        return resource.props if resource is not None else None

    def foreign_links(self, resource: Resource, settings: Settings) -> list[Link]:
        """What a resource refers to by name that is not its unit's."""
        with self._lock:
            known = list(self._resources.values())
            account = self._accounts.most_common(1)[0][0] if self._accounts else None
        components = [one for one in known if not one.custom]
        if not list(_certain(_analysis([*components, resource], settings, account), resource)):
            return []
        others = [one for one in known if one.urn != resource.urn]
        return list(_certain(_analysis([*others, resource], settings, account), resource))


def _analysis(resources: list[Resource], settings: Settings, account: str | None) -> Analysis:
    return Analysis(Graph(resources), settings, told_account=account)


def _certain(analysis: Analysis, resource: Resource) -> Iterator[Link]:
    """Links that need nothing that only AWS knows. A resource without an owner waits for the stack as a whole."""
    if analysis.graph.owner(resource) is None or not wiring.may_link(analysis, resource):
        return iter(())
    return (link for link in wiring.links_of(analysis, resource) if link.provable and link.by_name)
