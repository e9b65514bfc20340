"""By which texts the things of a stack are known: names that the program gives, and ids, ARNs and addresses of AWS."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from pbc_isolation.stack.graph import Resource
from pbc_isolation.stack.references import refer_by_path
from pbc_isolation.stack.type_data import Types
from pbc_isolation.stack.values import items

_IDENTITY = re.compile(
    r"(arns?|id|url|endpoint|address|dnsname|domainname|name|identifier|hostname|uri|invokeurl|brokers\w*)$",
    re.IGNORECASE,
)
_SHARED_VALUES = frozenset(
    {"hostedZoneId", "ownerId", "accountId", "registryId", "vpcId", "requesterId", "creatorRequestId"}
)
"""What AWS computes and is the same for many things."""
_SHORTEST = 3


class KnownNames:
    """The things of a stack, by every text that means one of them."""

    def __init__(self, resources: Iterable[Resource], types: Types) -> None:
        self._by_text: dict[str, list[Resource]] = {}
        for resource in resources:
            if not resource.external and resource.type.startswith("aws:"):
                for text in dict.fromkeys(_texts_of(resource, types)):
                    self._by_text.setdefault(text, []).append(resource)

    def meant(self, text: str) -> list[Resource]:
        """The things that a text as a whole means."""
        return self._by_text.get(text, [])

    def __contains__(self, text: str) -> bool:
        return text in self._by_text


def given_names(resource: Resource, types: Types) -> Iterator[str]:
    """The names that the program gives a thing."""
    for key in types.of(resource.type).names:
        value = resource.get(key)
        if isinstance(value, str) and value:
            yield value


def names_made(resource: Resource, types: Types) -> Iterator[str]:
    """The names that the program gives a thing, and the beginnings of which AWS makes one."""
    yield from given_names(resource, types)
    for key in types.of(resource.type).names:
        value = resource.get(f"{key}Prefix")
        if isinstance(value, str) and value:
            yield value


def _texts_of(resource: Resource, types: Types) -> Iterator[str]:
    computed = {key: resource.props[key] for key in types.of(resource.type).computed if key in resource.props}
    given = [*given_names(resource, types), resource.id, resource.get("id"), *_identities(computed)]
    found = [text for text in given if isinstance(text, str) and len(text) >= _SHORTEST]
    if not found:
        return
    # The id of what belongs to another thing, such as a policy, is often that thing's name: it means that thing.
    others = {value for _, value in refer_by_path(resource, types.of(resource.type)) if isinstance(value, str)}
    yield from (text for text in found if text not in others)


def _identities(computed: Mapping[str, Any]) -> Iterator[str]:
    """The ids, ARNs and addresses among what AWS computes."""
    for key, value in computed.items():
        for item in items(value):
            if isinstance(item, Mapping):
                yield from _identities(cast("Mapping[str, Any]", item))
            elif isinstance(item, str) and _IDENTITY.search(key) and key not in _SHARED_VALUES:
                yield item
