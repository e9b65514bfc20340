"""unit-name: how much a member has bought. See README.md."""

from contracts.cards import PurchasePosted
from contracts.unit_name import STANDING, StandingChanged
from pbckit.infra.pbc import Pbc


def define(pbc: Pbc) -> None:
    """Owns the standing of members."""
    standings = pbc.store()
    outbox = pbc.publishes(StandingChanged)
    pbc.subscribes(PurchasePosted, handler="note-purchase", grants=[standings.write(), outbox.append()])
    pbc.exposes(STANDING, [standings.read()])
