"""Bonuses that a member earns once, on the embedded AWS: a first purchase, and so much spent within so many days."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from contracts.campaigns import SET_CAMPAIGN, SetCampaign, Threshold
from contracts.cards import PurchasePosted
from contracts.earning_rates import SET_CARD_PRODUCT, SetCardProduct
from contracts.points_ledger import STATEMENT, VERIFY, GetStatement, Verify
from ops.demo import scenarios
from ops.demo.world import DeployedSystem
from ops.main import app
from pbckit.cli.errors import Refused
from tests.journeys.test_programme import refund

CARD = "once-card"
SPENT = Threshold(minor_units=6000, currency="EUR", days=30)


def campaign(**changes: Any) -> SetCampaign:
    given = SetCampaign(
        campaign_id="once-spent",
        name="Starter",
        starts_at=datetime(2026, 9, 1, tzinfo=UTC),
        ends_at=datetime(2026, 12, 1, tzinfo=UTC),
        categories=["*"],
        card_products=[CARD],
        fixed_points=1000,
        combination="stacking",
        threshold=SPENT,
    )
    return msgspec.structs.replace(given, **changes)


@pytest.fixture(scope="module")
def programme(world: DeployedSystem) -> DeployedSystem:
    world.capabilities.ask(SET_CARD_PRODUCT, SetCardProduct(card_product=CARD, billing_currency="EUR"))
    world.capabilities.ask(SET_CAMPAIGN, campaign())
    first = campaign(campaign_id="once-first", name="Welcome", fixed_points=50, threshold=None, first_purchase=True)
    world.capabilities.ask(SET_CAMPAIGN, first)
    return world


def bought(number: int) -> PurchasePosted:
    return scenarios.example_purchase(f"once-{number}", "once-member", CARD)


def told(world: DeployedSystem) -> list[tuple[int, str]]:
    lines = world.capabilities.ask(STATEMENT, GetStatement(member_id="once-member")).lines
    return [(line.points, line.text) for line in reversed(lines) if line.kind == "adjusted"]


def test_bonuses_are_earned_once_and_taken_back_by_a_refund_in_any_order(programme: DeployedSystem):
    world = programme
    world.ingest([bought(1), bought(1)])
    world.wait_for_postings({"once-member": 2}, lambda _count: None)
    world.ingest([bought(2), bought(2)])
    world.wait_for_postings({"once-member": 4}, lambda _count: None)
    assert told(world) == [
        (50, "Welcome: your first purchase"),
        (1000, "Starter: 60.00 EUR spent within 30 days"),
    ]
    # 40 EUR each at the base rate of 1.
    assert world.balance("once-member") == 2 * 40 + 50 + 1000

    world.ingest([refund(bought(1), 1, 4000)])
    world.wait_for_postings({"once-member": 6}, lambda _count: None)
    assert told(world)[-1] == (-1000, "Starter: taken back, no longer 60.00 EUR spent within 30 days")
    assert world.balance("once-member") == 40 + 50

    # A refund that comes before its purchase waits for it.
    world.ingest([refund(bought(3), 1, 1), bought(3)])
    world.wait_for_postings({"once-member": 9}, lambda _count: None)
    assert world.balance("once-member") == 40 + 39 + 50 + 1000
    assert sum(points for points, text in told(world) if text.startswith("Starter")) == 1000
    assert world.capabilities.ask(VERIFY, Verify(member_id="once-member")).fault is None


def test_a_member_is_shown_what_is_missing_and_until_when(programme: DeployedSystem, monkeypatch: pytest.MonkeyPatch):
    now = datetime.now(UTC)
    one = scenarios.example_purchase("once-progress", "once-progress", CARD)
    programme.ingest([msgspec.structs.replace(one, posted_at=now)])
    programme.wait_for_postings({"once-progress": 2}, lambda _count: None)
    monkeypatch.chdir(programme.aws.folder.parent)
    result = CliRunner().invoke(app, ["member", "bonuses", "once-progress", "--json"])
    assert result.exit_code == 0, result.output
    found = {one["campaign_id"]: one for one in msgspec.json.decode(result.stdout)}
    spent = found["once-spent"]
    assert (spent["spent_minor_units"], spent["missing_minor_units"], spent["given_points"]) == (4000, 2000, 0)
    assert datetime.fromisoformat(spent["until"]) == now + timedelta(days=30)
    assert found["once-first"]["given_points"] == 50


def test_a_condition_that_does_not_fit_is_refused_with_all_that_is_wrong(programme: DeployedSystem):
    wrong = campaign(campaign_id="once-wrong", combination="exclusive", first_purchase=True, budget_points=5)
    with pytest.raises(Refused) as refused:
        programme.capabilities.ask(SET_CAMPAIGN, wrong)
    for part in (
        "one of them is allowed",
        "only the combination stacking",
        "no cap is allowed; given are budget_points",
    ):
        assert part in str(refused.value)
