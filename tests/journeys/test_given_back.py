"""Refunds that name no purchase, and chargebacks, on the embedded AWS."""

import json
from datetime import UTC, datetime

import pytest

from contracts.cards import PurchaseChargedBack, PurchasePosted, RefundPosted
from contracts.points_calculation import MATCH_REFUND, MatchRefund
from contracts.points_ledger import BALANCE, STATEMENT, VERIFY, GetBalance, GetStatement, Verify
from contracts.vocabulary import Money
from ops.demo import scenarios
from ops.demo.world import DeployedSystem, wait_for
from pbckit.cli.errors import Refused
from tests.journeys.test_programme import wait_for_adjustments

AT = datetime(2026, 9, 20, 12, tzinfo=UTC)
QUEUE = ("refund-points", "refund-queue-dlq")


def refund(purchase: PurchasePosted, refund_id: str, minor_units: int = 2000) -> RefundPosted:
    return RefundPosted(
        id=refund_id,
        member_id=purchase.member_id,
        card_product=purchase.card_product,
        merchant_id=purchase.merchant.id,
        amount=Money(minor_units=minor_units, currency="EUR"),
        refunded_at=AT,
    )


def bought(world: DeployedSystem, *purchases: PurchasePosted) -> None:
    world.ingest(purchases)
    for purchase in purchases:
        world.wait_for_calculation(purchase.id)


def test_a_refund_without_a_purchase_is_matched_once_also_before_its_purchase(world: DeployedSystem):
    purchase = scenarios.example_purchase("matched-1", "matched-member")
    world.ingest([refund(purchase, "matched-1-r"), purchase, refund(purchase, "matched-1-r")])

    assert wait_for_adjustments(world, purchase.id, 1).net_points == 50
    world.ingest([refund(purchase, "matched-1-r"), refund(purchase, "matched-1-r2")])
    found = wait_for_adjustments(world, purchase.id, 2)
    assert (found.net_points, [one.refund_id for one in found.adjustments]) == (0, ["matched-1-r", "matched-1-r2"])


def test_where_several_purchases_fit_the_refund_is_set_aside_and_a_person_sees_them(world: DeployedSystem):
    one, other = (scenarios.example_purchase(f"several-{number}", "several-member") for number in (1, 2))
    bought(world, one, other)
    world.ingest([refund(one, "several-r")])

    def letters() -> list[str]:
        found = world.dead_letters(*QUEUE)
        return [one["reason"] for one in found if json.loads(one["body"])["detail"]["data"]["id"] == "several-r"]

    (reason,) = wait_for(letters, lambda found: len(found) > 0, "the dead letter")
    assert reason.startswith("SeveralMatchingPurchases: refund several-r of 2000 minor units in EUR")
    assert "several-1 (4000 on" in reason
    assert "several-2 (4000 on" in reason
    with pytest.raises(Refused, match="SeveralMatchingPurchases"):
        world.capabilities.ask(MATCH_REFUND, MatchRefund(refund=refund(one, "several-r")))


def test_a_chargeback_takes_all_points_back_and_says_why_in_the_statement(world: DeployedSystem):
    purchase = scenarios.example_purchase("charged-1", "charged-member")
    chargeback = PurchaseChargedBack(id="charged-1-cb", purchase_id=purchase.id, reason="fraud", charged_back_at=AT)
    world.ingest([chargeback, purchase, chargeback])
    world.wait_for_postings({purchase.member_id: 2}, lambda _count: None)

    lines = world.capabilities.ask(STATEMENT, GetStatement(member_id=purchase.member_id)).lines
    assert [(line.points, line.text) for line in lines][:1] == [
        (-100, "chargeback (fraud) of 40.00 EUR on 20 September 2026")
    ]
    balance = world.capabilities.ask(BALANCE, GetBalance(member_id=purchase.member_id))
    assert (balance.balance_points, balance.debt_points) == (0, 0)
    assert world.capabilities.ask(VERIFY, Verify(member_id=purchase.member_id)).fault is None
