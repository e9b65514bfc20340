"""What partition keys take in a peak: units of a purchase, on the hottest key of each kind."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec

from contracts.campaigns import UNIT as CAMPAIGNS
from contracts.cards import PurchasePosted
from contracts.points_ledger import UNIT as LEDGER
from devtools.skewed_day.purchases import CAMPAIGN, purchases
from devtools.units.metering import Metered
from devtools.units.page import metered
from devtools.units.way import UNITS, PurchaseWay
from lambdas.campaigns import set_campaign
from pbckit.runtime.observability import metrics
from pbckit.runtime.runtime import SETTINGS_SECONDS
from pbckit.testing.silence import silently
from pbckit.testing.tables import OUTBOX
from pbckit.testing.world import SimulatedClock

UNITS_A_SECOND: Mapping[str, int] = {"write": 1_000, "read": 3_000}
"""What DynamoDB gives one partition key a second: developer guide, "Best practices for designing partition keys"."""
APART_SECONDS = 0.2
"""Between two purchases of one process: longer than any function takes that reads settings, as a test sees to."""
_BEGIN = datetime(2027, 1, 15, 12, tzinfo=UTC)


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


def hot_keys(number: int = 1000, seed: int = 1, *, new_members: bool = False) -> list[HotKey]:
    """The hottest keys of a peak, the hottest first.

    Args:
        number: purchases that are made.
        seed: decides which.
        new_members: whether nobody has bought before, and nobody drawn from the campaign's budget.
    """
    return _hot_keys(list(purchases(number, seed, _BEGIN - timedelta(hours=1))), new_members=new_members)


def account_of_one(number: int = 100, seed: int = 1) -> HotKey:
    """A member's account, by the units of its own purchases: all purchases are one member's."""
    made = purchases(number, seed, _BEGIN - timedelta(hours=1))
    found = _hot_keys([msgspec.structs.replace(one, member_id="corporate-member") for one in made])
    return next(key for key in found if (key.unit, key.kind, key.operation) == (LEDGER, "member", "write"))


def _hot_keys(made: Sequence[PurchasePosted], *, new_members: bool = False) -> list[HotKey]:
    with silently():
        peak = _Peak()
        if not new_members:
            peak.buy_earlier(made)
        peak.begin()
        for purchase in made:
            peak.earn(purchase)
    return sorted(peak.hottest(len(made)), key=lambda key: (key.carries, key.unit, key.kind, key.operation))


class _Peak:
    """The units of a peak, with tables in memory that count."""

    def __init__(self) -> None:
        self.meters = {unit: Metered() for unit in UNITS}
        self._clock = SimulatedClock(_BEGIN)
        places = {unit: metered(meter) for unit, meter in self.meters.items()}
        self._way = PurchaseWay(places, self._clock, SETTINGS_SECONDS)
        self._settings()

    def buy_earlier(self, made: Sequence[PurchasePosted]) -> None:
        """Have every member buy once, and draw from the budget for it."""
        for one in {purchase.member_id: purchase for purchase in made}.values():
            earlier = one.posted_at - timedelta(days=1)
            self.earn(msgspec.structs.replace(one, id=f"earlier-{one.id}", posted_at=earlier))

    def begin(self) -> None:
        """Forget what keys took until now."""
        for meter in self.meters.values():
            meter.writes_by_partition.clear()
            meter.reads_by_partition.clear()

    def earn(self, purchase: PurchasePosted) -> None:
        """All steps of a purchase: what is looked up, and what is written."""
        self._clock.time += timedelta(seconds=APART_SECONDS)
        for _step in self._way.purchase(purchase):
            pass
        metrics.clear_metrics()

    def hottest(self, number: int) -> Iterator[HotKey]:
        """The hottest key of each kind in each unit, with what a purchase takes of it."""
        for unit, meter in self.meters.items():
            yield from _hottest(unit, "write", meter.writes_by_partition, number)
            yield from _hottest(unit, "read", meter.reads_by_partition, number)

    def _settings(self) -> None:
        begin, end = (_BEGIN + timedelta(days=days) for days in (-2, 2))
        self._way.set_rate("*", "1", begin)
        self._way.set(
            CAMPAIGNS,
            set_campaign.handler,
            campaign_id=CAMPAIGN.campaign_id,
            name=CAMPAIGN.name,
            starts_at=begin.isoformat(),
            ends_at=end.isoformat(),
            categories=["*"],
            card_products=["*"],
            multiplier=CAMPAIGN.multiplier,
            combination=CAMPAIGN.combination,
            priority=CAMPAIGN.priority,
            budget_points=CAMPAIGN.budget_points,
        )


def _hottest(
    unit: str, operation: Literal["write", "read"], taken: Counter[tuple[str, str]], number: int
) -> Iterator[HotKey]:
    kinds = defaultdict[str, float](float)
    for (table, key), units in taken.items():
        kind = "an event of the outbox" if table == OUTBOX else key.partition("#")[0]
        kinds[kind] = max(kinds[kind], units / number)
    return (HotKey(unit=unit, kind=kind, operation=operation, units=units) for kind, units in kinds.items())
