"""Who asks for what is audited."""

from pbckit.contracts.definitions import InvalidRequest
from pbckit.runtime.capability import CallContext
from pbckit.runtime.unit_of_work import UNKNOWN_ACTOR


def named_actor(call: CallContext, what: str) -> str:
    """Who asks.

    Args:
        call: the call.
        what: what is asked for, for the message.

    Raises:
        InvalidRequest: nobody says who asks.
    """
    if call.cause.actor == UNKNOWN_ACTOR:
        raise InvalidRequest(f"{what}: the call's metadata names no actor")
    return call.cause.actor
