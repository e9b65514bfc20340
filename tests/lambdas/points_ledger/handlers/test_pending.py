"""Pending points: shown, never spendable, in no sum of the books; released by settlement, reversal and time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contracts.cards import PurchaseAuthorised
from contracts.vocabulary import Money
from lambdas.points_ledger.model import pending as model
from lambdas.points_ledger.model.pending import MOST_PENDING
from pbckit.testing.calls import RefusedCall
from pbckit.testing.world import BEGIN
from tests.lambdas.points_ledger.outside import Ledger, authorised, calculated


@pytest.fixture
def member(ledger: Ledger) -> Ledger:
    """One who has 10 points."""
    ledger.post(calculated(points=10))
    return ledger


def pending(ledger: Ledger, member_id: str = "m-1") -> dict[str, int]:
    return {one.authorisation_id: one.points for one in ledger.pending(member_id).purchases}


def books(ledger: Ledger) -> Any:
    found = ledger.balance()
    return ledger.lines(), ledger.totals(), found.balance_points, found.spendable_points, found.version


def test_pending_points_are_shown_and_are_no_part_of_the_books(member: Ledger):
    before = books(member)
    member.authorise(authorised(), points=7)
    member.authorise(authorised("au-2", authorised_at=BEGIN + timedelta(hours=1)), points=3)

    assert books(member) == before
    assert (member.balance().pending_points, member.statement().pending_points) == (10, 10)
    first, second = member.pending().purchases
    assert (first.authorisation_id, second.authorisation_id) == ("au-2", "au-1")
    assert (second.points, second.merchant, second.amount.minor_units) == (7, "Trattoria", 1999)
    assert (second.authorised_at, second.expires_at) == (BEGIN, BEGIN + timedelta(days=7))
    assert [one.authorisation_id for one in member.records().pending] == ["au-2", "au-1"]
    assert member.verify().fault is None


def test_pending_points_cannot_be_held(member: Ledger):
    member.authorise(authorised(), points=100)
    with pytest.raises(RefusedCall, match="InsufficientPoints"):
        member.hold(points=11)


def test_a_settlement_posts_and_releases_in_one_transaction(member: Ledger):
    member.authorise(authorised(), points=7)
    before = len(member.transactions)
    member.post(calculated("p-2", points=8, authorisation_id="au-1"))

    assert len(member.transactions) == before + 1
    assert (member.balance().balance_points, member.balance().pending_points) == (18, 0)
    assert member.verify().fault is None


def test_a_settlement_before_its_authorisation_leaves_nothing_pending(member: Ledger):
    member.post(calculated("p-2", points=8, authorisation_id="au-1"))
    member.authorise(authorised(), points=7)
    member.authorise(authorised(), points=7, event_id="event-again")

    assert (pending(member), member.refusals()) == ({}, [])


def test_a_reversal_releases_before_and_after_and_twice(member: Ledger):
    member.authorise(authorised(), points=7)
    for event_id in ("one", "one", "two"):
        member.reverse_authorisation(event_id=event_id)
    member.authorise(authorised(), event_id="event-again")
    member.reverse_authorisation("au-2")
    member.authorise(authorised("au-2"))

    assert (pending(member), member.refusals()) == ({}, [])


def test_the_same_authorisation_counts_once_and_its_first_estimate_stands(member: Ledger):
    for points, event_id in ((7, "event-1"), (7, "event-1"), (7, "event-2"), (9, "event-3")):
        member.authorise(authorised(), points, event_id=event_id)

    assert (pending(member), member.refusals()) == ({"au-1": 7}, [])


OTHERS: dict[str, PurchaseAuthorised] = {
    "member_id": authorised(member_id="m-2"),
    "amount": authorised(amount=Money(minor_units=2000, currency="EUR")),
    "expires_at": authorised(expires_at=BEGIN + timedelta(days=8)),
    "card_product, authorised_at": authorised(card_product="classic", authorised_at=BEGIN - timedelta(days=1)),
}


@pytest.mark.parametrize("different", OTHERS)
@pytest.mark.parametrize("is_settled", [False, True])
def test_another_authorisation_of_the_same_id_is_refused_by_name(member: Ledger, different: str, is_settled: bool):
    member.authorise(authorised(), points=7)
    if is_settled:
        member.post(calculated("p-2", authorisation_id="au-1"))
    member.authorise(OTHERS[different], points=9, event_id="event-2")

    (reason,) = member.refusals()
    assert reason == f"ConflictingAuthorisation: authorisation au-1 came before with another {different}"
    assert pending(member) == ({} if is_settled else {"au-1": 7})


def test_time_ends_what_is_pending_when_it_is_read_whatever_is_stored(member: Ledger):
    member.authorise(authorised(), points=7)
    member.wait_until(BEGIN + timedelta(days=7) - timedelta(seconds=1))
    assert member.balance().pending_points == 7
    assert member.balance(at=BEGIN + timedelta(days=7)).pending_points == 0
    member.wait(seconds=1)

    assert (member.balance().pending_points, member.pending().purchases, member.records().pending) == (0, [], [])
    assert any(item["sk"] == "pending" for item in member.world.store)


def test_dynamodb_deletes_what_is_stored_after_its_end_and_never_before(member: Ledger):
    member.authorise(authorised())
    member.authorise(authorised("au-2", expires_at=BEGIN + timedelta(days=20)))
    kept = {item["pk"]: item["expires_at"] for item in member.world.store if "expires_at" in item}

    def day(number: int) -> int:
        return int((BEGIN + timedelta(days=number)).timestamp())

    assert kept == {"authorisation#au-1": day(8), "authorisation#au-2": day(21), "member#m-1": day(21)}


def test_a_balance_of_the_past_has_nothing_pending(member: Ledger):
    before = member.now
    member.authorise(authorised())
    member.wait(hours=1)
    assert member.balance(at=before).pending_points == 0


def test_a_member_without_an_account_has_pending_points_and_nothing_else(ledger: Ledger):
    with pytest.raises(RefusedCall, match="UnknownMember"):
        ledger.pending()
    ledger.authorise(authorised(), points=7)

    assert pending(ledger) == {"au-1": 7}
    assert (ledger.all_members(), ledger.records().balance) == ([], None)
    with pytest.raises(RefusedCall, match="UnknownMember"):
        ledger.balance()


def test_a_closed_account_has_nothing_pending(member: Ledger):
    member.authorise(authorised())
    member.close()
    assert (pending(member), member.balance().pending_points, member.records().pending) == ({}, 0, [])


def test_one_pending_purchase_too_many_is_refused_until_one_has_ended(member: Ledger):
    for number in range(MOST_PENDING):
        member.authorise(authorised(f"au-{number}"), points=1)
    member.authorise(authorised("one-more"), points=1)

    assert member.refusals() == [
        "TooManyPending: authorisation one-more: member m-1 has 50 pending purchases, as many as there can be"
    ]
    member.reverse_authorisation("au-0")
    member.authorise(authorised("one-more"), points=1, event_id="event-again")
    assert member.balance().pending_points == MOST_PENDING


@pytest.mark.parametrize("expires_at", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)])
def test_an_end_of_no_sense_is_refused(member: Ledger, expires_at: datetime):
    member.authorise(authorised(expires_at=expires_at))
    (reason,) = member.refusals()
    assert reason.startswith("InstantOutOfRange: expires_at of authorisation au-1 is ")


def test_two_at_once_lose_nothing(member: Ledger, monkeypatch: pytest.MonkeyPatch):
    """A settlement commits between the read and the write of another authorisation of the member."""
    member.authorise(authorised(), points=7)
    real: Callable[..., Any] = model.with_one_more
    pending_settlements = [calculated("p-2", points=8, authorisation_id="au-1")]

    def overtaken(*given: Any) -> Any:
        after = real(*given)
        while pending_settlements:
            member.post(pending_settlements.pop())
        return after

    monkeypatch.setattr(model, "with_one_more", overtaken)
    member.authorise(authorised("au-2"), points=3)
    assert pending(member) == {"au-2": 3}
