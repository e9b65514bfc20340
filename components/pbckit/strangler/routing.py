"""Who answers for a key. Pure: the same key, salt and routing always give the same side."""

import hashlib
from datetime import datetime

from pbckit.contracts.migration import Routing, Setting, Side

BUCKETS = 10_000
_BUCKETS_IN_A_PERCENT = BUCKETS // 100
_DIGEST_BYTES = 8


def bucket(key: str, salt: str) -> int:
    """The bucket of a key, from 0 to 9999.

    Args:
        key: what must stay on one side, for example a customer's id.
        salt: the facade's key, so that two migrations do not move the same keys first.
    """
    digest = hashlib.sha256(f"{salt}\n{key}".encode()).digest()
    return int.from_bytes(digest[:_DIGEST_BYTES]) % BUCKETS


def side(routing: Routing, at: int) -> Side:
    """Who answers for a bucket.

    A higher share only adds buckets to the candidate's: no key goes back when it is raised.
    """
    match routing.mode:
        case "legacy" | "shadow":
            return "legacy"
        case "canary":
            return "candidate" if at < routing.share * _BUCKETS_IN_A_PERCENT else "legacy"
        case "new":
            return "candidate"


def in_force(setting: Setting, now: datetime) -> Routing:
    """The routing that holds at a time."""
    return setting.routing if now >= setting.effective_at else setting.before
