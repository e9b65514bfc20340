"""Units of a purchase: counted as DynamoDB counts, and no more than were agreed upon."""

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer

from devtools.units.metering import Metered
from devtools.units.page import in_memory, measured
from devtools.units.way import Place, steps
from pbckit.runtime.aws import DynamoDb
from pbckit.runtime.ports import Delete, Put, Scan
from pbckit.sandbox.embedded_aws import EmbeddedAws, running
from pbckit.testing.tables import OUTBOX, STORE

MOST_WRITE_UNITS = 26
_SINGLE = ("DeleteItem", "PutItem")
_from_dynamodb = TypeDeserializer()


def put(table: str, name: str, size: int) -> Put:
    keys = {"pk": name, "sk": "x"} if table == STORE else {"event_id": name}
    return Put(table=table, item={**keys, "text": "x" * size}, read_as=dict)


def test_a_purchase_takes_no_more_units_than_were_agreed_upon():
    assert sum(one.write for one in measured()) <= MOST_WRITE_UNITS


@pytest.mark.parametrize(("size", "units"), [(900, 2), (1024, 4), (2000, 4)])
def test_a_transaction_takes_two_units_for_each_kib(size: int, units: int):
    tables = Metered()
    tables.transact([put(STORE, "a", size)])
    assert (tables.items, tables.write) == (1, units)


def test_what_becomes_smaller_is_counted_as_it_was():
    tables = Metered()
    tables.transact([put(STORE, "a", 1500)])
    tables.transact([put(STORE, "a", 10)])
    tables.transact([Delete(table=STORE, key={"pk": "a", "sk": "x"})])
    assert tables.write == 4 + 4 + 2


@pytest.mark.parametrize(("before", "size", "units"), [(10, 900, 1), (10, 1500, 2), (1500, 10, 2)])
def test_a_single_write_takes_half_of_one_in_a_transaction(before: int, size: int, units: int):
    tables = Metered()
    tables.transact([put(STORE, "a", before)])
    tables.items, tables.write = 0, 0
    tables.put(put(STORE, "a", size))
    assert (tables.items, tables.write) == (1, units)


def test_a_single_deletion_and_reads():
    tables = Metered()
    tables.transact([put(OUTBOX, "e", 1500)])
    tables.write = 0
    tables.scan(Scan(table=OUTBOX, having="x", at_most_name="x", at_most="x", limit=10))
    tables.get(OUTBOX, {"event_id": "e"})
    tables.get(OUTBOX, {"event_id": "absent"})
    tables.delete(Delete(table=OUTBOX, key={"event_id": "e"}))
    assert (tables.write, tables.read) == (2, 0.5 + 1 + 1)


class Reported(DynamoDb):
    """The adapter, with what the store says that each call took."""

    def __init__(self, client: Any) -> None:
        self._given = client
        self.items, self.read, self.write, self.outbox_write = 0, 0.0, 0.0, 0.0
        client.meta.events.register("provide-client-params.dynamodb", self._ask)
        client.meta.events.register("after-call.dynamodb", self._add)

    @cached_property
    def _client(self) -> Any:
        return self._given

    def _ask(self, params: dict[str, Any], model: Any, **_: Any) -> dict[str, Any]:
        self.items += len(params.get("TransactItems", [])) + (model.name in _SINGLE)
        return {**params, "ReturnConsumedCapacity": "TOTAL"}

    def _add(self, parsed: Mapping[str, Any], model: Any, **_: Any) -> None:
        consumed = parsed.get("ConsumedCapacity", [])
        tables = [consumed] if isinstance(consumed, dict) else consumed
        taken = sum(one["CapacityUnits"] for one in tables)
        if model.name in ("TransactWriteItems", *_SINGLE):
            self.write += taken
            self.outbox_write += sum(one["CapacityUnits"] for one in tables if one["TableName"].endswith("outbox"))
        else:
            self.read += taken


@pytest.mark.journey
def test_they_are_counted_as_the_embedded_aws_reports_them(tmp_path: Path):
    with running(tmp_path, region="eu-central-1") as aws:
        reported = list(steps(_on(aws)))
    assert reported == list(steps(in_memory))


def _on(embedded: EmbeddedAws) -> Callable[[str], Place]:
    def tables_of(unit: str) -> Place:
        client = embedded.session().client("dynamodb", endpoint_url=embedded.endpoint)
        looking = embedded.client("dynamodb")
        store, outbox = f"units-{unit}-store", f"units-{unit}-outbox"
        for name, keys in ((store, {"pk": "HASH", "sk": "RANGE"}), (outbox, {"event_id": "HASH"})):
            looking.create_table(
                TableName=name,
                BillingMode="PAY_PER_REQUEST",
                KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in keys.items()],
                AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
            )
        reported = Reported(client)

        def items() -> list[dict[str, Any]]:
            found = looking.scan(TableName=outbox)["Items"]
            return [{key: _from_dynamodb.deserialize(value) for key, value in item.items()} for item in found]

        return Place(tables=reported, meter=reported, store=store, outbox=outbox, outbox_items=items)

    return tables_of
