"""Purchases that must be known."""

from contracts.points_calculation import PurchaseIsErased, PurchaseWasRefused, UnknownPurchase
from lambdas.points_calculation.storage.calculations import CalculationStore
from lambdas.points_calculation.storage.records import Calculated, ErasedPurchase
from lambdas.points_calculation.storage.refusals import RefusalStore
from pbckit.runtime.runtime import Runtime


def known(store: CalculationStore, purchase_id: str) -> Calculated:
    """What stands for a purchase.

    Raises:
        PurchaseIsErased: its member is erased.
        UnknownPurchase: nothing was calculated for it, or not yet.
    """
    found = store.stands(purchase_id)
    if isinstance(found, ErasedPurchase):
        raise PurchaseIsErased(f"purchase {purchase_id} is of a member who is erased")
    if found is None:
        raise UnknownPurchase(f"nothing was calculated for purchase {purchase_id!r}")
    return found


def known_or_refused(runtime: Runtime, purchase_id: str) -> Calculated:
    """What stands for a purchase, which may have been refused.

    Raises:
        PurchaseWasRefused: it was refused. The message says why.
        UnknownPurchase: nothing was calculated for it, or not yet.
    """
    try:
        return known(CalculationStore(runtime), purchase_id)
    except UnknownPurchase:
        refused = RefusalStore(runtime).find(purchase_id)
        if refused is None:
            raise
    raise PurchaseWasRefused(f"purchase {purchase_id} earns nothing: {refused.error}: {refused.message}")
