"""A Packaged Business Capability: the verbs that a PBC is written in."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import pulumi
from pulumi_aws import schemas

from pbckit.contracts.definitions import AnyCapability, Event
from pbckit.contracts.json_schema import event_schema
from pbckit.contracts.operating import SLOW_AFTER_MS
from pbckit.infra.alarms import Alarm, Severity, kebab
from pbckit.infra.context import child_of
from pbckit.infra.function import MEMORY_MB, Function, FunctionArgs
from pbckit.infra.iam import Grant
from pbckit.infra.monitoring import make_alarms
from pbckit.infra.names import PLATFORM
from pbckit.infra.outbox import Outbox, OutboxArgs
from pbckit.infra.read_api import READ_API, ReadApi, ReadApiArgs
from pbckit.infra.schedule import make_schedule
from pbckit.infra.service_levels import AnswerLevel, InvalidServiceLevel, ServiceLevel
from pbckit.infra.store import Store, StoreArgs
from pbckit.infra.subscription import Subscription, SubscriptionArgs
from pbckit.infra.unit import ContractViolation, Unit, UnitArgs
from pbckit.infra.unit_admin import make_unit_admin
from pbckit.program_root import program_root

_HANDLERS = "handlers"
_BEHIND_SECONDS = 15 * 60


@dataclass(frozen=True, kw_only=True)
class InTime:
    """How far a scheduled job may be behind."""

    metric: str
    """Of the seconds that it is, which every run sends."""
    within_seconds: int
    meaning: str
    """What is not done where it is further behind."""


class Pbc(Unit):
    """A business capability with its own data, code and boundary. Its name is its key everywhere."""

    kind: ClassVar[str] = "Pbc"

    def __init__(self, name: str, args: UnitArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(self.kind, name, args, opts)
        self._questions: dict[AnyCapability, Function] = {}
        self.read_api: ReadApi | None = None

    def store(self, thing: str = "store", *, variable: str = "STORE_TABLE", formerly: str | None = None) -> Store:
        """A table for the state of this PBC.

        Args:
            thing: kebab-case name of the store within the unit.
            variable: environment variable that tells functions the table's name; another one for each store.
            formerly: its name when the table was made, where it was renamed since. The table keeps its items.
        """
        aliases = [pulumi.Alias(name=f"{self._unit}-{formerly}")] if formerly else None
        return Store(
            f"{self._unit}-{thing}",
            StoreArgs(context=self.context, thing=thing, variable=variable, formerly=formerly),
            opts=pulumi.ResourceOptions.merge(child_of(self), pulumi.ResourceOptions(aliases=aliases)),
        )

    def publishes(self, *events: type[Event]) -> Outbox:
        """An outbox for the events of this PBC, with their schemas in the platform's registry.

        Raises:
            ContractViolation: the contract says that another unit publishes one of them.
        """
        for event in events:
            if event.source != self._unit:
                raise ContractViolation(f"{self._unit} cannot publish {event.detail_type()}: {event.source} does")
            if self.context.config.has_schema_registry:
                self._register(event)
        return Outbox(f"{self._unit}-outbox", OutboxArgs(context=self.context), opts=child_of(self))

    def _register(self, event: type[Event]) -> None:
        schemas.Schema(
            f"{self._unit}-{event.detail_type()}-schema",
            name=f"{event.source}@{event.detail_type()}",
            registry_name=self.context.names.of(PLATFORM).physical("events"),
            type="JSONSchemaDraft4",
            content=event_schema(event),
            tags=self.context.tags,
            opts=child_of(self, depends_on=self.context.platform),
        )

    def subscribes(
        self,
        *events: type[Event],
        handler: str,
        grants: Sequence[Grant],
        levels: Sequence[ServiceLevel] = (),
        memory_mb: int = MEMORY_MB,
    ) -> Subscription:
        """Consume events.

        Args:
            events: their types.
            handler: name of the handler's module, kebab-case.
            grants: what it may do.
            levels: what is promised of some of them.
            memory_mb: of its function.

        Raises:
            InvalidServiceLevel: one is about an event that is not consumed here.
            InvalidFunction: Lambda has no such memory.
        """
        for level in levels:
            if level.event not in events:
                raise InvalidServiceLevel(
                    f"{self._unit} {handler}: a service level of {level.event.detail_type()}, which it does not "
                    f"consume; allowed: {', '.join(one.detail_type() for one in events)}"
                )
        return Subscription(
            f"{self._unit}-{handler}",
            SubscriptionArgs(
                context=self.context,
                thing=handler,
                events=events,
                handler=self._handler(handler),
                grants=grants,
                levels=levels,
                memory_mb=memory_mb,
            ),
            opts=child_of(self),
        )

    def exposes(
        self,
        capability: AnyCapability,
        grants: Sequence[Grant],
        timeout_seconds: int = 10,
        *,
        must_be_zero: Mapping[str, str] | None = None,
        severity: Severity = "ticket",
        level: AnswerLevel | None = None,
        memory_mb: int = MEMORY_MB,
    ) -> Function:
        """Answer a capability. The function and the handler's module are named after it.

        Args:
            capability: which one.
            grants: what it may do.
            timeout_seconds: how long an answer may take.
            must_be_zero: metrics that it sends when something is wrong, by name, with what is wrong: each has an alarm.
            severity: of these alarms.
            level: what is promised of its answers.
            memory_mb: of its function.

        Raises:
            ContractViolation: the capability belongs to another unit.
            InvalidServiceLevel: the level is of another capability.
            InvalidFunction: Lambda has no such memory.
        """
        if capability.unit != self._unit:
            raise ContractViolation(f"{self._unit} cannot expose {capability.name}: {capability.unit} does")
        if level is not None and level.capability != capability:
            raise InvalidServiceLevel(
                f"{self._unit} {capability.name}: a service level of {level.subject}; allowed: {capability.name}"
            )
        limit = {SLOW_AFTER_MS: str(level.within_ms)} if level is not None else {}
        function = self.function(
            capability.name,
            [*grants, Grant(statements=[], environment=limit)],
            timeout_seconds,
            memory_mb=memory_mb,
        )
        if level is not None:
            make_alarms(self, self.context, level.alarms(self.context.config.metric_namespace, self._unit))
        if capability.route is not None:
            self._questions[capability] = function
        self._alarm_when_not_zero(must_be_zero, severity)
        return function

    def function(
        self, thing: str, grants: Sequence[Grant], timeout_seconds: int = 10, *, memory_mb: int = MEMORY_MB
    ) -> Function:
        """A function of this PBC that is neither capability nor subscriber."""
        return Function(
            f"{self._unit}-{thing}",
            FunctionArgs(
                context=self.context,
                thing=thing,
                handler=self._handler(thing),
                grants=grants,
                timeout_seconds=timeout_seconds,
                memory_mb=memory_mb,
            ),
            opts=child_of(self),
        )

    def complete(self) -> None:
        """Make the unit admin, the dashboard of all that was defined and, where the environment has callers for it, the
        read API. Nothing can be added after it.
        """
        config = self.context.config
        if self._questions and config.read_api_callers is not None:
            self.read_api = ReadApi(
                f"{self._unit}-{READ_API}",
                ReadApiArgs(
                    context=self.context,
                    questions=self._questions,
                    callers=config.read_api_callers,
                    requests_per_second=config.read_api_requests_per_second,
                ),
                opts=child_of(self),
            )
        if self.uses_runtime:
            make_unit_admin(self, self.context)
        super().complete()

    def scheduled(
        self,
        thing: str,
        *,
        every_minutes: int,
        grants: Sequence[Grant],
        must_be_zero: Mapping[str, str] | None = None,
        severity: Severity = "ticket",
        timeout_seconds: int = 60,
        in_time: InTime | None = None,
        memory_mb: int = MEMORY_MB,
    ) -> Function:
        """A function that is called at regular times. Its module is named after it.

        Args:
            thing: kebab-case name of the function.
            every_minutes: how often.
            grants: what it may do.
            must_be_zero: metrics that it sends with every run, never negative, by name, with what is wrong when one is
                above 0: each has an alarm.
            severity: of these alarms.
            timeout_seconds: how long a run may take. A run begins while those before it are not done.
            in_time: how far behind it may be, for a job of `pbckit.runtime.resumable`.
            memory_mb: of its function.

        Raises:
            InvalidFunction: Lambda has no such memory.
        """
        function = self.function(thing, grants, timeout_seconds=timeout_seconds, memory_mb=memory_mb)
        make_schedule(
            self,
            f"{self._unit}-{thing}-schedule",
            self.context,
            thing=thing,
            function=function,
            every_minutes=every_minutes,
            at_once=math.ceil(timeout_seconds / (every_minutes * 60)),
        )
        self._alarm_when_not_zero(must_be_zero, severity)
        if in_time is not None:
            make_alarms(self, self.context, [self._behind(thing, in_time, every_minutes)])
        return function

    def _behind(self, thing: str, in_time: InTime, every_minutes: int) -> Alarm:
        return Alarm(
            thing=kebab(in_time.metric),
            kind="job-behind",
            meaning=f"The scheduled job {thing} is behind, or does not run: {in_time.meaning}",
            namespace=self.context.config.metric_namespace,
            metric=in_time.metric,
            dimensions={"service": self._unit},
            statistic="Maximum",
            threshold=in_time.within_seconds,
            period_seconds=max(_BEHIND_SECONDS, 2 * every_minutes * 60),
            periods=2,
            always_sent=True,
        )

    def _alarm_when_not_zero(self, metrics: Mapping[str, str] | None, severity: Severity) -> None:
        make_alarms(self, self.context, [self._not_zero(*pair, severity) for pair in (metrics or {}).items()])

    def _not_zero(self, metric: str, meaning: str, severity: Severity) -> Alarm:
        thing = kebab(metric)
        return Alarm(
            thing=thing,
            kind=thing,
            severity=severity,
            meaning=meaning,
            namespace=self.context.config.metric_namespace,
            metric=metric,
            dimensions={"service": self._unit},
            statistic="Maximum",
            threshold=0,
            period_seconds=5 * 60,
        )

    @property
    def _unit(self) -> str:
        return self.context.names.unit

    def _handler(self, thing: str) -> str:
        """Dotted path of a function's handler: in the package `handlers` of the unit's code, where there is one."""
        package = f"lambdas.{self.runtime}"
        if (program_root() / "lambdas" / self.runtime / _HANDLERS).is_dir():
            package = f"{package}.{_HANDLERS}"
        return f"{package}.{thing.replace('-', '_')}.handler"
