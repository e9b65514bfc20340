"""A message that fails comes again, later each time."""

from dataclasses import replace

import pytest
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from pbckit.runtime.deliveries import attempt, pause_seconds
from pbckit.testing.deliveries import sqs_batch
from pbckit.testing.world import world


def record(attempts: int) -> SQSRecord:
    (one,) = sqs_batch(["body"], attempts=attempts)["Records"]
    return SQSRecord(one)


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 5), (2, 20), (3, 80), (4, 320), (5, 900), (50, 900)])
def test_pauses_grow_up_to_a_quarter_of_an_hour(attempts: int, seconds: int):
    assert pause_seconds(attempts) == seconds


def test_a_message_that_failed_is_postponed_by_its_attempts():
    there = world("points-ledger")
    with pytest.raises(OSError, match="network"), attempt(record(3), there.runtime) as attempts:
        raise OSError("network")

    assert attempts == 3
    assert there.deliveries.postponed == [(record(3).receipt_handle, 80)]


def test_a_message_that_was_handled_is_left_alone():
    there = world("points-ledger")
    with attempt(record(1), there.runtime):
        pass

    assert there.deliveries.postponed == []


def test_without_a_queue_of_its_own_the_queues_time_counts():
    runtime = replace(world("points-ledger").runtime, deliveries=None)
    with pytest.raises(OSError, match="network"), attempt(record(1), runtime):
        raise OSError("network")
