"""The typed configuration of one environment: what `Pulumi.<stack>.yaml` says, validated once, at the start."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

import msgspec
import pulumi

from pbckit.infra.names import PLATFORM, Names, partition_of

ENVIRONMENTS = ("local", "migration", "dev", "staging", "prod")
SHORTFALLS = ("debt", "clamp")
RELEASES = ("immediate", "canary")
EMBEDDED = ("local", "migration")
"""Environments on the embedded AWS of this machine."""
ARCHITECTURES = ("arm64", "x86_64")
LOG_RETENTION_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip
"""What CloudWatch Logs accepts (PutRetentionPolicy, `retentionInDays`)."""
_EMAIL = r"[^@\s,;<>]+@[^@\s,;<>]+\.[A-Za-z]{2,}"


class InvalidConfiguration(pulumi.RunError):
    """A stack's configuration has a wrong or missing value. Names the key, the value and what is allowed."""

    def __init__(self, key: str, value: str | None, allowed: str) -> None:
        found = "is missing" if value is None else f"is {value!r}"
        super().__init__(f"{key} {found}; allowed: {allowed}")


@dataclass(frozen=True, kw_only=True)
class EnvironmentConfig:
    """One environment: where it is, how long it keeps things and how carefully."""

    project: str
    environment: str
    account: str
    region: str
    log_retention_days: int
    archive_retention_days: int
    architecture: str
    base_rate: str
    """Points per currency unit that earn-points falls back to when no rate is to be had."""
    expiry_months: str
    """For how many months points live, or `never`."""
    shortfall: str
    """What becomes of points that are taken back after they were spent: a `debt`, or forgiven (`clamp`)."""
    releases: str
    """How new code gets its traffic: with its deployment (`immediate`), or by `rewards release` (`canary`)."""
    maximum_concurrency: int
    """How many messages each consumer handles at once, at most."""
    units: tuple[str, ...]
    """Keys of the units that this stack manages."""
    implementations: Mapping[str, str] = field(default_factory=dict[str, str])
    """Which implementation of a unit is deployed, where it is not the unit's first."""
    migration: tuple[str, ...] = ()
    """Keys of the units that are there for a migration, wherever they are managed: callers go through its facades."""
    repository: str | None = None
    """The repository whose pipelines deploy, as `owner/name`; without one no pipeline may."""

    alarm_email: str | None = None
    """Who gets alarms by e-mail, from the platform's own topic; nobody without it."""
    alarm_topic: str | None = None
    """ARN of a topic that is there already, on which alarms are announced instead of the platform's own."""

    @property
    def metric_namespace(self) -> str:
        """CloudWatch namespace of the program's own metrics. Two environments of one account do not mix in it."""
        return f"{self.project}/{self.environment}"

    @property
    def alarm_topic_arn(self) -> str:
        """ARN of the topic on which alarms are announced."""
        names = self.names(PLATFORM)
        return self.alarm_topic or names.topic(names.physical("alarms"))

    @property
    def embedded(self) -> bool:
        """True where Lambda code runs on this machine, in the embedded AWS."""
        return self.environment in EMBEDDED

    @property
    def protected(self) -> bool:
        """True where Pulumi must refuse to delete a store."""
        return self.environment == "prod"

    @property
    def deletion_protection(self) -> bool:
        """True where AWS itself must refuse to delete a store."""
        return self.environment in ("staging", "prod")

    def names(self, unit: str) -> Names:
        """The physical names of one unit in this environment."""
        return Names(
            project=self.project, environment=self.environment, unit=unit, account=self.account, region=self.region
        )

    @classmethod
    def load(
        cls,
        known_units: tuple[str, ...],
        migration_units: tuple[str, ...] = (),
        implementations: Mapping[str, Sequence[str]] | None = None,
    ) -> "EnvironmentConfig":
        """Read and validate the stack's configuration.

        Args:
            known_units: keys of all units that exist. A stack named `<environment>-<unit>` manages that unit; any
                other those that `rewards:units` lists, by default all.
            migration_units: keys of those that exist where `rewards:migration` names them.
            implementations: by unit, its other implementations: those that `rewards:implementations` may choose.

        Raises:
            InvalidConfiguration: a value is missing or not allowed.
        """
        values = _Values("rewards")
        environment = values.one_of("environment", ENVIRONMENTS)
        account = values.matching("account", r"[0-9]{12}", "the 12 digits of an AWS account")
        region = _Values("aws").matching("region", r"[a-z]{2}(-[a-z]+)+-[0-9]", "an AWS region such as eu-central-1")
        migration = values.units("migration", migration_units)
        known_units = (*known_units, *migration)
        return cls(
            project=pulumi.get_project(),
            environment=environment,
            account=account,
            region=region,
            log_retention_days=int(values.one_of("logRetentionDays", LOG_RETENTION_DAYS)),
            archive_retention_days=int(
                values.matching("archiveRetentionDays", r"[1-9][0-9]{0,3}", "whole days from 1 to 9999")
            ),
            architecture=values.one_of("architecture", ARCHITECTURES),
            base_rate=values.matching("baseRate", r"[0-9]{1,6}(\.[0-9]{1,6})?", 'a decimal such as "1" or "0.5"'),
            expiry_months=values.matching(
                "pointsExpiryMonths", r"never|[1-9]|[1-5][0-9]|60", "whole months from 1 to 60, or never", default="24"
            ),
            shortfall=values.one_of("shortfall", SHORTFALLS, default="debt"),
            releases=values.one_of("releases", RELEASES, default="immediate"),
            maximum_concurrency=int(
                values.matching("maximumConcurrency", r"[2-9]|[1-9][0-9]{1,2}|1000", "a whole number from 2 to 1000")
            ),
            units=_unit_of_stack(pulumi.get_stack(), environment, known_units)
            or values.units("units", known_units)
            or known_units,
            implementations=values.choices("implementations", implementations or {}),
            migration=migration,
            repository=values.optional("repository", r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+", "owner/name of a repository"),
            alarm_email=values.optional("alarmEmail", _EMAIL, "one e-mail address"),
            alarm_topic=_alarm_topic(values, account, region),
        )


class _Values:
    """The values of one configuration namespace."""

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace
        self._config = pulumi.Config(namespace)

    def one_of(self, key: str, allowed: tuple[object, ...], default: str | None = None) -> str:
        return self._checked(key, {str(value) for value in allowed}.__contains__, ", ".join(map(str, allowed)), default)

    def matching(self, key: str, pattern: str, allowed: str, default: str | None = None) -> str:
        return self._checked(key, lambda value: re.fullmatch(pattern, value) is not None, allowed, default)

    def optional(self, key: str, pattern: str, allowed: str) -> str | None:
        return None if self._config.get(key) is None else self.matching(key, pattern, allowed)

    def units(self, key: str, known: tuple[str, ...]) -> tuple[str, ...]:
        """A list of some of the known units; empty where it is not set."""
        allowed = f"a list of {', '.join(known)}"
        text = self._config.get(key)
        if text is None:
            return ()
        try:
            chosen = msgspec.json.decode(text, type=Annotated[list[str], msgspec.Meta(min_length=1)])
        except msgspec.DecodeError as error:
            raise InvalidConfiguration(f"{self._namespace}:{key}", text, allowed) from error
        for unit in chosen:
            if unit not in known:
                raise InvalidConfiguration(f"{self._namespace}:{key}", unit, allowed)
        return tuple(unit for unit in known if unit in chosen)

    def choices(self, key: str, known: Mapping[str, Sequence[str]]) -> dict[str, str]:
        """One of several, for some keys; empty where it is not set."""
        allowed = "an object with " + ", ".join(f"{name}: {' or '.join(others)}" for name, others in known.items())
        text = self._config.get(key)
        try:
            chosen = msgspec.json.decode(text or "{}", type=dict[str, str])
        except msgspec.DecodeError as error:
            raise InvalidConfiguration(f"{self._namespace}:{key}", text, allowed) from error
        for name, choice in chosen.items():
            if choice not in known.get(name, ()):
                raise InvalidConfiguration(f"{self._namespace}:{key}", f"{name}: {choice}", allowed)
        return chosen

    def _checked(self, key: str, fits: Callable[[str], bool], allowed: str, default: str | None) -> str:
        given = self._config.get(key)
        value = default if given is None else given
        if value is None or not fits(value):
            raise InvalidConfiguration(f"{self._namespace}:{key}", value, allowed)
        return value


def _alarm_topic(values: _Values, account: str, region: str) -> str | None:
    """ARN of a topic that CloudWatch can announce alarms on: a standard topic of the same account and region."""
    pattern = rf"arn:{partition_of(region)}:sns:{region}:{account}:[A-Za-z0-9_-]{{1,256}}"
    topic = values.optional("alarmTopic", pattern, f"the ARN of a standard SNS topic of account {account} in {region}")
    email = values.optional("alarmEmail", _EMAIL, "one e-mail address")
    if topic is not None and email is not None:
        raise InvalidConfiguration("rewards:alarmEmail", email, "nothing beside rewards:alarmTopic; subscribe there")
    return topic


def _unit_of_stack(stack: str, environment: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """The unit that stands after the environment in a stack's name; none in the name of a stack of several."""
    _, dash, unit = stack.partition(f"{environment}-")
    if not dash or not stack.startswith(environment):
        return ()
    if unit not in known:
        allowed = f"{environment}, or {environment}- and one of {', '.join(known)}"
        raise InvalidConfiguration("the stack's name", stack, allowed)
    return (unit,)


def tags(config: EnvironmentConfig, unit: str, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The tags every resource of a unit carries: who owns it, and where."""
    return {"project": config.project, "environment": config.environment, "pbc": unit, **(extra or {})}
