"""Points that an operator blocks, on the embedded AWS: shown, not spendable, and free again when released."""

from datetime import UTC, datetime

from contracts.partners import RedemptionRequested
from contracts.points_ledger import (
    BALANCE,
    BLOCK,
    RELEASE_BLOCK,
    STATEMENT,
    VERIFY,
    Balance,
    BlockPoints,
    GetBalance,
    GetStatement,
    ReleaseBlock,
    Verify,
)
from ops.demo import scenarios
from ops.demo.world import DeployedSystem, wait_for

MEMBER = "blocked-member"


def balance(world: DeployedSystem) -> Balance:
    return world.capabilities.ask(BALANCE, GetBalance(member_id=MEMBER))


def requested(number: int, points: int) -> RedemptionRequested:
    return RedemptionRequested(
        id=f"blocked-r-{number}", member_id=MEMBER, points=points, partner="Toasters", requested_at=datetime.now(UTC)
    )


def test_blocked_points_are_not_spent_until_they_are_released(world: DeployedSystem):
    purchases = [scenarios.example_purchase(f"blocked-{number}", MEMBER) for number in (1, 2)]
    world.ingest(purchases)
    world.wait_for_postings({MEMBER: 2}, lambda _count: None)
    block = BlockPoints(
        block_id="blocked-case", member_id=MEMBER, purchase_id="blocked-1", reason="fraud", note="card stolen"
    )
    answer = world.capabilities.ask(BLOCK, block)
    assert (answer.blocked_points, balance(world).spendable_points, balance(world).balance_points) == (100, 100, 200)

    # The first is too much and is refused; the second is held, so the first was decided before or is refused as well.
    world.ingest([requested(1, 150)])
    world.ingest([requested(2, 60)])
    held = wait_for(lambda: balance(world), lambda found: found.held_points > 0, "the hold")
    assert (held.held_points, held.spendable_points, held.blocked_points) == (60, 40, 100)

    world.capabilities.ask(RELEASE_BLOCK, ReleaseBlock(block_id="blocked-case", note="it was the member"))
    world.ingest([requested(3, 140)])
    held = wait_for(lambda: balance(world), lambda found: found.held_points == 200, "the second hold")
    assert (held.spendable_points, held.blocked_points, held.debt_points) == (0, 0, 0)
    lines = world.capabilities.ask(STATEMENT, GetStatement(member_id=MEMBER)).lines
    said = [(line.text, line.actor is not None) for line in lines if "block" in line.text]
    assert said == [
        ("block released: it was the member", True),
        ("points of blocked-1 blocked (fraud): card stolen", True),
    ]
    assert world.capabilities.ask(VERIFY, Verify(member_id=MEMBER)).fault is None
