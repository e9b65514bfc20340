"""Parts of the keys of a table: text that sorts by time, and shards that spread what would share one partition."""

import hashlib
from datetime import UTC, datetime


def sortable(instant: datetime) -> str:
    """The instant as text that sorts by time: UTC, always with microseconds."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def shard_of(key: str, shards: int) -> int:
    """The shard of a key, from 0: the same one always, spread evenly.

    Args:
        key: for example a member's ID.
        shards: how many there are, 1 to 256.
    """
    return hashlib.sha256(key.encode()).digest()[0] % shards
