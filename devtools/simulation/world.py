"""One history: purchases arrive while faults strike, then everything recovers, and then it is looked at."""

from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from unittest.mock import patch

from contracts.points_calculation import UNIT as CALCULATION
from contracts.points_calculation import PointsCalculated
from contracts.points_ledger import UNIT as LEDGER
from contracts.points_ledger import PointsPosted
from devtools.simulation import tally
from devtools.simulation.bus import Network
from devtools.simulation.faults import Decisions, Fault, History
from devtools.simulation.purchases import LAST_ARRIVAL_SECONDS, Arrival, arrivals
from devtools.simulation.queues import DeadLetterQueue, Mapped, Queue
from devtools.simulation.scheduler import Scheduler
from devtools.simulation.steps import Steps
from devtools.simulation.units import Surroundings, Unit
from devtools.simulation.workflow import Workflow
from lambdas.points_calculation.handlers import confirm_posting
from lambdas.points_ledger.handlers import post_points
from pbckit.runtime.observability import metrics
from pbckit.runtime.subscriber import Subscriber
from pbckit.testing.silence import silently

_CONSUMER_TIMEOUT_SECONDS = 30.0
_STARTER_TIMEOUT_SECONDS = 300.0
_ROUND_SECONDS = 600.0
_MOST_ROUNDS = 200
_EXPIRY_SECONDS = 6 * 3600.0
_LONGEST_OUTAGE_SECONDS = {
    CALCULATION: 48 * 3600.0,
    LEDGER: 48 * 3600.0,
    tally.UNIT: 48 * 3600.0,
    "the bus": 3 * 3600.0,
}


@dataclass(frozen=True)
class Outage:
    """When something cannot be reached, in seconds after the beginning."""

    begins: float
    ends: float


class SimulatedSystem:
    """All units of a history, and what is between them.

    Args:
        seed: decides everything.
        purchases: numbers of the purchases that are made.
        only: of the faults that would strike, only these do.
        alone: only this kind of fault strikes, and often.
        naive: without outbox and inbox.
    """

    def __init__(
        self,
        seed: int,
        purchases: Sequence[int],
        *,
        only: Collection[str] | None = None,
        alone: Fault | None = None,
        naive: bool = False,
    ) -> None:
        self.scheduler = Scheduler()
        self.history = History(self.scheduler)
        self.decisions = Decisions(seed, self.history, only, alone)
        self.network = Network(self.decisions, self.history)
        self.arrivals: list[Arrival] = [
            arrival for number in purchases for arrival in arrivals(number, self.decisions.share)
        ]
        self._outages = dict(self._planned_outages())
        around = Surroundings(self.scheduler, self.decisions, self.history, self.network, self._down, naive)
        self.calculation = Unit(CALCULATION, around, seed=seed)
        self.ledger = Unit(LEDGER, around, seed=seed)
        self.tally = Unit(tally.UNIT, around, seed=seed)
        self.set_aside = DeadLetterQueue("earn-points dead letters")
        steps = Steps(self.scheduler, self.decisions)
        workflow = Workflow(self.scheduler, steps, self.calculation.runtime, self.calculation.down, self.set_aside)
        mapped = Mapped(workflow.handle, _STARTER_TIMEOUT_SECONDS, lambda: False)
        self._earn = Queue(self.scheduler, self.decisions, self.set_aside, mapped)
        self._queues = [
            self._earn,
            self._subscribed(self.ledger, post_points.handler, PointsCalculated),
            self._subscribed(self.tally, tally.handler, PointsPosted),
            self._listening(self.calculation, confirm_posting.handler, PointsPosted),
        ]
        self.rested = False
        """Whether it came to rest in the end."""

    @property
    def units(self) -> list[Unit]:
        """The units, in the order of the way."""
        return [self.calculation, self.ledger, self.tally]

    @property
    def letters(self) -> list[DeadLetterQueue]:
        """All dead-letter queues."""
        return [queue.dead_letters for queue in self._queues]

    def run(self) -> None:
        """Let the history happen, to its end."""
        with _silent():
            self._storm()
            self.decisions.over = True
            self._settle()
            self.history.note(f"redriven: {sum(queue.redrive() for queue in self._queues)} letters")
            self._settle()
            for queue, poison in self.network.to_reuse:
                queue.send("an id that was used before", poison.body)
            self.rested = self._settle()
            self.scheduler.close()

    def _storm(self) -> None:
        for arrival in self.arrivals:
            self.scheduler.at(arrival.at, lambda arrival=arrival: self._arrive(arrival))
        end = max([LAST_ARRIVAL_SECONDS, *(outage.ends for outage in self._outages.values())])
        while self.scheduler.seconds < end:
            self.scheduler.run(min(end, self.scheduler.seconds + _EXPIRY_SECONDS))
            for unit in self.units:
                unit.expire()

    def _arrive(self, arrival: Arrival) -> None:
        self.history.note(f"arrives: {arrival.name}")
        self._earn.send(arrival.name, arrival.body)

    def _settle(self) -> bool:
        """Wait until nothing is on its way any more, and a sweep longer."""
        for _ in range(_MOST_ROUNDS):
            rested = self._at_rest()
            self.scheduler.run(self.scheduler.seconds + _ROUND_SECONDS)
            if rested and self._at_rest():
                return True
        return False

    def _at_rest(self) -> bool:
        on_its_way = sum(queue.held for queue in self._queues) + sum(unit.stream.held for unit in self.units)
        return not (on_its_way or self.scheduler.under_way)

    def _subscribed(self, unit: Unit, handler: Subscriber, event: type[PointsCalculated | PointsPosted]) -> Queue:
        queue = self._fed(unit, handler)
        self.network.routes[event.source, event.detail_type()] = queue
        return queue

    def _listening(self, unit: Unit, handler: Subscriber, event: type[PointsPosted]) -> Queue:
        queue = self._fed(unit, handler)
        self.network.listening[event.source, event.detail_type()] = queue
        return queue

    def _fed(self, unit: Unit, handler: Subscriber) -> Queue:
        mapped = Mapped(lambda batch: handler.answer(batch, unit.runtime), _CONSUMER_TIMEOUT_SECONDS, unit.down)
        return Queue(self.scheduler, self.decisions, unit.dead_letters, mapped)

    def _planned_outages(self) -> Iterator[tuple[str, Outage]]:
        for name, longest in _LONGEST_OUTAGE_SECONDS.items():
            if self.decisions.strikes(Fault.DOWN, name):
                begins = LAST_ARRIVAL_SECONDS * self.decisions.share(f"outage of {name} begins")
                ends = begins + longest * self.decisions.share(f"outage of {name} lasts") ** 4
                self.scheduler.at(begins, lambda name=name: self.history.note(f"goes down: {name}"))
                self.scheduler.at(ends, lambda name=name: self.history.note(f"is back: {name}"))
                yield name, Outage(begins, ends)

    def _down(self, name: str) -> bool:
        outage = self._outages.get(name)
        return outage is not None and outage.begins <= self.scheduler.seconds < outage.ends


@contextmanager
def _silent() -> Generator[None]:
    """Logs and metrics of thousands of histories are of no use to anybody."""
    with silently(), patch.object(metrics, "add_metric", new=_not_measured):
        yield


def _not_measured(**_: object) -> None:
    """No metric is collected: there is no end of an invocation at which it would be sent."""
