"""What the ledger costs on the embedded AWS: capacity for each posting, and how many postings find each other's way."""

import contextlib
import io
import json
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from botocore.config import Config

from contracts.points_calculation import Line, PointsAdjusted, PointsCalculated
from lambdas.points_ledger.handlers import balance, hold, post_hold, post_points, reverse_redemption
from ops.repository import ROOT
from pbckit.runtime.aws import DynamoDb
from pbckit.runtime.capability import CapabilityHandler
from pbckit.runtime.observability import metrics
from pbckit.runtime.ports import ConditionFailed, Operation, Put, TransactionConflict
from pbckit.runtime.runtime import Runtime
from pbckit.runtime.unit_of_work import StillContended
from pbckit.sandbox.embedded_aws import EmbeddedAws, running
from pbckit.sandbox.stack_config import read_stack
from pbckit.testing.deliveries import bus_event
from pbckit.testing.world import OUTBOX, STORE

WORKERS = 8
HOLDS = 50
AFFORDABLE = 20
_POINTS_OF_A_HOLD = 10
_POSTINGS = 200
_MEMBERS = (1, 10, 1000)
_Asked = TypeVar("_Asked")
_Answer = TypeVar("_Answer")
_PROGRAMME = {"pk": "programme", "sk": "account"}


@dataclass(frozen=True, kw_only=True)
class Units:
    """Capacity of one operation, as the store reports it."""

    what: str
    items: int
    """How many its transaction writes."""
    read: float
    write: float


@dataclass(frozen=True, kw_only=True)
class Rates:
    """Postings per second: with a share of the programme's accounts in each member's, and with one item for them."""

    members: int
    shared: float
    single: float


@dataclass(frozen=True, kw_only=True)
class Holds:
    """Holds of one balance, asked for all at once."""

    granted: int
    refused: int
    asked_again: int
    """How often a hold had to be asked for again, because others were faster every time."""
    spendable: int
    """What is left."""
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Costs:
    """All that is measured."""

    units: Sequence[Units]
    rates: Sequence[Rates]
    holds: Holds


def measure() -> Costs:
    """Book into tables of its own; nothing else of the program runs."""
    region = read_stack(ROOT, "local").value("aws:region")
    # Infrastructure sets them for a function.
    metrics.namespace, metrics.service = "rewards", "points-ledger"
    with (
        contextlib.redirect_stdout(io.StringIO()),
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), region=region) as aws,
    ):
        _make_tables(aws)
        return Costs(
            units=list(_units(_Metered(_client(aws)))),
            rates=[_rates(members, aws) for members in _MEMBERS],
            holds=_holds(_runtime(_Dynamo(_client(aws)))),
        )


class _Dynamo(DynamoDb):
    """The adapter, with a client of the embedded AWS."""

    def __init__(self, client: Any) -> None:
        self._given = client

    @cached_property
    def _client(self) -> Any:
        return self._given


class _OneProgrammeItem(_Dynamo):
    """The naive design: every transaction also moves one item that holds the programme's accounts."""

    def transact(self, operations: Sequence[Operation]) -> None:
        before = self.get(STORE, _PROGRAMME)
        version = before["version"] if before else 0
        item = {**_PROGRAMME, "version": version + 1}
        programme = Put(table=STORE, item=item, read_as=dict, expect={"version": version or None})
        try:
            super().transact([*operations, programme])
        except ConditionFailed as error:
            others = [operation for operation in error.failed if operation is not programme]
            if others:
                raise ConditionFailed(others) from error
            raise TransactionConflict("another posting moved the programme's item") from error


class _Metered(_Dynamo):
    """Adds up what the store says that each call took."""

    def __init__(self, client: Any) -> None:
        super().__init__(client)
        client.meta.events.register("provide-client-params.dynamodb", self._ask)
        client.meta.events.register("after-call.dynamodb", self._add)
        self.reset()

    def reset(self) -> None:
        """Begin anew."""
        self.items, self.read, self.write = 0, 0.0, 0.0

    def _ask(self, params: dict[str, Any], **_: Any) -> dict[str, Any]:
        self.items += len(params.get("TransactItems", []))
        return {**params, "ReturnConsumedCapacity": "TOTAL"}

    def _add(self, parsed: Mapping[str, Any], **_: Any) -> None:
        consumed = parsed.get("ConsumedCapacity", [])
        if isinstance(consumed, dict):
            self.read += consumed["CapacityUnits"]
            return
        for table in consumed:
            self.write += table["CapacityUnits"]


def _units(tables: _Metered) -> Iterator[Units]:
    runtime = _runtime(tables)

    def metered(what: str, work: Callable[[], object]) -> Units:
        tables.reset()
        work()
        return Units(what=what, items=tables.items, read=tables.read, write=tables.write)

    soon = datetime.now(UTC) + timedelta(minutes=15)
    held = {"hold_id": "h-1", "member_id": "m-1", "points": 10, "expires_at": soon.isoformat(), "reason": "a toaster"}
    yield metered("a member's first purchase", lambda: _post(_purchase("p-1", "m-1"), runtime))
    purchase = _purchase("p-2", "m-1")
    yield metered("a purchase", lambda: _post(purchase, runtime))
    yield metered("the same purchase again", lambda: _post(purchase, runtime))
    yield metered("a correction", lambda: _post(_correction("a-1", "p-2", "m-1"), runtime))
    yield metered("a hold", lambda: _ask(hold.handler, runtime, **held))
    yield metered("a hold is posted", lambda: _ask(post_hold.handler, runtime, hold_id="h-1"))
    yield metered(
        "a redemption is given back",
        lambda: _ask(reverse_redemption.handler, runtime, reversal_id="r-1", hold_id="h-1"),
    )
    yield metered("a balance is read", lambda: _ask(balance.handler, runtime, member_id="m-1"))


def _rates(members: int, aws: EmbeddedAws) -> Rates:
    rates = [
        _postings_per_second(f"{tables.__name__}-{members}", members, _runtime(tables(_client(aws))))
        for tables in (_Dynamo, _OneProgrammeItem)
    ]
    return Rates(members=members, shared=rates[0], single=rates[1])


def _postings_per_second(name: str, members: int, runtime: Runtime) -> float:
    name = name.strip("_")
    number_of = max(_POSTINGS, members)
    purchases = [_purchase(f"{name}-{number}", f"{name}-{number % members}") for number in range(number_of)]
    begin = time.perf_counter()
    _at_once(lambda purchase: _post(purchase, runtime), purchases, WORKERS)
    seconds = time.perf_counter() - begin
    return number_of / seconds


def _holds(runtime: Runtime) -> Holds:
    _post(_purchase("p-holds", "m-holds", AFFORDABLE * _POINTS_OF_A_HOLD), runtime)
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    asked_again: list[int] = []

    def ask(number: int) -> bool:
        request = {"hold_id": f"holds-{number}", "member_id": "m-holds", "points": _POINTS_OF_A_HOLD}
        while True:
            try:
                reply = _ask(hold.handler, runtime, **request, expires_at=soon, reason="a toaster")
            except (StillContended, TransactionConflict):
                asked_again.append(number)
            else:
                return "answer" in reply

    begin = time.perf_counter()
    granted = sum(_at_once(ask, range(HOLDS), HOLDS))
    seconds = time.perf_counter() - begin
    left = _ask(balance.handler, runtime, member_id="m-holds")["answer"]["spendable_points"]
    return Holds(
        granted=granted, refused=HOLDS - granted, asked_again=len(asked_again), spendable=left, seconds=seconds
    )


def _at_once(work: Callable[[_Asked], _Answer], asked: Iterable[_Asked], workers: int) -> list[_Answer]:
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(work, asked))


def _post(event: PointsCalculated | PointsAdjusted, runtime: Runtime) -> None:
    """As the queue delivers it: again, if others were faster every time."""
    identity = event.purchase_id if isinstance(event, PointsCalculated) else event.adjustment_id
    body = bus_event(event, event_id=f"event-{identity}", occurred_at=datetime.now(UTC))
    while True:
        with contextlib.suppress(StillContended, TransactionConflict):
            post_points.handler.consume(body, runtime)
            return


def _ask(handler: CapabilityHandler[Any, Any], runtime: Runtime, **request: Any) -> dict[str, Any]:
    call = {"metadata": {"correlation_id": str(uuid4()), "actor": "benchmark"}, "data": request}
    return json.loads(json.dumps(handler.answer(call, runtime)))


def _purchase(purchase_id: str, member_id: str, points: int = 80) -> PointsCalculated:
    return PointsCalculated(
        purchase_id=purchase_id,
        member_id=member_id,
        points=points,
        category="restaurants",
        fallbacks=[],
        lines=[Line(kind="base", text="2 points per EUR at restaurants, since 2026-06-01", points=points)],
        posted_at=datetime.now(UTC),
    )


def _correction(adjustment_id: str, purchase_id: str, member_id: str) -> PointsAdjusted:
    return PointsAdjusted(
        adjustment_id=adjustment_id,
        purchase_id=purchase_id,
        member_id=member_id,
        points=-5,
        reason="refund",
        text="2.50 EUR were given back",
        adjusted_at=datetime.now(UTC),
    )


def _runtime(tables: DynamoDb) -> Runtime:
    return Runtime(unit="points-ledger", tables=tables, store_table=STORE, outbox_table=OUTBOX)


def _client(aws: EmbeddedAws) -> Any:
    config = Config(max_pool_connections=HOLDS, read_timeout=60)
    return aws.session().client("dynamodb", endpoint_url=aws.endpoint, config=config)


def _make_tables(aws: EmbeddedAws) -> None:
    """The tables of a unit, as its components make them."""
    dynamodb = aws.client("dynamodb")
    dynamodb.create_table(TableName=STORE, BillingMode="PAY_PER_REQUEST", **_keys("pk", "sk"))
    dynamodb.create_table(TableName=OUTBOX, BillingMode="PAY_PER_REQUEST", **_keys("event_id"))


def _keys(*names: str) -> dict[str, Any]:
    kinds = ("HASH", "RANGE")
    return {
        "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, kinds, strict=False)],
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in names],
    }
