"""Capability `members`."""

from contracts.points_ledger import MEMBERS, ListMembers, Members
from lambdas.points_ledger.storage.ledger import Ledger
from pbckit.runtime.capability import CallContext, capability


@capability(MEMBERS)
def handler(request: ListMembers, call: CallContext) -> Members:
    """A page of the members who have an account."""
    members, following = Ledger(call.runtime).members(request.after, request.limit)
    return Members(member_ids=members, next=following)
