"""Holds: granted or refused once and for all, then posted, voided or over."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest

from contracts.points_ledger import Hold
from lambdas.points_ledger.model.policy import LONGEST_HOLD_DAYS, MOST_OPEN_HOLDS
from pbckit.testing.calls import RefusedCall
from pbckit.testing.world import BEGIN
from tests.lambdas.points_ledger.outside import Ledger, calculated

NOTHING_LOST = {"forfeited_points": 0}
END = BEGIN + timedelta(minutes=15)


@pytest.fixture
def ledger(ledger: Ledger) -> Ledger:
    """A member with 10 points."""
    ledger.post(calculated(points=10))
    return ledger


def refusal(ask: Callable[[], object]) -> tuple[str, ...]:
    with pytest.raises(RefusedCall) as refused:
        ask()
    return refused.value.args


def standing(ledger: Ledger) -> tuple[int, int, int]:
    """Balance, what is held of it, and what can be spent."""
    found = ledger.balance()
    return found.balance_points, found.held_points, found.spendable_points


def test_held_points_are_the_members_and_cannot_be_spent(ledger: Ledger):
    assert ledger.hold(points=4) == Hold(hold_id="h-1", member_id="m-1", points=4, expires_at=END)

    assert standing(ledger) == (10, 4, 6)
    assert refusal(lambda: ledger.hold("h-2", 7)) == ("InsufficientPoints", "member m-1 can spend 6 points, not 7")
    (event,) = ledger.published("PointsHeld")
    assert event["data"] == {"hold_id": "h-1", "member_id": "m-1", "points": 4, "expires_at": "2026-06-01T12:15:00Z"}
    newest = ledger.statement().lines[0]
    assert (newest.kind, newest.points, newest.balance_points, newest.held_points) == ("held", 0, 10, 4)
    assert newest.text == "4 points held: a toaster"


def test_all_points_can_be_held(ledger: Ledger):
    ledger.hold(points=10)

    assert standing(ledger) == (10, 10, 0)


def test_the_same_hold_again_holds_nothing_more(ledger: Ledger):
    assert ledger.hold(points=4) == ledger.hold(points=4)

    assert standing(ledger) == (10, 4, 6)
    assert len(ledger.published("PointsHeld")) == 1


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"points": 5}, "points"),
        ({"member_id": "m-2"}, "member_id"),
        ({"expires_at": END + timedelta(seconds=1)}, "expires_at"),
        ({"reason": "a kettle", "points": 1}, "points, reason"),
    ],
)
def test_the_same_hold_with_other_content_is_refused(ledger: Ledger, changes: dict[str, object], named: str):
    ledger.hold(points=4)

    assert refusal(lambda: ledger.hold(**{"points": 4, **changes})) == (
        "ConflictingHold",
        f"hold h-1 came before with another {named}",
    )
    assert standing(ledger) == (10, 4, 6)


def test_the_same_end_in_another_zone_is_the_same_hold(ledger: Ledger):
    ledger.hold(points=4, expires_at=END.astimezone(timezone(timedelta(hours=2))))

    assert ledger.hold(points=4, expires_at=END).points == 4


def test_a_refusal_stays_a_refusal(ledger: Ledger):
    first = refusal(lambda: ledger.hold(points=11))
    ledger.post(calculated("p-2", points=100))

    assert refusal(lambda: ledger.hold(points=11)) == first
    assert first == ("InsufficientPoints", "member m-1 can spend 10 points, not 11")
    assert refusal(lambda: ledger.hold(points=1))[0] == "ConflictingHold"
    (event,) = ledger.published("HoldRefused")
    assert event["data"] == {
        "hold_id": "h-1",
        "member_id": "m-1",
        "points": 11,
        "error": "InsufficientPoints",
        "message": first[1],
    }
    assert event["metadata"]["aggregate_id"] == "h-1"
    assert refusal(ledger.post_hold) == ("UnknownHold", "nothing is held under 'h-1'")
    assert refusal(ledger.void_hold) == ("UnknownHold", "nothing is held under 'h-1'")


def test_a_member_without_an_account_has_nothing_to_hold(ledger: Ledger):
    assert refusal(lambda: ledger.hold(member_id="m-2"))[0] == "UnknownMember"
    assert ledger.members().member_ids == ["m-1"]


@pytest.mark.parametrize("points", [0, -1, 1.5, "all"])
def test_a_hold_is_of_some_whole_points(ledger: Ledger, points: object):
    with pytest.raises(RefusedCall, match="points"):
        ledger.hold(points=points)

    assert standing(ledger) == (10, 0, 10)


def test_a_hold_whose_end_is_over_when_it_is_asked_for_is_refused(ledger: Ledger):
    assert refusal(lambda: ledger.hold(expires_at=BEGIN)) == (
        "HoldExpired",
        "hold h-1: its end, 2026-06-01T12:00:00+00:00, is over",
    )


def test_a_hold_is_not_longer_than_the_ledger_holds_points(ledger: Ledger):
    most = timedelta(days=LONGEST_HOLD_DAYS)

    assert refusal(lambda: ledger.hold("h-1", expires_at=ledger.now + most + timedelta(seconds=1))) == (
        "HoldTooLong",
        "hold h-1: points are held for 30 days at most",
    )
    ledger.hold("h-2", expires_at=ledger.now + most)


def test_a_member_has_only_so_many_open_holds(ledger: Ledger):
    ledger.post(calculated("p-2", points=MOST_OPEN_HOLDS))
    for number in range(MOST_OPEN_HOLDS):
        ledger.hold(f"h-{number}", 1)

    assert refusal(lambda: ledger.hold("h-more", 1)) == (
        "TooManyHolds",
        "member m-1 has 100 open holds: as many as there can be",
    )
    ledger.void_hold("h-7")
    ledger.hold("h-another", 1)


def test_what_is_held_is_spent(ledger: Ledger):
    ledger.hold(points=4)
    spent = ledger.post_hold()

    assert (spent.points, spent.released_points) == (4, 0)
    assert standing(ledger) == (6, 0, 6)
    (event,) = ledger.published("PointsRedeemed")
    assert event["data"] == {
        "hold_id": "h-1",
        "member_id": "m-1",
        "points": 4,
        "released_points": 0,
        "balance_points": 6,
        **NOTHING_LOST,
    }
    newest = ledger.statement().lines[0]
    assert (newest.kind, newest.points, newest.balance_points) == ("redeemed", -4, 6)
    assert newest.text == "4 points spent: a toaster"


def test_of_what_is_held_a_part_is_spent_and_the_rest_is_free(ledger: Ledger):
    ledger.hold(points=4)
    spent = ledger.post_hold(points=3)

    assert (spent.points, spent.released_points) == (3, 1)
    assert standing(ledger) == (7, 0, 7)


def test_no_more_is_spent_than_is_held(ledger: Ledger):
    ledger.hold(points=4)

    assert refusal(lambda: ledger.post_hold(points=5)) == ("ExceedsHold", "hold h-1: 4 points are held, not 5")
    assert standing(ledger) == (10, 4, 6)
    assert ledger.post_hold(points=4).points == 4


def test_a_hold_is_posted_once(ledger: Ledger):
    ledger.hold(points=4)
    spent = ledger.post_hold(points=3)
    ledger.wait(hours=1)

    assert ledger.post_hold(points=3) == spent
    assert refusal(lambda: ledger.post_hold(points=4)) == ("HoldSettled", "hold h-1 was posted with 3 points")
    assert refusal(ledger.post_hold) == ("HoldSettled", "hold h-1 was posted with 3 points")
    assert refusal(ledger.void_hold) == ("HoldSettled", "hold h-1 was posted with 3 points")
    assert standing(ledger) == (7, 0, 7)
    assert len(ledger.published("PointsRedeemed")) == 1


def test_the_same_hold_after_it_was_posted_is_not_held_again(ledger: Ledger):
    held = ledger.hold(points=4)
    ledger.post_hold()

    assert ledger.hold(points=4) == held
    assert standing(ledger) == (6, 0, 6)


def test_a_voided_hold_lets_its_points_go_once(ledger: Ledger):
    ledger.hold(points=4)
    gone = ledger.void_hold()
    ledger.wait(hours=1)

    assert ledger.void_hold() == gone
    assert gone.points == 4
    assert standing(ledger) == (10, 0, 10)
    assert refusal(ledger.post_hold) == ("HoldSettled", "hold h-1 was voided")
    (event,) = ledger.published("HoldReleased")
    assert event["data"] == {"hold_id": "h-1", "member_id": "m-1", "points": 4, "reason": "voided", **NOTHING_LOST}


@pytest.mark.parametrize("settle", ["post_hold", "void_hold"])
def test_what_was_never_held_is_unknown(ledger: Ledger, settle: str):
    ask = {"post_hold": ledger.post_hold, "void_hold": ledger.void_hold}[settle]

    assert refusal(ask) == ("UnknownHold", "nothing is held under 'h-1'")


def test_a_hold_ends_by_itself(ledger: Ledger):
    ledger.hold(points=4)
    ledger.wait_until(END - timedelta(seconds=1))
    assert standing(ledger) == (10, 4, 6)

    ledger.wait_until(END)
    assert standing(ledger) == (10, 0, 10)
    assert ledger.hold("h-2", 10, expires_at=END + timedelta(hours=1)).points == 10
    (event,) = ledger.published("HoldReleased")
    assert event["data"] == {"hold_id": "h-1", "member_id": "m-1", "points": 4, "reason": "timed-out", **NOTHING_LOST}
    released = ledger.statement().lines[1]
    assert (released.kind, released.posted_at) == ("released", END)


@pytest.mark.parametrize("settle", ["post_hold", "void_hold"])
def test_a_hold_that_is_over_is_neither_posted_nor_voided(ledger: Ledger, settle: str):
    ledger.hold(points=4)
    ledger.wait_until(END)
    ask = {"post_hold": ledger.post_hold, "void_hold": ledger.void_hold}[settle]

    expected = ("HoldExpired", "hold h-1 ended at 2026-06-01T12:15:00+00:00")
    assert (refusal(ask), refusal(ask)) == (expected, expected)
    assert standing(ledger) == (10, 0, 10)


def test_two_holds_at_the_same_moment_do_not_hold_the_same_points(ledger: Ledger):
    ledger.world.tables.before_transaction = lambda: ledger.hold("h-2", 7)

    assert refusal(lambda: ledger.hold("h-1", 7)) == ("InsufficientPoints", "member m-1 can spend 3 points, not 7")
    assert standing(ledger) == (10, 7, 3)


def test_the_same_hold_twice_at_the_same_moment_is_held_once(ledger: Ledger):
    ledger.world.tables.before_transaction = lambda: ledger.hold("h-1", 7)

    assert ledger.hold("h-1", 7).points == 7
    assert standing(ledger) == (10, 7, 3)


def test_a_hold_that_is_refused_while_it_is_granted_elsewhere_is_granted(ledger: Ledger):
    """Both ask for the same hold; one of them finds it taken from the balance, but not yet the hold."""
    ledger.world.tables.before_transaction = lambda: ledger.hold("h-1", 10)

    assert ledger.hold("h-1", 10).points == 10
    assert ledger.published("HoldRefused") == []


def test_a_refusal_does_not_replace_what_was_granted_at_the_same_moment(ledger: Ledger):
    ledger.world.tables.before_transaction = lambda: ledger.hold("h-1", 4)

    assert refusal(lambda: ledger.hold("h-1", 11)) == ("ConflictingHold", "hold h-1 came before with another points")
    assert ledger.published("HoldRefused") == []
    assert ledger.post_hold().points == 4


def test_a_hold_that_is_posted_and_voided_at_the_same_moment_is_one_of_both(ledger: Ledger):
    ledger.hold(points=4)
    ledger.world.tables.before_transaction = ledger.void_hold

    assert refusal(ledger.post_hold) == ("HoldSettled", "hold h-1 was voided")
    assert standing(ledger) == (10, 0, 10)


def test_ends_of_holds_are_kept_in_the_index_while_they_are_open(ledger: Ledger):
    before = ledger.due()
    ledger.hold(points=4)
    assert ledger.due()[0] == "2026-06-01T12:15:00.000000+00:00#m-1"

    ledger.post_hold(points=2)
    assert ledger.due() == before
    assert datetime.fromisoformat(before[0].split("#")[0]) == datetime(2028, 7, 1, tzinfo=UTC)
