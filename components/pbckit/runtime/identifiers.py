"""Event ids: some sort by time, some follow from a cause."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from pbckit.runtime.ports import Random

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_VERSION = 7
_VARIANT = 0b10
_CAUSED = UUID("6f2c1c0e-8a51-4d0b-9d2e-3b7a54c0f6d1")
"""Name space of the ids that follow from a cause."""


def uuid7(at: datetime, random: Random) -> str:
    """A UUID version 7 (RFC 9562, section 5.7): 48 bits of milliseconds since 1970, then chance."""
    milliseconds = (at - _EPOCH) // timedelta(milliseconds=1)
    value = milliseconds << 80
    value |= _VERSION << 76
    value |= random.getrandbits(12) << 64
    value |= _VARIANT << 62
    value |= random.getrandbits(62)
    return str(UUID(int=value))


def derived_event_id(cause_id: str, unit: str, name: str, position: int) -> str:
    """A UUID version 5 of the event that follows from another: whoever handles the cause once more gets it again.

    Args:
        cause_id: id of the event that is handled.
        unit: who handles it; others may tell of it too.
        name: the detail type of what follows.
        position: which of the events it is that follow from the cause in that unit, from 0.
    """
    return str(uuid5(_CAUSED, f"{cause_id}/{unit}/{name}/{position}"))
