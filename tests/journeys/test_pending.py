"""Pending points from authorisations on the embedded AWS: shown, not spendable, and released."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from contracts.cards import AuthorisationReversed, PurchaseAuthorised
from contracts.points_ledger import BALANCE, PENDING, VERIFY, GetBalance, GetPending, Verify
from contracts.vocabulary import Money
from ops.demo import scenarios
from ops.demo.world import DeployedSystem, wait_for
from pbckit.cli.errors import Refused

NOW = datetime.now(UTC)


def authorised(authorisation_id: str, member_id: str, **changes: Any) -> PurchaseAuthorised:
    bought = scenarios.example_purchase(authorisation_id, member_id)
    given = PurchaseAuthorised(
        id=authorisation_id,
        member_id=member_id,
        card_product=bought.card_product,
        merchant=bought.merchant,
        amount=bought.amount,
        authorised_at=NOW,
        expires_at=NOW + timedelta(days=7),
    )
    return msgspec.structs.replace(given, **changes)


def pending(world: DeployedSystem, member_id: str) -> dict[str, int]:
    try:
        answer = world.capabilities.ask(PENDING, GetPending(member_id=member_id))
    except Refused:
        return {}
    return {one.authorisation_id: one.points for one in answer.purchases}


def wait_for_pending(world: DeployedSystem, member_id: str, *expected: str) -> dict[str, int]:
    return wait_for(lambda: pending(world, member_id), lambda found: {*found} == {*expected}, f"pending of {member_id}")


def reasons(world: DeployedSystem, unit: str, queue: str, identity: str) -> list[str]:
    found = world.dead_letters(unit, queue)
    return [one["reason"] for one in found if f'"{identity}"' in json.dumps(json.loads(one["body"])["detail"])]


def test_an_authorised_purchase_is_pending_until_it_is_posted(world: DeployedSystem):
    member = "pending-settled"
    settled = msgspec.structs.replace(scenarios.example_purchase("pending-1", member), authorisation_id="pending-1-au")
    world.ingest([authorised("pending-1-au", member), authorised("pending-2-au", member)])
    assert wait_for_pending(world, member, "pending-1-au", "pending-2-au").keys() == {"pending-1-au", "pending-2-au"}
    world.ingest([settled, authorised("pending-1-au", member)])
    world.wait_for_postings({member: 1}, lambda _count: None)

    left = wait_for_pending(world, member, "pending-2-au")
    balance = world.capabilities.ask(BALANCE, GetBalance(member_id=member))
    assert (balance.balance_points, balance.spendable_points, balance.version) == (100, 100, 1)
    assert balance.pending_points == left["pending-2-au"] > 0
    assert world.capabilities.ask(VERIFY, Verify(member_id=member)).fault is None


def test_a_settlement_and_a_reversal_before_their_authorisations_leave_nothing_pending(world: DeployedSystem):
    member = "pending-early"
    settled = msgspec.structs.replace(scenarios.example_purchase("pending-3", member), authorisation_id="pending-3-au")
    world.ingest([settled, AuthorisationReversed(authorisation_id="pending-4-au", reversed_at=NOW)])
    world.wait_for_postings({member: 1}, lambda _count: None)
    early = [authorised(f"pending-{number}-au", member) for number in (3, 4)]
    world.ingest([*early, authorised("pending-5-au", member)])

    # One that nothing ended is seen; the two before it are not, whichever comes last.
    wait_for_pending(world, member, "pending-5-au")
    world.ingest([AuthorisationReversed(authorisation_id="pending-5-au", reversed_at=NOW)])
    wait_for_pending(world, member)


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "pending-too-long": (
        {"expires_at": NOW + timedelta(days=40)},
        "InstantOutOfRange: expires_at of authorisation pending-too-long is ",
    ),
    "pending-ends-first": (
        {"expires_at": NOW - timedelta(days=1)},
        "InstantOutOfRange: expires_at of authorisation pending-ends-first is ",
    ),
    "pending-of-no-currency": (
        {"amount": Money(minor_units=5, currency="XQX")},
        "UnknownCurrency: 'XQX' is not a currency of ISO 4217",
    ),
}


@pytest.mark.parametrize("authorisation_id", BAD)
def test_a_bad_authorisation_is_set_aside_with_its_reason(world: DeployedSystem, authorisation_id: str):
    changes, expected = BAD[authorisation_id]
    world.ingest([authorised(authorisation_id, "pending-bad", **changes)])

    def look() -> list[str]:
        return reasons(world, "earn-points", "earn-queue-dlq", authorisation_id)

    (reason,) = wait_for(look, lambda found: len(found) > 0, "the dead letter")
    assert reason.startswith(expected)
    assert pending(world, "pending-bad") == {}


def test_another_authorisation_under_the_same_id_is_refused_by_name(world: DeployedSystem):
    first = authorised("pending-twice", "pending-twice-member")
    world.ingest([first])
    wait_for_pending(world, "pending-twice-member", "pending-twice")
    world.ingest([msgspec.structs.replace(first, member_id="somebody-else")])

    def look() -> list[str]:
        return reasons(world, "points-ledger", "keep-pending-queue-dlq", "pending-twice")

    (reason,) = wait_for(look, lambda found: len(found) > 0, "the dead letter")
    assert reason == "ConflictingAuthorisation: authorisation pending-twice came before with another member_id"
    assert pending(world, "somebody-else") == {}
