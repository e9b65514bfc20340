"""The way of one purchase through the units that read or write for it, by the functions that ship."""

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar

import msgspec

from contracts.campaigns import UNIT as CAMPAIGNS
from contracts.cards import PurchasePosted
from contracts.earning_rates import UNIT as RATES
from contracts.merchant_categorization import UNIT as CATEGORIES
from contracts.points_calculation import UNIT as CALCULATION
from contracts.points_ledger import UNIT as LEDGER
from contracts.tiers import UNIT as TIERS
from contracts.vocabulary import Merchant, Money
from lambdas.campaigns import bonuses
from lambdas.earning_rates import rate, set_card_product, set_earning_rules, set_rate
from lambdas.merchant_categorization import categorize
from lambdas.points_calculation.handlers import calculate, confirm_posting
from lambdas.points_ledger.handlers import post_points
from lambdas.tiers import count_points
from pbckit.runtime.capability import CapabilityHandler
from pbckit.runtime.ports import BusEntry, Clock, Tables
from pbckit.runtime.relay import relay
from pbckit.runtime.runtime import Runtime, SystemClock
from pbckit.testing.world import MemoryBus

_TRACE = "Root=1-6a1d7f40-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=1"
_CORRELATION = "0199a7c2-6f1e-7c3a-9b57-2f6d1c0e8a41"
"""As long as they are on AWS: what is written is measured."""
_BEGAN = datetime(2026, 6, 1, tzinfo=UTC)
_Answer = TypeVar("_Answer")


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
    """Every step of a member's second purchase, so that what comes once with the first is not counted.

    Args:
        place: makes the tables of a unit.
    """
    way = PurchaseWay({unit: place(unit) for unit in UNITS})
    way.set_rate("restaurants", "2.5", _BEGAN)
    list(way.purchase(_purchase(1)))
    yield from way.purchase(_purchase(2))


UNITS = (CATEGORIES, RATES, CAMPAIGNS, CALCULATION, LEDGER, TIERS)
"""Units that read or write for a purchase."""


class PurchaseWay:
    """The steps of purchases, one purchase after the other."""

    def __init__(self, places: Mapping[str, Place], clock: Clock | None = None, settings_seconds: float = 0) -> None:
        """A way through units.

        Args:
            places: the tables of each of `UNITS`.
            clock: the time of all functions.
            settings_seconds: how long the process of a function remembers settings.
        """
        self._places = places
        self._clock = clock or SystemClock()
        self._bus = MemoryBus()
        self._runtimes = {
            unit: Runtime(
                unit=unit,
                tables=place.tables,
                store_table=place.store,
                outbox_table=place.outbox,
                bus=self._bus,
                clock=self._clock,
                settings_seconds=settings_seconds,
            )
            for unit, place in places.items()
        }

    def set(self, unit: str, handler: CapabilityHandler[Any, Any], **request: object) -> None:
        """Change a setting that purchases look up."""
        _ask(handler, self._runtimes[unit], request)

    def set_rate(self, category: str, points_per_unit: str, since: datetime) -> None:
        """Set all that is looked up for a rate of the card product of every purchase: it, the rate, the rules."""
        product, begin = {"card_product": "gold"}, {"effective_from": since.isoformat()}
        self.set(RATES, set_card_product.handler, **product, billing_currency="EUR")
        self.set(RATES, set_rate.handler, **product, **begin, category=category, points_per_unit=points_per_unit)
        self.set(RATES, set_earning_rules.handler, **begin)

    def purchase(self, purchase: PurchasePosted) -> Iterator[Step]:
        """The steps of one purchase."""
        facts = msgspec.to_builtins(purchase)
        category = yield from self._asked(CATEGORIES, "categorize", categorize.handler, merchant=facts["merchant"])
        earns = {"card_product": purchase.card_product, "category": category["category"], "at": facts["posted_at"]}
        earning_rate = yield from self._asked(RATES, "rate", rate.handler, **earns)
        found = yield from self._asked(CAMPAIGNS, "bonuses", bonuses.handler, **earns)
        yield from self._asked(
            CALCULATION,
            "calculate",
            calculate.handler,
            purchase=facts,
            category=category,
            rate=earning_rate,
            bonuses=found["bonuses"],
            fallbacks=[],
            asked_at=self._clock.now().isoformat(),
        )
        yield from self._published(CALCULATION)
        calculated = _delivered(self._bus.taken[-1])
        yield from self._done(LEDGER, "post-points", lambda runtime: post_points.handler.consume(calculated, runtime))
        yield from self._published(LEDGER)
        posted = _delivered(self._bus.taken[-1])
        yield from self._done(
            CALCULATION, "confirm-posting", lambda runtime: confirm_posting.handler.consume(posted, runtime)
        )
        yield from self._done(TIERS, "count-points", lambda runtime: count_points.handler.consume(posted, runtime))

    def _asked(
        self, unit: str, function: str, handler: CapabilityHandler[Any, Any], **request: object
    ) -> Generator[Step, None, Any]:
        return (yield from self._done(unit, function, lambda runtime: _ask(handler, runtime, request)))

    def _published(self, unit: str) -> Iterator[Step]:
        items = self._places[unit].outbox_items()
        (one,) = [(item["event_id"], item) for item in items]
        yield from self._done(unit, "relay", lambda runtime: relay([one], runtime))

    def _done(self, unit: str, function: str, work: Callable[[Runtime], _Answer]) -> Generator[Step, None, _Answer]:
        """A step with what it took. Returns what its work does."""
        meter = self._places[unit].meter
        items, write, read, outbox_write = meter.items, meter.write, meter.read, meter.outbox_write
        answer = work(self._runtimes[unit])
        yield Step(
            unit=unit,
            function=function,
            items=meter.items - items,
            write=meter.write - write,
            read=meter.read - read,
            outbox_write=meter.outbox_write - outbox_write,
        )
        return answer


def _purchase(number: int) -> PurchasePosted:
    return PurchasePosted(
        id=f"purchase-{number:010d}",
        member_id="member-0000012345",
        card_product="gold",
        merchant=Merchant(id="merchant-00000678", name="Bistro at the Station", mcc="5812", country="DE"),
        amount=Money(minor_units=4250, currency="EUR"),
        posted_at=datetime.now(UTC) - timedelta(hours=3, minutes=number),
    )


def _ask(handler: CapabilityHandler[Any, Any], runtime: Runtime, request: Mapping[str, object]) -> Any:
    metadata = {
        "correlation_id": _CORRELATION,
        "causation_id": _CORRELATION,
        "trace_header": _TRACE,
        "began_at": runtime.clock.now().isoformat(),
        "actor": "x",
    }
    reply = handler.answer({"metadata": metadata, "data": request}, runtime)
    if "answer" not in reply:
        raise RuntimeError(f"{runtime.unit} refused {request}: {reply}")
    return reply["answer"]


def _delivered(entry: BusEntry) -> str:
    """An event as EventBridge puts it into a queue."""
    detail: Any = msgspec.json.decode(entry.detail)
    return msgspec.json.encode({"source": entry.source, "detail-type": entry.detail_type, "detail": detail}).decode()
