"""Purchases that must be known."""

from contracts.points_calculation import UnknownPurchase
from lambdas.points_calculation.storage.calculations import CalculationStore
from lambdas.points_calculation.storage.records import Calculated


def known(store: CalculationStore, purchase_id: str) -> Calculated:
    """What stands for a purchase.

    Raises:
        UnknownPurchase: nothing was calculated for it, or not yet.
    """
    found = store.find(purchase_id)
    if found is None:
        raise UnknownPurchase(f"nothing was calculated for purchase {purchase_id!r}")
    return found
