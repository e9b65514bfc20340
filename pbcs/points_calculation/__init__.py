"""points-calculation: what one purchase earns, and why. See README.md."""

from components.pbc import Pbc
from contracts.points_calculation import CALCULATE, EXPLAIN, PointsAdjusted, PointsCalculated


def define(pbc: Pbc) -> None:
    """Owns one calculation per purchase."""
    calculations = pbc.store()
    outbox = pbc.publishes(PointsCalculated, PointsAdjusted)
    pbc.exposes(CALCULATE, [calculations.write(), outbox.append()])
    pbc.exposes(EXPLAIN, [calculations.read()])
