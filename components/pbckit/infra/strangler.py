"""A facade in front of one capability, while it moves from a legacy system to the PBC that takes it over."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from pbckit.contracts.definitions import AnyCapability, Event
from pbckit.infra.alarms import Alarm
from pbckit.infra.context import child_of
from pbckit.infra.iam import KEY_WRITE, Grant, Statement, use_key
from pbckit.infra.monitoring import make_alarms
from pbckit.infra.outbox import Outbox
from pbckit.infra.pbc import Pbc
from pbckit.infra.queue import Queue, QueueArgs
from pbckit.infra.schedule import make_schedule
from pbckit.infra.store import Store
from pbckit.infra.unit import ContractViolation

_GUARD_MINUTES = 1
_COMPARER_TIMEOUT_SECONDS = 90
_COMPARER_BATCH = 10
_FACADE_TIMEOUT_SECONDS = 13
"""Longer than both sides may take, and shorter than what a workflow waits for an answer."""
_OPERATOR_TIMEOUT_SECONDS = 30
_VISIBILITY_FACTOR = 6
"""AWS asks for a visibility timeout of six times the consumer's timeout."""


@dataclass(frozen=True, kw_only=True)
class LegacyFunction:
    """A legacy system that is a Lambda function of this account."""

    capability: AnyCapability
    """What its contract calls it."""


@dataclass(frozen=True, kw_only=True)
class LegacyEndpoint:
    """A legacy system that is reached by HTTPS."""

    url: str

    def __post_init__(self) -> None:
        if not self.url.startswith("https://"):
            raise ContractViolation(f"a legacy endpoint is reached by https, not by {self.url!r}")


@dataclass(frozen=True, kw_only=True)
class ControlPlane:
    """The capabilities that a facade has for the people who steer it."""

    queries: Sequence[AnyCapability]
    command: AnyCapability
    """Changes how the facade routes."""
    events: Sequence[type[Event]]
    """Published when the routing changes."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """From where on somebody must look: how much worse than the legacy side the candidate is."""

    mismatch_percent: float = 0.1
    excess_error_percent: float = 0.5
    latency_ratio: float = 1.5


class Strangler(Pbc):
    """Answers a capability by one of two sides, and compares both off the caller's path.

    The function that answers callers asks one side and leaves a note on a queue of the facade's own. The comparer takes
    it from there and asks the other side, so that a candidate that hangs keeps nobody waiting. The guard looks at what
    was seen every minute. Routing, observations and mismatches are in the facade's own store.
    """

    kind: ClassVar[str] = "Strangler"

    def fronts(
        self,
        capability: AnyCapability,
        *,
        legacy: LegacyFunction | LegacyEndpoint,
        control_plane: ControlPlane,
        limits: Limits | None = None,
    ) -> None:
        """Stand in front of the capability that `capability` stands for.

        Raises:
            ContractViolation: it stands for none, or a side's contract does not name this facade as a caller.
        """
        if capability.stands_for is None:
            raise ContractViolation(f"{capability.unit} {capability.name} stands for no capability")
        store, outbox = self.store(), self.publishes(*control_plane.events)
        sides = self._ask_sides(capability.stands_for, legacy)
        notes = self._notes()
        self.exposes(capability, [store.read(), sides, self._leave_notes(notes)], _FACADE_TIMEOUT_SECONDS)
        self._compare(store, sides, notes)
        self._guard(store, outbox)
        for look in control_plane.queries:
            self.exposes(look, [store.read()], _OPERATOR_TIMEOUT_SECONDS)
        self.exposes(control_plane.command, [store.write(), outbox.append()], _OPERATOR_TIMEOUT_SECONDS)
        make_alarms(self, self.context, self._alarms(limits or Limits()))

    def _ask_sides(self, candidate: AnyCapability, legacy: LegacyFunction | LegacyEndpoint) -> Grant:
        functions = {"CANDIDATE_FUNCTION": self.callable_arn(candidate)}
        addresses: dict[str, str] = {}
        if isinstance(legacy, LegacyFunction):
            functions["LEGACY_FUNCTION"] = self.callable_arn(legacy.capability)
        else:
            addresses["LEGACY_URL"] = legacy.url
        asked = Statement(sid="AskSides", actions=["lambda:InvokeFunction"], resources=list(functions.values()))
        return Grant(statements=[asked], environment={**functions, **addresses})

    def _notes(self) -> Queue:
        return Queue(
            f"{self._unit}-notes",
            QueueArgs(
                context=self.context,
                thing="notes",
                rule_arns=[],
                visibility_timeout_seconds=_VISIBILITY_FACTOR * _COMPARER_TIMEOUT_SECONDS,
            ),
            opts=child_of(self),
        )

    def _leave_notes(self, notes: Queue) -> Grant:
        names = self.context.names
        return Grant(
            statements=[
                Statement(sid="LeaveNotes", actions=["sqs:SendMessage"], resources=[notes.arn]),
                use_key(names, KEY_WRITE),
            ],
            environment={"NOTES_URL": names.queue_url(notes.physical_name)},
        )

    def _compare(self, store: Store, sides: Grant, notes: Queue) -> None:
        grants = [store.write(), sides, notes.consume(), notes.dead_letters.send()]
        comparer = self.function("compare", grants, _COMPARER_TIMEOUT_SECONDS)
        notes.feed(
            f"{self._unit}-notes-mapping",
            comparer,
            batch_size=_COMPARER_BATCH,
            maximum_concurrency=self.context.config.maximum_concurrency,
            opts=child_of(self),
        )

    def _guard(self, store: Store, outbox: Outbox) -> None:
        guard = self.function("guard", [store.write(), outbox.append()], _OPERATOR_TIMEOUT_SECONDS)
        make_schedule(
            self,
            f"{self._unit}-guard-schedule",
            self.context,
            thing="guard",
            function=guard,
            every_minutes=_GUARD_MINUTES,
        )

    def _alarms(self, limits: Limits) -> list[Alarm]:
        def alarm(thing: str, metric: str, threshold: float, meaning: str) -> Alarm:
            return Alarm(
                thing=thing,
                kind=f"migration-{thing}",
                meaning=meaning,
                namespace=self.context.config.metric_namespace,
                metric=metric,
                dimensions={"service": self._unit},
                statistic="Maximum",
                threshold=threshold,
            )

        unit = self._unit
        return [
            alarm(
                "mismatches",
                "MismatchPercent",
                limits.mismatch_percent,
                f"{unit}: the two sides differ too often. `pbc migrate mismatches` shows how.",
            ),
            alarm(
                "excess-errors",
                "ExcessErrorPercent",
                limits.excess_error_percent,
                f"{unit}: the candidate fails more often than legacy. The guard takes its share back.",
            ),
            alarm(
                "latency-ratio",
                "LatencyRatio",
                limits.latency_ratio,
                f"{unit}: the candidate is slower than legacy. The guard takes its share back.",
            ),
            alarm("notes-lost", "NotesLost", 0, f"{unit}: calls are answered and not compared: its queue refuses."),
        ]
