"""What a unit promises of its events and answers, and the alarms that ring when the promise is spent too fast."""

from abc import abstractmethod
from dataclasses import dataclass

from pbckit.contracts.definitions import AnyCapability, Event
from pbckit.contracts.operating import late_metric, slow_metric
from pbckit.errors import PbckitError
from pbckit.infra.alarms import Alarm, Severity, kebab

WINDOW_DAYS = 30
"""Days over which an objective is counted."""
_LEAST_PERCENT, _MOST_PERCENT = 95.0, 99.99


class InvalidServiceLevel(PbckitError, ValueError):
    """An objective that no alarm can hold. The message says what is allowed."""


@dataclass(frozen=True, kw_only=True)
class Level:
    """So many of something are in time, of those of the last 30 days."""

    percent: float
    """How many are to be in time."""
    promise: str
    """What people have of it, as a sentence."""

    def __post_init__(self) -> None:
        if not _LEAST_PERCENT <= self.percent <= _MOST_PERCENT:
            raise InvalidServiceLevel(
                f"service level of {self.subject}: percent is {self.percent:g}, allowed: {_LEAST_PERCENT:g} to "
                f"{_MOST_PERCENT:g}"
            )

    @property
    @abstractmethod
    def subject(self) -> str:
        """What is promised of: an event's type or a capability's name."""

    @property
    @abstractmethod
    def metric(self) -> str:
        """The metric whose average is the share of those that are not in time."""

    @property
    @abstractmethod
    def within(self) -> str:
        """The limit as people read it."""

    @property
    def budget(self) -> float:
        """The share that may not be in time."""
        return 1 - self.percent / 100

    def alarms(self, namespace: str, unit: str) -> list[Alarm]:
        """An alarm for each speed at which the budget may not be spent."""
        return [self._alarm(burn, namespace, unit) for burn in _BURNS]

    def _alarm(self, burn: "_Burn", namespace: str, unit: str) -> Alarm:
        thing = kebab(self.metric)
        late_or_slow = thing.partition("-")[0]
        return Alarm(
            thing=f"{thing}-{burn.name}",
            kind=burn.kind,
            severity=burn.severity,
            meaning=f"{self.promise} So promised of {self.percent:g} %; at this rate the allowance of {late_or_slow} "
            f"ones of {WINDOW_DAYS} days is used up in {WINDOW_DAYS / burn.times:.0f}.",
            namespace=namespace,
            metric=self.metric,
            dimensions={"service": unit},
            statistic="Average",
            threshold=round(self.budget * burn.times, 6),
            period_seconds=burn.period_seconds,
            periods=burn.periods,
            breaching=burn.breaching,
        )


@dataclass(frozen=True, kw_only=True)
class ServiceLevel(Level):
    """So many of a type of event are handled in time, counted from when the first event of their correlation was
    committed, and not from the last step before this one.
    """

    event: type[Event]
    within_seconds: int
    """An event that is handled later is late."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.within_seconds < 1:
            raise InvalidServiceLevel(
                f"service level of {self.subject}: within_seconds is {self.within_seconds}, allowed: 1 or more"
            )

    @property
    def subject(self) -> str:
        """The event's type."""
        return self.event.detail_type()

    @property
    def metric(self) -> str:
        """Of each event, 1 if it was late."""
        return late_metric(self.subject)

    @property
    def within(self) -> str:
        """Seconds."""
        return f"{self.within_seconds} s"


@dataclass(frozen=True, kw_only=True)
class AnswerLevel(Level):
    """So many answers of a capability are there in time, counted from when its function began. A call that fails has
    none in time.
    """

    capability: AnyCapability
    within_ms: int
    """An answer that takes longer is slow."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.within_ms < 1:
            raise InvalidServiceLevel(
                f"service level of {self.subject}: within_ms is {self.within_ms}, allowed: 1 or more"
            )

    @property
    def subject(self) -> str:
        """The capability's name."""
        return self.capability.name

    @property
    def metric(self) -> str:
        """Of each call, 1 if it had no answer in time."""
        return slow_metric(self.subject)

    @property
    def within(self) -> str:
        """Milliseconds."""
        return f"{self.within_ms} ms"


@dataclass(frozen=True, kw_only=True)
class _Burn:
    """A speed of spending the budget, and how long it must last."""

    name: str
    kind: str
    """Name of its runbook."""
    severity: Severity
    times: float
    """How many times as fast as would just keep the objective."""
    period_seconds: int
    periods: int
    breaching: int


# Speeds and severities: Google, "The Site Reliability Workbook", chapter 5, "Alerting on SLOs". There each has a long
# and a short window, which on AWS takes a composite alarm: decision 87 says why it is so many of some periods here.
_BURNS = (
    _Burn(
        name="fast-burn",
        kind="service-level-broken",
        severity="page",
        times=14.4,
        period_seconds=5 * 60,
        periods=12,
        breaching=3,
    ),
    _Burn(
        name="slow-burn",
        kind="service-level-at-risk",
        severity="ticket",
        times=3,
        period_seconds=60 * 60,
        periods=24,
        breaching=6,
    ),
)
