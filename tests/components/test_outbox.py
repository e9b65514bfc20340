"""An outbox is a table of its own; its stream feeds the relay, and a sweeper publishes what stays pending."""

from typing import Any

import pulumi

from contracts.points_ledger import PointsPosted
from pbckit.infra.outbox import EVENT_KEY, PENDING_INDEX
from pbckit.infra.unit import UnitArgs
from tests.components.conftest import Recorder, make_pbc


@pulumi.runtime.test
def test_the_table_has_a_stream_and_an_index_of_what_is_pending(unit_args: UnitArgs):
    table = make_pbc(unit_args).publishes(PointsPosted).table

    def check(values: list[Any]) -> None:
        key, streams, view, (index,) = values
        assert key == EVENT_KEY
        assert (streams, view) == (True, "NEW_IMAGE")
        assert index["name"] == PENDING_INDEX

    return pulumi.Output.all(
        table.hash_key, table.stream_enabled, table.stream_view_type, table.global_secondary_indexes
    ).apply(check)


def test_relay_and_sweeper_run_the_code_of_the_library(unit_args: UnitArgs, recorder: Recorder):
    @pulumi.runtime.test
    def made() -> None:
        make_pbc(unit_args).publishes(PointsPosted)

    made()
    functions = [one.inputs["handler"] for one in recorder.made if one.typ == "aws:lambda/function:Function"]
    assert sorted(functions) == ["pbckit.runtime.relay.handler", "pbckit.runtime.sweeper.handler"]


def test_a_batch_that_fails_is_bisected_and_given_up_in_the_end(unit_args: UnitArgs, recorder: Recorder):
    @pulumi.runtime.test
    def made() -> None:
        make_pbc(unit_args).publishes(PointsPosted)

    made()
    mapping = recorder.inputs("aws:lambda/eventSourceMapping:EventSourceMapping")
    assert mapping["bisectBatchOnFunctionError"] is True
    assert mapping["functionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["maximumRetryAttempts"] > 0
    assert mapping["destinationConfig"]["onFailure"]["destinationArn"]
