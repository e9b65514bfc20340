"""Putting a message aside, with what is known of it."""

import msgspec

from lambdas.kit.observability import count, logger
from lambdas.kit.runtime import Runtime

_LONGEST_REASON = 1000


def put_aside(body: str, runtime: Runtime, *, reason: str, attempts: int) -> None:
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
            "reason": reason[:_LONGEST_REASON],
            "source": runtime.unit,
            "attempts": str(attempts),
            "correlation_id": correlation_id(body),
        },
    )


def correlation_id(body: str) -> str:
    """The correlation id of a message that may be of any form; `none` where there is none."""
    try:
        return str(msgspec.json.decode(body)["detail"]["metadata"]["correlation_id"])
    except (msgspec.DecodeError, KeyError, TypeError):
        return "none"
