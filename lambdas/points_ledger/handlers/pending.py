"""Capability `pending`."""

from contracts.points_ledger import PENDING, GetPending, PendingPurchases, UnknownMember
from lambdas.points_ledger.services import pending
from lambdas.points_ledger.storage.ledger import Ledger
from pbckit.runtime.capability import CallContext, capability


@capability(PENDING)
def handler(request: GetPending, call: CallContext) -> PendingPurchases:
    """A member's purchases that are authorised and not posted: also of one who has no posting yet."""
    account = Ledger(call.runtime).account(request.member_id)
    found = pending.of_member(call.runtime, request.member_id, account, call.runtime.clock.now())
    if account is None and not found:
        raise UnknownMember(f"the ledger has no account for member {request.member_id!r}, and nothing is pending")
    return PendingPurchases(
        member_id=request.member_id, pending_points=sum(one.points for one in found), purchases=found
    )
