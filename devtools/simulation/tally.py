"""A consumer with nothing but the inbox to protect it: it counts what was posted, and counting twice shows."""

from typing import Any

import msgspec

from contracts.points_ledger import PointsPosted
from pbckit.runtime.ports import Update
from pbckit.runtime.subscriber import EventContext, Subscriber
from pbckit.runtime.unit_of_work import retry_on_conflict

UNIT = "tally"

handler = Subscriber()


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """What was posted to a member, as it is stored."""

    postings: list[dict[str, Any]]
    version: int


@handler.on(PointsPosted)
def count_posted(event: PointsPosted, context: EventContext) -> None:
    """Add a posting to its member's tally."""
    retry_on_conflict(lambda: _add(event, context), context.runtime)


def _add(event: PointsPosted, context: EventContext) -> None:
    runtime, key = context.runtime, {"pk": f"tally#{event.member_id}", "sk": "tally"}
    before = runtime.tables.get(runtime.store_table, key) or {"postings": [], "version": None}
    work = context.unit_of_work()
    work.add(
        Update(
            table=runtime.store_table,
            key=key,
            read_as=Tally,
            set={
                "postings": [*before["postings"], {"id": event.posting_id, "points": event.points}],
                "version": (before["version"] or 0) + 1,
            },
            expect={"version": before["version"]},
        )
    )
    work.commit()
