"""unit-name: how many EventName events there were of each field_name. See README.md."""

from contracts.source_name import EventName
from contracts.unit_name import TALLY, UnitNameChanged
from pbckit.infra.pbc import Pbc


def define(pbc: Pbc) -> None:
    """Owns the tallies."""
    tallies = pbc.store()
    outbox = pbc.publishes(UnitNameChanged)
    pbc.subscribes(EventName, handler="count-events", grants=[tallies.write(), outbox.append()])
    pbc.exposes(TALLY, [tallies.read()])
