"""What the kernel relies on in `Tables`: one list of promises, kept by the tables in memory and by DynamoDB."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from pbckit.runtime.aws import DynamoDb
from pbckit.runtime.ports import (
    Check,
    ConditionFailed,
    Delete,
    Item,
    Operation,
    Put,
    Query,
    Scan,
    Tables,
    TransactionConflict,
    Update,
)
from pbckit.runtime.queries import all_items
from pbckit.runtime.runtime import Runtime
from pbckit.runtime.unit_of_work import MessageContext, UnitOfWork, retry_on_conflict
from pbckit.sandbox.embedded_aws import EmbeddedAws
from pbckit.testing.world import OUTBOX, STORE, MemoryTables

VALUES = {
    "text": "points ☕",
    "empty": "",
    "number": 9_000_000_000_000,
    "negative": -1,
    "truth": True,
    "nothing": None,
    "list": [1, "two", {"three": [False]}],
    "mapping": {"one": {"two": 3}},
}


@pytest.fixture(scope="session")
def dynamodb_tables(embedded: EmbeddedAws) -> None:
    """The two tables of a unit."""
    dynamodb = embedded.client("dynamodb")
    dynamodb.create_table(TableName=STORE, BillingMode="PAY_PER_REQUEST", **_keys("pk", "sk"))
    dynamodb.create_table(
        TableName=OUTBOX,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=_keys("event_id")["KeySchema"],
        AttributeDefinitions=_keys("event_id", "pending", "occurred_at")["AttributeDefinitions"],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "pending",
                "KeySchema": _keys("pending", "occurred_at")["KeySchema"],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )


def _keys(*names: str) -> dict[str, Any]:
    return {
        "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"))],  # noqa: B905 a key has one or two parts
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in names],
    }


@pytest.fixture(params=["memory", pytest.param("dynamodb", marks=pytest.mark.journey)])
def tables(request: pytest.FixtureRequest) -> Tables:
    """Each implementation in turn. DynamoDB is shared, so every test has partitions of its own."""
    if request.param == "memory":
        return MemoryTables()
    request.getfixturevalue("as_in_lambda")
    request.getfixturevalue("dynamodb_tables")
    return DynamoDb()


@pytest.fixture
def partition() -> str:
    return f"partition#{uuid4()}"


def put(partition: str, sort: str, expect: dict[str, Any] | None = None, **attributes: Any) -> Put:
    return Put(table=STORE, item={"pk": partition, "sk": sort, **attributes}, read_as=dict, expect=expect or {})


def update(partition: str, sort: str, **parts: Any) -> Update:
    return Update(table=STORE, key={"pk": partition, "sk": sort}, read_as=dict, **parts)


def read(tables: Tables, partition: str, sort: str) -> Item | None:
    return tables.get(STORE, {"pk": partition, "sk": sort})


def query(partition: str, **parts: Any) -> Query:
    return Query(table=STORE, key_name="pk", key_value=partition, sort_name="sk", **parts)


def test_what_was_never_written_is_none(tables: Tables, partition: str) -> None:
    assert read(tables, partition, "one") is None


def test_an_item_comes_back_as_it_was(tables: Tables, partition: str) -> None:
    tables.transact([put(partition, "one", **VALUES)])

    found = read(tables, partition, "one")

    assert found == {"pk": partition, "sk": "one", **VALUES}
    assert type(found["number"]) is int
    assert found["truth"] is True


def test_a_float_is_refused(tables: Tables, partition: str) -> None:
    with pytest.raises(TypeError):
        tables.transact([put(partition, "one", rate=1.5)])


def test_a_put_replaces_the_whole_item(tables: Tables, partition: str) -> None:
    tables.transact([put(partition, "one", before=1)])
    tables.transact([put(partition, "one", after=2)])

    assert read(tables, partition, "one") == {"pk": partition, "sk": "one", "after": 2}


def test_a_put_that_expects_nothing_keeps_what_is_there(tables: Tables, partition: str) -> None:
    first = put(partition, "one", expect={"pk": None}, value=1)
    second = put(partition, "one", expect={"pk": None}, value=2)
    tables.transact([first])

    with pytest.raises(ConditionFailed) as failure:
        tables.transact([second])

    assert failure.value.failed == (second,)
    assert read(tables, partition, "one") == first.item


def test_an_update_makes_the_item(tables: Tables, partition: str) -> None:
    tables.transact([update(partition, "one", set={"balance": 5})])

    assert read(tables, partition, "one") == {"pk": partition, "sk": "one", "balance": 5}


def test_an_update_sets_removes_and_leaves_the_rest(tables: Tables, partition: str) -> None:
    tables.transact([put(partition, "one", stays=1, changes=1, goes=1)])
    tables.transact([update(partition, "one", set={"changes": 2, "comes": "x"}, remove=["goes", "never-was"])])

    expected = {"pk": partition, "sk": "one", "stays": 1, "changes": 2, "comes": "x"}
    assert read(tables, partition, "one") == expected


@pytest.mark.parametrize("expect", [{"version": 2}, {"version": None}, {"version": 1, "absent": 0}])
def test_an_update_whose_expectation_fails_changes_nothing(tables: Tables, partition: str, expect: Any) -> None:
    before = put(partition, "one", version=1)
    tables.transact([before])
    change = update(partition, "one", set={"version": 9}, expect=expect)

    with pytest.raises(ConditionFailed) as failure:
        tables.transact([change])

    assert failure.value.failed == (change,)
    assert read(tables, partition, "one") == before.item


def test_a_transaction_does_everything(tables: Tables, partition: str) -> None:
    tables.transact([put(partition, "goes"), put(partition, "stays", version=1)])

    tables.transact(
        [
            put(partition, "new"),
            update(partition, "changes", set={"version": 1}, expect={"version": None}),
            Delete(table=STORE, key={"pk": partition, "sk": "goes"}),
            Check(table=STORE, key={"pk": partition, "sk": "stays"}, expect={"version": 1}),
            Put(table=OUTBOX, item={"event_id": partition}, read_as=dict, expect={"event_id": None}),
        ]
    )

    assert [item["sk"] for item in all_items(tables, query(partition))] == ["changes", "new", "stays"]
    assert tables.get(OUTBOX, {"event_id": partition}) is not None


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("kind", ["put", "update", "delete", "check"])
def test_a_transaction_with_one_failed_condition_does_nothing(
    tables: Tables, partition: str, place: int, kind: str
) -> None:
    key = {"pk": partition, "sk": "there"}
    failing: Operation = {
        "put": put(partition, "there", expect={"pk": None}),
        "update": update(partition, "there", set={"x": 1}, expect={"version": 2}),
        "delete": Delete(table=STORE, key=key, expect={"version": 2}),
        "check": Check(table=STORE, key=key, expect={"version": None}),
    }[kind]
    there = put(partition, "there", version=1)
    tables.transact([there])
    operations: list[Operation] = [put(partition, "a"), put(partition, "b")]
    operations.insert(place, failing)

    with pytest.raises(ConditionFailed) as failure:
        tables.transact(operations)

    assert failure.value.failed == (failing,)
    assert all_items(tables, query(partition)) == [there.item]


def test_every_failed_condition_is_named(tables: Tables, partition: str) -> None:
    first = update(partition, "a", set={"x": 1}, expect={"version": 1})
    second = Check(table=STORE, key={"pk": partition, "sk": "b"}, expect={"version": 1})

    with pytest.raises(ConditionFailed) as failure:
        tables.transact([first, put(partition, "c"), second])

    assert failure.value.failed == (first, second)


@pytest.fixture
def lines(tables: Tables, partition: str) -> list[str]:
    """Sort keys in one partition, written out of order, with other kinds and a neighbour beside them."""
    names = [f"line#{number:03d}" for number in range(7)]
    operations = [put(partition, name) for name in (*reversed(names), "account", "total")]
    tables.transact([*operations, put(f"{partition}-neighbour", "line#000")])
    return names


def test_a_query_answers_in_order(tables: Tables, partition: str, lines: list[str]) -> None:
    page = tables.query(query(partition))

    assert [item["sk"] for item in page.items] == ["account", *lines, "total"]
    assert page.next is None


def test_a_query_by_prefix(tables: Tables, partition: str, lines: list[str]) -> None:
    page = tables.query(query(partition, sort_prefix="line#"))

    assert [item["sk"] for item in page.items] == lines


def test_a_query_up_to_a_key_includes_it(tables: Tables, partition: str, lines: list[str]) -> None:
    page = tables.query(query(partition, sort_at_most="line#002"))

    assert [item["sk"] for item in page.items] == ["account", *lines[:3]]


def test_the_newest_before_a_key(tables: Tables, partition: str, lines: list[str]) -> None:
    page = tables.query(query(partition, sort_at_most="line#0029", newest_first=True, limit=1))

    assert [item["sk"] for item in page.items] == ["line#002"]


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("limit", [1, 2, 7, 8])
def test_pages_join_to_the_whole(
    tables: Tables, partition: str, lines: list[str], newest_first: bool, limit: int
) -> None:
    pages = all_items(tables, query(partition, sort_prefix="line#", newest_first=newest_first, limit=limit))

    assert [item["sk"] for item in pages] == (lines[::-1] if newest_first else lines)


def test_a_page_can_begin_after_a_key_that_is_gone(tables: Tables, partition: str, lines: list[str]) -> None:
    start = {"pk": partition, "sk": "line#0025"}
    page = tables.query(query(partition, sort_prefix="line#", newest_first=True, after=start))

    assert [item["sk"] for item in page.items] == lines[2::-1]


def test_an_index_holds_only_items_with_its_key(tables: Tables, partition: str) -> None:
    names = [f"{partition}-{number}" for number in range(3)]
    tables.transact(
        [
            Put(
                table=OUTBOX,
                item={"event_id": name, "pending": partition, "occurred_at": f"2026-06-0{3 - number}", "body": "x"},
                read_as=dict,
            )
            for number, name in enumerate(names)
        ]
    )
    tables.transact([Update(table=OUTBOX, key={"event_id": names[1]}, read_as=dict, remove=["pending"])])

    waiting = Query(
        table=OUTBOX, index="pending", key_name="pending", key_value=partition, sort_name="occurred_at", limit=1
    )

    assert [item["event_id"] for item in all_items(tables, waiting)] == [names[2], names[0]]
    assert tables.query(waiting).items[0]["body"] == "x"


@pytest.mark.parametrize("size", [1, 2, 100])
def test_a_scan_gives_what_fits_on_some_page(tables: Tables, partition: str, size: int) -> None:
    """A page is what was read: where nothing of it fits it is empty, and others follow."""
    at = {"one": "2026-06-01", "two": "2026-06-02", "late": "2026-06-09"}
    items = [{"event_id": f"{partition}-{name}", "occurred_at": when, partition: 1} for name, when in at.items()]
    items += [{"event_id": f"{partition}-other-{number}", "occurred_at": "2026-06-01"} for number in range(5)]
    items += [{"event_id": f"{partition}-undated", partition: 1}]
    tables.transact([Put(table=OUTBOX, item=item, read_as=dict) for item in items])
    scan = Scan(table=OUTBOX, having=partition, at_most_name="occurred_at", at_most="2026-06-02", limit=size)
    pages = [tables.scan(scan)]
    while (after := pages[-1].next) is not None:
        pages.append(tables.scan(replace(scan, after=after)))

    found = sorted(item["event_id"] for page in pages for item in page.items)
    assert found == [f"{partition}-one", f"{partition}-two"]
    assert all(len(page.items) <= size for page in pages)
    assert len(pages) >= len(items) / size


def test_one_item_is_written_in_the_place_of_another(tables: Tables, partition: str) -> None:
    tables.put(put(partition, "one", **VALUES))
    tables.put(put(partition, "one", now=1))

    assert read(tables, partition, "one") == {"pk": partition, "sk": "one", "now": 1}


def test_one_item_is_written_only_once_where_none_is_expected(tables: Tables, partition: str) -> None:
    tables.put(put(partition, "one", {"pk": None}, number=1))
    again = put(partition, "one", {"pk": None}, number=2)

    with pytest.raises(ConditionFailed) as failure:
        tables.put(again)

    assert failure.value.failed == (again,)
    assert read(tables, partition, "one") == {"pk": partition, "sk": "one", "number": 1}


def test_one_item_is_deleted_and_deleting_it_again_changes_nothing(tables: Tables, partition: str) -> None:
    tables.transact([put(partition, "goes"), put(partition, "stays")])
    for _ in range(2):
        tables.delete(Delete(table=STORE, key={"pk": partition, "sk": "goes"}))

    assert (read(tables, partition, "goes") is None, read(tables, partition, "stays") is None) == (True, False)


def test_a_deletion_whose_expectation_fails_changes_nothing(tables: Tables, partition: str) -> None:
    tables.transact([put(partition, "one", version=1)])
    deletion = Delete(table=STORE, key={"pk": partition, "sk": "one"}, expect={"version": 2})

    with pytest.raises(ConditionFailed) as failure:
        tables.delete(deletion)
    assert failure.value.failed == (deletion,)
    assert read(tables, partition, "one") is not None


@pytest.mark.journey
@pytest.mark.parametrize("tables", ["dynamodb"], indirect=True)
def test_no_increment_is_lost_among_many_writers(tables: Tables, partition: str) -> None:
    """Real contention: threads that read, decide and commit against one item."""
    writers, rounds = 4, 5
    runtime = Runtime(unit="test", tables=tables, store_table=STORE, outbox_table=OUTBOX)

    def increment(event_id: str) -> None:
        def attempt() -> None:
            version = (read(tables, partition, "counter") or {}).get("version")
            work = UnitOfWork(runtime, MessageContext(correlation_id="c", event_id=event_id))
            work.add(update(partition, "counter", set={"version": (version or 0) + 1}, expect={"version": version}))
            work.commit()

        retry_on_conflict(attempt, runtime)

    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(increment, [f"{partition}-{number}" for number in range(writers * rounds)]))

    assert read(tables, partition, "counter") == {"pk": partition, "sk": "counter", "version": writers * rounds}


def test_memory_can_meet_another_writer() -> None:
    tables = MemoryTables()
    tables.conflicts = 1

    with pytest.raises(TransactionConflict):
        tables.transact([put("p", "one")])

    assert read(tables, "p", "one") is None
