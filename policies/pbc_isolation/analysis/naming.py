"""Whose a resource is by its name, also where the resource itself is not in this stack.

Every physical name of a unit starts with the unit's prefix. The prefix ends in a character that no unit key contains,
so the prefix of one unit is never the beginning of another's. Buckets, whose names may not contain that character, have
a prefix of their own, which ends in two hyphens. Databases may have neither: they are owned by the graph only.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from pbc_isolation.iam.globs import Glob

DEFAULT_PREFIX = "{project}-{environment}-{unit}_"
DEFAULT_BUCKET_PREFIX = "{project}-{environment}-{unit}--"
LIVE = "live"
_NAME_LIMIT = 64
_HASH_LENGTH = 7
_SEPARATORS = re.compile("[/:]")

_RESOURCES = {
    "athena": ("workgroup/{p}*", "datacatalog/{p}*"),
    "backup": ("backup-vault:{p}*",),
    "batch": ("job-definition/{p}*", "job-queue/{p}*", "compute-environment/{p}*"),
    "cloudtrail": ("trail/{p}*",),
    "cloudwatch": ("alarm:{p}*", "dashboard/{p}*"),
    "codebuild": ("project/{p}*", "build/{p}*", "report-group/{p}*"),
    "codepipeline": ("{p}*",),
    "dynamodb": ("table/{p}*",),
    "ecr": ("repository/{p}*",),
    "ecs": ("cluster/{p}*", "service/{p}*/{p}*", "task-definition/{p}*", "task/{p}*"),
    "events": ("rule/{p}*", "archive/{p}*", "replay/{p}*", "event-bus/{p}*", "connection/{p}*", "api-destination/{p}*"),
    "firehose": ("deliverystream/{p}*",),
    "glue": (
        "database/{p}*",
        "table/{p}*/*",
        "job/{p}*",
        "crawler/{p}*",
        "trigger/{p}*",
        "workflow/{p}*",
        "connection/{p}*",
    ),
    "iam": tuple(
        f"{kind}/{path}{{p}}*"
        for kind in ("role", "policy", "user", "group", "instance-profile")
        for path in ("", "*/")
    ),
    "kafka": ("cluster/{p}*", "topic/{p}*", "group/{p}*", "configuration/{p}*"),
    "kinesis": ("stream/{p}*",),
    "kms": ("alias/{p}*",),
    "lambda": ("function:{p}*", "layer:{p}*"),
    "logs": ("log-group:/aws/*/{p}*", "log-group:{p}*"),
    "pipes": ("pipe/{p}*",),
    "s3": ("{p}*", "{b}*"),
    "scheduler": ("schedule/*/{p}*", "schedule-group/{p}*"),
    "secretsmanager": ("secret:{p}*",),
    "ses": ("configuration-set/{p}*", "template/{p}*"),
    "sns": ("{p}*",),
    "sqs": ("{p}*",),
    "ssm": ("parameter/{p}*",),
    "states": ("stateMachine:{p}*", "execution:{p}*", "express:{p}*", "activity:{p}*", "mapRun:{p}*"),
    "synthetics": ("canary:{p}*", "group:{p}*"),
    "timestream": ("database/{p}*",),
    "xray": ("group/{p}*",),
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
    bucket_template: str = DEFAULT_BUCKET_PREFIX

    def prefix(self, unit: str) -> str:
        """What all names of a unit start with."""
        return self._filled(self.template, unit)

    def bucket_prefix(self, unit: str) -> str:
        """What the names of a unit's buckets start with."""
        return self._filled(self.bucket_template, unit)

    def prefixes(self, unit: str) -> tuple[str, str]:
        """Both of them."""
        return self.prefix(unit), self.bucket_prefix(unit)

    def _filled(self, template: str, unit: str) -> str:
        environment = environment_of(self.stack)
        return template.format(project=self.project, stack=self.stack, environment=environment, unit=unit)

    def is_own(self, name: str, unit: str) -> bool:
        """True if a name, without whatever stands before its last slash or colon, is a unit's by the convention."""
        return last_part(name).startswith(self.prefixes(unit))

    def names_in(self, text: str) -> Iterator[tuple[int, str, str]]:
        """The physical names in a text that follow the convention: where each begins, the name, and its unit."""
        for beginning, pattern in self._name_patterns:
            if beginning in text:
                yield from ((found.start(), found[0], found["unit"]) for found in pattern.finditer(text))

    @cached_property
    def _name_patterns(self) -> tuple[tuple[str, re.Pattern[str]], ...]:
        """What names begin with, and their pattern.

        Not of prefixes that could not be told from other text: where nothing stands before or behind the unit.
        """
        prefixes = (self.prefix("\0"), self.bucket_prefix("\0"))
        patterns = ((prefix.partition("\0")[0], _pattern_of(prefix)) for prefix in prefixes)
        return tuple((beginning, pattern) for beginning, pattern in patterns if pattern is not None)

    def own(self, unit: str) -> tuple[Glob, ...]:
        """Patterns of every ARN that is the unit's by its name, in any region."""
        return (*_own(self.prefix(unit), self.bucket_prefix(unit)), self._own_schemas(unit))

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


def _pattern_of(prefix: str) -> re.Pattern[str] | None:
    before, _, after = prefix.partition("\0")
    if not before or not after or re.match("[a-z0-9]|-[^-]|-$", after):
        return None
    unit = "[a-z0-9]+(?:-[a-z0-9]+)*"
    return re.compile(rf"(?<![A-Za-z0-9]){re.escape(before)}(?P<unit>{unit}){re.escape(after)}[\w.-]*")


def last_part(name: str) -> str:
    """A name without whatever stands before its last slash or colon."""
    return _SEPARATORS.split(name)[-1]


@cache
def _own(prefix: str, bucket_prefix: str) -> tuple[Glob, ...]:
    return tuple(
        Glob(f"arn:*:{service}:*:*:{resource.format(p=prefix, b=bucket_prefix)}", strict=True)
        for service, resources in _RESOURCES.items()
        for resource in resources
    )


def of_service(patterns: tuple[Glob, ...], service: str) -> tuple[Glob, ...]:
    """Those of some ARN patterns that are of one service, or of any."""
    by_service = _by_service(patterns)
    return by_service.get(service) or by_service.get("*", ())


@cache
def _by_service(patterns: tuple[Glob, ...]) -> dict[str, tuple[Glob, ...]]:
    """ARN patterns by their service, each time with those that are of any."""
    services = [(pattern.text.split(":", 3) + [""] * 3)[2] for pattern in patterns]
    named = list(zip(services, patterns, strict=True))
    of_any = [pattern for service, pattern in named if service == "*"]
    found: dict[str, list[Glob]] = {"*": of_any}
    for service, pattern in named:
        if service not in ("", "*"):
            found.setdefault(service, list(of_any)).append(pattern)
    return {service: tuple(patterns) for service, patterns in found.items()}
