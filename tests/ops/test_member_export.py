"""`rewards member export`: what owners give out, in one file, on their own code in memory behind the scripted AWS."""

import json
import stat
from pathlib import Path
from typing import Any

import msgspec
import pytest

from contracts.points_calculation import MEMBER_PURCHASES
from contracts.points_ledger import MEMBER_RECORDS, STATEMENT
from contracts.tiers import TIER
from lambdas.points_calculation.handlers import member_purchases
from lambdas.points_ledger.handlers import member_records, statement
from lambdas.tiers import tier
from ops.members.member_export import MemberExport
from pbckit.contracts.envelope import Reply
from pbckit.testing.world import world
from tests.lambdas.points_calculation.programme import Programme
from tests.lambdas.points_calculation.purchases import purchase, request
from tests.lambdas.points_ledger.outside import Ledger, calculated
from tests.lambdas.tiers.unit import Tiers
from tests.ops.aws import Aws
from tests.ops.conftest import Rewards
from tests.ops.unit_admins import letter, unit_admins

MANY = 120


@pytest.fixture
def _there(aws: Aws) -> None:
    """m-1 has 120 purchases, m-2 has one; a dead letter names each of them."""
    programme, ledger = Programme(world("points-calculation")), Ledger()
    for number in range(MANY):
        programme.calculate(request(msgspec.structs.replace(purchase(), id=f"p-{number}")))
        ledger.post(calculated(f"p-{number}", points=1))
    programme.calculate(request(msgspec.structs.replace(purchase(), id="p-other", member_id="m-2")))
    ledger.post(calculated("p-other", "m-2"))
    counted = Tiers(programme.world.clock.now())
    counted.set(counted.world.clock.now())
    for number in range(MANY):
        counted.post(f"p-{number}", 10, counted.world.clock.now())
    answered: list[tuple[Any, Any, Any]] = [
        (MEMBER_RECORDS, member_records.handler, ledger.world),
        (MEMBER_PURCHASES, member_purchases.handler, programme.world),
        (TIER, tier.handler, counted.world),
    ]
    for capability, handler, there in answered:

        def decide(data: dict[str, Any], handler: Any = handler, there: Any = there) -> Reply:
            call = {"metadata": {"correlation_id": "c", "actor": "ada"}, "data": data}
            return msgspec.json.decode(msgspec.json.encode(handler.answer(call, there.runtime)), type=Reply)

        aws.lambda_.decides(capability, decide)
    letters = [
        msgspec.structs.replace(letter(number), body=json.dumps({"detail": json.dumps({"member_id": member_id})}))
        for number, member_id in enumerate(["m-1", "m-2", "m-11"])
    ]
    unit_admins(aws)["points-ledger"].letters = {"post-points-queue-dlq": letters}


@pytest.mark.usefixtures("_there")
def test_the_file_has_what_every_owner_keeps_about_the_member_and_nobody_else(rewards: Rewards, tmp_path: Path):
    to = tmp_path / "m-1.json"
    result = rewards("member", "export", "m-1", "--to", str(to))

    assert result.exit_code == 0, result.output
    said = "120 postings, 0 holds, 0 pending purchases, 120 purchases, 0 refused purchases, 1 dead letters of m-1"
    assert " ".join(result.stdout.split()) == f"{to}: {said}"
    assert stat.S_IMODE(to.stat().st_mode) == 0o600
    found = msgspec.json.decode(to.read_bytes(), type=MemberExport)
    assert found.points_ledger is not None
    assert (found.format, found.member_id, len(found.points_ledger.lines)) == ("rewards-member-export/1", "m-1", MANY)
    assert len({one.basis.purchase.id for one in found.points_calculation.purchases}) == MANY
    assert found.tiers is not None
    assert (found.tiers.tier, found.tiers.qualifying_points) == ("silver", 10 * MANY)
    assert [one.id for one in found.dead_letters] == ["letter-0"]
    assert "m-2" not in to.read_text()


@pytest.mark.usefixtures("_there")
def test_nothing_is_overwritten_and_a_wrong_place_is_one_line(rewards: Rewards, tmp_path: Path):
    to = tmp_path / "mine.json"
    to.write_text("mine")
    for place, why in [(to, "exists already"), (tmp_path / "no" / "x.json", "No such file or directory")]:
        result = rewards("member", "export", "m-1", "--to", str(place))
        assert result.exit_code != 0
        assert why in " ".join(result.stderr.split())
    assert to.read_text() == "mine"


@pytest.mark.usefixtures("_there")
def test_of_nobody_there_is_an_empty_export(rewards: Rewards, tmp_path: Path):
    to = tmp_path / "x.json"
    assert rewards("member", "export", "nobody", "--to", str(to)).exit_code == 0
    found = msgspec.json.decode(to.read_bytes(), type=MemberExport)
    assert (found.points_ledger, found.tiers, found.points_calculation.purchases) == (None, None, [])
    assert found.dead_letters == []


def test_the_file_has_what_is_kept_of_members_who_were_merged_into_this_one(aws: Aws, rewards: Rewards, tmp_path: Path):
    """Purchases that came before and after it, of the closed account: in its own file, and in the other one's."""
    programme, ledger = Programme(world("points-calculation")), Ledger()
    ledger.post(calculated("p-own", "m-2"))
    for purchase_id in ("p-before", "p-after"):
        programme.calculate(request(msgspec.structs.replace(purchase(), id=purchase_id)))
        ledger.post(calculated(purchase_id))
        ledger.merge()
    for capability, handler, there in (
        (MEMBER_RECORDS, member_records.handler, ledger.world),
        (STATEMENT, statement.handler, ledger.world),
        (MEMBER_PURCHASES, member_purchases.handler, programme.world),
        (TIER, tier.handler, Tiers(ledger.now).world),
    ):
        aws.lambda_.runs(capability, handler, there.runtime)
    unit_admins(aws)
    found: dict[str, MemberExport] = {}
    for member_id in ("m-1", "m-2"):
        to = tmp_path / f"{member_id}.json"
        assert rewards("member", "export", member_id, "--to", str(to)).exit_code == 0
        found[member_id] = msgspec.json.decode(to.read_bytes(), type=MemberExport)
    (merged,) = found["m-2"].merged
    for export in (found["m-1"], merged):
        assert {one.basis.purchase.id for one in export.points_calculation.purchases} == {"p-before", "p-after"}
    assert found["m-2"].points_calculation.purchases == []


def test_the_page_names_every_part_of_the_file():
    page = Path("docs/member-data.md").read_text(encoding="utf-8")
    assert [name for name in MemberExport.__struct_fields__ if f"`{name}`" not in page] == []
