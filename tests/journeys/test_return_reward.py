"""A reward that goes back: its points are the member's again, once, and what cannot be done is set aside."""

from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.partners import RedemptionConfirmed, RedemptionRequested, RewardReturned
from contracts.points_ledger import BALANCE, GetBalance
from ops.demo import scenarios
from ops.demo.world import DeployedSystem
from pbckit.cli.waiting import wait_for

OFFERING = "return-reward"


def spendable(world: DeployedSystem, member_id: str) -> int:
    return world.capabilities.ask(BALANCE, GetBalance(member_id=member_id)).spendable_points


def requested(name: str, points: int) -> RedemptionRequested:
    return RedemptionRequested(
        id=f"{name}-r", member_id=name, points=points, partner="Toasters", requested_at=datetime.now(UTC)
    )


def returned(name: str, points: int | None, number: int = 1) -> RewardReturned:
    return RewardReturned(
        id=f"{name}-back-{number}", redemption_id=f"{name}-r", points=points, returned_at=datetime.now(UTC)
    )


def confirmed(name: str) -> RedemptionConfirmed:
    return RedemptionConfirmed(redemption_id=f"{name}-r", confirmed_at=datetime.now(UTC))


def redeemed(world: DeployedSystem, name: str, points: int) -> int:
    """A member who has earned and spent; what is left of the points."""
    world.ingest([scenarios.example_purchase(f"{name}-p", name)])
    world.wait_for_postings({name: 1}, lambda _count: None)
    earned = spendable(world, name)
    world.ingest([requested(name, points)])
    wait_for(lambda: spendable(world, name), lambda left: left == earned - points, "the hold")
    return earned - points


@pytest.mark.parametrize(("points", "back"), [(15, 15), (None, 40)])
def test_a_returned_reward_gives_its_points_back_once(world: DeployedSystem, points: int | None, back: int):
    name = f"return-{back}"
    left = redeemed(world, name, 40)
    world.ingest([confirmed(name)])
    world.ingest([returned(name, points), returned(name, points)])
    wait_for(lambda: spendable(world, name), lambda now: now == left + back, "the points")
    world.ingest([returned(name, points)])
    world.ingest([scenarios.example_purchase(f"{name}-after", name)])
    wait_for(lambda: spendable(world, name), lambda now: now > left + back, "a later purchase")
    assert spendable(world, name) == left + back + (left + 40)


def test_a_return_that_comes_before_its_redemption_is_posted_waits_for_it(world: DeployedSystem):
    left = redeemed(world, "return-early", 40)
    world.ingest([returned("return-early", 25)])
    world.ingest([confirmed("return-early")])
    wait_for(lambda: spendable(world, "return-early"), lambda now: now == left + 25, "the points")


def test_a_return_of_more_than_was_spent_is_set_aside_with_its_reason(world: DeployedSystem):
    left = redeemed(world, "return-much", 40)
    world.ingest([confirmed("return-much")])
    world.ingest([returned("return-much", 41)])

    def letters() -> list[dict[str, Any]]:
        found = world.dead_letters(OFFERING, "return-queue-dlq")
        return [one for one in found if "return-much-back-1" in one["body"]]

    (letter,) = wait_for(letters, lambda found: len(found) > 0, "the letter")
    assert letter["reason"].startswith("ExceedsRedemption")
    assert spendable(world, "return-much") == left
