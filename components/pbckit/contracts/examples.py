"""A valid example of each event, made from its schema: always the same one."""

import json
import re
import sys
from collections.abc import Mapping
from typing import Any

from pbckit.contracts.compatibility import Schema, Typed
from pbckit.contracts.definitions import Event
from pbckit.contracts.json_schema import event_schema

_TEXTS: Mapping[str, str] = {
    "Merchant.id": "merchant-001",
    "PurchasePosted.id": "purchase-0001",
    "PurchaseRefunded.id": "refund-0001",
    "RedemptionRequested.id": "redemption-0001",
    "Bonus.name": "Double points in summer",
    "event_id": "0197f1c2-8a00-7c4d-9b1e-3f5a7c9d1e2f",
    "correlation_id": "0197f1c2-8a00-7b2a-8c3d-5e7f9a1b3c5d",
    "causation_id": "0197f1c2-8a00-7a1b-8d2e-4f6a8b0c2d4e",
    "trace_header": "Root=1-6a1d7f40-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=1",
    "member_id": "member-001",
    "purchase_id": "purchase-0001",
    "posting_id": "purchase-0001",
    "adjustment_id": "purchase-0001:1",
    "recalculation_id": "purchase-0001:1",
    "redemption_id": "redemption-0001",
    "hold_id": "redemption-0001",
    "reversal_id": "reversal-0001",
    "merchant_id": "merchant-001",
    "campaign_id": "summer-double",
    "rate_key": "gold/restaurants",
    "card_product": "gold",
    "card_products": "gold",
    "category": "restaurants",
    "category_before": "other",
    "categories": "restaurants",
    "capability": "categorize",
    "mcc": "5812",
    "country": "DE",
    "currency": "EUR",
    "multiplier": "2",
    "points_per_unit": "1.5",
    "name": "Da Toni",
    "partner": "Rail & Sea",
    "changed_by": "jane.doe",
    "text": "1.5 points per EUR at restaurants",
    "reason": "ordered by mistake",
    "error": "InsufficientPoints",
    "message": "member member-001 can spend 30 points, not 40",
    "hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}
"""What a field says, by its message and name or by its name alone, unless its schema lists values."""
_OTHER_TEXTS = ("example", "2026-06", "1", "AB", "ABC", "2026")
"""What other fields say: the first that the schema allows."""
_LEFT_OUT = {"Bonus.fixed_points", "Line.campaign_id"}
"""Optional fields that do not go with another one."""
_NUMBERS: Mapping[str, int] = {
    "minor_units": 1999,
    "points": 30,
    "uncapped_points": 40,
    "taken_points": 20,
    "owed_points": 10,
    "balance_points": 130,
    "points_per_purchase": 500,
    "points_per_member_month": 2000,
    "budget_points": 1_000_000,
    "priority": 10,
    "version": 1,
    "share": 10,
}
_INSTANTS: Mapping[str, str] = {
    "starts_at": "2026-06-01T00:00:00Z",
    "ends_at": "2026-09-01T00:00:00Z",
    "effective_from": "2026-06-01T00:00:00Z",
    "effective_to": "2026-09-01T00:00:00Z",
    "expires_at": "2026-06-01T12:30:00Z",
}
_INSTANT = "2026-06-01T12:00:00Z"


def event_example(event: type[Event]) -> dict[str, Any]:
    """An event in its envelope that its schema and its type accept, with its optional fields.

    Raises:
        ValueError: the schema asks for something of which no example is known; the message names the field.
    """
    document: Schema = json.loads(event_schema(event))
    example = _example(Typed(document, document), event.__name__)
    data, metadata = example["data"], example["metadata"]
    metadata |= {"aggregate_id": str(data[event.aggregate]), "schema_version": event.schema_version, "sequence": 1}
    return {"metadata": metadata, "data": data}


def _example(typed: Typed, field: str) -> Any:
    branch = next(one for one in typed.branches() if one.schema.get("type") != "null")
    values = branch.values()
    if values is not None:
        return values[0]
    match branch.schema.get("type"):
        case "object":
            return _parts(branch, branch.schema.get("title", field))
        case "array":
            return [_example(branch.at(branch.schema["items"]), field)]
        case "string":
            return _text(branch.schema, field)
        case "integer" | "number":
            return _number(branch.schema, field)
        case "boolean":
            return True
        case other:
            raise ValueError(f"no example is known for {field}: its type is {other or 'anything'}")


def _parts(typed: Typed, message: str) -> dict[str, Any]:
    fields: Mapping[str, Schema] = typed.schema.get("properties", {})
    return {
        name: _example(typed.at(schema), f"{message}.{name}")
        for name, schema in fields.items()
        if f"{message}.{name}" not in _LEFT_OUT
    }


def _text(schema: Schema, field: str) -> str:
    if schema.get("format") == "date-time":
        return _INSTANTS.get(field.rpartition(".")[2], _INSTANT)
    known = [_TEXTS[key] for key in (field, field.rpartition(".")[2]) if key in _TEXTS]
    sizes = range(schema.get("minLength", 0), schema.get("maxLength", sys.maxsize - 1) + 1)
    for text in (*known, *_OTHER_TEXTS):
        if re.search(schema.get("pattern", ""), text) and len(text) in sizes:
            return text
    raise ValueError(f"no example is known for {field}; add one to components/pbckit/contracts/examples.py")


def _number(schema: Schema, field: str) -> int:
    known = _NUMBERS.get(field.rpartition(".")[2], 0)
    return max(schema.get("minimum", known), min(known, schema.get("maximum", known)))
