"""Capability `told`."""

from contracts.points_calculation import TOLD, ListTold, Told, ToldPage
from lambdas.points_calculation.services import adjustments
from lambdas.points_calculation.storage.calculations import CalculationStore
from lambdas.points_calculation.storage.records import Calculated
from pbckit.runtime.capability import Asked, capability


@capability(TOLD)
def handler(request: ListTold, asked: Asked) -> ToldPage:
    """What the ledger was told of the purchases of a month, a page of purchases at a time."""
    store = CalculationStore(asked.runtime)
    purchases, following = store.of_month(request.month, request.after, request.limit)
    found = (store.find(purchase_id) for purchase_id in purchases)
    return ToldPage(told=[told for one in found if one is not None for told in _told(one, store)], next=following)


def _told(calculated: Calculated, store: CalculationStore) -> list[Told]:
    made = store.adjustments(calculated.purchase.id) if calculated.adjustments else []
    return [calculated.first_told(), *(adjustments.told(calculated, one) for one in made)]
