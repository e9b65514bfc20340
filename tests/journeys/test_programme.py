"""Refunds, true-up, re-rating, caps and reconciliation on the embedded AWS."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from contracts.campaigns import SET_CAMPAIGN, Bonus, SetCampaign
from contracts.cards import PurchasePosted, PurchaseRefunded
from contracts.earning_rates import SET_CARD_PRODUCT, SET_RATE, Rate, SetCardProduct, SetRate
from contracts.merchant_categorization import Categorization
from contracts.points_calculation import (
    CALCULATE,
    DIFFERENCES,
    REPORTED_POSTINGS,
    SETTLE_DIFFERENCE,
    Calculate,
    Calculation,
    ListDifferences,
    ListReportedPostings,
    SettleDifference,
)
from contracts.points_ledger import PointsPosted
from contracts.vocabulary import Money
from ops.demo import scenarios
from ops.demo.world import DeployedSystem, wait_for
from ops.members.ledger_reads import postings
from pbckit.cli.client.capabilities import decoded, every_page
from pbckit.cli.client.unit_admins import UnitAdmins
from pbckit.cli.errors import Refused
from pbckit.contracts.envelope import EventMetadata

REFUNDED_AT = datetime(2026, 9, 20, 12, tzinfo=UTC)
SEPTEMBER, OCTOBER = (datetime(2026, month, 1, tzinfo=UTC) for month in (9, 10))


def refund(purchase: PurchasePosted, number: int, minor_units: int, currency: str = "EUR") -> PurchaseRefunded:
    return PurchaseRefunded(
        id=f"{purchase.id}-refund-{number}",
        purchase_id=purchase.id,
        amount=Money(minor_units=minor_units, currency=currency),
        refunded_at=REFUNDED_AT,
    )


def wait_for_adjustments(world: DeployedSystem, purchase_id: str, count: int) -> Calculation:
    found = wait_for(
        lambda: world.calculation(purchase_id),
        lambda it: it is not None and len(it.adjustments) >= count,
        f"{count} adjustments of {purchase_id}",
    )
    assert found is not None
    return found


def test_a_refund_in_three_parts_takes_back_what_one_would(world: DeployedSystem):
    purchase = scenarios.example_purchase("refund-1", "refund-member")
    world.ingest([purchase])
    world.wait_for_calculation(purchase.id)
    parts = [refund(purchase, number, amount) for number, amount in enumerate((1333, 1333, 1334))]

    world.ingest([*parts, *parts])
    calculation = wait_for_adjustments(world, purchase.id, 3)

    assert (calculation.points, calculation.net_points, calculation.refunded_minor_units) == (100, 0, 4000)
    assert sum(one.points for one in calculation.adjustments) == -100
    assert {one.refund_id for one in calculation.adjustments} == {part.id for part in parts}


def test_a_refund_that_comes_before_its_purchase_waits_for_it(world: DeployedSystem):
    purchase = scenarios.example_purchase("refund-early", "refund-early-member")
    world.ingest([refund(purchase, 1, 2000)])
    refusals = world.names("points-calculation")
    wait_for(
        lambda: _refused(world, refusals.physical("refund")), lambda count: count > 0, "a refusal of the early refund"
    )

    world.ingest([purchase])

    assert wait_for_adjustments(world, purchase.id, 1).net_points == 50


@pytest.fixture(scope="module")
def dead_refunds(world: DeployedSystem) -> dict[str, str]:
    """Reasons of the refunds that were set aside, by the refund's id."""
    purchase = scenarios.example_purchase("refund-bad", "refund-bad-member")
    world.ingest([purchase])
    world.wait_for_calculation(purchase.id)
    good = refund(purchase, 1, 1000)
    world.ingest([good])
    wait_for_adjustments(world, purchase.id, 1)
    world.ingest(
        [
            refund(purchase, 2, 3001),
            refund(purchase, 3, 100, "USD"),
            msgspec.structs.replace(good, amount=Money(minor_units=999, currency="EUR")),
            msgspec.structs.replace(refund(purchase, 4, 1), amount=Money(minor_units=0, currency="EUR")),
        ]
    )
    return wait_for(lambda: _set_aside(world, purchase.id), lambda found: len(found) >= 4, "dead letters")


def _set_aside(world: DeployedSystem, purchase_id: str) -> dict[str, str]:
    letters = world.dead_letters("refund-points", "refund-queue-dlq")
    data = [(json.loads(letter["body"])["detail"]["data"], letter["reason"]) for letter in letters]
    return {refund["id"]: reason for refund, reason in data if refund.get("purchase_id") == purchase_id}


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (1, "ConflictingRefund: refund refund-bad-refund-1 came before with another amount"),
        (2, "RefundExceedsPurchase: refund refund-bad-refund-2 of 3001 minor units: 3000 are left"),
        (3, "CurrencyMismatch: refund refund-bad-refund-3 is in USD"),
        (4, "InvalidRequest"),
    ],
)
def test_a_bad_refund_is_set_aside_with_its_reason(dead_refunds: dict[str, str], number: int, reason: str):
    assert dead_refunds[f"refund-bad-refund-{number}"].startswith(reason)


def test_a_bad_refund_takes_nothing_back(world: DeployedSystem, dead_refunds: dict[str, str]):
    calculation = world.calculation("refund-bad")
    assert calculation is not None
    assert (len(dead_refunds), calculation.refunded_minor_units, calculation.net_points) == (4, 1000, 75)


def test_what_was_calculated_with_a_fallback_is_trued_up_once(world: DeployedSystem):
    purchase = scenarios.example_purchase("true-up-1", "true-up-member")
    with world.broken("earning-rates", "rate"):
        world.ingest([purchase])
        before = world.wait_for_calculation(purchase.id)
    assert (before.fallbacks, before.points) == (["rate"], 40)

    world.run_scheduled("points-calculation", "find-outdated")
    calculation = wait_for_adjustments(world, purchase.id, 1)
    world.run_scheduled("points-calculation", "find-outdated")

    assert (calculation.fallbacks, calculation.points, calculation.net_points) == ([], 100, 100)
    assert [(one.reason, one.points) for one in calculation.adjustments] == [("true-up", 60)]
    world.wait_for_postings({purchase.member_id: 1}, lambda _count: None)


def test_nothing_changes_while_the_answer_is_still_missing(world: DeployedSystem):
    purchase = scenarios.example_purchase("true-up-2", "true-up-member-2")
    with world.broken("earning-rates", "rate"):
        world.ingest([purchase])
        before = world.wait_for_calculation(purchase.id)
        world.run_scheduled("points-calculation", "find-outdated")
        wait_for(
            lambda: _recalculations(world, purchase.id),
            lambda ended: "done" in ended,
            f"a recalculation of {purchase.id}",
        )
        assert world.calculation(purchase.id) == before


def test_a_backdated_rate_re_rates_what_was_posted_since(world: DeployedSystem):
    card = "programme-card"
    capabilities = world.capabilities
    january = datetime(2026, 1, 1, tzinfo=UTC)
    capabilities.ask(SET_CARD_PRODUCT, SetCardProduct(card_product=card, billing_currency="EUR"))
    capabilities.ask(
        SET_RATE, SetRate(card_product=card, category="restaurants", points_per_unit="1", effective_from=january)
    )
    purchase = scenarios.example_purchase("re-rating-1", "re-rating-member", card)
    earlier = msgspec.structs.replace(purchase, id="re-rating-0", posted_at=datetime(2026, 8, 31, tzinfo=UTC))
    world.ingest([purchase, earlier])
    assert [world.wait_for_calculation(one.id).points for one in (purchase, earlier)] == [40, 40]

    capabilities.ask(
        SET_RATE, SetRate(card_product=card, category="restaurants", points_per_unit="3", effective_from=SEPTEMBER)
    )
    wait_for(lambda: _noted(world, card), lambda count: count >= 2, "the change to be noted")
    world.run_scheduled("points-calculation", "find-outdated")
    calculation = wait_for_adjustments(world, purchase.id, 1)

    assert [(one.reason, one.points) for one in calculation.adjustments] == [("re-rating", 80)]
    assert calculation.lines[0].text == "3 points per EUR at restaurants, since 1 September 2026"
    unchanged = world.calculation(earlier.id)
    assert unchanged is not None
    assert (unchanged.points, unchanged.adjustments) == (40, [])


def test_a_budget_is_spent_to_the_point_under_parallel_load(world: DeployedSystem):
    calculations = calculated_at_once(world, budget_bonus("programme-budget", points=30, budget=500), 40)

    granted = Counter(calculation.lines[1].points for calculation in calculations)
    assert granted == {30: 16, 20: 1, 0: 23}
    (cut,) = [one for one in calculations if one.lines[1].points == 20]
    assert cut.lines[1].text == "Budget: +30 points, as much as the campaign's budget still held"


def test_a_large_budget_is_shared_out_and_spent_to_the_point_under_parallel_load(world: DeployedSystem):
    """Small bonuses draw from allotments; then large ones take what counter and shards have left."""
    budget = 20_000
    small = calculated_at_once(world, budget_bonus("programme-shared", points=2, budget=budget), 20)
    assert [one.lines[1].points for one in small] == [2] * 20
    pages = (
        world.aws.client("dynamodb")
        .get_paginator("scan")
        .paginate(TableName=world.names("points-calculation").physical("store"))
    )
    keys = [item["pk"]["S"] for page in pages for item in page["Items"]]
    assert len([key for key in keys if key.startswith("allotment#") and "programme-shared" in key]) > 1

    large = calculated_at_once(world, budget_bonus("programme-shared", points=6_000, budget=budget), 5)
    assert Counter(one.lines[1].points for one in large) == {6_000: 3, budget - 3 * 6_000 - 20 * 2: 1, 0: 1}


def budget_bonus(campaign_id: str, *, points: int, budget: int) -> Bonus:
    return Bonus(
        campaign_id=campaign_id,
        name="Budget",
        fixed_points=points,
        combination="stacking",
        priority=0,
        budget_points=budget,
    )


def calculated_at_once(world: DeployedSystem, bonus: Bonus, number: int) -> list[Calculation]:
    """Straight at the capability, more at once than the queue would let through."""
    rate = Rate(card_product="gold", category="*", points_per_unit="1", effective_from=SEPTEMBER)
    function = world.names("points-calculation").capability(CALCULATE.name)

    def calculate(place: int) -> Calculation:
        name = f"{bonus.campaign_id}-{bonus.fixed_points}-{place}"
        request = Calculate(
            purchase=scenarios.example_purchase(name, f"{bonus.campaign_id}-member-{place % 5}"),
            category=Categorization(category="restaurants", basis="mcc"),
            rate=rate,
            bonuses=[bonus],
            fallbacks=[],
            asked_at=datetime.now(UTC),
        )
        payload = msgspec.json.encode({"metadata": {"correlation_id": name}, "data": request})
        bodies: list[bytes] = []
        for _ in range(6):
            answer = world.aws.client("lambda").invoke(FunctionName=function, Payload=payload)
            bodies.append(answer["Payload"].read())
            # Ten at once on one counter is more than it always takes; the workflow asks six times too.
            if "FunctionError" not in answer:
                return decoded(CALCULATE, bodies[-1])
        raise AssertionError(bodies)

    with ThreadPoolExecutor(max_workers=10) as pool:
        return list(pool.map(calculate, range(number)))


def test_two_exclusive_campaigns_of_one_priority_do_not_overlap_in_silence(world: DeployedSystem):
    def campaign(campaign_id: str, priority: int) -> SetCampaign:
        return SetCampaign(
            campaign_id=campaign_id,
            name="Exclusive",
            starts_at=SEPTEMBER,
            ends_at=OCTOBER,
            categories=["*"],
            card_products=["programme-exclusive"],
            fixed_points=1,
            combination="exclusive",
            priority=priority,
        )

    world.capabilities.ask(SET_CAMPAIGN, campaign("programme-exclusive-1", 7))
    with pytest.raises(Refused, match="CampaignOverlap: programme-exclusive-2: programme-exclusive-1 is"):
        world.capabilities.ask(SET_CAMPAIGN, campaign("programme-exclusive-2", 7))
    assert world.capabilities.ask(SET_CAMPAIGN, campaign("programme-exclusive-2", 8)).version == 1


def test_a_posting_that_was_never_told_is_found(world: DeployedSystem):
    """As if somebody had written into the ledger: a posting event of something that nobody calculated."""
    posted = PointsPosted(posting_id="programme-forged", member_id="forger", points=1000, balance_points=1000)
    metadata = EventMetadata(
        event_id="event-programme-forged",
        occurred_at=REFUNDED_AT,
        schema_version=1,
        aggregate_id="forger",
        sequence=1,
        correlation_id="forged",
    )
    entry = {
        "EventBusName": world.session.names.bus_name(),
        "Source": PointsPosted.source,
        "DetailType": PointsPosted.detail_type(),
        "Detail": msgspec.json.encode({"metadata": metadata, "data": posted}).decode(),
    }
    world.aws.client("events").put_events(Entries=[entry])

    def found() -> list[str]:
        differences = world.capabilities.ask(DIFFERENCES, ListDifferences()).differences
        return [one.kind for one in differences if one.posting_id == "programme-forged"]

    assert wait_for(found, lambda kinds: len(kinds) > 0, "the forged posting") == ["not-reported"]
    settling = SettleDifference(posting_id="programme-forged", reason="a test")
    assert world.capabilities.ask(SETTLE_DIFFERENCE, settling).posted_points == 1000
    assert found() == []


def test_what_was_posted_as_told_is_confirmed(world: DeployedSystem):
    purchase = scenarios.example_purchase("confirmed-1", "confirmed-member")
    world.ingest([purchase])
    world.wait_for_postings({purchase.member_id: 1}, lambda _count: None)
    wait_for(lambda: _expected(world, purchase.id), lambda count: count == 0, "confirmation of the posting")

    ours = [
        one
        for page in every_page(
            world.capabilities, REPORTED_POSTINGS, ListReportedPostings(month="2026-09"), lambda page: page.next
        )
        for one in page.postings
        if one.purchase_id == purchase.id
    ]
    assert [(one.posting_id, one.points) for one in ours] == [(purchase.id, 100)]
    assert dict(postings(world.capabilities, purchase.member_id)) == {purchase.id: 100}


def _expected(world: DeployedSystem, posting_id: str) -> int:
    """1 while the ledger has not confirmed a posting, then 0."""
    table = world.names("points-calculation").physical("store")
    items = world.aws.client("dynamodb").scan(TableName=table)["Items"]
    return sum(item["pk"]["S"].startswith("unconfirmed#") and item["sk"]["S"] == posting_id for item in items)


def _refused(world: DeployedSystem, function: str) -> int:
    """How many refusals stand in a function's log."""
    events = world.aws.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
    return sum('"refused"' in event["message"] for event in events)


def _noted(world: DeployedSystem, card_product: str) -> int:
    """How many changes of a card product's rates are being followed."""
    table = world.names("points-calculation").physical("store")
    items = world.aws.client("dynamodb").scan(TableName=table)["Items"]
    noted = [item for item in items if item["pk"]["S"] == "changes"]
    return sum({"S": card_product} in item["card_products"]["L"] for item in noted)


def _recalculations(world: DeployedSystem, purchase_id: str) -> list[str]:
    """How the recalculations of one purchase ended. Those of others may still wait for the answer."""
    until = datetime.now(UTC)
    records = UnitAdmins(world.capabilities).records(["true-up"], "hop", until - timedelta(hours=1), until, purchase_id)
    return [record.outcome for record in records if record.what == "ran"]
