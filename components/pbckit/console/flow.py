"""How much flows: rates from what functions noted within the last minute."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from pbckit.contracts.operating import UNIT_ADMIN, Records

WINDOW = timedelta(minutes=1)


class Flow(NamedTuple):
    """Messages a minute."""

    taken: Mapping[str, int]
    """Handled, run or answered, by event or capability."""
    published: Mapping[str, int]
    """By event."""
    estimated: bool
    """There was more than a unit admin gives at once: the rates are those of the newest records."""


NOTHING = Flow({}, {}, estimated=False)


def flow(found: Records, until: datetime) -> Flow:
    """The rates that the records of a window give. Questions to the unit admin itself do not count."""
    records = found.records
    span = until - records[0].at if found.more and records else WINDOW
    minutes = max(span, timedelta(milliseconds=1)) / WINDOW
    counts: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for record in records:
        if record.name != UNIT_ADMIN:
            counts[record.what == "published"][record.name] += 1
    taken, published = (
        {name: max(1, round(count / minutes)) for name, count in counts[key].items()} for key in (False, True)
    )
    return Flow(taken, published, estimated=found.more)
