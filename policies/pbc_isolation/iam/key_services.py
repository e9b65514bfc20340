"""Use of a KMS key through another AWS service, and what its conditions confine it to."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from pbc_isolation.iam.conditions import required_patterns
from pbc_isolation.iam.documents import Conditions
from pbc_isolation.iam.globs import Glob, contains

_FILE = Path(__file__).with_suffix(".yaml")
_CONTEXT = "kms:EncryptionContext:"
_ENDPOINTS = (".amazonaws.com", ".amazonaws.com.cn")

IsOwn = Callable[[str], bool]
"""Whether a pattern of ARNs covers nothing but what a unit may use the key for."""


@dataclass(frozen=True)
class KeyService:
    """A service that names, in the encryption context, the one resource that it uses a key for."""

    name: str
    context: str
    arn: str

    @property
    def context_key(self) -> str:
        """The condition key of its encryption context."""
        return f"{_CONTEXT}{self.context}"

    def confined(self, conditions: Conditions, is_own: IsOwn) -> bool:
        """Whether a required encryption context names own resources of this service only."""
        return any(
            patterns and all(is_own(self.arn.format(one)) for one in patterns)
            for patterns in required_patterns(conditions, self.context_key)
        )


@cache
def key_services() -> Mapping[str, KeyService]:
    """The services, by name."""
    body = yaml.safe_load(_FILE.read_text())
    return {name: KeyService(name, one["context"], one["arn"]) for name, one in body["services"].items()}


@cache
def _actions() -> frozenset[str]:
    return frozenset(action.lower() for action in yaml.safe_load(_FILE.read_text())["actions"])


def confined_by_service(action: str, conditions: Conditions, is_own: IsOwn) -> bool:
    """Whether an action holds only through services that use the key for own resources.

    Each service that `kms:ViaService` admits must be a known one, and have its own encryption context confined: another
    service's context says nothing about it.
    """
    return action in _actions() and any(
        services and all(service is not None and service.confined(conditions, is_own) for service in services)
        for services in _via(conditions)
    )


def service_principal(name: str) -> KeyService | None:
    """The service behind a service principal: `events.amazonaws.com`, `logs.eu-central-1.amazonaws.com`."""
    return key_services().get(name.partition(".")[0]) if name.endswith(_ENDPOINTS) else None


def _via(conditions: Conditions) -> Iterator[list[KeyService | None]]:
    """The services that each required test of `kms:ViaService` admits; None for one that is not known."""
    for patterns in required_patterns(conditions, "kms:ViaService"):
        yield [_service(pattern) for pattern in patterns]


@cache
def _service(pattern: str) -> KeyService | None:
    """A service in whatever region: DynamoDB's own example has `dynamodb.*.amazonaws.com`."""
    service = key_services().get(pattern.partition(".")[0])
    endpoints = [Glob(f"{service.name}.*{end}") for end in _ENDPOINTS] if service else []
    return service if any(contains(endpoint, Glob(pattern)) for endpoint in endpoints) else None
