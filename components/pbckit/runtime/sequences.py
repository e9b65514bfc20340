"""Gaps in the events of an aggregate: found by the transaction that handles an event, without another read.

A consumer's table remembers the last number it has seen of each aggregate, beside the inbox:

| pk | sk | what |
|---|---|---|
| `seen#<source>#<aggregate id>` | `sequence` | the highest number seen; kept as long as the inbox keeps an event |

The first event of an aggregate need not be written down where its consumer cannot miss it.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from pbckit.runtime.observability import count, logger
from pbckit.runtime.ports import Update
from pbckit.runtime.runtime import Runtime


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where an event stands among those of its aggregate."""

    source: str
    aggregate_id: str
    sequence: int
    """From 1."""
    knows_first: bool = False
    """The consumer puts off what comes before the first event of an aggregate: that one is not written down."""

    @property
    def unwritten(self) -> int:
        """The highest number that is seen where nothing is written down."""
        return 1 if self.knows_first else 0


class SeenRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of an aggregate."""

    last: Annotated[int, Meta(ge=0, le=10**18)]
    """The highest number seen."""
    expires_at: int


def follow(place: Place, runtime: Runtime) -> Update | None:
    """Remember an event that comes right after the last one seen. The condition fails where it does not.

    Returns:
        What remembers it; None for a first event that is not written down.
    """
    if place.sequence <= place.unwritten:
        return None
    before = place.sequence - 1
    return _seen(place, runtime, last=before if before > place.unwritten else None)


def reported(place: Place, runtime: Runtime) -> Update | None:
    """Report an event that does not come right after the last one seen: metric `SequenceGaps` counts the events that
    are missing before it, and `LateEvents` those that fill such a gap.

    Returns:
        What remembers it; None where a later one was seen before.
    """
    item = runtime.tables.get(runtime.store_table, _key(place))
    last: int | None = item["last"] if item else None
    known = last or place.unwritten
    told: Any = {"source": place.source, "aggregate_id": place.aggregate_id, "sequence": place.sequence, "last": last}
    if place.sequence <= known:
        count("LateEvents")
        logger.warning("an event came after a later one of its aggregate", **told)
        return None
    if place.sequence > known + 1:
        count("SequenceGaps", place.sequence - known - 1)
        logger.warning("events of an aggregate are missing", **told)
    return _seen(place, runtime, last=last)


def _seen(place: Place, runtime: Runtime, *, last: int | None) -> Update:
    until = runtime.clock.now() + timedelta(days=runtime.inbox_days)
    return Update(
        table=runtime.store_table,
        key=_key(place),
        read_as=SeenRecord,
        set={"last": place.sequence, "expires_at": int(until.timestamp())},
        expect={"last": last},
    )


def _key(place: Place) -> dict[str, str]:
    return {"pk": f"seen#{place.source}#{place.aggregate_id}", "sk": "sequence"}
