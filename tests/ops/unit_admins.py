"""The unit admins of all units, scripted: they hold letters and notes, and answer as the real ones do."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import msgspec

from pbckit.contracts import catalogue
from pbckit.contracts.decoding import ready
from pbckit.contracts.envelope import Refusal, Reply
from pbckit.contracts.operating import (
    AdminAnswer,
    AdminRequest,
    DeadLetter,
    DeadLetterBatch,
    FindRecords,
    GetHealth,
    HandleDeadLetters,
    Health,
    InboundQueue,
    QueueDepth,
    Record,
    Records,
    Release,
    Released,
    unit_admin,
)
from pbckit.runtime.unit_admin.dead_letters import selects
from tests.ops.aws import Aws

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


@dataclass(kw_only=True)
class ScriptedAdmin:
    """One unit's."""

    unit: str
    letters: dict[str, list[DeadLetter]] = field(default_factory=dict[str, list[DeadLetter]])
    """By dead-letter queue."""
    records: list[Record] = field(default_factory=list[Record])
    queues: dict[str, int] = field(default_factory=dict[str, int])
    """Messages waiting, by queue."""
    pending: int = 0
    oldest_seconds: float | None = None
    sent_back: list[str] = field(default_factory=list[str])
    taken_away: list[str] = field(default_factory=list[str])
    vanishing: set[str] = field(default_factory=set[str])
    """Letters that somebody else takes after they were looked at."""
    _held: set[str] = field(default_factory=set[str])

    def decide(self, data: dict[str, Any]) -> Reply:
        """Answer what the unit admin is asked."""
        match msgspec.convert(data, ready(AdminRequest)).question:
            case GetHealth():
                answer = self._health()
            case HandleDeadLetters() as question if question.queue not in self.letters:
                return Reply(refusal=Refusal(error="UnknownQueue", message=f"there is no queue {question.queue!r}"))
            case HandleDeadLetters() as question:
                answer = self._handle(question)
            case Release() as question:
                self._held -= set(question.handles)
                answer = Released(released=len(question.handles))
            case FindRecords() as question:
                answer = self._find(question)
        return Reply(answer=msgspec.Raw(msgspec.json.encode(AdminAnswer(answer=answer))))

    def _health(self) -> Health:
        depths = [QueueDepth(queue=queue, waiting=count, in_flight=0) for queue, count in self.queues.items()]
        return Health(
            unit=self.unit,
            pending_events=self.pending,
            more_pending=False,
            oldest_pending_seconds=self.oldest_seconds,
            queues=[InboundQueue(depth=depth, rule_arn=f"rule-{depth.queue}", source="cards") for depth in depths],
            dead_letters=[
                QueueDepth(queue=queue, waiting=len(letters), in_flight=0) for queue, letters in self.letters.items()
            ],
        )

    def _handle(self, question: HandleDeadLetters) -> DeadLetterBatch:
        there = self.letters[question.queue]
        given: list[DeadLetter] = []
        taken = list(islice((letter for letter in there if letter.id not in self._held), question.at_most))
        for letter in taken:
            if selects(question.selection, letter):
                given.append(letter)
            if question.action == "look" or not selects(question.selection, letter):
                self._held.add(letter.id)
                continue
            there.remove(letter)
            (self.sent_back if question.action == "redrive" else self.taken_away).append(letter.id)
        held = [letter.id for letter in taken if letter.id in self._held]
        if question.action == "look":
            there[:] = [letter for letter in there if letter.id not in self.vanishing]
        return DeadLetterBatch(letters=given, taken=len(taken), held=held)

    def _find(self, question: FindRecords) -> Records:
        found = [
            one
            for one in self.records
            if one.kind == question.kind
            and (question.text is None or question.text in msgspec.json.encode(one).decode())
        ]
        return Records(records=found, more=False)


def unit_admins(aws: Aws) -> dict[str, ScriptedAdmin]:
    """A unit admin in every unit of a system without a migration, by unit."""
    made = {unit: ScriptedAdmin(unit=unit) for unit in catalogue.permanent_units()}
    for unit, one in made.items():
        aws.lambda_.decides(unit_admin(unit), one.decide)
    return made


def letter(number: int, queue: str = "post-points-queue-dlq", **changes: Any) -> DeadLetter:
    """A letter, set aside so many minutes after noon."""
    values: dict[str, Any] = {
        "id": f"letter-{number}",
        "queue": queue,
        "reason": f"StoreDown: {number}",
        "source": "points-ledger",
        "attempts": 5,
        "correlation_id": f"correlation-{number}",
        "set_aside_at": AT + timedelta(minutes=number),
        "body": f'{{"number": {number}}}',
        "outcome": "held",
    }
    return DeadLetter(**{**values, **changes})


def record(what: str, name: str, **changes: Any) -> Record:
    """A note of a hop."""
    values: dict[str, Any] = {
        "at": AT,
        "unit": "points-ledger",
        "function": "f",
        "kind": "hop",
        "what": what,
        "name": name,
        "outcome": "done",
        "correlation_id": "correlation-1",
    }
    return Record(**{**values, **changes})
