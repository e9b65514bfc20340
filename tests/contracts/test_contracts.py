"""Contracts: complete, consistent, and what they accept and refuse."""

import json
import re
from pathlib import Path

import jsonschema
import msgspec
import pytest

from contracts.cards import PurchasePosted
from contracts.points_calculation import Calculate
from contracts.points_ledger import GetBalance
from pbckit.contracts import catalogue
from pbckit.contracts.definitions import AnyCapability, ContractError, Event
from pbckit.contracts.json_schema import capability_schema, event_schema

PURCHASE = {
    "id": "p-1",
    "member_id": "m-1",
    "card_product": "gold",
    "merchant": {"id": "s-1", "name": "Da Toni", "mcc": "5812", "country": "DE"},
    "amount": {"minor_units": 1999, "currency": "EUR"},
    "posted_at": "2026-06-01T12:00:00Z",
}
METADATA = {
    "event_id": "e",
    "occurred_at": "2026-06-01T12:00:00Z",
    "schema_version": 1,
    "aggregate_id": "p-1",
    "sequence": 1,
    "correlation_id": "c",
}


def with_(path: str, value: object) -> dict[str, object]:
    purchase = json.loads(json.dumps(PURCHASE))
    *parents, last = path.split(".")
    place = purchase
    for parent in parents:
        place = place[parent]
    place[last] = value
    return purchase


def test_a_purchase_is_accepted():
    assert msgspec.convert(PURCHASE, PurchasePosted).aggregate_id == "p-1"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("merchant.mcc", "742"),
        ("merchant.mcc", 5812),
        ("amount.minor_units", -1),
        ("amount.minor_units", 0),
        ("amount.minor_units", 19.99),
        ("amount.minor_units", True),
        ("amount.currency", "eur"),
        ("amount.currency", "EURO"),
        ("posted_at", "2026-06-01T12:00:00"),
        ("posted_at", "yesterday"),
        ("id", ""),
        ("id", "two words"),
        ("member_id", None),
    ],
)
def test_a_wrong_purchase_is_refused_by_type_and_by_schema(path: str, value: object):
    with pytest.raises(msgspec.ValidationError, match=rf"\$\.{path}"):
        msgspec.convert(with_(path, value), PurchasePosted)
    if path != "posted_at":  # a format is an annotation in JSON Schema
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(
                {"metadata": METADATA, "data": with_(path, value)}, json.loads(event_schema(PurchasePosted))
            )


def test_an_event_ignores_what_it_does_not_know_and_a_request_refuses_it():
    msgspec.convert({**PURCHASE, "colour": "red"}, PurchasePosted)
    with pytest.raises(msgspec.ValidationError, match="unknown field `colour`"):
        msgspec.convert({"member_id": "m", "colour": "red"}, GetBalance)


@pytest.mark.parametrize("event", catalogue.events(), ids=lambda event: event.__name__)
class TestEveryEvent:
    def test_has_an_aggregate_among_its_fields(self, event: type[Event]):
        assert event.aggregate in {field.name for field in msgspec.structs.fields(event)}

    def test_schema_is_valid(self, event: type[Event]):
        jsonschema.Draft4Validator.check_schema(json.loads(event_schema(event)))

    def test_is_told_in_the_past_tense(self, event: type[Event]):
        assert re.search(r"(ed|Held)(?=[A-Z]|$)", event.__name__)


@pytest.mark.parametrize("capability", catalogue.capabilities(), ids=lambda one: f"{one.unit}-{one.name}")
class TestEveryCapability:
    def test_schema_is_valid(self, capability: AnyCapability):
        jsonschema.Draft4Validator.check_schema(json.loads(capability_schema(capability)))

    def test_names_callers_and_never_itself(self, capability: AnyCapability):
        assert capability.callers
        assert capability.unit not in capability.callers

    def test_errors_are_refusals_with_a_meaning(self, capability: AnyCapability):
        assert all(issubclass(error, ContractError) and error.__doc__ for error in capability.errors)


def test_no_pbc_calls_another_pbc():
    pbcs = set(catalogue.publishers())
    callers = {caller for capability in catalogue.capabilities() for caller in capability.callers}
    assert not pbcs & callers


def test_committed_schemas_are_those_of_the_contracts():
    folder = Path(__file__).parents[2] / "contracts" / "schemas"
    assert {path.name: path.read_text() for path in folder.glob("*.json")} == catalogue.schemas()


def test_calculate_takes_a_purchase_as_it_was_published():
    assert Calculate.__annotations__["purchase"] is PurchasePosted
