"""The purchases of a history: most are valid, some come twice, and some can never earn points."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec

from contracts.cards import SOURCE, PurchasePosted
from devtools.simulation.scheduler import BEGIN

_MEMBERS = 5
_BURSTS = 6
_BURST_SECONDS = 600.0
LAST_ARRIVAL_SECONDS = _BURSTS * _BURST_SECONDS

# Shares of the kinds, each with those before it; all others are valid and come once.
_UNKNOWN_CURRENCY, _MALFORMED, _CONFLICTING, _TWICE = 0.03, 0.06, 0.09, 0.15

_MINOR_UNITS_A_UNIT = {"EUR": 100, "JPY": 1, "BHD": 1000}
POINTS_PER_UNIT = 2


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A purchase event as the card system sends it."""

    name: str
    purchase_id: str
    body: str
    at: float
    """Seconds after the beginning."""
    points: int | None
    """What it earns; None where it is refused."""
    reason: str | None
    """What its dead letter's reason begins with; None where it is valid."""
    conflicts: bool = False
    """Another arrival has the same id and other content: one of the two is posted, the other one refused."""


def arrivals(number: int, share: Callable[[str], float]) -> list[Arrival]:
    """The events of one purchase.

    Args:
        number: of the purchase.
        share: a number from 0 to 1 for a name, the same each time.
    """
    kind = share(f"kind of {number}")
    data = _purchase(number, share)
    if kind < _UNKNOWN_CURRENCY:
        data["amount"]["currency"] = "XAU"
        return [_arrival(number, share, data, reason="UnknownCurrency")]
    if kind < _MALFORMED:
        del data["member_id"]
        return [_arrival(number, share, data, reason="InvalidRequest")]
    if kind < _CONFLICTING:
        other = {**data, "amount": {**data["amount"], "minor_units": data["amount"]["minor_units"] + 5000}}
        pair = [("", data), ("-other", other)]
        return [_arrival(number, share, one, suffix, conflicts=True) for suffix, one in pair]
    if kind < _TWICE:
        return [_arrival(number, share, data, suffix) for suffix in ("", "-again")]
    return [_arrival(number, share, data)]


def _arrival(
    number: int,
    share: Callable[[str], float],
    data: dict[str, Any],
    suffix: str = "",
    *,
    reason: str | None = None,
    conflicts: bool = False,
) -> Arrival:
    name = f"p-{number}{suffix}"
    burst = int(share(f"burst of {number}") * _BURSTS) * _BURST_SECONDS
    return Arrival(
        name=name,
        purchase_id=data["id"],
        body=_body(name, data),
        at=burst + share(f"moment of {name}"),
        points=None if reason else _points(data),
        reason=reason,
        conflicts=conflicts,
    )


def _purchase(number: int, share: Callable[[str], float]) -> dict[str, Any]:
    currencies = list(_MINOR_UNITS_A_UNIT)
    return {
        "id": f"p-{number}",
        "member_id": f"m-{int(share(f'member of {number}') * _MEMBERS)}",
        "card_product": "gold",
        "merchant": {"id": "shop-1", "name": "Trattoria", "mcc": "5812", "country": "IT"},
        "amount": {
            "minor_units": 1 + int(share(f"amount of {number}") * 100_000),
            "currency": currencies[int(share(f"currency of {number}") * len(currencies))],
        },
        "posted_at": (BEGIN + timedelta(seconds=number)).isoformat(),
    }


def _points(data: dict[str, Any]) -> int:
    """Reckoned apart from the project's own arithmetic."""
    amount = data["amount"]
    return amount["minor_units"] * POINTS_PER_UNIT // _MINOR_UNITS_A_UNIT[amount["currency"]]


def _body(name: str, data: dict[str, Any]) -> str:
    metadata = {
        "event_id": f"cards-{name}",
        "occurred_at": BEGIN.isoformat(),
        "schema_version": 1,
        "aggregate_id": data["id"],
        "sequence": 1,
        "correlation_id": name,
    }
    event = {
        "detail-type": PurchasePosted.detail_type(),
        "source": SOURCE,
        "detail": {"metadata": metadata, "data": data},
    }
    return msgspec.json.encode(event).decode()
