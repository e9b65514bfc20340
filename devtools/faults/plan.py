"""What goes wrong in a campaign, and with which purchase: all of it drawn from a seed."""

import csv
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from ops.members.purchase_file import COLUMNS

CALCULATION, LEDGER = "points-calculation", "points-ledger"
FEWEST = 20
"""Purchases below which there are too few for every kind of fault."""

_BEGIN = datetime(2026, 6, 1, tzinfo=UTC)
_SPAN = timedelta(days=90)
_PRODUCTS = {"classic": "EUR", "gold": "EUR", "platinum": "USD", "sakura": "JPY", "pearl": "KWD"}
"""Card products of `examples/programme.yaml`, and the currency that each bills in."""
_MCCS = ("5411", "5812", "5541", "3000", "7011", "4111", "5732", "0742", "9999")
_PURCHASES_A_MEMBER = 25


class Fault(StrEnum):
    """A kind of fault."""

    RELAY_KILLED = "relay killed between publish and removal"
    BUS_FAILED = "PutEvents failed whole"
    BUS_THROTTLED = "PutEvents throttled"
    BUS_PARTIAL = "PutEvents took only a part"
    CONSUMER_KILLED = "consumer killed after its commit, before its answer"
    CONFLICT = "transaction met another writer"
    DUPLICATED = "event delivered twice"
    LATE = "event delivered after later ones"
    EXPIRED = "stream records expired before they were read"
    GIVEN_UP = "stream records given up after failures"
    POISON = "poison message"
    DOWN = "PBC down for the whole run"


OF_STREAMS = frozenset({Fault.EXPIRED, Fault.GIVEN_UP})
"""Faults of streams: a design that publishes after its commit has none."""

WHERE: Mapping[Fault, Sequence[str]] = {
    Fault.RELAY_KILLED: (CALCULATION, LEDGER),
    Fault.BUS_FAILED: (CALCULATION, LEDGER),
    Fault.BUS_THROTTLED: (CALCULATION, LEDGER),
    Fault.BUS_PARTIAL: (CALCULATION, LEDGER),
    Fault.CONSUMER_KILLED: (CALCULATION, LEDGER),
    Fault.CONFLICT: (CALCULATION, LEDGER),
    # The events of the ledger have no consumer yet that could see them twice or late.
    Fault.DUPLICATED: (CALCULATION,),
    Fault.LATE: (CALCULATION,),
}
"""Faults that strike a request of a function, and in which units."""

_TIMES: Mapping[Fault, Sequence[int]] = {
    # A relay tries five times, boto3 three times in each: the longest of these outlast it, and are left to the sweeper.
    Fault.BUS_FAILED: (1, 2, 4, 16),
    Fault.BUS_THROTTLED: (1, 2, 4),
    Fault.BUS_PARTIAL: (1, 2, 6),
    # A unit of work tries twelve times: the longest outlasts it, and is left to the queue.
    Fault.CONFLICT: (1, 2, 3, 13),
    Fault.CONSUMER_KILLED: (1, 1, 2),
    # By how many requests an event comes late.
    Fault.LATE: (3, 5, 8),
}


@dataclass(frozen=True, kw_only=True)
class Strike:
    """A fault that strikes one purchase in one unit, so many times."""

    fault: Fault
    unit: str
    purchase_id: str
    times: int


@dataclass(frozen=True, kw_only=True)
class Bad:
    """A purchase that must be refused."""

    purchase_id: str
    changes: Mapping[str, Any]
    """Fields of the purchase that are other than in a good one."""
    reason: str
    """What its letter must tell."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A campaign."""

    seed: int
    rows: Sequence[Mapping[str, str]]
    """The valid purchases, as rows of a file of purchases, in the order of publishing."""
    bad: Sequence[Bad]
    poison: Sequence[str]
    """Bodies of messages that no consumer can read, each with an id of its own in it."""
    strikes: Sequence[Strike]
    expired: int
    """How many purchases, the first ones, have their stream records expire."""
    given_up: int
    """How many after these have theirs given up."""

    def planned(self) -> dict[Fault, int]:
        """How many faults of each kind."""
        counts = dict.fromkeys(Fault, 0)
        for strike in self.strikes:
            counts[strike.fault] += 1
        return counts | {
            Fault.EXPIRED: self.expired,
            Fault.GIVEN_UP: self.given_up,
            Fault.POISON: len(self.poison),
            Fault.DOWN: 1,
        }

    def write(self, file: Path) -> None:
        """Write the valid purchases as a file of purchases."""
        with file.open("w", newline="") as lines:
            writer = csv.DictWriter(lines, COLUMNS)
            writer.writeheader()
            writer.writerows(self.rows)


def draw(seed: int, purchases: int) -> Plan:
    """The campaign of a seed: the same seed gives the same one.

    Raises:
        ValueError: there are fewer than `FEWEST` purchases.
    """
    if purchases < FEWEST:
        raise ValueError(f"{purchases} purchases: a campaign needs at least {FEWEST}")
    chance = random.Random(seed)  # noqa: S311 the same seed must give the same campaign
    rows = [_row(chance, number, purchases) for number in range(purchases)]
    staged = max(3, purchases // 25)
    return Plan(
        seed=seed,
        rows=rows,
        bad=list(_bad(purchases)),
        poison=[f'{{"poison": "poison-{seed}-{number}"}}' for number in range(max(2, purchases // 200))],
        strikes=list(_strikes(chance, [row["purchase_id"] for row in rows])),
        expired=staged,
        given_up=staged,
    )


def _row(chance: random.Random, number: int, purchases: int) -> dict[str, str]:
    members = max(4, purchases // _PURCHASES_A_MEMBER)
    product = chance.choice(list(_PRODUCTS))
    currency, amount = _PRODUCTS[product], f"{chance.randrange(1, 500)}.{chance.randrange(100):02d}"
    cells = {
        "purchase_id": f"fault-{number:05d}",
        "member_id": f"fault-member-{chance.randrange(members):03d}",
        "card_product": product,
        "merchant_id": f"shop-{chance.randrange(50):03d}",
        "merchant_name": "Shop",
        "mcc": chance.choice(_MCCS),
        "country": "DE",
        "amount": amount.partition(".")[0] if currency == "JPY" else amount,
        "currency": currency,
        "posted_at": (_BEGIN + chance.random() * _SPAN).isoformat(timespec="seconds"),
    }
    return {column: cells[column] for column in COLUMNS}


def _strikes(chance: random.Random, purchase_ids: Sequence[str]) -> Iterator[Strike]:
    for fault, units in WHERE.items():
        for unit in units:
            for purchase_id in chance.sample(purchase_ids, max(1, len(purchase_ids) // 100)):
                times = chance.choice(_TIMES.get(fault, (1,)))
                yield Strike(fault=fault, unit=unit, purchase_id=purchase_id, times=times)


def _bad(purchases: int) -> Iterator[Bad]:
    merchant = {"id": "shop", "name": "Shop", "mcc": "742", "country": "DE"}
    kinds: Sequence[tuple[Mapping[str, Any], str]] = (
        ({"amount": {"minor_units": -5, "currency": "EUR"}}, "minor_units"),
        ({"amount": {"minor_units": 5, "currency": "XQX"}}, "UnknownCurrency"),
        ({"merchant": merchant}, "merchant.mcc"),
        ({"posted_at": "2026-09-15T12:00:00"}, "with a timezone component"),
    )
    for number in range(max(len(kinds), purchases // 100)):
        changes, reason = kinds[number % len(kinds)]
        yield Bad(purchase_id=f"invalid-{number:05d}", changes=changes, reason=reason)
