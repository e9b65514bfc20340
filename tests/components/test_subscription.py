"""A subscription is a rule, a queue with a dead-letter queue, and a function that takes a batch at a time."""

import json

import pulumi
import pytest

from contracts.points_calculation import PointsCalculated
from pbckit.infra.subscription import Subscription
from pbckit.infra.unit import UnitArgs
from tests.components.conftest import Recorder, make_pbc


def subscribed(args: UnitArgs) -> Subscription:
    pbc = make_pbc(args)
    return pbc.subscribes(PointsCalculated, handler="post-points", grants=[pbc.store().write()])


@pytest.fixture
def made(unit_args: UnitArgs, recorder: Recorder) -> Recorder:
    @pulumi.runtime.test
    def make() -> None:
        subscribed(unit_args)

    make()
    return recorder


def test_the_rule_asks_for_the_event_of_its_source_and_nothing_else(made: Recorder):
    pattern = json.loads(made.inputs("aws:cloudwatch/eventRule:EventRule")["eventPattern"])
    assert (pattern["source"], pattern["detail-type"]) == (["points-calculation"], ["PointsCalculated"])


def test_a_failing_event_is_retried_alone_with_a_ceiling_on_concurrency(made: Recorder, unit_args: UnitArgs):
    mapping = made.inputs("aws:lambda/eventSourceMapping:EventSourceMapping")
    assert mapping["functionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["scalingConfig"] == {"maximumConcurrency": unit_args.config.maximum_concurrency}


def test_the_queue_waits_at_least_six_times_as_long_as_the_function_may_take(made: Recorder):
    (queue,) = [one.inputs for one in made.made if one.typ == "aws:sqs/queue:Queue" and "redrivePolicy" in one.inputs]
    function = made.inputs("aws:lambda/function:Function")
    assert queue["visibilityTimeoutSeconds"] >= 6 * function["timeout"]


def test_the_function_runs_the_named_handler(made: Recorder):
    function = made.inputs("aws:lambda/function:Function")
    assert function["name"] == "rewards-dev-points-ledger_post-points"
    assert function["handler"].endswith(".post_points.handler")
