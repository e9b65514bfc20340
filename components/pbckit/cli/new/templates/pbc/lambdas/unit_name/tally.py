"""Capability `tally`."""

from contracts.unit_name import TALLY, GetTally, NothingCounted, Tally
from lambdas.unit_name.store import TallyStore
from pbckit.runtime.capability import CallContext, capability


@capability(TALLY)
def handler(request: GetTally, call: CallContext) -> Tally:
    """How many events there were."""
    found = TallyStore(call.runtime).find(request.field_name)
    if found is None:
        raise NothingCounted(f"no event of {request.field_name!r} has come")
    return found
