"""What earns and what does not, by the programme's rules, on the embedded AWS."""

import msgspec
import pytest

from contracts.points_calculation import EXPLAIN, LIST_REFUSED, Explain, ListRefused, RefusedPurchase
from contracts.vocabulary import Money
from ops.demo import scenarios
from ops.demo.world import DeployedSystem, wait_for
from pbckit.cli.errors import Refused
from tests.journeys.test_programme import refund


def refused(world: DeployedSystem, purchase_id: str) -> list[RefusedPurchase]:
    listed = world.capabilities.ask(LIST_REFUSED, ListRefused()).refused
    return [one for one in listed if one.purchase.id == purchase_id]


def test_a_purchase_in_a_foreign_currency_is_refused_and_is_no_failed_delivery(world: DeployedSystem):
    purchase = msgspec.structs.replace(
        scenarios.example_purchase("foreign-1", "foreign-member"), amount=Money(minor_units=10_000, currency="JPY")
    )
    world.ingest([purchase])
    (found,) = wait_for(lambda: refused(world, purchase.id), lambda listed: len(listed) > 0, "the refusal")
    assert (found.error, found.message) == (
        "ForeignCurrency",
        "purchase foreign-1: its amount is in JPY, and gold bills in EUR",
    )

    world.ingest([refund(purchase, 1, 5_000, "JPY"), purchase])
    good = scenarios.example_purchase("foreign-2", "foreign-member")
    world.ingest([good])
    assert world.wait_for_calculation(good.id).points == 100
    with pytest.raises(Refused, match="PurchaseWasRefused: purchase foreign-1 earns nothing: ForeignCurrency"):
        world.capabilities.ask(EXPLAIN, Explain(purchase_id=purchase.id))
    for unit, queue in (("earn-points", "earn-queue-dlq"), ("refund-points", "refund-queue-dlq")):
        assert "foreign-1" not in str(world.dead_letters(unit, queue))
