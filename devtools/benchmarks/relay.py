"""Relay throughput on the embedded AWS, beside a relay with one call per event and beside polling the outbox."""

import os
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from contracts.points_ledger import PointsPosted
from pbckit.runtime.aws import DynamoDb, EventBridge
from pbckit.runtime.observability import metrics
from pbckit.runtime.outbox import batches, dispatch, outgoing, pending_pages
from pbckit.runtime.ports import BusEntry, Delete, Item, Key, Operation, Page, Put, Query, Scan
from pbckit.runtime.relay import relay
from pbckit.runtime.runtime import Runtime
from pbckit.runtime.unit_of_work import MessageContext, UnitOfWork
from pbckit.sandbox.embedded_aws import ROOT_KEY, EmbeddedAws, running
from pbckit.testing.silence import silently

_EVENTS = 500
_ROUNDS = 3
_STREAM_BATCH = 100
_PAGE = 100
_REGION = "eu-central-1"
_OUTBOX, _BUS = "outbox", "events"

Way = Callable[[Sequence[Item], Runtime], None]


@dataclass(frozen=True, kw_only=True)
class Throughput:
    """One way to bring events from the outbox to the bus."""

    way: str
    events_per_second: float
    """Median of the rounds."""
    ratio: float
    """To the relay of this project: the median over rounds, each beside the one in the same round."""
    calls_per_event: float
    """To DynamoDB and EventBridge together."""
    puts_per_event: float
    """To EventBridge alone."""


def measure() -> list[Throughput]:
    """Publish the same number of events in each way, in turns."""
    ways: Mapping[str, Way] = {
        "the relay": _relay,
        "one event a call": _one_a_call,
        f"polling, {_PAGE} at a time": _polling,
    }
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    calls: dict[str, Counter[str]] = {way: Counter() for way in ways}
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), region=_REGION) as aws, _as_in_lambda(aws):
        _make(aws)
        for _ in range(_ROUNDS):
            for way, publish in ways.items():
                runtime = _counting(calls[way])
                items = _committed(runtime)
                calls[way].clear()
                begin = time.perf_counter()
                publish(items, runtime)
                seconds[way].append(time.perf_counter() - begin)
    own = seconds["the relay"]
    return [
        Throughput(
            way=way,
            events_per_second=_EVENTS / statistics.median(took),
            ratio=statistics.median(mine / other for mine, other in zip(own, took, strict=True)),
            calls_per_event=calls[way].total() / _EVENTS,
            puts_per_event=calls[way]["put"] / _EVENTS,
        )
        for way, took in seconds.items()
    ]


def _relay(items: Sequence[Item], runtime: Runtime) -> None:
    """As the stream hands records to it."""
    for start in range(0, len(items), _STREAM_BATCH):
        records = [(item["event_id"], item) for item in items[start : start + _STREAM_BATCH]]
        if relay(records, runtime) is not None:
            raise RuntimeError("the bus did not take all events")
        metrics.clear_metrics()  # As at the end of an invocation.


def _one_a_call(items: Sequence[Item], runtime: Runtime) -> None:
    for item in items:
        dispatch([outgoing(item)], runtime)


def _polling(_items: Sequence[Item], runtime: Runtime) -> None:
    """Ask until nothing is pending. Without a pause in between: this is about throughput."""
    soon = runtime.clock.now() + timedelta(minutes=1)
    while page := next(pending_pages(runtime, soon, _PAGE)):
        for batch in batches([outgoing(item) for item in page]):
            dispatch(batch, runtime)


def _committed(runtime: Runtime) -> list[Item]:
    for number in range(_EVENTS):
        work = UnitOfWork(runtime, MessageContext(correlation_id="benchmark"))
        event = PointsPosted(posting_id=f"p-{number}", member_id="m-1", points=1, balance_points=1)
        work.publish(event, sequence=number + 1)
        work.commit()
    until = runtime.clock.now() + timedelta(minutes=1)
    items = [item for page in pending_pages(runtime, until, _EVENTS) for item in page]
    if len(items) != _EVENTS:
        raise RuntimeError(f"{len(items)} events are pending instead of {_EVENTS}")
    return items


def _counting(calls: Counter[str]) -> Runtime:
    return Runtime(
        unit="benchmark",
        tables=_CountedTables(DynamoDb(), calls),
        outbox_table=_OUTBOX,
        bus=_CountedBus(EventBridge(_BUS), calls),
    )


@dataclass(frozen=True)
class _CountedTables:
    inner: DynamoDb
    calls: Counter[str]

    def get(self, table: str, key: Key) -> Item | None:
        self.calls["get"] += 1
        return self.inner.get(table, key)

    def query(self, query: Query) -> Page:
        self.calls["query"] += 1
        return self.inner.query(query)

    def scan(self, scan: Scan) -> Page:
        self.calls["scan"] += 1
        return self.inner.scan(scan)

    def put(self, put: Put) -> None:
        self.calls["put"] += 1
        self.inner.put(put)

    def delete(self, delete: Delete) -> None:
        self.calls["delete"] += 1
        self.inner.delete(delete)

    def transact(self, operations: Sequence[Operation]) -> None:
        self.calls["transact"] += 1
        self.inner.transact(operations)


@dataclass(frozen=True)
class _CountedBus:
    inner: EventBridge
    calls: Counter[str]

    def put(self, entries: Sequence[BusEntry]) -> list[str | None]:
        self.calls["put"] += 1
        return self.inner.put(entries)


def _make(aws: EmbeddedAws) -> None:
    aws.client("events").create_event_bus(Name=_BUS)
    aws.client("dynamodb").create_table(
        TableName=_OUTBOX,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "event_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "event_id", "AttributeType": "S"}],
    )


@contextmanager
def _as_in_lambda(aws: EmbeddedAws) -> Iterator[None]:
    """The variables by which a function's clients find their services; and no logs, which cost the same each way."""
    variables = {
        "AWS_ENDPOINT_URL": aws.endpoint,
        "AWS_ACCESS_KEY_ID": ROOT_KEY,
        "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
        "AWS_DEFAULT_REGION": _REGION,
    }
    before = {name: os.environ.get(name) for name in variables}
    os.environ |= variables
    try:
        with silently():
            yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
