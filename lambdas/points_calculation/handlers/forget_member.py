"""Subscription `forget-member`: the ledger erased a member. What says whose its purchases were is deleted here, too."""

from collections.abc import Iterable

from contracts.points_ledger import MemberErased
from lambdas.points_calculation.model import awards
from lambdas.points_calculation.storage.awards import ProgressStore
from lambdas.points_calculation.storage.bought import BoughtStore
from lambdas.points_calculation.storage.calculations import CalculationStore
from lambdas.points_calculation.storage.confirmations import ConfirmationStore
from lambdas.points_calculation.storage.records import Calculated
from lambdas.points_calculation.storage.refusals import RefusalStore
from pbckit.runtime.ports import Operation
from pbckit.runtime.runtime import Runtime
from pbckit.runtime.subscriber import EventContext, NotYet, Subscriber
from pbckit.runtime.unit_of_work import retry_on_conflict

handler = Subscriber(inbox=False)
"""What is deleted once is not there a second time: the same event again changes nothing."""

_AT_ONCE = 90


@handler.on(MemberErased)
def member_erased(event: MemberErased, context: EventContext) -> None:
    """Leave of each purchase its points and its month, and of the member nothing.

    Raises:
        NotYet: a posting is not confirmed. Its confirmation would be a difference that names the member.
    """
    runtime = context.runtime
    store = ConfirmationStore(runtime)
    expected = [told for one in event.posting_ids if (told := store.find(one)) is not None]
    for told in expected:
        if store.confirmation(told.posting_id) is None:
            raise NotYet(f"posting {told.posting_id} of an erased member is not confirmed yet")
        runtime.tables.delete(store.confirmed(told))
    for posting_id in event.posting_ids:
        _commit(store.forget(posting_id), runtime)
    refusals = RefusalStore(runtime)
    refused = [one.purchase.id for one in refusals.all() if one.purchase.member_id == event.member_id]
    _commit([refusals.forget(purchase_id) for purchase_id in refused], runtime)
    for purchase_id in event.purchase_ids:
        retry_on_conflict(lambda purchase_id=purchase_id: _forget(purchase_id, runtime), runtime)


def _forget(purchase_id: str, runtime: Runtime) -> None:
    store = CalculationStore(runtime)
    stands = store.find(purchase_id)
    if stands is None:
        return
    made = store.adjustments(purchase_id)
    _commit([operation for one in made for operation in store.forget_adjustment(purchase_id, one)], runtime)
    refused = RefusalStore(runtime).forget(purchase_id)
    _commit([*_of_member(stands, runtime), BoughtStore(runtime).forget(stands.purchase), refused], runtime)
    runtime.tables.transact(store.erased(stands))


def _of_member(stands: Calculated, runtime: Runtime) -> Iterable[Operation]:
    """Deletes the member's own counters of caps, and how far the member is towards bonuses."""
    member_id, store, progress = stands.purchase.member_id, CalculationStore(runtime), ProgressStore(runtime)
    campaigns = dict.fromkeys([*awards.counts_towards(stands.asked()), *stands.awards])
    yield from (progress.forget(member_id, campaign_id) for campaign_id in campaigns)
    yield from (store.forget_counter(one) for one in stands.counted if member_id in one.split("#"))


def _commit(operations: Iterable[Operation], runtime: Runtime) -> None:
    found = list(operations)
    for start in range(0, len(found), _AT_ONCE):
        runtime.tables.transact(found[start : start + _AT_ONCE])
