"""Going through dead letters: each once, a few at a time, not faster than asked."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from pbckit.cli.client.unit_admins import QueueName, UnitAdmins
from pbckit.cli.errors import NotFound
from pbckit.cli.requests import request_of
from pbckit.cli.time_options import age
from pbckit.contracts.operating import (
    LETTERS_AT_A_TIME,
    DeadLetter,
    DeadLetterBatch,
    HandleDeadLetters,
    Record,
    Selection,
)

Action = Literal["look", "redrive", "discard"]

_HOLD_SECONDS = 60
_DONE: Mapping[Action, str] = {"look": "looked at", "redrive": "redriven", "discard": "discarded"}


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How fast, at most. The clock is the caller's."""

    letters_per_second: float | None = None
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    @property
    def batch(self) -> int:
        """How many to ask for at once: never more than a second's worth."""
        if self.letters_per_second is None:
            return LETTERS_AT_A_TIME
        return max(1, min(LETTERS_AT_A_TIME, int(self.letters_per_second)))

    def wait(self, taken: int, since: float) -> None:
        """Wait until so many letters may have been taken since an instant."""
        if self.letters_per_second is not None:
            self.sleep(max(0.0, since + taken / self.letters_per_second - self.now()))


def go_through(
    unit_admins: UnitAdmins,
    queue: QueueName,
    action: Action,
    selection: Selection,
    pace: Pace,
    limit: int | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[DeadLetter]:
    """Do one thing with all selected letters of a queue, and give them one by one.

    Letters that stay are hidden while this goes on, so that each is seen once, and given back at its end. If it is
    killed, they come back by themselves after a minute. A batch is done by the unit admin in one piece: whoever asks
    can be killed at any moment without leaving half of it.

    Args:
        unit admins: of all units.
        queue: the queue.
        action: what to do.
        selection: with which letters; `set_aside_before` keeps letters out that fail again meanwhile.
        pace: how fast.
        limit: after so many it ends; no end without it.
        stopped: asked before each batch whether to end.
    """
    held: list[str] = []
    given, taken, since = 0, 0, pace.now()
    try:
        while (limit is None or given < limit) and not stopped():
            at_most = pace.batch if limit is None else min(pace.batch, limit - given)
            batch = _ask(unit_admins, queue, action, selection, at_most)
            if not batch.taken:
                return
            held += batch.held
            for letter in batch.letters:
                given += 1
                yield letter
            taken += batch.taken
            pace.wait(taken, since)
    finally:
        for start in range(0, len(held), LETTERS_AT_A_TIME):
            unit_admins.release(queue.unit, queue.queue, held[start : start + LETTERS_AT_A_TIME])


def meant(
    unit_admins: UnitAdmins,
    queue: QueueName,
    selection: Selection,
    limit: int | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[str]:
    """IDs of the letters that an action would be done with: a dry run.

    Raises:
        NotFound: letters are selected by their IDs, and some are not there.
    """
    found: set[str] = set()
    for letter in go_through(unit_admins, queue, "look", selection, Pace(), limit, stopped):
        found.add(letter.id)
        yield letter.id
    if missing := ", ".join(sorted(set(selection.ids) - found)):
        raise NotFound(f"{queue} has no letter {missing}; somebody else may be looking at it at this moment")


def outcome(queue: QueueName, action: Action, selected: int, done: int) -> str:
    """What became of an action, in a line."""
    return f"{queue}: {selected} letters selected, {done} {_DONE[action]}"


ACT_COLUMNS = ("at", "who", "what", "outcome", "unit", "letter", "correlation id", "reason")
"""Headings of the audit trail."""


def act_row(act: Record) -> tuple[object, ...]:
    """An act of an operator under these headings."""
    at = f"{act.at:%Y-%m-%d %H:%M:%S}"
    return at, act.actor, act.what, act.outcome, act.unit, act.name, act.correlation_id, act.detail


def selecting(
    *,
    ids: Sequence[str] = (),
    reason: str | None = None,
    source: str | None = None,
    correlation_id: str | None = None,
    older_than: str | None = None,
    newer_than: str | None = None,
) -> Selection:
    """Letters by what a person asks for, ages as in `15m`.

    Letters that come later are left alone: what fails again at once would go round for ever.

    Raises:
        OperatorError: an age is none, or a text is too long.
    """
    now = datetime.now(UTC)
    return request_of(
        Selection,
        ids=tuple(ids),
        reason=reason,
        source=source,
        correlation_id=correlation_id,
        set_aside_after=now - age(newer_than) if newer_than else None,
        set_aside_before=now - age(older_than) if older_than else now,
    )


def _ask(
    unit_admins: UnitAdmins, queue: QueueName, action: Action, selection: Selection, at_most: int
) -> DeadLetterBatch:
    question = HandleDeadLetters(
        queue=queue.queue, action=action, selection=selection, at_most=at_most, hold_seconds=_HOLD_SECONDS
    )
    return unit_admins.letters(queue.unit, question)
