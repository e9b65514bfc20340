"""Dead letters: what they say, which are meant, and what is done with them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from pbckit.contracts.operating import (
    DeadLetter,
    DeadLetterBatch,
    HandleDeadLetters,
    NotRedrivable,
    Release,
    Released,
    Selection,
    UnknownQueue,
)
from pbckit.runtime.dead_letters import correlation_id
from pbckit.runtime.records import note_act
from pbckit.runtime.unit_admin.inventory import DeadLetterQueue, Inventory
from pbckit.runtime.unit_admin.ports import Message, SweepFailed, UnitAdminPorts

Outcome = Literal["held", "redriven", "discarded"]


@dataclass(frozen=True, kw_only=True)
class DeadLetterManager:
    """Handles the dead letters of one unit for one person."""

    inventory: Inventory
    ports: UnitAdminPorts
    actor: str

    def handle(self, request: HandleDeadLetters) -> DeadLetterBatch:
        """Take a few letters, and do what is asked with those that are selected.

        Raises:
            UnknownQueue: there is no such queue.
            NotRedrivable: the outbox does not take a failure of its stream back now. The letter stays.
        """
        queue = self._queue(request.queue)
        messages = self.ports.queues.receive(queue.url, request.at_most, request.hold_seconds)
        letters: list[DeadLetter] = []
        held: list[str] = []
        for message in messages:
            letter = read_letter(request.queue, message)
            selected = selects(request.selection, letter)
            if selected and request.action != "look":
                letter = msgspec.structs.replace(letter, outcome=self._dispose(request.action, queue, message, letter))
            else:
                held.append(message.handle)
            if selected:
                letters.append(letter)
        return DeadLetterBatch(letters=letters, taken=len(messages), held=held)

    def release(self, request: Release) -> Released:
        """Give letters back before their time.

        Raises:
            UnknownQueue: there is no such queue.
        """
        queue = self._queue(request.queue)
        for handle in request.handles:
            self.ports.queues.release(queue.url, handle)
        return Released(released=len(request.handles))

    def _dispose(
        self, action: Literal["redrive", "discard"], queue: DeadLetterQueue, message: Message, letter: DeadLetter
    ) -> Outcome:
        """Do it, with a note before and after: an act that was begun and has no end was interrupted."""
        note_act(action, letter, actor=self.actor, outcome="begun")
        if action == "redrive":
            self._send_back(queue, message)
        # Only now. Whoever is stopped before this line leaves the letter where it is, and redriving it once more is
        # harmless: the consumer's inbox knows the event.
        self.ports.queues.delete(queue.url, message.handle)
        note_act(action, letter, actor=self.actor, outcome="done")
        return "redriven" if action == "redrive" else "discarded"

    def _send_back(self, queue: DeadLetterQueue, message: Message) -> None:
        if queue.origin is not None:
            self.ports.queues.send(queue.origin, message.body)
            return
        try:
            self.ports.sweeper.rehydrate(message.body)
        except SweepFailed as error:
            raise NotRedrivable(f"letter {message.id}: the sweeper failed: {error}") from error

    def _queue(self, thing: str) -> DeadLetterQueue:
        known = self.inventory.dead_letters
        if thing not in known:
            raise UnknownQueue(f"there is no dead-letter queue {thing!r}; there are: {', '.join(sorted(known))}")
        return known[thing]


def selects(selection: Selection, letter: DeadLetter) -> bool:
    """Whether a letter is meant."""
    wanted = (
        not selection.ids or letter.id in selection.ids,
        selection.reason is None or selection.reason.casefold() in letter.reason.casefold(),
        selection.source in (None, letter.source),
        selection.correlation_id in (None, letter.correlation_id),
        selection.set_aside_after is None or letter.set_aside_at >= selection.set_aside_after,
        selection.set_aside_before is None or letter.set_aside_at < selection.set_aside_before,
    )
    return all(wanted)


def read_letter(queue: str, message: Message) -> DeadLetter:
    """A message of a dead-letter queue as a letter, whoever put it there."""
    reason, source, attempts = next(_accounts(message))
    return DeadLetter(
        id=message.id,
        queue=queue,
        reason=reason,
        source=source,
        attempts=attempts,
        correlation_id=message.attributes.get("correlation_id") or correlation_id(message.body),
        set_aside_at=message.sent_at,
        body=message.body,
        outcome="held",
    )


def _accounts(message: Message) -> Iterator[tuple[str, str, int]]:
    """Reason, source and attempts, by whoever can tell most."""
    told = message.attributes
    if "reason" in told:  # The unit's own function or workflow.
        yield told["reason"], told.get("source", "unknown"), _number(told.get("attempts"))
    if "ERROR_CODE" in told:  # EventBridge, that could not reach the queue.
        reason = f"{told['ERROR_CODE']}: {told.get('ERROR_MESSAGE', 'no message')}"
        yield reason, told.get("RULE_ARN", "EventBridge"), _number(told.get("RETRY_ATTEMPTS"))
    failure = _stream_failure(message.body)
    if failure is not None:  # Lambda, that gave up on a part of a stream.
        context = failure["requestContext"]
        reason = f"{context.get('condition', 'failed')}: {_range(failure)}"
        yield reason, str(context.get("functionArn", "Lambda")), _number(context.get("approximateInvokeCount"))
    if message.moved_from is not None:  # SQS, after the last attempt died without a word.
        yield "its consumer ended without an answer, every time", message.moved_from, max(message.received - 1, 0)
    yield "nobody said why", "unknown", 0


def _stream_failure(body: str) -> dict[str, Any] | None:
    try:
        content: Any = msgspec.json.decode(body)
        return content if content["DDBStreamBatchInfo"] and content["requestContext"] else None
    except (msgspec.DecodeError, KeyError, TypeError):
        return None


def _range(failure: dict[str, Any]) -> str:
    batch = failure["DDBStreamBatchInfo"]
    return (
        f"{batch.get('batchSize')} records of {batch.get('shardId')} from {batch.get('startSequenceNumber')} "
        f"to {batch.get('endSequenceNumber')}"
    )


def _number(text: object) -> int:
    return int(str(text)) if re.fullmatch(r"[0-9]{1,9}", str(text)) else 0
