"""The life of a member's points from the terminal, on a ledger in memory behind the scripted AWS."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.points_ledger import (
    BALANCE,
    BLOCK,
    CLOSE,
    CORRECT,
    ENROL,
    ERASE,
    HOLD,
    MEMBERS,
    MERGE,
    POST_HOLD,
    RELEASE_BLOCK,
    REPAIR,
    REVERSE_REDEMPTION,
    STATEMENT,
    VOID_HOLD,
)
from lambdas.points_ledger.handlers import (
    balance,
    block,
    close,
    correct,
    enrol,
    erase,
    hold,
    members,
    merge,
    post_hold,
    release_block,
    repair,
    reverse_redemption,
    statement,
    void_hold,
)
from pbckit.runtime.ports import Put
from pbckit.testing.world import STORE
from tests.lambdas.points_ledger.outside import Ledger, calculated
from tests.ops.aws import Aws
from tests.ops.conftest import Rewards
from tests.ops.unit_admins import letter, unit_admins

HANDLERS: list[tuple[Any, Any]] = [
    (BALANCE, balance.handler),
    (CLOSE, close.handler),
    (BLOCK, block.handler),
    (RELEASE_BLOCK, release_block.handler),
    (CORRECT, correct.handler),
    (ENROL, enrol.handler),
    (ERASE, erase.handler),
    (HOLD, hold.handler),
    (MEMBERS, members.handler),
    (MERGE, merge.handler),
    (POST_HOLD, post_hold.handler),
    (REPAIR, repair.handler),
    (REVERSE_REDEMPTION, reverse_redemption.handler),
    (STATEMENT, statement.handler),
    (VOID_HOLD, void_hold.handler),
]
FOR = ("--for", "a toaster")
WHY = ("--reason", "goodwill", "--note", "late card")


@pytest.fixture
def ledger(aws: Aws) -> Ledger:
    """One in which m-1 has 100 points, behind the capabilities that the command asks."""
    there = Ledger()
    # The command counts a hold's end from its own clock.
    there.world.clock.time = datetime.now(UTC)
    there.post(calculated(points=100, posted_at=there.now))
    for capability, handler in HANDLERS:
        aws.lambda_.runs(capability, handler, there.world.runtime)
    return there


def line(rewards: Rewards, *arguments: str) -> str:
    result = rewards(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout.strip()


def refused(rewards: Rewards, *arguments: str) -> str:
    result = rewards(*arguments)
    assert result.exit_code == 1
    return result.stderr.strip()


def test_points_are_held_released_spent_returned_and_corrected(ledger: Ledger, rewards: Rewards):
    held = line(rewards, "member", "hold", "m-1", "30", "--hold-id", "h-1", *FOR)
    assert re.fullmatch(r"h-1: 30 points of m-1 held until 20..-..-.. ..:.. UTC", held)
    assert line(rewards, "member", "release", "h-1") == "h-1: 30 points of m-1 free again"
    line(rewards, "member", "hold", "m-1", "30", "--hold-id", "h-2", *FOR)
    posted = line(rewards, "member", "post", "h-2", "--points", "20")
    assert posted == "h-2: 20 points of m-1 spent, 10 free again"
    assert line(rewards, "member", "redeem", "m-1", "50", "--redemption-id", "r-1", *FOR) == (
        "r-1: 50 points of m-1 spent"
    )
    returned = line(rewards, "member", "return", "r-1", "--return-id", "b-1", "--points", "5")
    assert returned == "b-1: 5 points given back to m-1"
    corrected = line(rewards, "ledger", "correct", "m-1", "7", "--reference", "case-1", *WHY, "--approver", "Grace")
    assert corrected == "case-1: +7 points for m-1; balance 42; by ada, approved by Grace"
    taken = line(rewards, "ledger", "correct", "m-1", "-50", "--reference", "case-2", *WHY)
    assert taken == "case-2: -50 points for m-1, 8 of them owed; balance 0; by ada"
    assert line(rewards, "member", "balance", "m-1").endswith("; owes 8")
    assert "correction (goodwill): late card" in line(rewards, "member", "statement", "m-1")
    assert ledger.verify().fault is None


def test_the_same_redemption_again_changes_nothing(ledger: Ledger, rewards: Rewards):
    redeem = ("member", "redeem", "m-1", "50", "--redemption-id", "r-1", *FOR)
    assert line(rewards, *redeem) == line(rewards, *redeem)
    assert ledger.balance().balance_points == 50
    other = ("member", "redeem", "m-1", "40", "--redemption-id", "r-1", *FOR)
    assert "ConflictingHold: hold r-1 came before with another points" in refused(rewards, *other)


def test_a_member_is_enrolled_and_the_account_closed(ledger: Ledger, rewards: Rewards):
    since = ("--since", "2020-05-01T12:00:00Z")
    assert line(rewards, "member", "enrol", "m-1", *since) == "m-1: member since 2020-05-01 12:00 UTC; by ada"
    line(rewards, "member", "hold", "m-1", "30", "--hold-id", "h-1", *FOR)
    closed = line(rewards, "member", "close", "m-1", "--reason", "inactive", "--points", "forfeit")
    assert closed == "m-1: closed (inactive); 70 points forfeited, 30 held; by ada"
    assert re.search(r"; closed since 20..-..-..$", line(rewards, "member", "balance", "m-1"))
    assert "account closed (inactive): 70 points forfeited" in line(rewards, "member", "statement", "m-1")
    again = refused(rewards, "member", "close", "m-1", "--reason", "fraud")
    assert "by ada, reason inactive, points forfeit" in again
    assert "ClosedMember" in refused(rewards, "member", "enrol", "m-1")
    assert "UnknownMember" in refused(rewards, "member", "close", "m-9", "--reason", "fraud")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("member", "redeem", "m-1", "500", "--redemption-id", "r", *FOR),
            "InsufficientPoints: member m-1 can spend 100",
        ),
        (("member", "hold", "m-9", "5", "--hold-id", "h", *FOR), "UnknownMember: the ledger has no account"),
        (("member", "release", "h-9"), "UnknownHold: nothing is held under 'h-9'"),
        (("member", "return", "r-9", "--return-id", "b"), "UnknownRedemption: no points were spent under 'r-9'"),
        (
            ("ledger", "correct", "m-1", "10001", "--reference", "c", *WHY),
            "ApprovalRequired: correction c of 10001 points: above 10000 points an approver is needed",
        ),
        (
            ("ledger", "correct", "m-1", "10001", "--reference", "c", *WHY, "--approver", "ADA"),
            "ApprovalRequired: correction c: the approver, ADA, must be another one than ada",
        ),
    ],
)
def test_a_refusal_is_one_line_and_exit_code_1(
    ledger: Ledger, rewards: Rewards, arguments: tuple[str, ...], message: str
):
    said = refused(rewards, *arguments)
    assert message in said
    assert len(said.splitlines()) == 1
    assert ledger.balance().balance_points == 100


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (("member", "hold", "m-1", "0", "--hold-id", "h", *FOR), "points"),
        (("member", "hold", "m-1", "5", "--hold-id", "no id", *FOR), "hold_id"),
        (("member", "statement", "m-1", "--before", "0"), "before"),
        (("member", "balance", "m-1", "--at", "0001-01-01T00:00:00+14:00"), "outside of the years 1 to 9999"),
        (("member", "close", "m-1", "--reason", "because"), "reason"),
        (("member", "close", "m-1", "--reason", "fraud", "--points", "gone"), "points"),
        (("member", "enrol", "m-1", "--since", "yesterday"), "enrolled_at"),
        (("ledger", "correct", "m-1", "5", "--reference", "c", "--reason", "because", "--note", "x"), "reason"),
        (("ledger", "correct", "m-1", "10000000000000", "--reference", "c", *WHY), "points"),
    ],
)
def test_what_a_contract_does_not_take_is_refused_before_anything_is_asked(
    aws: Aws, ledger: Ledger, rewards: Rewards, arguments: tuple[str, ...], field: str
):
    result = rewards(*arguments)
    assert result.exit_code == 2
    assert field in result.output
    assert aws.lambda_.asked == []


def test_a_repair_is_looked_at_first_and_applied_when_asked_for(ledger: Ledger, rewards: Rewards):
    assert line(rewards, "ledger", "repair") == "every account is what its lines say"
    item = ledger.world.tables.get(STORE, {"pk": "member#m-1", "sk": "account"}) or {}
    spoilt = Put(table=STORE, item={**item, "lots": {"tomorrow": 5}}, read_as=dict)
    ledger.world.tables.transact([spoilt])

    looked = rewards("ledger", "repair", "m-1")
    assert looked.exit_code == 1
    assert "m-1: the account cannot be read" in looked.stderr
    assert looked.stderr.strip().endswith("--apply mends what can be")
    assert ledger.verify().fault is not None

    assert "computed anew" in line(rewards, "ledger", "repair", "--apply")
    assert line(rewards, "ledger", "repair") == "every account is what its lines say"
    assert line(rewards, "member", "balance", "m-1") == "m-1: 100 points after 2 postings"


def test_a_line_that_was_changed_is_said_and_left_alone(ledger: Ledger, rewards: Rewards):
    key = {"pk": "member#m-1", "sk": "line#000000000001"}
    item = ledger.world.tables.get(STORE, key) or {}
    ledger.world.tables.transact([Put(table=STORE, item={**item, "text": "a gift"}, read_as=dict)])

    result = rewards("ledger", "repair", "--apply")
    assert result.exit_code == 1
    assert "CannotRepair: member m-1, line 1: it is not what was booked" in result.stderr


def test_points_are_blocked_and_unblocked_and_the_statement_says_who_did(ledger: Ledger, rewards: Rewards):
    why = ("--reason", "fraud", "--note", "card stolen")
    blocked = rewards("ledger", "block", "m-1", "--block-id", "case-7", *why)
    assert (blocked.exit_code, blocked.stdout.split(";")[0]) == (0, "case-7: 100 points of m-1 are blocked")
    assert "100 of them blocked" in rewards("member", "balance", "m-1").stdout
    refused = rewards("member", "redeem", "m-1", "40", "--redemption-id", "r-1", *FOR)
    assert refused.exit_code != 0
    assert "PointsAreBlocked: member m-1 can spend 0 points, not 40: 100 are blocked" in refused.stderr
    unblocked = rewards("ledger", "unblock", "case-7", "--note", "cleared", "--json")
    assert json.loads(unblocked.stdout)["blocked_points"] == 0
    assert rewards("member", "redeem", "m-1", "40", "--redemption-id", "r-2", *FOR).exit_code == 0
    texts = [line.text for line in ledger.statement().lines]
    assert texts[2:4] == ["block released: cleared", "all points blocked (fraud): card stolen"]


def test_two_members_become_one(ledger: Ledger, rewards: Rewards):
    ledger.post(calculated("p-2", "m-2", points=7, posted_at=ledger.now))
    merge_ = ("member", "merge", "m-1", "--into", "m-2", "--reference", "case-1", "--reason", "duplicate", "--approver")
    assert "the approver, ada, must be another one than ada" in refused(rewards, *merge_, "ada")
    assert line(rewards, *merge_, "Grace") == (
        "case-1: m-1 is merged into m-2: 100 points moved; balance 107; by ada, approved by Grace"
    )
    balances = [line(rewards, "member", "balance", one) for one in ("m-1", "m-2")]
    assert balances[0].endswith(f"; closed since {ledger.now:%Y-%m-%d}, merged into m-2")
    assert balances[1].endswith("; merged from m-1")
    ledger.post(calculated("p-3", points=5, posted_at=ledger.now))
    assert "reported for m-1" in " ".join(line(rewards, "member", "statement", "m-2").split())
    assert "merged into m-2: close m-2" in refused(rewards, "member", "close", "m-1", "--reason", "duplicate")


def test_a_member_is_erased_and_what_is_left_is_said(
    ledger: Ledger, rewards: Rewards, aws: Aws, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(erase, "STEPS_OF_A_CALL", 1)
    for number in range(30):
        ledger.post(calculated(f"p-2{number}", posted_at=ledger.now))
    admins = unit_admins(aws)
    erase_ = ("member", "erase", "m-1", "--reference", "letter-7", "--approver")
    assert "the approver, ada, must be another one than ada" in refused(rewards, *erase_, "ada")
    assert "the account is open: close it" in refused(rewards, *erase_, "Grace")
    line(rewards, "member", "close", "m-1", "--reason", "member-request", "--points", "forfeit")
    admins["points-ledger"].letters = {"post-points-queue-dlq": [letter(1, body='{"member_id": "m-1"}')]}
    result = rewards(*erase_, "Grace", "--apply")
    assert result.exit_code == 2
    named = " ".join(result.stderr.split())
    assert "dead letters name the member (1 in post-points-queue-dlq): redrive or discard them first" in named
    admins["points-ledger"].letters = {"post-points-queue-dlq": [letter(1, body='{"member_id": "m-11"}')]}
    planned = line(rewards, *erase_, "Grace")
    assert planned == "letter-7: 33 postings of 1 account would be erased; --apply erases them, for good"
    assert ledger.all_members() == ["m-1"]

    said = line(rewards, *erase_, "Grace", "--apply")
    assert said.startswith("letter-7: 33 postings of 1 account erased; by ada, approved by Grace")
    assert "the bus's archive" in said
    (pseudonym,) = ledger.all_members()
    assert pseudonym.startswith("erased-")
    assert pseudonym not in said
    again = json.loads(rewards(*erase_, "Grace", "--apply", "--json").stdout)
    assert (again["erasure"]["is_done"], len(again["left"])) == (True, 9)
    assert "the ledger has no account for member 'm-1'" in refused(rewards, "member", "balance", "m-1")
