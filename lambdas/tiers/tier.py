"""Capability `tier`."""

from contracts.tiers import TIER, GetTier, MemberTier, UnknownMember
from lambdas.tiers.model import member_tier
from lambdas.tiers.store import TierStore
from pbckit.runtime.capability import CallContext, capability


@capability(TIER)
def handler(request: GetTier, call: CallContext) -> MemberTier:
    """A member's tier now, computed from what counts now: nothing depends on when the last review was."""
    store = TierStore(call.runtime)
    standing = store.member(request.member_id)
    if standing is None:
        raise UnknownMember(f"no points of member {request.member_id!r} were counted")
    return member_tier(standing, store.sets(), call.runtime.clock.now())
