"""Capability `member-purchases`: all that is kept about a member and some purchases."""

from collections.abc import Iterator

import msgspec

from contracts.points_calculation import (
    MEMBER_PURCHASES,
    GetMemberPurchases,
    MemberPurchases,
    RecordedPurchase,
    RecordedRefund,
)
from lambdas.points_calculation.storage.calculations import CalculationStore
from lambdas.points_calculation.storage.confirmations import ConfirmationStore
from lambdas.points_calculation.storage.records import Calculated
from lambdas.points_calculation.storage.refusals import RefusalStore
from pbckit.runtime.capability import CallContext, capability


@capability(MEMBER_PURCHASES)
def handler(request: GetMemberPurchases, call: CallContext) -> MemberPurchases:
    """Purchases that the ledger knows of by their ids; those that it has not confirmed are found here."""
    member_id, store = request.member_id, CalculationStore(call.runtime)
    confirmations = ConfirmationStore(call.runtime)
    expected = [one for one in confirmations.every_unconfirmed() if one.member_id == member_id]
    unconfirmed = [one for one in expected if confirmations.confirmation(one.posting_id) is None]
    asked = [*request.purchase_ids, *(one.purchase_id for one in unconfirmed)]
    found = [one for purchase_id in dict.fromkeys(asked) if (one := store.find(purchase_id)) is not None]
    return MemberPurchases(
        member_id=member_id,
        purchases=[_recorded(store, one) for one in found if one.purchase.member_id == member_id],
        refused=[one for one in RefusalStore(call.runtime).all() if one.purchase.member_id == member_id],
        unconfirmed=unconfirmed,
        differences=[one for one in confirmations.every_difference() if one.member_id == member_id],
    )


def _recorded(store: CalculationStore, found: Calculated) -> RecordedPurchase:
    adjustments = store.adjustments(found.purchase.id)
    return RecordedPurchase(
        basis=found.basis(),
        calculation=msgspec.structs.replace(found.calculation, adjustments=adjustments),
        refunds=list(_refunds(store, [one.refund_id for one in adjustments if one.refund_id is not None])),
    )


def _refunds(store: CalculationStore, refund_ids: list[str]) -> Iterator[RecordedRefund]:
    for refund_id in refund_ids:
        kept = store.refund(refund_id)
        if kept is not None:
            yield RecordedRefund(refund=kept.refund, posted=kept.posted, chargeback=kept.chargeback)
