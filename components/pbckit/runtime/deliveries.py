"""Messages that a queue delivers: how often it has, and when it is to try again."""

from collections.abc import Generator
from contextlib import contextmanager

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from pbckit.runtime.runtime import Runtime

_FIRST_PAUSE_SECONDS = 5
_PAUSE_GROWTH = 4
_LONGEST_PAUSE_SECONDS = 15 * 60


@contextmanager
def attempt(record: SQSRecord, runtime: Runtime) -> Generator[int]:
    """Around the handling of a message; gives which attempt it is. Where it fails, the message comes again later."""
    attempts = int(record.attributes.approximate_receive_count or 1)
    try:
        yield attempts
    except Exception:
        if runtime.deliveries is not None:
            runtime.deliveries.change_visibility(record.receipt_handle, pause_seconds(attempts))
        raise


def pause_seconds(attempts: int) -> int:
    """How long a message waits that failed so many times: what came too early is soon made up for, what is down takes
    longer. Without this it would wait as long as a function may take, six times over, from the first failure on.
    """
    return min(_FIRST_PAUSE_SECONDS * _PAUSE_GROWTH ** (attempts - 1), _LONGEST_PAUSE_SECONDS)
