"""Bad input gets a clear reason; the rest goes on; nothing is lost."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from contracts.cards import PurchaseAuthorised, PurchasePosted
from contracts.points_ledger import PENDING, GetPending
from ops.demo import scenarios
from ops.demo.world import DeployedSystem, wait_for
from pbckit.contracts.envelope import EventMetadata


def detail(purchase_id: str, **changes: Any) -> dict[str, Any]:
    data = msgspec.to_builtins(scenarios.example_purchase(purchase_id, "bad-input-member")) | changes
    metadata = {
        "event_id": f"event-{purchase_id}",
        "occurred_at": "2026-09-15T12:00:00Z",
        "schema_version": 1,
        "aggregate_id": purchase_id,
        "sequence": 1,
        "correlation_id": f"correlation-{purchase_id}",
    }
    return {"metadata": metadata, "data": data}


def merchant(mcc: str) -> dict[str, str]:
    return {"id": "shop", "name": "Shop", "mcc": mcc, "country": "DE"}


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "negative-amount": ({"amount": {"minor_units": -5, "currency": "EUR"}}, "minor_units"),
    "unknown-currency": ({"amount": {"minor_units": 5, "currency": "XQX"}}, "UnknownCurrency: 'XQX' is not a currency"),
    "currency-without-minor-unit": ({"amount": {"minor_units": 5, "currency": "XAU"}}, "UnknownCurrency"),
    "lower-case-currency": ({"amount": {"minor_units": 5, "currency": "eur"}}, "amount.currency"),
    "three-digit-mcc": ({"merchant": merchant("742")}, "merchant.mcc"),
    "no-merchant": ({"merchant": None}, "merchant"),
    "no-offset": ({"posted_at": "2026-09-15T12:00:00"}, "with a timezone component"),
    "float-amount": ({"amount": {"minor_units": 19.99, "currency": "EUR"}}, "minor_units"),
}


def authorised(authorisation_id: str, **changes: Any) -> dict[str, Any]:
    bought = detail(authorisation_id)
    data = {name: bought["data"][name] for name in ("id", "member_id", "card_product", "merchant", "amount")}
    now = datetime.now(UTC)
    times = {"authorised_at": now.isoformat(), "expires_at": (now + timedelta(days=7)).isoformat()}
    return {**bought, "data": {**data, **times, **changes}}


BAD_AUTHORISATIONS: dict[str, tuple[dict[str, Any], str]] = {
    "no-end": ({"expires_at": None}, "expires_at"),
    "end-before-it-began": (
        {"expires_at": "2020-01-01T00:00:00Z"},
        "InstantOutOfRange: expires_at of authorisation end-before-it-began",
    ),
    "authorised-in-the-year-one": ({"authorised_at": "0001-01-01T00:00:00Z"}, "InstantOutOfRange"),
    "authorised-in-no-currency": ({"amount": {"minor_units": 5, "currency": "XQX"}}, "UnknownCurrency"),
}


@pytest.fixture(scope="module")
def dead_letters(world: DeployedSystem) -> dict[str, dict[str, str]]:
    """What became of all bad purchases, by purchase id; a good one among them goes through."""
    details = [detail(purchase_id, **changes) for purchase_id, (changes, _) in BAD.items()]
    details.append({"metadata": {}, "data": {"nothing": "of it"}})
    details.append({})
    _publish(world, details)
    wrong = [authorised(identity, **changes) for identity, (changes, _) in BAD_AUTHORISATIONS.items()]
    _publish(world, wrong, PurchaseAuthorised)
    world.ingest([scenarios.example_purchase("bad-input-good", "bad-input-member")])
    world.wait_for_postings({"bad-input-member": 1}, lambda _count: None)
    asked = {*BAD, *BAD_AUTHORISATIONS, "none"}

    def of_these() -> dict[str, dict[str, str]]:
        found = world.dead_letters("earn-points", "earn-queue-dlq")
        letters = {_purchase_id(letter["body"]): letter for letter in found}
        return {purchase_id: letter for purchase_id, letter in letters.items() if purchase_id in asked}

    return wait_for(of_these, lambda letters: set(letters) == asked, "dead letters")


@pytest.mark.parametrize("purchase_id", BAD)
def test_a_bad_purchase_is_set_aside_with_its_reason(dead_letters: dict[str, dict[str, str]], purchase_id: str):
    letter = dead_letters[purchase_id]
    assert BAD[purchase_id][1] in letter["reason"]
    assert letter["correlation_id"] == f"correlation-{purchase_id}"
    assert json.loads(letter["body"])["detail-type"] == "PurchasePosted"


@pytest.mark.parametrize("authorisation_id", BAD_AUTHORISATIONS)
def test_a_bad_authorisation_is_set_aside_with_its_reason(
    world: DeployedSystem, dead_letters: dict[str, dict[str, str]], authorisation_id: str
):
    letter = dead_letters[authorisation_id]
    assert BAD_AUTHORISATIONS[authorisation_id][1] in letter["reason"]
    assert json.loads(letter["body"])["detail-type"] == "PurchaseAuthorised"
    shown = world.capabilities.ask(PENDING, GetPending(member_id="bad-input-member"))
    assert authorisation_id not in {one.authorisation_id for one in shown.purchases}


def test_what_is_no_purchase_at_all_is_set_aside_too(dead_letters: dict[str, dict[str, str]]):
    assert "InvalidRequest" in dead_letters["none"]["reason"]


def test_nothing_bad_was_posted(world: DeployedSystem, dead_letters: dict[str, dict[str, str]]):
    assert world.postings("bad-input-member") == 1
    assert all(world.calculation(purchase_id) is None for purchase_id in dead_letters if purchase_id != "none")


def test_the_same_purchase_with_other_content_is_refused(world: DeployedSystem):
    purchase = scenarios.example_purchase("conflict-1", "conflict-member")
    world.ingest([purchase])
    world.wait_for_calculation(purchase.id)
    world.ingest([msgspec.structs.replace(purchase, member_id="somebody-else")])
    reasons = wait_for(
        lambda: [letter["reason"] for letter in world.dead_letters("earn-points", "earn-queue-dlq")],
        lambda found: any("ConflictingPurchase" in reason for reason in found),
        "dead letters",
    )
    assert any("purchase conflict-1 came before with another member_id" in reason for reason in reasons)
    assert world.postings("somebody-else") == 0


def test_a_poison_message_goes_to_the_consumers_dead_letters_alone(world: DeployedSystem):
    """Straight to the ledger: an event that is none, between two that are fine."""
    good = [scenarios.example_purchase(f"poison-good-{number}", "poison-member") for number in range(2)]
    names = world.names("points-calculation")
    bad = {"metadata": {"event_id": "poison", "correlation_id": "poison-correlation"}, "data": {"points": "many"}}
    world.ingest(good[:1])
    world.aws.client("events").put_events(
        Entries=[
            {
                "EventBusName": names.bus_name(),
                "Source": "points-calculation",
                "DetailType": "PointsCalculated",
                "Detail": json.dumps(bad),
            }
        ]
    )
    world.ingest(good[1:])
    world.wait_for_postings({"poison-member": 2}, lambda _count: None)

    def poison() -> list[dict[str, Any]]:
        found = world.dead_letters("points-ledger", "post-points-queue-dlq")
        return [letter for letter in found if letter["correlation_id"] == "poison-correlation"]

    (letter,) = wait_for(poison, lambda found: len(found) > 0, "poison")
    assert letter["source"] == "points-ledger"
    assert "occurred_at" in letter["reason"]


def test_an_event_has_the_metadata_of_its_contract(world: DeployedSystem):
    assert set(detail("x")["metadata"]) <= set(EventMetadata.__struct_fields__)


def _publish(
    world: DeployedSystem,
    details: list[dict[str, Any]],
    event: type[PurchasePosted | PurchaseAuthorised] = PurchasePosted,
) -> None:
    for start in range(0, len(details), 10):
        entries = [
            {
                "EventBusName": world.session.names.bus_name(),
                "Source": event.source,
                "DetailType": event.detail_type(),
                "Detail": json.dumps(one),
            }
            for one in details[start : start + 10]
        ]
        answer = world.session.client("events").put_events(Entries=entries)
        assert answer["FailedEntryCount"] == 0


def _purchase_id(body: str) -> str:
    return json.loads(body)["detail"].get("data", {}).get("id", "none")
