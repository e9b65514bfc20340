"""Capability `standing`."""

from contracts.unit_name import STANDING, FindStanding, Standing, UnknownMember
from lambdas.unit_name.store import StandingStore
from pbckit.runtime.capability import Asked, capability


@capability(STANDING)
def handler(request: FindStanding, asked: Asked) -> Standing:
    """How much a member has bought."""
    found = StandingStore(asked.runtime).find(request.member_id)
    if found is None:
        raise UnknownMember(f"no purchase of member {request.member_id!r} has come")
    return found
