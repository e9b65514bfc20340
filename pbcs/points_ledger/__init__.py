"""points-ledger: who owns how many points, by double entry. See README.md."""

from components.pbc import Pbc
from contracts.points_calculation import PointsCalculated
from contracts.points_ledger import BALANCE, STATEMENT, PointsPosted


def define(pbc: Pbc) -> None:
    """Owns postings and balances."""
    ledger = pbc.store()
    outbox = pbc.publishes(PointsPosted)
    pbc.subscribes(PointsCalculated, handler="post-points", grants=[ledger.write(), outbox.append()])
    pbc.exposes(BALANCE, [ledger.read()])
    pbc.exposes(STATEMENT, [ledger.read()])
