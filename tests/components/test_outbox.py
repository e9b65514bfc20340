"""An outbox is a table of its own; its stream feeds the relay, and a sweeper publishes what stays pending."""

import json
from dataclasses import replace
from typing import Any

import pulumi

from contracts.points_ledger import PointsPosted
from pbckit.infra.outbox import EVENT_KEY, PENDING_INDEX
from pbckit.infra.unit import UnitArgs
from tests.components.conftest import Recorder, make_pbc


def made(unit_args: UnitArgs, recorder: Recorder, **config: Any) -> dict[str, Any]:
    """The table of an outbox, and all actions that roles have on it."""

    @pulumi.runtime.test
    def make() -> None:
        make_pbc(replace(unit_args, config=replace(unit_args.config, **config))).publishes(PointsPosted)

    make()
    return recorder.inputs("aws:dynamodb/table:Table")


def actions(recorder: Recorder) -> set[tuple[str, str]]:
    """What roles may do with tables, and with which part of them."""
    documents = [
        json.loads(one.inputs["policy"]) for one in recorder.made if one.typ == "aws:iam/rolePolicy:RolePolicy"
    ]
    return {
        (action, resource.partition("table/")[2].partition("/")[2])
        for document in documents
        for statement in document["Statement"]
        for action in statement["Action"]
        for resource in statement["Resource"]
        if action.startswith("dynamodb:")
        and "Stream" not in action
        and "Records" not in action
        and "Shard" not in action
    }


def test_the_table_has_a_stream_and_no_index(unit_args: UnitArgs, recorder: Recorder):
    table = made(unit_args, recorder)
    assert table["hashKey"] == EVENT_KEY
    assert (table["streamEnabled"], table["streamViewType"]) == (True, "NEW_IMAGE")
    assert [one["name"] for one in table["attributes"]] == [EVENT_KEY]
    assert not table.get("globalSecondaryIndexes")


def test_relay_and_sweeper_remove_events_and_only_the_sweeper_reads_them(unit_args: UnitArgs, recorder: Recorder):
    made(unit_args, recorder)
    assert actions(recorder) == {("dynamodb:DeleteItem", ""), ("dynamodb:Scan", "")}


def test_the_index_of_a_former_release_can_be_kept(unit_args: UnitArgs, recorder: Recorder):
    table = made(unit_args, recorder, outbox_index="kept")
    (index,) = table["globalSecondaryIndexes"]
    assert index["name"] == PENDING_INDEX
    assert actions(recorder) == {("dynamodb:DeleteItem", ""), ("dynamodb:Query", f"index/{PENDING_INDEX}")}
    functions = [one.inputs for one in recorder.made if one.typ == "aws:lambda/function:Function"]
    told = {one["handler"].split(".")[2]: one["environment"]["variables"].get("OUTBOX_INDEX") for one in functions}
    assert told == {"relay": None, "sweeper": PENDING_INDEX}


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
