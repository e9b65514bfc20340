"""A member rises by purchases and falls by a refund, by events of the ledger alone."""

import pytest

from contracts.tiers import LIST_TIERS, TIER, GetTier, ListTiers, MemberTier
from ops.demo import scenarios
from ops.demo.world import DeployedSystem, wait_for
from pbckit.cli.errors import Refused
from tests.journeys.test_programme import refund

_EARNED = 100
"""What the example purchase earns."""
_SILVER = 1000


def tier(world: DeployedSystem, member_id: str) -> MemberTier | None:
    try:
        return world.capabilities.ask(TIER, GetTier(member_id=member_id))
    except Refused:
        return None


def waited(world: DeployedSystem, member_id: str, points: int) -> MemberTier:
    found = wait_for(
        lambda: tier(world, member_id), lambda it: it is not None and it.qualifying_points == points, f"{points} points"
    )
    assert found is not None
    return found


def test_a_member_rises_by_purchases_and_falls_by_a_refund(world: DeployedSystem):
    assert [one.name for one in world.capabilities.ask(LIST_TIERS, ListTiers()).sets[0].tiers] == [
        "bronze",
        "silver",
        "gold",
    ]
    member_id = "tiers-member"
    purchases = [scenarios.example_purchase(f"tiers-{number}", member_id) for number in range(_SILVER // _EARNED)]
    world.ingest(purchases[:-1])
    before = waited(world, member_id, _SILVER - _EARNED)
    assert (before.tier, before.next_tier, before.points_to_next) == ("bronze", "silver", _EARNED)
    world.ingest([purchases[-1], purchases[0]])
    risen = waited(world, member_id, _SILVER)
    assert (risen.tier, risen.next_tier) == ("silver", "gold")
    assert risen.valid_until is not None

    world.ingest([refund(purchases[0], 1, purchases[0].amount.minor_units)])
    fallen = waited(world, member_id, _SILVER - _EARNED)
    assert (fallen.tier, fallen.valid_until) == ("bronze", None)


def test_a_review_goes_through(world: DeployedSystem):
    world.run_scheduled("tiers", "review-members")
    with pytest.raises(Refused, match="UnknownMember"):
        world.capabilities.ask(TIER, GetTier(member_id="tiers-nobody"))
