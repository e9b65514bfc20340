"""The ledger on the embedded AWS: many at once, holds and their ends, refunds after spending, and tampering."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from contracts.cards import PurchasePosted, PurchaseRefunded
from contracts.partners import RedemptionConfirmed, RedemptionDeclined, RedemptionRequested
from contracts.points_ledger import BALANCE, HOLD, POST_HOLD, Balance, GetBalance, PlaceHold, PostHold
from contracts.vocabulary import Money
from lambdas.points_ledger.model.lots import is_live
from ops.demo import scenarios
from ops.demo.world import DeployedSystem, wait_for
from ops.main import app
from pbckit.cli.client.capabilities import decoded
from pbckit.cli.errors import Refused
from pbckit.contracts.definitions import AnyCapability, Event, Request

Rewards = Callable[..., tuple[int, Any]]
_POINTS = 100
"""What the example purchase earns."""


@pytest.fixture
def rewards(world: DeployedSystem, monkeypatch: pytest.MonkeyPatch) -> Rewards:
    monkeypatch.chdir(world.aws.folder.parent)

    def run(*arguments: str) -> tuple[int, Any]:
        result = CliRunner().invoke(app, [*arguments, "--json"])
        return result.exit_code, msgspec.json.decode(result.stdout) if result.stdout else result.stderr

    return run


def ask(world: DeployedSystem, capability: AnyCapability, request: Request) -> Any:
    """Ask a capability that only an offering may ask, as that offering does: again while the function fails."""
    function = world.names(capability.unit).capability(capability.name)
    payload = msgspec.json.encode(
        {"metadata": {"correlation_id": "journey", "actor": "redeem-points"}, "data": request}
    )
    bodies: list[bytes] = []
    for _ in range(10):
        answer = world.aws.client("lambda").invoke(FunctionName=function, Payload=payload)
        bodies.append(answer["Payload"].read())
        if "FunctionError" not in answer:
            return decoded(capability, bodies[-1])
    raise AssertionError(bodies)


def earned(
    world: DeployedSystem, name: str, *, purchases: int = 1, posted_at: datetime | None = None
) -> list[PurchasePosted]:
    """Purchases of a member who is called like them, until they are posted."""
    made = [scenarios.example_purchase(f"{name}-{number}", name) for number in range(purchases)]
    if posted_at is not None:
        made = [msgspec.structs.replace(one, posted_at=posted_at) for one in made]
    world.ingest(made)
    world.wait_for_postings({name: purchases}, lambda _count: None)
    return made


def balance(world: DeployedSystem, member_id: str) -> Balance:
    return world.capabilities.ask(BALANCE, GetBalance(member_id=member_id))


def hold(world: DeployedSystem, hold_id: str, member_id: str, points: int, *, minutes: float = 10) -> str:
    """`ok`, or the name of the refusal."""
    until = datetime.now(UTC) + timedelta(minutes=minutes)
    try:
        ask(world, HOLD, PlaceHold(hold_id=hold_id, member_id=member_id, points=points, expires_at=until, reason="x"))
    except Refused as refused:
        return refused.error
    return "ok"


def requested(name: str, member_id: str, points: int) -> RedemptionRequested:
    return RedemptionRequested(
        id=name, member_id=member_id, points=points, partner="Toasters", requested_at=datetime.now(UTC)
    )


def test_of_fifty_redemptions_at_once_exactly_the_affordable_ones_succeed(world: DeployedSystem):
    earned(world, "ledger-fifty")
    with ThreadPoolExecutor(max_workers=10) as pool:
        outcomes = list(pool.map(lambda number: hold(world, f"fifty-{number}", "ledger-fifty", 7), range(50)))

    assert Counter(outcomes) == {"ok": _POINTS // 7, "InsufficientPoints": 50 - _POINTS // 7}
    after = balance(world, "ledger-fifty")
    assert (after.held_points, after.spendable_points) == (_POINTS // 7 * 7, _POINTS % 7)


def test_parallel_postings_to_one_member_are_all_booked(world: DeployedSystem, rewards: Rewards):
    purchases = earned(world, "ledger-many", purchases=30)

    assert balance(world, "ledger-many").balance_points == 30 * _POINTS
    lines = rewards("member", "statement", "ledger-many")[1]["lines"]
    assert sorted(line["posting_id"] for line in lines) == sorted(one.id for one in purchases)
    code, found = rewards("ledger", "verify", "ledger-many")
    assert (code, found["lines"], found["faults"]) == (0, 30, [])


def settled(world: DeployedSystem, name: str, ending: Event) -> Balance:
    """A redemption of 40 points, held and then ended by the partner."""
    earned(world, name)
    world.ingest([requested(f"{name}-r", name, 40)])
    wait_for(lambda: balance(world, name).held_points, lambda held: held == 40, "the hold")
    world.ingest([ending])
    wait_for(lambda: balance(world, name).held_points, lambda held: held == 0, "the end of the hold")
    return balance(world, name)


def test_a_redemption_that_is_confirmed_is_spent(world: DeployedSystem):
    confirmed = RedemptionConfirmed(redemption_id="ledger-yes-r", points=25, confirmed_at=datetime.now(UTC))
    assert settled(world, "ledger-yes", confirmed).balance_points == _POINTS - 25


def test_a_redemption_that_is_declined_is_free_again(world: DeployedSystem):
    declined = RedemptionDeclined(redemption_id="ledger-no-r", reason="sold out", declined_at=datetime.now(UTC))
    assert settled(world, "ledger-no", declined).balance_points == _POINTS


def test_a_hold_that_nobody_settles_times_out(world: DeployedSystem, rewards: Rewards):
    earned(world, "ledger-late")
    assert hold(world, "late-1", "ledger-late", 60, minutes=0.05) == "ok"
    wait_for(lambda: balance(world, "ledger-late").spendable_points, lambda free: free == _POINTS, "its end")

    with pytest.raises(Refused, match="HoldExpired"):
        ask(world, POST_HOLD, PostHold(hold_id="late-1"))
    kinds = [line["kind"] for line in rewards("member", "statement", "ledger-late")[1]["lines"]]
    assert kinds == ["released", "held", "earned"]


def test_a_refund_in_three_parts_after_spending_is_owed_and_repaid(world: DeployedSystem):
    (purchase,) = earned(world, "ledger-owes")
    assert hold(world, "owes-1", "ledger-owes", 80) == "ok"
    ask(world, POST_HOLD, PostHold(hold_id="owes-1"))
    parts = [1000, 1000, purchase.amount.minor_units - 2000]
    world.ingest(
        [
            PurchaseRefunded(
                id=f"{purchase.id}-refund-{number}",
                purchase_id=purchase.id,
                amount=Money(minor_units=part, currency=purchase.amount.currency),
                refunded_at=datetime.now(UTC),
            )
            for number, part in enumerate(parts)
        ]
    )
    owing = wait_for(lambda: balance(world, "ledger-owes"), lambda one: one.debt_points == 80, "the debt")
    assert owing.balance_points == 0

    world.ingest([scenarios.example_purchase("ledger-owes-9", "ledger-owes")])
    repaid = wait_for(lambda: balance(world, "ledger-owes"), lambda one: one.debt_points == 0, "the debt to be repaid")
    assert repaid.spendable_points == _POINTS - 80


def test_points_are_not_spent_after_their_expiry_though_no_job_has_run(world: DeployedSystem):
    long_ago = datetime.now(UTC) - timedelta(days=3 * 365)
    assert not is_live(f"{long_ago.year + 2}-{long_ago.month:02d}", datetime.now(UTC))
    earned(world, "ledger-old", posted_at=long_ago)

    assert hold(world, "old-1", "ledger-old", 1) == "InsufficientPoints"
    assert balance(world, "ledger-old").balance_points == 0


def test_a_stored_line_that_was_changed_by_hand_is_found_and_named(world: DeployedSystem, rewards: Rewards):
    earned(world, "ledger-forged", purchases=3)
    line = rewards("member", "statement", "ledger-forged")[1]["lines"][1]
    table, dynamodb = world.names("points-ledger").physical("store"), world.aws.client("dynamodb")
    key = {"pk": {"S": "member#ledger-forged"}, "sk": {"S": f"line#{line['sequence']:012d}"}}
    before = dynamodb.get_item(TableName=table, Key=key)["Item"]
    dynamodb.put_item(TableName=table, Item={**before, "text": {"S": "as if it had been so"}})
    try:
        code, found = rewards("ledger", "verify", "ledger-forged")
        assert code == 1
        (fault,) = (one["fault"] for one in found["faults"])
        assert (fault["sequence"], fault["posting_id"]) == (line["sequence"], line["posting_id"])
    finally:
        dynamodb.put_item(TableName=table, Item=before)
    assert rewards("ledger", "verify", "ledger-forged")[0] == 0


def test_the_whole_ledger_adds_up(world: DeployedSystem, rewards: Rewards):
    earned(world, "ledger-sum")
    world.run_scheduled("points-ledger", "settle-due")
    world.run_scheduled("points-ledger", "reconcile")
    code, accounts = rewards("ledger", "totals")
    assert (code, sum(one["debits_points"] - one["credits_points"] for one in accounts)) == (0, 0)
    code, found = rewards("ledger", "verify")
    assert (code, found["faults"]) == (0, [])
    assert found["members"] >= 1


def test_a_person_plays_the_whole_life_of_a_member_from_the_terminal(world: DeployedSystem, rewards: Rewards):
    earned(world, "ledger-life")
    what = ("--for", "a toaster")
    assert rewards("member", "hold", "ledger-life", "30", "--hold-id", "life-h", *what)[0] == 0
    assert balance(world, "ledger-life").held_points == 30
    assert rewards("member", "release", "life-h")[1]["points"] == 30
    assert rewards("member", "redeem", "ledger-life", "80", "--redemption-id", "life-r", *what)[1]["points"] == 80
    assert rewards("member", "return", "life-r", "--return-id", "life-b", "--points", "10")[1]["points"] == 10
    why = ("--reason", "goodwill", "--note", "late card")
    corrected = rewards("ledger", "correct", "ledger-life", "25", "--reference", "life-c", *why)[1]
    assert (corrected["points"], corrected["balance_points"]) == (25, _POINTS - 80 + 10 + 25)

    assert rewards("ledger", "correct", "ledger-life", "25", "--reference", "life-c", *why)[1] == corrected
    code, said = rewards("ledger", "correct", "ledger-life", "20000", "--reference", "life-d", *why)
    assert code == 1
    assert "ApprovalRequired" in said
    kinds = [line["kind"] for line in rewards("member", "statement", "ledger-life")[1]["lines"]]
    assert kinds == ["corrected", "reversed", "redeemed", "held", "released", "held", "earned"]
    assert rewards("ledger", "verify", "ledger-life")[0] == 0


def test_a_spoilt_account_is_repaired_from_its_lines(world: DeployedSystem, rewards: Rewards):
    earned(world, "ledger-spoilt")
    table, dynamodb = world.names("points-ledger").physical("store"), world.aws.client("dynamodb")
    key = {"pk": {"S": "member#ledger-spoilt"}, "sk": {"S": "account"}}
    before = dynamodb.get_item(TableName=table, Key=key)["Item"]
    dynamodb.put_item(TableName=table, Item={**before, "lots": {"M": {"tomorrow": {"N": "5"}}}})

    assert rewards("ledger", "totals")[0] != 0
    code, found = rewards("ledger", "repair", "ledger-spoilt")
    assert (code, found[0]["applied"]) == (1, False)
    code, found = rewards("ledger", "repair", "ledger-spoilt", "--apply")
    assert (code, found[0]["applied"]) == (0, True)
    assert balance(world, "ledger-spoilt").balance_points == _POINTS
    assert rewards("ledger", "totals")[0] == 0
    assert rewards("ledger", "verify", "ledger-spoilt")[0] == 0
