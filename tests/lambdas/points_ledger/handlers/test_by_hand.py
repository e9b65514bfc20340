"""What people change: corrections with four eyes, and accounts computed anew from their lines."""

from collections.abc import Callable
from typing import Any

import pytest

from lambdas.points_ledger.handlers import correct
from lambdas.points_ledger.handlers.reconcile import reconcile
from lambdas.points_ledger.model.policy import Policy
from pbckit.runtime.ports import Delete, Item, Put
from pbckit.testing.calls import RefusedCall
from pbckit.testing.world import STORE
from tests.lambdas.points_ledger.outside import Ledger, adjusted, calculated


@pytest.fixture
def member(ledger: Ledger) -> Ledger:
    """One who has 10 points."""
    ledger.post(calculated(points=10))
    return ledger


def refusal(act: Callable[[], Any]) -> tuple[str, str]:
    with pytest.raises(RefusedCall) as refused:
        act()
    name, message = refused.value.args
    return name, message


def test_points_are_given_by_a_posting_that_says_who_and_why(member: Ledger):
    answer = member.correct("case-1", 5, reason="goodwill", note="late card", approver="Grace")

    assert (answer.points, answer.balance_points, answer.actor, answer.approver) == (5, 15, "ada", "Grace")
    (line, _) = member.statement().lines
    assert (line.kind, line.posting_id, line.points, line.balance_points) == ("corrected", "case-1", 5, 15)
    assert (line.text, line.actor, line.approver) == ("correction (goodwill): late card", "ada", "Grace")
    (event,) = member.published("PointsCorrected")
    told = event["data"]
    assert (told["reference"], told["points"], told["reason"], told["actor"]) == ("case-1", 5, "goodwill", "ada")
    assert (told["hash"], event["metadata"]["sequence"]) == (line.hash, 2)
    assert member.verify().fault is None


def test_points_are_taken_and_what_is_not_there_is_owed(member: Ledger):
    answer = member.correct(points=-12, reason="fraud")

    assert (answer.balance_points, answer.owed_points, answer.forgiven_points) == (0, 2, 0)
    assert member.balance().debt_points == 2
    again = member.correct("c-2", 5)
    assert (again.repaid_points, again.balance_points) == (2, 3)


def test_what_is_not_there_is_forgiven_where_the_programme_clamps(member: Ledger, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(correct, "policy", lambda: Policy(shortfall="clamp"))
    answer = member.correct(points=-12)
    assert (answer.owed_points, answer.forgiven_points, member.balance().debt_points) == (0, 2, 0)


def test_the_same_reference_again_changes_nothing_and_with_other_content_it_is_refused(member: Ledger):
    first = member.correct()
    assert member.correct() == first
    assert refusal(lambda: member.correct(points=6)) == (
        "ConflictingCorrection",
        "correction c-1 came before with another points",
    )
    assert (member.balance().balance_points, len(member.published("PointsCorrected"))) == (15, 1)


@pytest.mark.parametrize("points", [10_001, -10_001])
def test_many_points_need_somebody_else(member: Ledger, points: int):
    message = f"correction c-1 of {points} points: above 10000 points an approver is needed"
    assert refusal(lambda: member.correct(points=points)) == ("ApprovalRequired", message)
    for same in ("ada", " Ada "):
        name, message = refusal(lambda same=same: member.correct(points=points, approver=same))
        assert (name, message) == (
            "ApprovalRequired",
            f"correction c-1: the approver, {same}, must be another one than ada",
        )
    assert member.correct(points=points, approver="Grace").points == points


def test_as_many_as_the_limit_need_nobody_else(member: Ledger):
    assert member.correct(points=10_000).approver is None


@pytest.mark.parametrize(
    ("request_", "error", "message"),
    [
        ({"points": 0}, "InvalidRequest", "correction c-1 of 0 points"),
        ({"reason": "because"}, "InvalidRequest", "reason"),
        ({"reason": "repair"}, "InvalidRequest", "reason"),
        ({"note": ""}, "InvalidRequest", "note"),
        ({"reference": "no id"}, "InvalidRequest", "reference"),
        ({"points": 10**13}, "InvalidRequest", "points"),
        ({"member_id": "nobody"}, "UnknownMember", "'nobody'"),
    ],
)
def test_what_is_no_correction_is_refused_by_name(member: Ledger, request_: dict[str, Any], error: str, message: str):
    name, said = refusal(lambda: member.correct(**request_))
    assert name == error
    assert message in said
    assert member.balance().balance_points == 10


def test_a_correction_beside_a_correction_of_a_purchase_leaves_the_totals_at_zero(member: Ledger):
    member.correct(points=7)
    member.post(adjusted("a-1", points=-10))
    member.correct("c-2", -9)

    totals = {one.account: one.credits_points - one.debits_points for one in member.totals().accounts}
    assert (sum(totals.values()), totals["programme:corrected"]) == (0, 2)
    assert member.balance().debt_points == 2


def stored(ledger: Ledger, sort: str = "account") -> Item:
    item = ledger.world.tables.get(STORE, {"pk": "member#m-1", "sk": sort})
    assert item is not None
    return item


def spoil(ledger: Ledger, sort: str = "account", **changes: object) -> None:
    item = {**stored(ledger, sort), **changes}
    ledger.world.tables.transact([Put(table=STORE, item=item, read_as=dict)])


SPOILT: list[dict[str, object]] = [
    {"lots": {"tomorrow": 5}},
    {"lots": {"2028-07": 10_000}},
    {"debt_points": -1},
    {"head": 7},
    {"version": "many"},
    {"totals": {"members": ["a", "b"]}},
    {"holds": {"h-9": {"until": "never", "parts": {}}}},
]


@pytest.mark.parametrize("changes", SPOILT)
def test_a_spoilt_account_is_computed_anew_from_its_lines(member: Ledger, changes: dict[str, object]):
    member.post(calculated("p-2", "m-2", points=3))
    member.hold(points=4)
    before = (member.balance(), member.totals(), member.lots())
    spoil(member, **changes)
    assert reconcile(member.world.runtime).broken_books + reconcile(member.world.runtime).unbalanced_points > 0 or (
        member.verify().fault is not None
    )

    looked = member.repair()
    assert (looked.applied, looked.lines, looked.balance_points) == (False, 2, 10)
    assert looked.problem is not None
    assert member.verify().fault is not None

    assert member.repair(apply=True).applied
    (line, *_) = member.statement().lines
    assert (line.kind, line.points, line.actor, line.balance_points) == ("corrected", 0, "ada", 10)
    assert line.text.startswith("account computed anew from 2 lines: the account ")
    balance, totals, lots = before
    assert (member.balance().spendable_points, member.balance().held_points) == (6, 4)
    assert (member.totals().accounts, member.lots()) == (totals.accounts, lots)
    assert member.balance().balance_points == balance.balance_points
    assert member.verify().fault is None
    assert [one["data"]["reason"] for one in member.published("PointsCorrected")] == ["repair"]
    assert member.post_hold().points == 4
    member.wait(hours=1)
    found = reconcile(member.world.runtime)
    assert (found.broken_books, found.unbalanced_points, found.members) == (0, 0, 2)


def test_an_account_that_is_missing_is_computed_anew(member: Ledger):
    member.world.tables.transact([Delete(table=STORE, key={"pk": "member#m-1", "sk": "account"})])
    assert member.repair(apply=True).problem == "the account is missing"
    assert member.balance().balance_points == 10


def test_an_account_without_any_line_is_computed_anew(member: Ledger):
    member.world.tables.transact([Delete(table=STORE, key={"pk": "member#m-1", "sk": "line#000000000001"})])
    repaired = member.repair(apply=True)
    assert (repaired.applied, repaired.lines, repaired.balance_points) == (True, 0, 0)
    assert (member.balance().balance_points, member.verify().fault) == (0, None)


def test_an_account_that_is_in_order_is_left_alone(member: Ledger):
    found = member.repair(apply=True)
    assert (found.problem, found.applied, len(member.statement().lines)) == (None, False, 1)


def test_a_line_that_was_changed_is_no_case_for_a_correcting_entry(member: Ledger):
    spoil(member, "line#000000000001", text="as if it had been so")
    name, message = refusal(lambda: member.repair(apply=True))
    assert name == "CannotRepair"
    assert message.startswith("member m-1, line 1: it is not what was booked: its hash differs; restore the line")


def test_nothing_is_repaired_of_a_member_whom_nobody_knows(ledger: Ledger):
    assert refusal(lambda: ledger.repair("nobody"))[0] == "UnknownMember"


def test_a_repair_waits_for_who_books_at_the_same_moment(member: Ledger):
    spoil(member, debt_points=-1)
    spoilt = stored(member)

    def meanwhile() -> None:
        member.world.tables.transact([Put(table=STORE, item={**spoilt, "debt_points": 7}, read_as=dict)])

    member.world.tables.before_query = meanwhile
    assert member.repair(apply=True).applied
    assert member.balance().debt_points == 0
