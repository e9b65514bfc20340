"""The way of one purchase through the units that write, by the functions that ship."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import msgspec

from contracts.campaigns import Bonus
from contracts.cards import PurchasePosted
from contracts.points_calculation import UNIT as CALCULATION
from contracts.points_ledger import UNIT as LEDGER
from contracts.tiers import UNIT as TIERS
from contracts.vocabulary import Merchant, Money
from lambdas.points_calculation.handlers import calculate, confirm_posting
from lambdas.points_ledger.handlers import post_points
from lambdas.tiers import count_points
from pbckit.runtime.ports import BusEntry, Clock, Tables
from pbckit.runtime.relay import relay
from pbckit.runtime.runtime import Runtime, SystemClock
from pbckit.testing.world import MemoryBus

_TRACE = "Root=1-6a1d7f40-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=1"
_CORRELATION = "0199a7c2-6f1e-7c3a-9b57-2f6d1c0e8a41"
"""As long as they are on AWS: what is written is measured."""


class Meter(Protocol):
    """What tables took since they were made."""

    @property
    def items(self) -> int:
        """Items written."""
        ...

    @property
    def write(self) -> float:
        """Write units."""
        ...

    @property
    def read(self) -> float:
        """Read units."""
        ...

    @property
    def outbox_write(self) -> float:
        """Write units of outboxes, which `write` has too."""
        ...


@dataclass(frozen=True, kw_only=True)
class Step:
    """What one function takes for one purchase."""

    unit: str
    function: str
    items: int
    write: float
    read: float
    outbox_write: float
    """Those of `write` that are the outbox's."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """The tables of a unit, and what they took."""

    tables: Tables
    meter: Meter
    store: str
    outbox: str
    outbox_items: Callable[[], list[dict[str, Any]]]


def steps(place: Callable[[str], Place]) -> Iterator[Step]:
    """Every step that writes: of a member's second purchase, so that what comes once with the first is not counted.

    Args:
        place: makes the tables of a unit.
    """
    way = WritingWay({unit: place(unit) for unit in WRITING})
    list(way.purchase(_purchase(1)))
    yield from way.purchase(_purchase(2))


WRITING = (CALCULATION, LEDGER, TIERS)
"""Units that write for a purchase."""


class WritingWay:
    """The steps of purchases, one purchase after the other."""

    def __init__(self, places: Mapping[str, Place], clock: Clock | None = None) -> None:
        self._places = places
        self._clock = clock or SystemClock()
        self._bus = MemoryBus()

    def purchase(self, purchase: PurchasePosted, bonuses: Sequence[Bonus] = ()) -> Iterator[Step]:
        """The steps of one purchase, with the campaigns that apply to it."""
        yield self._step(CALCULATION, "calculate", lambda runtime: _calculate(purchase, bonuses, runtime))
        yield from self._published(CALCULATION)
        calculated = _delivered(self._bus.taken[-1])
        yield self._step(LEDGER, "post-points", lambda runtime: post_points.handler.consume(calculated, runtime))
        yield from self._published(LEDGER)
        posted = _delivered(self._bus.taken[-1])
        yield self._step(
            CALCULATION, "confirm-posting", lambda runtime: confirm_posting.handler.consume(posted, runtime)
        )
        yield self._step(TIERS, "count-points", lambda runtime: count_points.handler.consume(posted, runtime))

    def _published(self, unit: str) -> Iterator[Step]:
        items = self._places[unit].outbox_items()
        (one,) = [(item["event_id"], item) for item in items]
        yield self._step(unit, "relay", lambda runtime: relay([one], runtime))

    def _step(self, unit: str, function: str, work: Callable[[Runtime], object]) -> Step:
        place = self._places[unit]
        meter = place.meter
        items, write, read, outbox_write = meter.items, meter.write, meter.read, meter.outbox_write
        work(
            Runtime(
                unit=unit,
                tables=place.tables,
                store_table=place.store,
                outbox_table=place.outbox,
                bus=self._bus,
                clock=self._clock,
            )
        )
        return Step(
            unit=unit,
            function=function,
            items=meter.items - items,
            write=meter.write - write,
            read=meter.read - read,
            outbox_write=meter.outbox_write - outbox_write,
        )


def _purchase(number: int) -> PurchasePosted:
    return PurchasePosted(
        id=f"purchase-{number:010d}",
        member_id="member-0000012345",
        card_product="gold",
        merchant=Merchant(id="merchant-00000678", name="Bistro at the Station", mcc="5812", country="DE"),
        amount=Money(minor_units=4250, currency="EUR"),
        posted_at=datetime.now(UTC) - timedelta(hours=3, minutes=number),
    )


def _calculate(purchase: PurchasePosted, bonuses: Sequence[Bonus], runtime: Runtime) -> None:
    began = datetime(2026, 6, 1, tzinfo=UTC)
    rate = {"card_product": "gold", "category": "restaurants", "points_per_unit": "2.5"}
    call = {
        "metadata": {
            "correlation_id": _CORRELATION,
            "causation_id": _CORRELATION,
            "trace_header": _TRACE,
            "began_at": runtime.clock.now().isoformat(),
            "actor": "x",
        },
        "data": {
            "purchase": msgspec.to_builtins(purchase),
            "category": {"category": "restaurants", "basis": "mcc"},
            "rate": {**rate, "effective_from": began.isoformat()},
            "bonuses": msgspec.to_builtins(bonuses),
            "fallbacks": [],
            "asked_at": runtime.clock.now().isoformat(),
        },
    }
    answer = calculate.handler.answer(call, runtime)
    if "answer" not in answer:
        raise RuntimeError(f"the purchase was refused: {answer}")


def _delivered(entry: BusEntry) -> str:
    """An event as EventBridge puts it into a queue."""
    detail: Any = msgspec.json.decode(entry.detail)
    return msgspec.json.encode({"source": entry.source, "detail-type": entry.detail_type, "detail": detail}).decode()
