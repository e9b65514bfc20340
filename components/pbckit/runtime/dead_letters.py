"""Putting a message aside, with what is known of it."""

import re

import msgspec

from pbckit.runtime.observability import count, logger
from pbckit.runtime.runtime import Runtime

_LONGEST = 1000
_REFUSED_BY_SQS = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def send_to_dlq(body: str, runtime: Runtime, *, reason: str, attempts: int) -> None:
    """Send a message to the dead-letter queue with its reason, source, attempts and correlation id.

    Raises:
        RuntimeError: the function was deployed without a dead-letter queue.
    """
    if runtime.dead_letters is None:
        raise RuntimeError(f"there is no dead-letter queue for: {reason}")
    count("DeadLetters")
    logger.error("put aside", reason=reason)
    runtime.dead_letters.send(
        body,
        {
            "reason": _sendable(reason),
            "source": runtime.unit,
            "attempts": str(attempts),
            "correlation_id": _sendable(correlation_id(body)),
        },
    )


def correlation_id(body: str) -> str:
    """The correlation id of a message that may be of any form; `none` where there is none."""
    try:
        return str(msgspec.json.decode(body)["detail"]["metadata"]["correlation_id"])
    except (msgspec.DecodeError, KeyError, TypeError):
        return "none"


def _sendable(text: str) -> str:
    """Text as SQS takes it for an attribute: not empty, and without control characters. Anybody may have written it."""
    return _REFUSED_BY_SQS.sub("\N{REPLACEMENT CHARACTER}", text)[:_LONGEST] or "none"
