"""Notes in the log that operators ask for: the hops of a message, and what operators did.

A note is a log line with a `record` in it. It never holds data of members: names, times, ids, outcomes.
"""

from datetime import datetime
from typing import Any

from contracts.operating import Letter
from lambdas.kit.observability import logger

RECORD = "record"
"""Key of the note in the log line."""


def note_act(what: str, letter: Letter, *, actor: str, outcome: str) -> None:
    """Note what a person does with a letter. A log can only be added to: this is the audit trail."""
    _note(
        kind="act",
        what=what,
        name=f"{letter.queue}/{letter.id}",
        outcome=outcome,
        correlation_id=letter.correlation_id,
        actor=actor,
        detail=letter.reason,
    )


def note_hop(
    what: str, name: str, *, correlation_id: str, outcome: str = "done", **more: str | datetime | None
) -> None:
    """Note that a message came by.

    Args:
        what: what was done with it: `answered`, `handled`, `ran`, `published`.
        name: the event or capability.
        correlation_id: of the message.
        outcome: `done`, or how it failed.
        more: other fields of `contracts.operating.Record`.
    """
    _note(kind="hop", what=what, name=name, outcome=outcome, correlation_id=correlation_id, **more)


def _note(**fields: Any) -> None:
    given = {
        key: value.isoformat() if isinstance(value, datetime) else value
        for key, value in fields.items()
        if value is not None
    }
    logger.info(f"{fields['what']} {fields['name']}", extra={RECORD: given})
