"""Whose a resource is by its name, also where the resource itself is not in this stack.

Every physical name of a unit starts with the unit's prefix. The prefix ends in a character that no unit key contains,
so the prefix of one unit is never the beginning of another's.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from pbc_isolation.iam.globs import Glob

DEFAULT_PREFIX = "{project}-{environment}-{unit}_"
LIVE = "live"
_NAME_LIMIT = 64
_HASH_LENGTH = 7

_RESOURCES = {
    "backup": ("backup-vault:{p}*",),
    "cloudwatch": ("alarm:{p}*", "dashboard/{p}*"),
    "dynamodb": ("table/{p}*",),
    "events": ("rule/{p}*", "rule/*/{p}*", "archive/{p}*", "replay/{p}*", "event-bus/{p}*"),
    "firehose": ("deliverystream/{p}*",),
    "iam": ("role/{p}*", "policy/{p}*", "user/{p}*", "group/{p}*", "instance-profile/{p}*"),
    "kinesis": ("stream/{p}*",),
    "kms": ("alias/{p}*",),
    "lambda": ("function:{p}*", "layer:{p}*"),
    "logs": ("log-group:/aws/*/{p}*", "log-group:{p}*"),
    "pipes": ("pipe/{p}*",),
    "s3": ("{p}*",),
    "scheduler": ("schedule/*/{p}*", "schedule-group/{p}*"),
    "secretsmanager": ("secret:{p}*",),
    "sns": ("{p}*",),
    "sqs": ("{p}*",),
    "ssm": ("parameter/{p}*",),
    "states": ("stateMachine:{p}*", "execution:{p}*", "express:{p}*", "activity:{p}*", "mapRun:{p}*"),
}
"""Where the prefix stands in the resource part of an ARN, by service."""


def environment_of(stack: str) -> str:
    """The environment of a stack: its name up to the first hyphen. What follows is the one unit that it manages."""
    return stack.partition("-")[0]


@dataclass(frozen=True)
class Naming:
    """The convention of one stack."""

    project: str
    stack: str
    template: str = DEFAULT_PREFIX

    def prefix(self, unit: str) -> str:
        """What all names of a unit start with."""
        environment = environment_of(self.stack)
        return self.template.format(project=self.project, stack=self.stack, environment=environment, unit=unit)

    def names_in(self, text: str) -> Iterator[tuple[int, str, str]]:
        """The physical names in a text that follow the convention: where each begins, the name, and its unit."""
        pattern = self._name_pattern
        if pattern is not None:
            yield from ((found.start(), found[0], found["unit"]) for found in pattern.finditer(text))

    @cached_property
    def _name_pattern(self) -> re.Pattern[str] | None:
        """None where a prefix could not be told from other text: where nothing stands before or behind the unit."""
        before, _, after = self.prefix("\0").partition("\0")
        if not before or not after or re.match("[a-z0-9-]", after):
            return None
        return re.compile(rf"(?<![A-Za-z0-9]){re.escape(before)}(?P<unit>[a-z0-9-]+){re.escape(after)}[\w.-]*")

    def own(self, unit: str) -> tuple[Glob, ...]:
        """Patterns of every ARN that is the unit's by its name, in any region."""
        return (*_own(self.prefix(unit)), self._own_schemas(unit))

    def _own_schemas(self, unit: str) -> Glob:
        """Schemas of the events that a unit publishes, in the registry that all share: they start with their source."""
        return Glob(f"arn:*:schemas:*:*:schema/{self.prefix('*')}*/{unit}@*", strict=True)

    def own_roles(self, unit: str) -> tuple[Glob, ...]:
        """Patterns of the ARNs of the unit's roles, by name."""
        return (Glob(f"arn:*:iam:*:*:role/{self.prefix(unit)}*", strict=True),)

    def capability(self, unit: str, name: str) -> Glob:
        """The ARN of the alias behind a capability."""
        prefix = self.prefix(unit)
        function = prefix + name
        if len(function) > _NAME_LIMIT:
            digest = hashlib.sha256(name.encode()).hexdigest()[:_HASH_LENGTH]
            function = f"{prefix}{name[: _NAME_LIMIT - len(prefix) - _HASH_LENGTH - 1].rstrip('-')}-{digest}"
        return Glob(f"arn:*:lambda:*:*:function:{function}:{LIVE}", strict=True)


@cache
def _own(prefix: str) -> tuple[Glob, ...]:
    return tuple(
        Glob(f"arn:*:{service}:*:*:{resource.format(p=prefix)}", strict=True)
        for service, resources in _RESOURCES.items()
        for resource in resources
    )


@cache
def of_service(patterns: tuple[Glob, ...], service: str) -> tuple[Glob, ...]:
    """Those of some ARN patterns that are of one service, or of any."""
    return tuple(pattern for pattern in patterns if pattern.text.split(":")[2:3] in ([service], ["*"]))
