"""What partition keys take in a peak: units of a purchase, on the hottest key of each kind."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec

from contracts.campaigns import BONUSES, SET_CAMPAIGN
from contracts.campaigns import UNIT as CAMPAIGNS
from contracts.cards import PurchasePosted
from contracts.earning_rates import RATE, SET_CARD_PRODUCT, SET_EARNING_RULES, SET_RATE
from contracts.earning_rates import UNIT as RATES
from contracts.merchant_categorization import CATEGORIZE
from contracts.merchant_categorization import UNIT as CATEGORIES
from contracts.points_ledger import UNIT as LEDGER
from devtools.skewed_day.purchases import CAMPAIGN, purchases
from devtools.units.metering import Metered
from devtools.units.page import in_memory
from devtools.units.way import WRITING, WritingWay
from lambdas.campaigns import bonuses, set_campaign
from lambdas.earning_rates import rate, set_card_product, set_earning_rules, set_rate
from lambdas.merchant_categorization import categorize
from pbckit.contracts.definitions import Capability, RequestT, ResponseT
from pbckit.runtime.capability import CapabilityHandler
from pbckit.runtime.observability import metrics
from pbckit.testing.calls import Caller
from pbckit.testing.silence import silently
from pbckit.testing.tables import OUTBOX
from pbckit.testing.world import SimulatedClock, World, world

UNITS_A_SECOND: Mapping[str, int] = {"write": 1_000, "read": 3_000}
"""What DynamoDB gives one partition key a second: developer guide, "Best practices for designing partition keys"."""
_BEGIN = datetime(2027, 1, 15, 12, tzinfo=UTC)
_LOOKED_UP = (CATEGORIES, RATES, CAMPAIGNS)


@dataclass(frozen=True, kw_only=True)
class HotKey:
    """The hottest of the keys of one kind."""

    unit: str
    kind: str
    """The key up to its first `#`, for example `member`."""
    operation: Literal["write", "read"]
    units: float
    """Of a purchase, whoever makes it."""

    @property
    def carries(self) -> float:
        """Purchases a second until the key is throttled."""
        return UNITS_A_SECOND[self.operation] / self.units


def hot_keys(number: int = 1000, seed: int = 1) -> list[HotKey]:
    """The hottest keys of a peak, the hottest first.

    Args:
        number: purchases that are made.
        seed: decides which.
    """
    return _hot_keys(list(purchases(number, seed, _BEGIN - timedelta(hours=1))))


def account_of_one(number: int = 100, seed: int = 1) -> HotKey:
    """A member's account, by the units of its own purchases: all purchases are one member's."""
    made = purchases(number, seed, _BEGIN - timedelta(hours=1))
    found = _hot_keys([msgspec.structs.replace(one, member_id="corporate-member") for one in made])
    return next(key for key in found if (key.unit, key.kind, key.operation) == (LEDGER, "member", "write"))


def _hot_keys(made: Sequence[PurchasePosted]) -> list[HotKey]:
    with silently():
        peak = _Peak()
        for purchase in made:
            peak.earn(purchase)
            metrics.clear_metrics()
    return sorted(peak.hottest(len(made)), key=lambda key: (key.carries, key.unit, key.kind, key.operation))


@dataclass
class _Peak:
    """The units of a peak, with tables in memory that count."""

    meters: dict[str, Metered] = field(default_factory=dict[str, Metered])

    def __post_init__(self) -> None:
        self._lookups = {unit: self._looked_up(unit) for unit in _LOOKED_UP}
        self._settings()
        places = {unit: in_memory(unit) for unit in WRITING}
        self._way = WritingWay(places, SimulatedClock(_BEGIN))
        self.meters |= {unit: place.meter for unit, place in places.items() if isinstance(place.meter, Metered)}

    def earn(self, purchase: PurchasePosted) -> None:
        """All steps of a purchase: what is looked up, and what is written."""
        at, product = purchase.posted_at.isoformat(), purchase.card_product
        category = self._ask(
            CATEGORIES, categorize.handler, CATEGORIZE, merchant=msgspec.to_builtins(purchase.merchant)
        ).category
        self._ask(RATES, rate.handler, RATE, card_product=product, category=category, at=at)
        found = self._ask(CAMPAIGNS, bonuses.handler, BONUSES, card_product=product, category=category, at=at)
        for _step in self._way.purchase(purchase, found.bonuses):
            pass

    def hottest(self, number: int) -> Iterator[HotKey]:
        """The hottest key of each kind in each unit, with what a purchase takes of it."""
        for unit, meter in self.meters.items():
            yield from _hottest(unit, "write", meter.writes_by_partition, number)
            yield from _hottest(unit, "read", meter.reads_by_partition, number)

    def _looked_up(self, unit: str) -> World:
        there = world(unit)
        there.clock.time = _BEGIN
        self.meters[unit] = meter = Metered(inner=there.tables)
        return replace(there, runtime=replace(there.runtime, tables=meter))

    def _settings(self) -> None:
        begin, end = ((_BEGIN + timedelta(days=days)).isoformat() for days in (-2, 2))
        self._ask(RATES, set_card_product.handler, SET_CARD_PRODUCT, card_product="gold", billing_currency="EUR")
        self._ask(
            RATES,
            set_rate.handler,
            SET_RATE,
            card_product="gold",
            category="*",
            points_per_unit="1",
            effective_from=begin,
        )
        self._ask(RATES, set_earning_rules.handler, SET_EARNING_RULES, effective_from=begin)
        self._ask(
            CAMPAIGNS,
            set_campaign.handler,
            SET_CAMPAIGN,
            campaign_id=CAMPAIGN.campaign_id,
            name=CAMPAIGN.name,
            starts_at=begin,
            ends_at=end,
            categories=["*"],
            card_products=["*"],
            multiplier=CAMPAIGN.multiplier,
            combination=CAMPAIGN.combination,
            priority=CAMPAIGN.priority,
            budget_points=CAMPAIGN.budget_points,
        )
        for meter in self.meters.values():
            meter.writes_by_partition.clear()
            meter.reads_by_partition.clear()

    def _ask(
        self,
        unit: str,
        handler: CapabilityHandler[RequestT, ResponseT],
        contract: Capability[RequestT, ResponseT],
        **request: object,
    ) -> ResponseT:
        return Caller(self._lookups[unit]).ask(handler, contract, **request)


def _hottest(
    unit: str, operation: Literal["write", "read"], taken: Counter[tuple[str, str]], number: int
) -> Iterator[HotKey]:
    kinds = defaultdict[str, float](float)
    for (table, key), units in taken.items():
        kind = "an event of the outbox" if table == OUTBOX else key.partition("#")[0]
        kinds[kind] = max(kinds[kind], units / number)
    return (HotKey(unit=unit, kind=kind, operation=operation, units=units) for kind, units in kinds.items())
