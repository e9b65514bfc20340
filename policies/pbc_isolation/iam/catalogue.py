"""What actions exist, what each acts on, and which class of this pack's rules it belongs to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import yaml

from pbc_isolation.iam.globs import Glob

_CLASSES = Path(__file__).with_name("classes.yaml")
ACTIONS = Path(__file__).with_name("actions.tsv")
"""What is derived about every action; see `judgement`."""
HARMLESS = "harmless"
UNCLASSIFIED = "unclassified"
CONTENT = "content-reads"
"""Reads of which the answer holds more than metadata, and that no other class names."""
CHANGES = "changes"
"""Writes that no other class names."""


@dataclass(frozen=True)
class Classes:
    """The contents of `classes.yaml`."""

    by_class: Mapping[str, tuple[str, ...]]
    services: Mapping[str, tuple[str, ...]]
    harmless: Mapping[str, tuple[str, ...]]
    """Actions that were judged one by one, by the reason."""
    never_own: frozenset[str]
    confining_keys: Mapping[str, tuple[str, ...]]
    worst: tuple[str, ...]
    """Patterns of actions, the worst first."""


@cache
def classes() -> Classes:
    """How actions are classified."""
    body = yaml.load(_CLASSES.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 both are safe
    return Classes(
        by_class={name: tuple(actions) for name, actions in body["classes"].items()},
        services={name: tuple(services) for name, services in body["services"].items()},
        harmless={group["why"]: tuple(group["actions"]) for group in body["harmless"]},
        never_own=frozenset(body["never_own"]),
        confining_keys={key: tuple(actions) for key, actions in body["confining_keys"].items()},
        worst=tuple(body["worst"]),
    )


@dataclass(frozen=True)
class Entry:
    """What is known about a catalogued action."""

    text: str
    """As AWS writes it: `dynamodb:GetItem`."""
    verdict: str
    rule: str
    does: str
    """One of `DEEDS`."""
    resources: tuple[str, ...]
    """Services in the ARNs of what it acts on; none if it cannot be confined, `*` if it may be any."""


@cache
def _entries() -> Mapping[str, Entry]:
    """Every catalogued action, by its name in lower case."""
    found: dict[str, Entry] = {}
    for line in ACTIONS.read_text().splitlines():
        if not line.startswith("#"):
            service, verdict, rule, does, resources, names = line.split("\t")
            arns = tuple(resources.split(",")) if resources else ()
            for name in names.split(" "):
                text = f"{service}:{name}"
                found[text.lower()] = Entry(text, verdict, rule, does, arns)
    return found


@cache
def _by_service() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for action in _entries():
        found.setdefault(action.partition(":")[0], set()).add(action)
    return {service: frozenset(actions) for service, actions in found.items()}


def entries() -> tuple[Entry, ...]:
    """Everything that is known about every catalogued action."""
    return tuple(_entries().values())


def entry(action: str) -> Entry | None:
    """What is known about an action; None if the catalogue does not have it."""
    return _entries().get(action.lower())


@cache
def all_actions() -> frozenset[str]:
    """Every catalogued action, in lower case."""
    return frozenset(_entries())


@cache
def expand(pattern: str) -> frozenset[str]:
    """The actions that a pattern stands for, in lower case.

    An action or a service that the catalogue does not know stands for itself: it may exist all the same.
    """
    pattern = pattern.lower()
    glob = Glob(pattern)
    service, _, name = pattern.partition(":")
    if pattern == "*":
        return all_actions()
    if glob.literal:
        return frozenset({pattern})
    if "*" in service or "?" in service or not name:
        return frozenset(action for action in all_actions() if glob.matches(action))
    known = _by_service().get(service, frozenset())
    return frozenset(action for action in known if glob.matches(action)) if known else frozenset({pattern})


def expand_all(patterns: Iterable[str]) -> frozenset[str]:
    """The actions that several patterns stand for."""
    return _expand_all(tuple(patterns))


@cache
def _expand_all(patterns: tuple[str, ...]) -> frozenset[str]:
    return frozenset[str]().union(*(expand(pattern) for pattern in patterns))


@cache
def class_of(action: str) -> str:
    """The class of an action, `harmless`, or `unclassified`.

    One that the catalogue does not have is harmful whatever its name: by the class that names it or its service, else
    because nothing is known about it.
    """
    known = entry(action)
    if known is not None:
        return known.verdict
    return first_match(action, "by_class") or first_match(action.partition(":")[0], "services") or UNCLASSIFIED


Section = Literal["by_class", "harmless", "services"]
"""What of `Classes` may name an action."""


def first_match(text: str, section: Section) -> str | None:
    """The first group of a section with a pattern that matches an action or a service, whatever its case."""
    text = text.lower()
    globs = _globs(section, text.partition(":")[0])
    return next((name for name, glob in globs if glob.matches(text)), None)


@cache
def _globs(section: Section, service: str) -> tuple[tuple[str, Glob], ...]:
    """The patterns that may match an action of a service, in order."""
    groups: Mapping[str, tuple[str, ...]] = getattr(classes(), section)
    every = ((name, Glob(pattern.lower())) for name, patterns in groups.items() for pattern in patterns)
    return tuple((name, glob) for name, glob in every if Glob(glob.text.partition(":")[0]).matches(service))


DEEDS = ("reads", "permits", "changes", "labels", "lists", "describes")
"""What actions do, the worst first."""


@cache
def badness(action: str) -> tuple[int, bool, int, bool, str]:
    """A key to sort actions by, the worst first. What the catalogue does not have, and patterns, come last."""
    known = entry(action)
    globs = _worst()
    place = next((place for place, glob in enumerate(globs) if glob.matches(action.lower())), len(globs))
    keeps = not action.partition(":")[2].lower().startswith("delete")
    deed, place = (DEEDS.index(known.does), place) if known is not None else (0, len(globs) + 1)
    return place, class_of(action) == HARMLESS, deed, keeps, action


@cache
def _worst() -> tuple[Glob, ...]:
    return tuple(Glob(pattern.lower()) for pattern in classes().worst)


def display(action: str) -> str:
    """An action as AWS writes it, `dynamodb:GetItem`."""
    known = entry(action)
    return known.text if known is not None else action


def has_resources(action: str) -> bool:
    """True if the action can be confined to named resources. One that the catalogue does not know can."""
    known = entry(action)
    return known is None or bool(known.resources)


@cache
def targets(action: str) -> tuple[Glob, ...]:
    """Patterns of the ARNs that an action can act on; anything, where the catalogue knows none."""
    known = entry(action)
    if known is None or not known.resources or known.resources == ("*",):
        return (Glob("*"),)
    return tuple(Glob(f"arn:*:{service}:*:*:*", strict=True) for service in known.resources)
