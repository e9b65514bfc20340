"""Two members become one on the embedded AWS: points, what is pending, what is under way, refunds and tiers follow."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from contracts.cards import PurchaseRefunded
from ops.demo import scenarios
from ops.demo.world import DeployedSystem, wait_for
from ops.main import app
from ops.members.member_export import MemberExport
from tests.journeys.test_ledger import earned
from tests.journeys.test_tiers import tier, waited

Rewards = Callable[..., tuple[int, Any]]
OLD, NEW = "merge-old", "merge-new"
MERGE = ("member", "merge", OLD, "--into", NEW, "--reference", "merge-case", "--reason", "duplicate")


@pytest.fixture
def rewards(world: DeployedSystem, monkeypatch: pytest.MonkeyPatch) -> Rewards:
    monkeypatch.chdir(world.aws.folder.parent)

    def run(*arguments: str) -> tuple[int, Any]:
        result = CliRunner().invoke(app, [*arguments, "--json"])
        return result.exit_code, msgspec.json.decode(result.stdout) if result.stdout else result.stderr

    return run


def test_two_members_become_one_and_nothing_is_lost(world: DeployedSystem, rewards: Rewards, tmp_path: Path):
    bought, *_ = earned(world, OLD, purchases=2)
    earned(world, NEW)
    spend = ("member", "redeem", OLD, "50", "--redemption-id", "merge-spent", "--for", "a toaster")
    assert rewards(*spend)[0] == 0
    assert rewards("member", "hold", OLD, "30", "--hold-id", "merge-hold", "--for", "a toaster")[0] == 0
    code, said = rewards(*MERGE, "--approver", "Grace")
    assert (code, "CannotMerge" in said, "merge-hold" in said) == (1, True, True)
    assert rewards("member", "release", "merge-hold")[0] == 0

    code, merged = rewards(*MERGE, "--approver", "Grace")
    assert (code, merged["moved_points"], merged["balance_points"]) == (0, 150, 250)
    assert rewards(*MERGE, "--approver", "Grace") == (0, merged)

    # What comes later for the closed account: a purchase, its refund, a refund of before, and a return.
    late = scenarios.example_purchase(f"{OLD}-late", OLD)
    world.ingest([late])
    wait_for(lambda: balance(rewards), lambda points: points == 350, "the late purchase")
    back = [
        PurchaseRefunded(id=f"{one.id}-refund", purchase_id=one.id, amount=one.amount, refunded_at=datetime.now(UTC))
        for one in (bought, late)
    ]
    world.ingest(back)
    wait_for(lambda: balance(rewards), lambda points: points == 150, "both refunds")
    assert rewards("member", "return", "merge-spent", "--return-id", "merge-back")[1]["member_id"] == NEW
    assert balance(rewards) == 200
    assert waited(world, NEW, 200).member_id == NEW
    moved = tier(world, OLD)
    assert moved is not None
    assert moved.qualifying_points == 0

    closed = rewards("member", "balance", OLD)[1]
    assert (closed["balance_points"], closed["state"], closed["merged_into"]) == (0, "closed", NEW)
    assert [rewards("ledger", "verify", one)[0] for one in (OLD, NEW)] == [0, 0]
    assert rewards("ledger", "totals")[0] == 0
    require_export(rewards, tmp_path / "new.json", {bought.id, late.id})


def balance(rewards: Rewards) -> int:
    return rewards("member", "balance", NEW)[1]["balance_points"]


def require_export(rewards: Rewards, to: Path, purchases: set[str]) -> None:
    """The file of who goes on has that of who was merged, with its purchases of before and after."""
    result = CliRunner().invoke(app, ["member", "export", NEW, "--to", str(to)])
    assert result.exit_code == 0, result.output
    (before,) = msgspec.json.decode(to.read_bytes(), type=MemberExport).merged
    assert before.member_id == OLD
    assert purchases <= {one.basis.purchase.id for one in before.points_calculation.purchases}
