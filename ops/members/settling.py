"""Waiting until what was brought in stands in the ledger."""

from collections.abc import Callable, Sequence

from contracts.cards import PurchaseChargedBack, PurchasePosted, PurchaseRefunded
from contracts.points_calculation import EXPLAIN, LIST_REFUSED, Explain, ListRefused
from ops.members.ledger_reads import postings
from pbckit.cli.client.capabilities import CapabilityClient
from pbckit.cli.errors import Refused
from pbckit.cli.waiting import wait_for

_REFUSED_AT_ONCE = 1000
Named = PurchaseRefunded | PurchaseChargedBack
"""What names the purchase of which it gives back."""


def wait_until_posted(
    capabilities: CapabilityClient,
    purchases: Sequence[PurchasePosted],
    refunds: Sequence[Named],
    on_progress: Callable[[int], None],
) -> None:
    """Wait until every purchase is posted to its member or refused, and every refund taken back. Reports how many are.

    Raises:
        NothingHappens: some are not, and nothing moves any more.
    """
    awaited: dict[str, set[str]] = {}
    for purchase in purchases:
        awaited.setdefault(purchase.member_id, set()).add(purchase.id)
    open_refunds = {refund.id: refund for refund in refunds}
    total = sum(map(len, awaited.values())) + len(open_refunds)

    def look() -> int:
        refused = _refused(capabilities)
        for refund in list(open_refunds.values()):
            if refund.purchase_id in refused:
                del open_refunds[refund.id]
                continue
            adjustment = _adjustment(capabilities, refund)
            if adjustment is not None:
                member_id, adjustment_id = adjustment
                awaited.setdefault(member_id, set()).add(adjustment_id)
                del open_refunds[refund.id]
        for member_id, ids in awaited.items():
            ids.difference_update(refused)
            if ids:
                ids.difference_update(posting_id for posting_id, _ in postings(capabilities, member_id))
        done = total - sum(map(len, awaited.values())) - len(open_refunds)
        on_progress(done)
        return done

    wait_for(look, lambda done: done == total, f"of {total} purchases and refunds, some are not posted")


def _refused(capabilities: CapabilityClient) -> set[str]:
    """Ids of the purchases that were refused last: they earn nothing, and `rewards purchases refused` says why."""
    answer = capabilities.ask(LIST_REFUSED, ListRefused(limit=_REFUSED_AT_ONCE))
    return {one.purchase.id for one in answer.refused}


def _adjustment(capabilities: CapabilityClient, refund: Named) -> tuple[str, str] | None:
    """The member whose points a refund corrected, and the id of the correction; None while it did not."""
    try:
        answer = capabilities.ask(EXPLAIN, Explain(purchase_id=refund.purchase_id))
    except Refused:
        return None
    return next(
        ((answer.member_id, one.adjustment_id) for one in answer.adjustments if one.refund_id == refund.id), None
    )
