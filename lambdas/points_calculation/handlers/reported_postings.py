"""Capability `reported-postings`."""

from contracts.points_calculation import REPORTED_POSTINGS, ListReportedPostings, ReportedPosting, ReportedPostings
from lambdas.points_calculation.services import adjustments
from lambdas.points_calculation.storage.calculations import CalculationStore
from lambdas.points_calculation.storage.records import Calculated
from pbckit.runtime.capability import CallContext, capability


@capability(REPORTED_POSTINGS)
def handler(request: ListReportedPostings, call: CallContext) -> ReportedPostings:
    """The postings reported to the ledger for the purchases of a month, a page of purchases at a time."""
    store = CalculationStore(call.runtime)
    purchases, following = store.of_month(request.month, request.after, request.limit)
    found = (store.find(purchase_id) for purchase_id in purchases)
    return ReportedPostings(
        postings=[posting for one in found if one is not None for posting in _postings(one, store)], next=following
    )


def _postings(calculated: Calculated, store: CalculationStore) -> list[ReportedPosting]:
    made = store.adjustments(calculated.purchase.id) if calculated.adjustments else []
    return [calculated.first_report(), *(adjustments.reported(calculated, one) for one in made)]
