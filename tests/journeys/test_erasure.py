"""A member is erased on the deployed system: no table of any unit says anything of it, and the books are whole."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from contracts.cards import PurchaseRefunded
from contracts.points_calculation import EXPLAIN, Explain
from contracts.vocabulary import Money
from ops.demo import scenarios
from ops.demo.world import DeployedSystem, wait_for
from ops.main import app
from pbckit.cli.errors import Refused

Rewards = Callable[..., tuple[int, Any]]
MEMBER, NOTE = "forget-holder-9", "a letter about the divorce"
SHOP, SHOP_NAME = "shop-forget-9", "Trattoria della Memoria"
ERASE = ("member", "erase", MEMBER, "--reference", "letter-7", "--approver", "Grace")


@pytest.fixture
def rewards(world: DeployedSystem, monkeypatch: pytest.MonkeyPatch) -> Rewards:
    monkeypatch.chdir(world.aws.folder.parent)

    def run(*arguments: str) -> tuple[int, Any]:
        result = CliRunner().invoke(app, [*arguments, "--json"])
        return result.exit_code, msgspec.json.decode(result.stdout) if result.stdout else result.stderr

    return run


def test_an_erased_member_is_in_no_table_and_the_books_are_whole(world: DeployedSystem, rewards: Rewards):
    first, second = (purchase(f"forget-{number}") for number in range(2))
    world.ingest([first, second])
    world.wait_for_postings({MEMBER: 2}, lambda _count: None)
    world.ingest([refund(second.id, second.amount, "forget-refund")])
    wait_for(lambda: rewards("member", "balance", MEMBER)[1], lambda one: one["balance_points"] == 100, "the refund")
    redeem = ("member", "redeem", MEMBER, "40", "--redemption-id", "forget-spent", "--for", NOTE)
    assert rewards(*redeem)[0] == 0
    correct = ("ledger", "correct", MEMBER, "5", "--reference", "case-5", "--reason", "goodwill", "--note", NOTE)
    assert rewards(*correct)[0] == 0
    code, said = rewards(*ERASE)
    assert (code, "the account is open: close it" in said) == (1, True)
    assert rewards("member", "close", MEMBER, "--reason", "member-request", "--points", "forfeit")[0] == 0
    assert any(MEMBER in item for item in items(world))

    # What is due of others is booked now: the schedule would book it while this member is erased.
    world.run_scheduled("points-ledger", "settle-due")
    before = rewards("ledger", "totals")[1]
    code, planned = rewards(*ERASE)
    assert (code, planned["erasure"]["is_done"], planned["erasure"]["erased_postings"]) == (0, False, 0)
    code, done = rewards(*ERASE, "--apply")
    assert (code, done["erasure"]["is_done"], done["erasure"]["postings"]) == (0, True, planned["erasure"]["postings"])
    assert rewards(*ERASE, "--apply") == (0, done)
    wait_for(lambda: said_of(world), lambda found: found == [], "every unit has forgotten the member")

    assert rewards("ledger", "totals") == (0, before)
    assert rewards("ledger", "verify")[0] == 0
    assert rewards("ledger", "reconcile", f"{first.posted_at:%Y-%m}")[0] == 0
    code, missing = rewards("member", "balance", MEMBER)
    assert (code, "no account for member" in missing) == (1, True)

    # The same purchase comes again, and a refund of it: the one is known, the other is set aside with its reason.
    postings = sum(one["debits_points"] for one in before)
    world.ingest([first, refund(first.id, first.amount, "forget-late")])
    letters = wait_for(lambda: late_refunds(world), lambda found: len(found) == 1, "the late refund is set aside")
    assert "PurchaseIsErased: purchase forget-0 is of a member who is erased" in letters[0]["reason"]
    assert answered(world, first.id) == "PurchaseIsErased"
    assert sum(one["debits_points"] for one in rewards("ledger", "totals")[1]) == postings
    assert rewards("member", "balance", MEMBER)[0] == 1


def purchase(identity: str) -> Any:
    bought = scenarios.example_purchase(identity, MEMBER)
    shop = msgspec.structs.replace(bought.merchant, id=SHOP, name=SHOP_NAME)
    return msgspec.structs.replace(bought, merchant=shop)


def refund(purchase_id: str, amount: Money, identity: str) -> PurchaseRefunded:
    return PurchaseRefunded(id=identity, purchase_id=purchase_id, amount=amount, refunded_at=datetime.now(UTC))


def answered(world: DeployedSystem, purchase_id: str) -> str:
    try:
        world.capabilities.ask(EXPLAIN, Explain(purchase_id=purchase_id))
    except Refused as refused:
        return refused.error
    return "explained"


def late_refunds(world: DeployedSystem) -> list[dict[str, Any]]:
    found = world.dead_letters("refund-points", "refund-queue-dlq")
    return [one for one in found if "forget-late" in one["body"]]


def said_of(world: DeployedSystem) -> list[str]:
    """Items of all tables that say the member's id, the note or the merchant."""
    return [item for item in items(world) if any(word in item for word in (MEMBER, NOTE, SHOP, SHOP_NAME))]


def items(world: DeployedSystem) -> Iterator[str]:
    dynamodb = world.aws.client("dynamodb")
    for page in dynamodb.get_paginator("list_tables").paginate():
        for table in page["TableNames"]:
            for found in dynamodb.get_paginator("scan").paginate(TableName=table):
                yield from (f"{table}: {item}" for item in found["Items"])
