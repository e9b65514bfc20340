"""Two accounts become one: what each has and owes, what is under way, and what comes later."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from lambdas.points_ledger.model import merging
from lambdas.points_ledger.model.policy import Policy
from pbckit.testing.calls import RefusedCall
from pbckit.testing.world import BEGIN
from tests.lambdas.points_ledger.outside import FAR_AHEAD, Ledger, adjusted, authorised, calculated

MONTH = timedelta(days=31)


@pytest.fixture
def two(ledger: Ledger) -> Ledger:
    """m-1 with 10 points of this month and 5 of the next; m-2 with 7 of this one."""
    ledger.post(calculated(points=10))
    ledger.post(calculated("p-2", points=5, posted_at=BEGIN + MONTH))
    ledger.post(calculated("p-3", "m-2", points=7))
    return ledger


def require_sound(ledger: Ledger) -> dict[str, int]:
    """Sums of accounts by name, of books that are in order."""
    found = {one.account: one.credits_points - one.debits_points for one in ledger.totals().accounts}
    assert sum(found.values()) == 0
    assert found.get("programme:merged", 0) == 0
    assert [ledger.verify(member_id).fault for member_id in ledger.all_members()] == [None] * len(ledger.all_members())
    assert all(sum(entry.amount_points for entry in line.entries) == 0 for line in ledger.lines())
    return found


def test_points_move_with_the_months_in_which_they_expire(two: Ledger):
    answer = two.merge()

    assert (answer.moved_points, answer.moved_debt_points, answer.repaid_points) == (15, 0, 0)
    assert (answer.balance_points, answer.actor, answer.approver) == (22, "ada", "Grace")
    assert two.lots("m-2") == {"2028-07": 17, "2028-08": 5}
    left, got = two.balance("m-1"), two.balance("m-2")
    assert (left.balance_points, left.state, left.merged_into) == (0, "closed", "m-2")
    assert (got.balance_points, got.state, got.merged_from) == (22, "open", ["m-1"])
    (closing, *_), (taken, *_) = two.statement("m-1").lines, two.statement("m-2").lines
    assert (closing.kind, closing.points, closing.text) == (
        "closed",
        -15,
        "account merged into m-2 (duplicate): 15 points moved",
    )
    assert (taken.kind, taken.points, taken.posting_id) == ("corrected", 15, "merge-1")
    assert [(line.actor, line.approver) for line in (closing, taken)] == [("ada", "Grace")] * 2
    require_sound(two)


def test_both_accounts_tell_of_it(two: Ledger):
    two.merge()
    (closed,), (merged,) = two.published("MemberClosed"), two.published("MemberMerged")
    assert (closed["data"]["member_id"], closed["data"]["merged_into"], closed["data"]["balance_points"]) == (
        "m-1",
        "m-2",
        0,
    )
    said = merged["data"]
    assert (said["member_id"], said["source_member_id"], said["points"]) == ("m-2", "m-1", 15)
    assert (said["reference"], said["actor"], said["approver"]) == ("merge-1", "ada", "Grace")
    assert said["hash"] == two.statement("m-2").lines[0].hash
    assert (closed["metadata"]["sequence"], merged["metadata"]["sequence"]) == (3, 2)


def test_the_same_merge_again_changes_nothing(two: Ledger):
    first = two.merge()
    two.post(calculated("p-4", "m-2"))
    assert two.merge() == first
    assert len(two.published("MemberMerged")) == 1
    with pytest.raises(RefusedCall, match="merge merge-1 came before with another reason"):
        two.merge(reason="system-error")


@pytest.mark.parametrize(("own", "other", "left"), [(0, 10, (2, 0)), (10, 0, (0, 3)), (10, 4, (0, 7))])
def test_what_either_owes_is_repaid_by_what_both_have(ledger: Ledger, own: int, other: int, left: tuple[int, int]):
    """m-1 earns 10 and spends some before all is taken back; m-2 has 7 more than it owes."""
    ledger.post(calculated(points=10))
    ledger.post(calculated("p-2", "m-2", points=10))
    if own:
        ledger.redeem("h-1", own)
    if other:
        ledger.redeem("h-2", other, "m-2")
    ledger.post(adjusted("a-1", points=-10))
    ledger.post(adjusted("a-2", "p-2", "m-2", points=-3))
    before = ledger.balance("m-1"), ledger.balance("m-2")
    answer = ledger.merge()

    has = sum(one.balance_points - one.debt_points for one in before)
    assert answer.balance_points - answer.debt_points == has
    assert 0 in (answer.balance_points, answer.debt_points)
    assert answer.moved_debt_points == own
    assert ledger.balance("m-1").debt_points == 0
    require_sound(ledger)


def test_a_debt_is_repaid_by_the_points_that_expire_first(two: Ledger):
    two.redeem("h-1", 7, "m-2")
    two.post(adjusted("a-3", "p-3", "m-2", points=-7))
    answer = two.merge()
    assert (answer.repaid_points, answer.balance_points, answer.debt_points) == (7, 8, 0)
    assert two.lots("m-2") == {"2028-07": 3, "2028-08": 5}
    assert "7 points repaid a debt" in two.statement("m-2").lines[0].text


def test_what_had_expired_is_not_taken_a_second_time_by_a_refund_that_comes_later(
    two: Ledger, decide: Callable[[Policy], None]
):
    two.wait(days=800)
    two.settle_due()
    two.merge()
    decide(FAR_AHEAD)
    two.post(adjusted("a-1", points=-10))
    assert two.balance("m-2").debt_points == 0
    (event,) = two.published("PointsReversed")
    assert (event["data"]["member_id"], event["data"]["expired_points"]) == ("m-2", 10)
    require_sound(two)


def test_a_purchase_that_comes_later_is_booked_to_the_account_that_goes_on(two: Ledger):
    two.merge()
    two.post(calculated("p-9", points=4))
    two.post(calculated("p-9", points=4), event_id="again")
    two.post(adjusted("a-9", "p-9", points=-1))

    assert two.refusals() == []
    assert two.balance("m-2").balance_points == 22 + 4 - 1
    adjustment, earned, *_ = two.statement("m-2").lines
    assert (earned.posting_id, earned.reported_for, adjustment.reported_for) == ("p-9", "m-1", "m-1")
    assert earned.text == "2 points per EUR; Summer; reported for m-1"
    posted = two.published("PointsPosted")[-2]["data"]
    assert (posted["member_id"], posted["reported_for"]) == ("m-2", "m-1")
    assert two.statement("m-1").merged_into == "m-2"
    require_sound(two)


def test_a_purchase_that_was_booked_before_is_known_after_it_and_refused_with_other_content(two: Ledger):
    two.merge()
    two.post(calculated(points=10), event_id="again")
    assert two.refusals() == []
    two.post(calculated(points=11), event_id="otherwise")
    two.post(calculated("p-1", "m-2", points=10), event_id="anothers")
    assert [reason.split(":")[0] for reason in two.refusals()] == ["ConflictingPosting"] * 2
    assert two.balance("m-2").balance_points == 22


def test_a_refund_of_an_earlier_purchase_takes_from_the_account_that_goes_on(two: Ledger):
    two.merge()
    two.post(adjusted("a-2", "p-2", points=-5))
    assert two.lots("m-2") == {"2028-07": 17}
    two.post(adjusted("a-1", points=-10))
    assert (two.balance("m-2").balance_points, two.balance("m-1").version) == (7, 3)
    require_sound(two)


def test_spent_points_are_given_back_to_the_account_that_goes_on(two: Ledger):
    two.redeem("h-1", 12)
    two.merge()
    answer = two.reverse()
    assert (answer.member_id, answer.points) == ("m-2", 12)
    assert two.reverse() == answer
    assert two.lots("m-2") == {"2028-07": 17, "2028-08": 5}
    require_sound(two)


def test_pending_purchases_move_along_and_those_that_come_later_follow(two: Ledger):
    two.authorise(authorised("au-1"), 3)
    two.authorise(authorised("au-2", "m-2"), 4)
    assert two.merge().pending_purchases == 1
    two.authorise(authorised("au-3"), 2)
    assert {one.authorisation_id: one.points for one in two.pending("m-2").purchases} == {
        "au-1": 3,
        "au-2": 4,
        "au-3": 2,
    }
    two.post(calculated("p-9", points=3, authorisation_id="au-1"))
    two.reverse_authorisation("au-3")
    assert [one.authorisation_id for one in two.pending("m-2").purchases] == ["au-2"]


def test_too_many_pending_purchases_are_waited_for(two: Ledger, monkeypatch: pytest.MonkeyPatch):
    two.authorise(authorised("au-1"), 3)
    two.authorise(authorised("au-2", "m-2"), 4)
    monkeypatch.setattr("lambdas.points_ledger.model.pending.MOST_PENDING", 1)
    with pytest.raises(RefusedCall, match="together they have 2 pending purchases; allowed: 1; wait until some"):
        two.merge()
    assert two.balance("m-1").state == "open"


def test_points_of_an_earlier_purchase_can_be_blocked_in_the_account_that_goes_on(two: Ledger):
    two.merge()
    assert two.block(member_id="m-2", purchase_id="p-2").blocked_points == 5
    two.post(adjusted("a-2", "p-2", points=-3))
    assert two.balance("m-2").blocked_points == 2
    require_sound(two)


def test_several_accounts_are_merged_into_one_and_not_more_than_are_kept(two: Ledger, monkeypatch: pytest.MonkeyPatch):
    two.post(calculated("p-4", "m-3", points=1))
    monkeypatch.setattr(merging, "MOST_MERGED", 1)
    two.merge()
    with pytest.raises(RefusedCall, match="1 accounts were merged into it, as many as there can be"):
        two.merge("m-3", reference="merge-2")
    monkeypatch.setattr(merging, "MOST_MERGED", 2)
    two.merge("m-3", reference="merge-2")
    assert two.balance("m-2").merged_from == ["m-1", "m-3"]
    assert require_sound(two)["members"] == 23


def test_an_account_with_as_many_lots_as_there_can_be_is_merged_in_one_small_transaction(
    ledger: Ledger, decide: Callable[[Policy], None]
):
    decide(Policy(expiry_months=60, days_back=3650, days_ahead=366))
    for number in range(60):
        ledger.post(calculated(f"p-{number}", points=1, posted_at=BEGIN - number * MONTH))
    ledger.post(calculated("p-other", "m-2"))
    ledger.settle_due()
    ledger.transactions.clear()
    ledger.merge()
    assert len(ledger.transactions) == 1
    assert ledger.transactions[0] <= 15
    assert len(ledger.lots("m-2")) == 59


def test_an_authorisation_that_comes_at_the_same_moment_is_not_left_behind(two: Ledger):
    """The merge wins: whoever read the account before it writes the item that the merge has written."""
    two.merge()
    (item,) = [one for one in two.world.store if one["pk"] == "member#m-1" and one["sk"] == "pending"]
    assert (item["pending"], item["revision"]) == ({}, 1)


def test_books_can_be_repaired_after_a_merge(two: Ledger):
    two.merge()
    assert [two.repair(member_id).problem for member_id in ("m-1", "m-2")] == [None, None]
    assert [two.balance(one, at=two.now + timedelta(days=1)).balance_points for one in ("m-1", "m-2")] == [0, 22]
