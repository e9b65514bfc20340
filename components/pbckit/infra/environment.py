"""The typed configuration of one environment: what `Pulumi.<stack>.yaml` says, validated once, at the start."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi

from pbckit.infra.alarms import TOPICS, Severity
from pbckit.infra.configuration import Configuration, InvalidConfiguration
from pbckit.infra.names import PLATFORM, Names, partition_of

ENVIRONMENTS = ("local", "migration", "dev", "staging", "prod")
RELEASES = ("immediate", "canary")
OUTBOX_INDEXES = ("removed", "kept")
EMBEDDED = ("local", "migration")
"""Environments on the embedded AWS of this machine."""
ARCHITECTURES = ("arm64", "x86_64")
LOG_RETENTION_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip
"""What CloudWatch Logs accepts (PutRetentionPolicy, `retentionInDays`)."""
OIDC_PROVIDERS = ("managed", "existing")
_REPOSITORY = r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+|[A-Za-z0-9-]+@[1-9][0-9]*/[A-Za-z0-9._-]+@[1-9][0-9]*"
_REPOSITORY_FORMS = "owner/name of a repository, or owner@id/name@id with both ids, as the subject of its tokens has it"
_MOST_REQUESTS = 5_000
"""Half of what API Gateway lets the APIs of an account take in a second by default: 10,000 ("Quotas for configuring and
running a REST API"). So no method can use it up."""
_EMAIL = r"[^@\s,;<>]+@[^@\s,;<>]+\.[A-Za-z]{2,}"


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
    releases: str
    """How new code gets its traffic: with its deployment (`immediate`), or by the command `release` (`canary`)."""
    maximum_concurrency: int
    """How many messages each consumer handles at once, at most."""
    units: tuple[str, ...]
    """Keys of the units that this stack manages."""
    implementations: Mapping[str, str] = field(default_factory=dict[str, str])
    """Which implementation of a unit is deployed, where it is not the unit's first."""
    migration: tuple[str, ...] = ()
    """Keys of the units that are there for a migration, wherever they are managed: callers go through its facades."""
    repository: str | None = None
    """The repository whose pipelines deploy, as `owner/name` or `owner@id/name@id`; without one no pipeline may."""
    oidc_provider: str = "managed"
    """Whether the platform makes GitHub's identity provider (`managed`), or the account has it already (`existing`)."""
    alarm_email: str | None = None
    """Who gets alarms by e-mail, from the platform's own topics; nobody without it."""
    alarm_topic: str | None = None
    """ARN of a topic that is there already, on which alarms are announced instead of the platform's own."""
    ticket_email: str | None = None
    """Who gets those that can wait, where that is somebody else."""
    ticket_topic: str | None = None
    """ARN of a topic that is there already, for those that can wait."""
    runbooks: str | None = None
    """Address or folder of the runbooks, which alarms name."""
    lambda_concurrency_quota: int | None = None
    """Lambda executions that the account may run at once in the region, where that is to be checked."""
    outbox_index: str = "removed"
    """Whether outboxes keep the index of pending events that former releases had (`kept`), while they still hold many
    events that were published."""
    read_api_callers: tuple[str, ...] | None = None
    """ARNs of the IAM roles that may call read APIs; None where there are no such APIs."""
    read_api_requests_per_second: int = 100
    """How many requests each method of a read API takes, of all callers together."""

    @property
    def metric_namespace(self) -> str:
        """CloudWatch namespace of the program's own metrics. Two environments of one account do not mix in it."""
        return f"{self.project}/{self.environment}"

    def topic_arn(self, severity: Severity) -> str:
        """ARN of the topic on which alarms of a severity are announced."""
        names = self.names(PLATFORM)
        own = names.topic(names.physical(TOPICS[severity]))
        return self.given_topic(severity) or own

    def given_topic(self, severity: Severity) -> str | None:
        """ARN of the topic that is there already for a severity; None where the platform makes one."""
        return self.alarm_topic if severity == "page" else self.ticket_topic or self.alarm_topic

    def email(self, severity: Severity) -> str | None:
        """Who gets alarms of a severity by e-mail."""
        return self.alarm_email if severity == "page" else self.ticket_email or self.alarm_email

    @property
    def embedded(self) -> bool:
        """True where Lambda code runs on this machine, in the embedded AWS."""
        return self.environment in EMBEDDED

    @property
    def has_schema_registry(self) -> bool:
        """False in the embedded AWS, which has no EventBridge schema registry."""
        return not self.embedded

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
                other those that `units` lists, by default all.
            migration_units: keys of those that exist where `migration` names them.
            implementations: by unit, its other implementations: those that `implementations` may choose.

        Raises:
            InvalidConfiguration: a value is missing or not allowed.
        """
        values = Configuration()
        environment = values.one_of("environment", ENVIRONMENTS)
        account = values.matching("account", r"[0-9]{12}", "the 12 digits of an AWS account")
        region = Configuration("aws").matching(
            "region", r"[a-z]{2}(-[a-z]+)+-[0-9]", "an AWS region such as eu-central-1"
        )
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
            releases=values.one_of("releases", RELEASES, default="immediate"),
            maximum_concurrency=int(
                values.matching("maximumConcurrency", r"[2-9]|[1-9][0-9]{1,2}|1000", "a whole number from 2 to 1000")
            ),
            units=_unit_of_stack(pulumi.get_stack(), environment, known_units)
            or values.units("units", known_units)
            or known_units,
            implementations=values.choices("implementations", implementations or {}),
            migration=migration,
            repository=values.optional("repository", _REPOSITORY, _REPOSITORY_FORMS),
            oidc_provider=values.one_of("oidcProvider", OIDC_PROVIDERS, default="managed"),
            alarm_email=values.optional("alarmEmail", _EMAIL, "one e-mail address"),
            alarm_topic=_topic(values, "alarm", account, region),
            ticket_email=values.optional("ticketEmail", _EMAIL, "one e-mail address"),
            ticket_topic=_topic(values, "ticket", account, region),
            runbooks=values.optional("runbooks", r"\S+", "the address or folder of the runbooks"),
            lambda_concurrency_quota=values.optional_number("lambdaConcurrencyQuota", most=1_000_000),
            outbox_index=values.one_of("outboxIndex", OUTBOX_INDEXES, default="removed"),
            read_api_callers=_callers(values, environment, account, region),
            read_api_requests_per_second=values.optional_number("readApiRequestsPerSecond", most=_MOST_REQUESTS)
            or cls.read_api_requests_per_second,
        )


def _callers(values: Configuration, environment: str, account: str, region: str) -> tuple[str, ...] | None:
    """Roles of the own account, without a wildcard, and none of a unit's: units ask each other by their contracts."""
    units = re.escape(f"{pulumi.get_project()}-{environment}-")
    return values.optional_list(
        "readApiCallers",
        rf"arn:{partition_of(region)}:iam::{account}:role/(?!{units})([A-Za-z0-9_+=,.@-]+/)*(?!{units})[A-Za-z0-9_+=,.@-]{{1,64}}",
        f"ARNs of IAM roles of account {account} that are no unit's",
    )


def _topic(values: Configuration, what: str, account: str, region: str) -> str | None:
    """ARN of a topic that CloudWatch can announce alarms on: a standard topic of the same account and region."""
    pattern = rf"arn:{partition_of(region)}:sns:{region}:{account}:[A-Za-z0-9_-]{{1,256}}"
    topic = values.optional(
        f"{what}Topic", pattern, f"the ARN of a standard SNS topic of account {account} in {region}"
    )
    email = values.optional(f"{what}Email", _EMAIL, "one e-mail address")
    if topic is not None and email is not None:
        taken = values.key(f"{what}Topic")
        raise InvalidConfiguration(values.key(f"{what}Email"), email, f"nothing beside {taken}; subscribe there")
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
