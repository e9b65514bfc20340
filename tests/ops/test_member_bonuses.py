"""`rewards member bonuses`: campaigns and progress of their owners' own code in memory, behind the scripted AWS."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from contracts.campaigns import LIST_CAMPAIGNS, Bonus, Campaign, Campaigns, Threshold
from contracts.points_calculation import BONUS_PROGRESS
from lambdas.points_calculation.handlers import bonus_progress
from pbckit.contracts.envelope import Reply
from pbckit.testing.world import world
from tests.lambdas.points_calculation.programme import Programme
from tests.lambdas.points_calculation.purchases import fixed, purchase, request
from tests.ops.aws import Aws
from tests.ops.conftest import Rewards

NOW = datetime.now(UTC)


def campaign(bonus: Bonus, **changes: object) -> Campaign:
    given = Campaign(
        **msgspec.structs.asdict(bonus),
        starts_at=NOW - timedelta(days=9),
        ends_at=NOW + timedelta(days=400),
        categories=["*"],
        card_products=["*"],
        version=1,
        changed_by="ada",
        changed_at=NOW,
    )
    return msgspec.structs.replace(given, **changes)


@pytest.fixture
def programme(aws: Aws) -> Programme:
    """Three campaigns run; two of them are earned once."""
    there = Programme(world("points-calculation"))
    there.world.clock.time = NOW
    spent = fixed(1000, "spend", threshold=Threshold(minor_units=50_000, currency="EUR", days=90))
    first = fixed(50, "welcome", first_purchase=True)
    running = Campaigns(campaigns=[campaign(one) for one in (spent, first, fixed(5, "always"))])
    aws.lambda_.runs(BONUS_PROGRESS, bonus_progress.handler, there.world.runtime)
    aws.lambda_.decides(LIST_CAMPAIGNS, lambda _data: Reply(answer=msgspec.to_builtins(running)))
    there.calculate(request(purchase(6_000, posted_at=NOW), spent))
    return there


@pytest.mark.usefixtures("programme")
def test_what_is_missing_and_until_when_is_shown(rewards: Rewards):
    result = rewards("member", "bonuses", "m-1", "--json")
    assert result.exit_code == 0, result.output
    spent, first = msgspec.json.decode(result.stdout)
    assert (spent["campaign_id"], spent["spent_minor_units"], spent["missing_minor_units"]) == ("spend", 6_000, 44_000)
    assert datetime.fromisoformat(spent["until"]) == NOW + timedelta(days=90)
    assert (first["campaign_id"], first["purchases"], first["until"]) == ("welcome", 0, None)


@pytest.mark.usefixtures("programme")
def test_a_person_reads_amounts(rewards: Rewards):
    shown = " ".join(rewards("member", "bonuses", "m-1").stdout.replace("│", " ").split())
    for part in ("60.00 EUR of 500.00 EUR", "440.00 EUR", "no purchase yet"):
        assert all(word in shown for word in part.split())
    assert "always" not in shown
