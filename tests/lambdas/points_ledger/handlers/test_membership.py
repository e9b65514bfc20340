"""Members who are enrolled, and accounts that are closed: what becomes of points before, at and after it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from lambdas.points_ledger.handlers import close, enrol
from lambdas.points_ledger.model.policy import Policy
from pbckit.runtime.ports import Put
from pbckit.testing.calls import RefusedCall
from pbckit.testing.world import BEGIN, STORE
from tests.lambdas.points_ledger.outside import Ledger, adjusted, calculated

CLOSED = "the account of member m-1 is closed since 2026-06-01: "


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


def totals(ledger: Ledger) -> dict[str, int]:
    found = {one.account: one.credits_points - one.debits_points for one in ledger.totals().accounts}
    assert sum(found.values()) == 0
    return found


def test_points_of_a_closed_account_are_kept_until_they_expire(member: Ledger):
    answer = member.close()

    assert (answer.points, answer.forfeited_points, answer.kept_points) == ("keep-until-expiry", 0, 10)
    assert (answer.actor, answer.reason) == ("ada", "member-request")
    assert answer.closed_at == member.statement().lines[0].posted_at
    found = member.balance()
    assert (found.state, found.closed_at, found.spendable_points) == ("closed", answer.closed_at, 10)
    assert member.redeem("h-1", 4).points == 4
    assert member.reverse().points == 4
    assert member.balance().spendable_points == 10
    member.wait(days=1000)
    assert member.balance().balance_points == 0
    assert (totals(member)["programme:issued"], member.verify().fault) == (-10, None)


def test_points_of_a_closed_account_are_forfeited(member: Ledger):
    answer = member.close(points="forfeit")

    assert (answer.forfeited_points, answer.kept_points, member.balance().balance_points) == (10, 0, 0)
    (line, _) = member.statement().lines
    assert (line.kind, line.points, line.balance_points, line.forfeited_points, line.actor) == (
        "closed",
        -10,
        0,
        10,
        "ada",
    )
    assert line.text == "account closed (member-request): 10 points forfeited"
    (event,) = member.published("MemberClosed")
    said = event["data"]
    assert (said["points"], said["forfeited_points"], said["reason"]) == ("forfeit", 10, "member-request")
    assert (said["hash"], event["metadata"]["sequence"]) == (line.hash, 2)
    assert totals(member)["programme:forfeited"] == 10
    assert member.verify().fault is None


def test_the_programme_decides_what_becomes_of_points(member: Ledger, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(close, "policy", lambda: Policy(points_on_closing="forfeit"))
    assert member.close().forfeited_points == 10


def test_the_same_closing_again_changes_nothing_and_another_one_is_refused(member: Ledger):
    first = member.close(points="forfeit")
    member.wait(days=3)

    assert member.close(points="forfeit") == first
    assert member.close() == first
    said = CLOSED + "by ada, reason member-request, points forfeit"
    assert refusal(lambda: member.close(points="keep-until-expiry")) == ("ClosedMember", said)
    assert refusal(lambda: member.close(reason="fraud")) == ("ClosedMember", said)
    assert len(member.published("MemberClosed")) == 1


@pytest.mark.parametrize("points", ["forfeit", "keep-until-expiry"])
def test_a_purchase_that_comes_later_is_booked_and_forfeited_and_is_no_failed_delivery(member: Ledger, points: str):
    member.close(points=points)
    before = member.balance().balance_points
    member.post(calculated("p-2", points=7))
    member.post(calculated("p-2", points=7), event_id="event-again")

    assert member.refusals() == []
    assert member.balance().balance_points == before
    (line, *_) = member.statement().lines
    assert (line.posting_id, line.points, line.forfeited_points) == ("p-2", 7, 7)
    assert line.text == "2 points per EUR; Summer; 7 points forfeited: the account is closed"
    posted = member.published("PointsPosted")[-1]["data"]
    assert (posted["points"], posted["forfeited_points"], posted["balance_points"]) == (7, 7, before)

    member.post(adjusted("a-2", "p-2", points=-7))
    assert (member.balance().balance_points, member.balance().debt_points) == (before, 0)
    (taken,) = member.published("PointsReversed")
    assert (taken["data"]["forfeited_points"], taken["data"]["owed_points"]) == (7, 0)
    assert member.verify().fault is None
    totals(member)


def test_a_late_refund_takes_back_what_was_spent_before_the_account_was_closed(member: Ledger):
    member.redeem("h-1", 8)
    member.close(points="forfeit")
    member.post(adjusted("a-1", points=-10))

    assert (member.balance().balance_points, member.balance().debt_points) == (0, 8)
    assert totals(member).get("programme:forfeited") == 0
    member.post(calculated("p-2", points=9))
    assert (member.balance().debt_points, totals(member)["programme:forfeited"]) == (0, 1)


def test_what_is_held_stays_held_and_is_forfeited_when_it_becomes_free(member: Ledger):
    member.hold("h-1", 4)
    member.hold("h-2", 3, expires_at=BEGIN + timedelta(hours=1))
    answer = member.close(points="forfeit")
    assert (answer.forfeited_points, answer.held_points) == (3, 7)

    assert member.post_hold("h-1", points=1).released_points == 3
    assert member.published("PointsRedeemed")[0]["data"]["forfeited_points"] == 3
    member.wait(hours=2)
    member.settle_due()
    assert member.published("HoldReleased")[0]["data"]["forfeited_points"] == 3
    assert (member.balance().balance_points, totals(member)["programme:forfeited"]) == (0, 9)
    assert member.reverse("r-1", "h-1").points == 1
    assert member.published("RedemptionReversed")[0]["data"]["forfeited_points"] == 1
    assert totals(member)["programme:forfeited"] == 10


def test_nobody_gives_points_to_a_closed_account_but_to_repay_its_debt(member: Ledger):
    member.redeem("h-1", 10)
    member.close()
    member.post(adjusted("a-1", points=-10))

    assert refusal(lambda: member.correct(points=11)) == ("ClosedMember", CLOSED + "it gets no points")
    assert member.correct(points=10).repaid_points == 10


def test_a_balance_of_the_past_says_that_the_account_was_open(member: Ledger):
    before = member.now
    member.wait(days=1)
    member.close()
    assert (member.balance(at=before).state, member.balance().state) == ("open", "closed")


def test_a_spoilt_account_is_computed_anew_with_what_it_was_enrolled_and_closed(member: Ledger):
    member.enrol(enrolled_at=BEGIN - timedelta(days=5))
    member.close(points="forfeit")
    account = next(item for item in member.world.store if item["sk"] == "account")
    before = {name: account[name] for name in ("enrolled_at", "enrolled_by", "closed", "forfeited")}
    spoilt = {name: value for name, value in account.items() if name not in before}
    member.world.tables.transact([Put(table=STORE, item=spoilt, read_as=dict)])

    assert member.repair(apply=True).applied
    repaired = next(item for item in member.world.store if item["sk"] == "account")
    assert {name: repaired[name] for name in before} == before


def test_a_member_is_enrolled_once_before_or_after_the_first_posting(ledger: Ledger):
    since = BEGIN - timedelta(days=400)
    first = ledger.enrol(enrolled_at=since)
    assert (first.enrolled_at, first.actor) == (since, "ada")
    assert ledger.enrol(enrolled_at=since) == ledger.enrol() == first
    assert ledger.all_members() == ["m-1"]
    ledger.post(calculated(points=5))
    ledger.post(calculated("p-2", "m-2"))
    assert ledger.balance("m-2").enrolled_at is None
    assert ledger.enrol("m-2").enrolled_at == ledger.statement("m-2").lines[0].posted_at

    assert (ledger.balance().enrolled_at, ledger.balance().balance_points) == (since, 5)
    assert [event["data"]["member_id"] for event in ledger.published("MemberEnrolled")] == ["m-1", "m-2"]
    assert ledger.statement().lines[-1].text == "member since 2025-04-27"
    assert ledger.verify().fault is None


def test_another_date_the_future_and_a_closed_account_are_refused_by_name(member: Ledger):
    member.enrol(enrolled_at=BEGIN)
    name, said = refusal(lambda: member.enrol(enrolled_at=BEGIN - timedelta(days=1)))
    assert (name, said[:40]) == ("ConflictingEnrolment", "member m-1 is enrolled since 2026-06-01T")
    name, said = refusal(lambda: member.enrol("m-2", enrolled_at=member.now + timedelta(days=1)))
    assert (name, said[:14]) == ("InvalidRequest", "enrolled_at is")
    member.close()
    assert refusal(member.enrol) == ("ClosedMember", CLOSED + "it cannot be enrolled again")
    assert refusal(lambda: member.close("nobody"))[0] == "UnknownMember"
    assert refusal(lambda: member.close(reason="because"))[0] == "InvalidRequest"


def test_nobody_is_enrolled_by_an_unknown_actor(ledger: Ledger):
    call = {"metadata": {"correlation_id": "c"}, "data": {"member_id": "m-1"}}
    answer = enrol.handler.answer(call, ledger.world.runtime)
    said = "enrolment of member m-1: the call's metadata names no actor"
    assert answer == {"refusal": {"error": "InvalidRequest", "message": said}}
    assert ledger.all_members() == []
