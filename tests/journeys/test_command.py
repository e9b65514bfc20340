"""The operator's command against the deployed system: what is set stands, and what is ingested is posted."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ops.demo.world import DeployedSystem
from ops.main import app
from pbckit.contracts import catalogue
from tests.conftest import ROOT

Rewards = Callable[..., tuple[int, Any]]
HEADER = "purchase_id,member_id,card_product,merchant_id,merchant_name,mcc,country,amount,currency,posted_at"


@pytest.fixture
def rewards(world: DeployedSystem, monkeypatch: pytest.MonkeyPatch) -> Rewards:
    """Runs the command as a person in the sandbox's folder; gives the exit code and what it printed."""
    monkeypatch.chdir(world.aws.folder.parent)

    def run(*arguments: str) -> tuple[int, Any]:
        result = CliRunner().invoke(app, [*arguments, "--json"])
        return result.exit_code, json.loads(result.stdout) if result.stdout else result.stderr

    return run


def test_a_file_is_ingested_and_its_good_rows_are_posted(world: DeployedSystem, rewards: Rewards, tmp_path: Path):
    file = tmp_path / "purchases.csv"
    good = "{},command-member,gold,command-shop,Bistro,5812,DE,10.00,EUR,2026-09-15T12:00:00Z"
    file.write_text("\n".join([HEADER, good.format("command-1"), good.format("command-2").replace("5812", "812")]))
    code, answer = rewards("purchases", "ingest", str(file))
    assert (code, answer["accepted"], [row["row"] for row in answer["refused"]]) == (1, 1, [3])
    world.wait_for_postings({"command-member": 1}, lambda _count: None)
    assert rewards("member", "balance", "command-member")[1]["balance_points"] == 25
    (line,) = rewards("member", "statement", "command-member")[1]["lines"]
    assert (line["posting_id"], line["points"]) == ("command-1", 25)
    _, calculation = rewards("purchase", "explain", "command-1")
    assert (calculation["category"], calculation["points"]) == ("restaurants", 25)


def test_statements_of_banks_are_taken_in_with_their_refunds(rewards: Rewards, tmp_path: Path):
    statements = ROOT / "examples/statements"
    known = tmp_path / "map.yaml"
    text = (statements / "map.yaml").read_text()
    known.write_text(text.replace("member-001", "camt-member").replace("member-002", "ofx-member"))
    for file, member_id, purchases in (("camt053.xml", "camt-member", 3), ("card.ofx", "ofx-member", 2)):
        code, answer = rewards("purchases", "ingest", str(statements / file), "--map", str(known))
        assert (code, answer["accepted"], answer["refunds"], answer["refused"]) == (0, purchases, 1, [])
        # It waited: all of it is there without looking twice.
        _, statement = rewards("member", "statement", member_id)
        kinds = sorted(line["kind"] for line in statement["lines"])
        assert kinds == ["adjusted", *["earned"] * purchases]
        assert statement["balance_points"] == sum(line["points"] for line in statement["lines"]) > 0


def test_the_liability_is_what_members_have(rewards: Rewards, tmp_path: Path):
    page = tmp_path / "liability.html"
    file = tmp_path / "purchases.csv"
    file.write_text(f"{HEADER}\nowed-1,owed-member,gold,shop,Bistro,5812,DE,10.00,EUR,2026-09-15T12:00:00Z\n")
    assert rewards("purchases", "ingest", str(file))[0] == 0
    code, found = rewards("ledger", "liability", "--html", str(page))
    assert code == 0
    assert found["points"] == sum(part["points"] for part in found["parts"]) >= 25
    assert "2028-10-01" in {part["gone_from"] for part in found["parts"]}
    assert "Points outstanding" in page.read_text()


@pytest.fixture
def card(rewards: Rewards) -> str:
    """A card product of its own."""
    assert rewards("card-products", "set", "command-card", "EUR")[0] == 0
    return "command-card"


@pytest.mark.usefixtures("card")
def test_a_rate_that_is_set_stands_and_is_not_overlapped_in_silence(rewards: Rewards):
    misspelt = rewards("rates", "set", "command-crad", "fuel", "2", "--effective-from", "2026-06-01T00:00:00Z")
    assert misspelt[0] == 1
    assert "no card product is called 'command-crad'; did you mean command-card?" in misspelt[1]
    request = ("rates", "set", "command-card", "fuel", "2", "--effective-from", "2026-06-01T00:00:00Z")
    code, answer = rewards(*request)
    assert (code, answer["points_per_unit"], answer["effective_to"]) == (0, "2", None)
    code, refusal = rewards(*request)
    assert code == 1
    assert refusal.startswith("error: RateOverlap: command-card at fuel: a rate of 2 begins at")
    assert rewards(*request, "--replace")[0] == 0
    assert len(rewards("rates", "list", "--card-product", "command-card")[1]["rates"]) == 1


@pytest.mark.usefixtures("card")
def test_a_campaign_moves_and_leaves_no_trace(rewards: Rewards):
    def put(starts_at: str, ends_at: str) -> tuple[int, Any]:
        window = ("--starts-at", starts_at, "--ends-at", ends_at, "--card-product", "command-card")
        return rewards("campaigns", "set", "command-campaign", "--name", "Test", "--fixed-points", "5", *window)

    def running(at: str) -> list[str]:
        return [one["campaign_id"] for one in rewards("campaigns", "list", "--at", at)[1]["campaigns"]]

    assert put("2027-01-01T00:00:00Z", "2027-03-01T00:00:00Z")[1]["version"] == 1
    assert put("2027-02-01T00:00:00Z", "2027-04-01T00:00:00Z")[1]["version"] == 2
    assert [running(f"2027-0{month}-15T00:00:00Z") for month in (1, 2, 3)] == [
        [],
        ["command-campaign"],
        ["command-campaign"],
    ]
    code, refusal = put("2027-02-01T00:00:00Z", "2027-02-01T00:00:00Z")
    assert (code, "InvalidCampaign: command-campaign: ends_at" in refusal) == (1, True)


def test_an_override_is_set_and_taken_back(rewards: Rewards):
    def listed() -> list[str]:
        return [one["merchant_id"] for one in rewards("merchants", "list")[1]["overrides"]]

    assert rewards("merchants", "set", "command-shop-2", "fuel", "--reason", "a test")[1]["version"] == 1
    assert "command-shop-2" in listed()
    assert rewards("merchants", "set", "command-shop-2")[1]["version"] == 2
    assert "command-shop-2" not in listed()


def test_an_unknown_member_is_one_line(rewards: Rewards):
    assert rewards("member", "balance", "nobody") == (
        1,
        "error: UnknownMember: the ledger has no account for member 'nobody'\n",
    )


@pytest.mark.parametrize(
    "unit", sorted({one.unit for one in catalogue.callable_by("operations")} & {*catalogue.permanent_units()})
)
def test_a_deployed_unit_keeps_to_its_contracts(rewards: Rewards, unit: str):
    code, found = rewards("smoke", unit)
    assert code == 0, found
    assert "unit-admin" in {one["capability"] for one in found["capabilities"]}
