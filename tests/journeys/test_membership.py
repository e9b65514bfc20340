"""Members who are enrolled and leave, on the embedded AWS, by the commands that people use."""

from collections.abc import Callable
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

Rewards = Callable[..., tuple[int, Any]]


@pytest.fixture
def rewards(world: DeployedSystem, monkeypatch: pytest.MonkeyPatch) -> Rewards:
    monkeypatch.chdir(world.aws.folder.parent)

    def run(*arguments: str) -> tuple[int, Any]:
        result = CliRunner().invoke(app, [*arguments, "--json"])
        return result.exit_code, msgspec.json.decode(result.stdout) if result.stdout else result.stderr

    return run


def lines(rewards: Rewards, member_id: str) -> list[tuple[str, int, int]]:
    """Of a statement, newest first: kind, points, and what was forfeited."""
    found = rewards("member", "statement", member_id)[1]["lines"]
    return [(line["kind"], line["points"], line.get("forfeited_points", 0)) for line in found]


def test_a_member_leaves_and_what_comes_later_is_booked_and_forfeited(world: DeployedSystem, rewards: Rewards):
    name = "membership-leaves"
    earned(world, name)
    assert rewards("member", "enrol", name, "--since", "2020-05-01T00:00:00Z")[0] == 0
    leave = ("member", "close", name, "--reason", "member-request", "--points", "forfeit")
    code, closed = rewards(*leave)
    assert (code, closed["forfeited_points"], closed["kept_points"]) == (0, 100, 0)
    assert rewards(*leave) == (0, closed)

    late = scenarios.example_purchase(f"{name}-late", name)
    world.ingest([late])
    wait_for(lambda: lines(rewards, name), lambda found: found[0] == ("earned", 100, 100), "the late purchase")
    refund = PurchaseRefunded(id=f"{name}-refund", purchase_id=late.id, amount=late.amount, refunded_at=late.posted_at)
    world.ingest([refund])
    wait_for(lambda: lines(rewards, name), lambda found: found[0] == ("adjusted", -100, -100), "its refund")

    balance = rewards("member", "balance", name)[1]
    assert (balance["balance_points"], balance["state"], balance["debt_points"]) == (0, "closed", 0)
    assert balance["enrolled_at"].startswith("2020-05-01T00:00:00")
    assert [kind for kind, _, _ in lines(rewards, name)] == ["adjusted", "earned", "closed", "enrolled", "earned"]
    code, said = rewards("member", "enrol", name)
    assert code == 1
    assert "ClosedMember" in said
    assert rewards("ledger", "verify", name)[0] == 0
    assert rewards("ledger", "totals")[0] == 0


def test_everything_that_is_kept_about_a_member_is_written_into_one_file(
    world: DeployedSystem, rewards: Rewards, tmp_path: Path
):
    name = "membership-export"
    made = earned(world, name, purchases=3)
    what = ("--for", "a toaster")
    assert rewards("member", "hold", name, "30", "--hold-id", "export-h", *what)[0] == 0
    assert rewards("member", "hold", name, "9000", "--hold-id", "export-no", *what)[0] == 1
    to = tmp_path / "member.json"
    result = CliRunner().invoke(app, ["member", "export", name, "--to", str(to)])
    assert result.exit_code == 0, result.output

    found = msgspec.json.decode(to.read_bytes(), type=MemberExport)
    assert found.points_ledger is not None
    assert [line.kind for line in found.points_ledger.lines] == ["held", "earned", "earned", "earned"]
    assert {hold.hold_id: hold.refusal is None for hold in found.points_ledger.holds} == {
        "export-h": True,
        "export-no": False,
    }
    assert {one.basis.purchase.id for one in found.points_calculation.purchases} == {one.id for one in made}
