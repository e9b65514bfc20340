"""The unit admins of all units: typed questions to the function by which a unit lets operators see and mend it."""

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeVar

from pbckit.cli.client.capabilities import CapabilityClient
from pbckit.cli.errors import OperatorError
from pbckit.contracts import catalogue
from pbckit.contracts.operating import (
    AdminRequest,
    DeadLetterBatch,
    FindRecords,
    GetHealth,
    HandleDeadLetters,
    Health,
    Record,
    Records,
    Release,
    Released,
    unit_admin,
)

T = TypeVar("T", Health, DeadLetterBatch, Released, Records)
R = TypeVar("R")

_AT_ONCE = 4
_QUEUE = re.compile(r"([a-z][a-z0-9-]*)/([a-z0-9-]+)")


@dataclass(frozen=True, kw_only=True)
class QueueName:
    """A dead-letter queue of a unit, written `unit/queue`."""

    unit: str
    queue: str

    def __str__(self) -> str:
        return f"{self.unit}/{self.queue}"


class UnitAdmins:
    """Asks them."""

    def __init__(self, capabilities: CapabilityClient) -> None:
        self._capabilities = capabilities
        self.units = capabilities.units
        """Keys of the units that have one here."""

    def health(self, unit: str) -> Health:
        """How a unit is."""
        return self._ask(unit, GetHealth(), Health)

    def letters(self, unit: str, question: HandleDeadLetters) -> DeadLetterBatch:
        """Look at a few letters, or dispose of them."""
        return self._ask(unit, question, DeadLetterBatch)

    def release(self, unit: str, queue: str, handles: Sequence[str]) -> None:
        """Give letters back that are held."""
        self._ask(unit, Release(queue=queue, handles=list(handles)), Released)

    def records(
        self,
        units: Sequence[str],
        kind: Literal["hop", "act"],
        since: datetime,
        until: datetime,
        text: str | None = None,
    ) -> list[Record]:
        """What functions of the units noted, by time."""
        question = FindRecords(kind=kind, since=since, until=until, text=text)
        answers = self._of_each(lambda unit: self.find(unit, question), units)
        return sorted((record for answer in answers for record in answer.records), key=lambda record: record.at)

    def find(self, unit: str, question: FindRecords) -> Records:
        """What functions of a unit noted: the newest, and whether there are more."""
        return self._ask(unit, question, Records)

    def all_health(self) -> list[Health]:
        """How all units are."""
        return self._of_each(self.health, self.units)

    def queues_with_dead_letters(self) -> list[QueueName]:
        """The dead-letter queues, of all units, that are not empty."""
        return [
            QueueName(unit=health.unit, queue=depth.queue)
            for health in self.all_health()
            for depth in health.dead_letters
            if depth.waiting + depth.in_flight > 0
        ]

    def attempts(self, ask: Callable[[str], R]) -> dict[str, R | OperatorError]:
        """What each unit answers, or why it does not: the others are told all the same."""

        def attempt(unit: str) -> R | OperatorError:
            try:
                return ask(unit)
            except OperatorError as error:
                return error

        return dict(zip(self.units, self._of_each(attempt, self.units), strict=True))

    @staticmethod
    def _of_each(ask: Callable[[str], R], units: Sequence[str]) -> list[R]:
        """Ask several unit admins at once."""
        with ThreadPoolExecutor(max_workers=_AT_ONCE) as threads:
            return list(threads.map(ask, units))

    def _ask(self, unit: str, question: GetHealth | HandleDeadLetters | Release | FindRecords, kind: type[T]) -> T:
        answer = self._capabilities.ask(unit_admin(unit), AdminRequest(question=question)).answer
        if not isinstance(answer, kind):
            raise OperatorError(
                f"the unit admin of {unit} answers {type(answer).__name__} where {kind.__name__} was asked for"
            )
        return answer


def queue_name(text: str) -> QueueName:
    """What a person typed, as a queue.

    Raises:
        OperatorError: it is not of that form, or there is no such unit.
    """
    match = _QUEUE.fullmatch(text)
    if match is None:
        raise OperatorError(f"queue {text!r}: write it as unit/queue, for example inventory/reserve-queue-dlq")
    if match[1] not in catalogue.units():
        raise OperatorError(f"queue {text!r}: there is no unit {match[1]}; there are: {', '.join(catalogue.units())}")
    return QueueName(unit=match[1], queue=match[2])
