"""SQS and its mapping to a Lambda function: at least once, in any order, set aside after too many attempts."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from devtools.simulation.faults import Decisions, Fault
from devtools.simulation.scheduler import Ended, Scheduler

MAXIMUM_RECEIVES = 5
_BATCH = 10
_CONCURRENCY = 3
_TWICE_AFTER_SECONDS = 400.0
_LATE_SECONDS = 1800.0
_WINDOW_SECONDS = 0.05


@dataclass
class Message:
    """A message, with a name that does not change with chance."""

    name: str
    body: str
    receives: int = 0
    attributes: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Mapped:
    """The function that a queue feeds.

    Args:
        handle: takes a batch as Lambda hands it over; answers with the ids that are to come again.
        timeout: of the function, in seconds.
        down: whether the function cannot be invoked now.
    """

    handle: Callable[[dict[str, Any]], Mapping[str, Any]]
    timeout: float
    down: Callable[[], bool]


class DeadLetterQueue:
    """`DeadLetters` in memory."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.letters: list[Message] = []

    def send(self, body: str, attributes: Mapping[str, str]) -> None:
        """Put a message aside."""
        self.letters.append(Message(name=self.name, body=body, attributes=dict(attributes)))


class Queue:
    """A queue that feeds a function."""

    def __init__(
        self, scheduler: Scheduler, decisions: Decisions, dead_letters: DeadLetterQueue, mapped: Mapped
    ) -> None:
        self.dead_letters = dead_letters
        self.held = 0
        """Messages that are neither handled nor set aside."""
        self._scheduler = scheduler
        self._decisions = decisions
        self._mapped = mapped
        self._visible: list[Message] = []
        self._polling = False
        self._busy = 0

    def send(self, name: str, body: str) -> None:
        """Bring a message, sooner or later, once or twice."""
        self._bring(name, body, "")
        if self._decisions.strikes(Fault.DELIVERED_TWICE, name):
            share = self._decisions.share(f"twice {name}")
            self._scheduler.after(_TWICE_AFTER_SECONDS * share**2, lambda: self._bring(name, body, "again "))

    def redrive(self) -> int:
        """Hand everything that was set aside to the function once more; says how much it was."""
        letters, self.dead_letters.letters = self.dead_letters.letters, []
        for letter in letters:
            self._enter(Message(name=f"redriven {letter.name}", body=letter.body))
        return len(letters)

    def _bring(self, name: str, body: str, again: str) -> None:
        late = self._decisions.strikes(Fault.DELIVERED_LATE, again + name)
        delay = _LATE_SECONDS * self._decisions.share(f"late {again}{name}") ** 3 if late else 0.02
        self.held += 1
        self._scheduler.after(delay, lambda: self._show(Message(name=name, body=body)))

    def _enter(self, message: Message) -> None:
        self.held += 1
        self._show(message)

    def _show(self, message: Message) -> None:
        self._visible.append(message)
        self._poll_soon()

    def _poll_soon(self) -> None:
        if not self._polling:
            self._polling = True
            self._scheduler.after(_WINDOW_SECONDS, self._poll)

    def _poll(self) -> None:
        self._polling = False
        while self._visible and self._busy < _CONCURRENCY:
            self._receive()

    def _receive(self) -> None:
        batch, self._visible = self._visible[:_BATCH], self._visible[_BATCH:]
        for message in batch:
            message.receives += 1
        gone = [message for message in batch if message.receives > MAXIMUM_RECEIVES]
        for message in gone:
            # The queue itself sets it aside, without a reason: the function had no chance to give one.
            self.held -= 1
            self.dead_letters.letters.append(Message(name=message.name, body=message.body))
        batch = [message for message in batch if message.receives <= MAXIMUM_RECEIVES]
        if not batch:
            return
        visible_again = self._scheduler.seconds + 6 * self._mapped.timeout
        if self._mapped.down():
            self._again(batch, visible_again)
            return
        self._busy += 1
        event = delivery([(message.body, message.receives) for message in batch])
        self._scheduler.invoke(
            lambda: self._mapped.handle(event),
            self._mapped.timeout,
            lambda ended: self._ended(batch, ended, visible_again),
        )

    def _ended(self, batch: Sequence[Message], ended: Ended[Mapping[str, Any]], visible_again: float) -> None:
        self._busy -= 1
        if ended.value is None:
            failed = list(batch)
        else:
            numbers = {int(one["itemIdentifier"]) for one in ended.value["batchItemFailures"]}
            failed = [
                message
                for number, message in enumerate(batch)
                if number in numbers or self._decisions.strikes(Fault.ACKNOWLEDGEMENT_LOST, message.name)
            ]
        self.held -= len(batch) - len(failed)
        self._again(failed, visible_again)
        if self._visible:
            self._poll_soon()

    def _again(self, messages: Sequence[Message], at: float) -> None:
        for message in messages:
            self._scheduler.at(at, lambda message=message: self._show(message))


def delivery(messages: Sequence[tuple[str, int]]) -> dict[str, Any]:
    """Bodies and counts of receives as Lambda hands them to a function. The ids are `0`, `1` and so on."""
    return {
        "Records": [
            {
                "messageId": str(number),
                "receiptHandle": f"handle-{number}",
                "body": body,
                "attributes": {"ApproximateReceiveCount": str(receives)},
                "messageAttributes": {},
                "md5OfBody": hashlib.md5(body.encode(), usedforsecurity=False).hexdigest(),
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-central-1:000000000000:queue",
                "awsRegion": "eu-central-1",
            }
            for number, (body, receives) in enumerate(messages)
        ]
    }
