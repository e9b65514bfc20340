"""Event ids that sort by time."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from lambdas.kit.ports import Random

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_VERSION = 7
_VARIANT = 0b10


def uuid7(at: datetime, random: Random) -> str:
    """A UUID version 7 (RFC 9562, section 5.7): 48 bits of milliseconds since 1970, then chance."""
    milliseconds = (at - _EPOCH) // timedelta(milliseconds=1)
    value = milliseconds << 80
    value |= _VERSION << 76
    value |= random.getrandbits(12) << 64
    value |= _VARIANT << 62
    value |= random.getrandbits(62)
    return str(UUID(int=value))
