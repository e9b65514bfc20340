"""Blocks: what may not be spent, by whom and why; and what they leave alone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdas.points_ledger.handlers.reconcile import reconcile
from lambdas.points_ledger.model.blocks import MOST_BLOCKS
from pbckit.testing.calls import RefusedCall
from tests.lambdas.points_ledger.handlers.test_by_hand import spoil
from tests.lambdas.points_ledger.outside import Ledger, adjusted, calculated


@pytest.fixture
def member(ledger: Ledger) -> Ledger:
    """One who has 10 points of one purchase and 30 of another."""
    ledger.post(calculated(points=10))
    ledger.post(calculated("p-2", points=30))
    return ledger


def refusal(act: Callable[[], Any]) -> tuple[str, str]:
    with pytest.raises(RefusedCall) as refused:
        act()
    name, message = refused.value.args
    return name, message


def test_all_points_of_a_member_are_blocked_also_those_to_come(member: Ledger):
    answer = member.block(note="card stolen")
    member.post(calculated("p-3", points=5))

    assert (answer.blocked_points, answer.actor) == (40, "ada")
    found = member.balance()
    assert (found.balance_points, found.spendable_points, found.blocked_points) == (45, 0, 45)
    assert refusal(lambda: member.hold(points=1)) == (
        "PointsAreBlocked",
        "member m-1 can spend 0 points, not 1: 45 are blocked",
    )


def test_the_points_of_a_purchase_are_blocked_and_the_others_are_free(member: Ledger):
    member.block(purchase_id="p-1")

    assert (member.balance().spendable_points, member.balance().blocked_points) == (30, 10)
    assert refusal(lambda: member.hold("h-2", 31))[0] == "PointsAreBlocked"
    assert member.hold("h-3", 30).points == 30
    assert refusal(lambda: member.hold("h-4", 41))[0] == "InsufficientPoints"


def test_a_block_follows_the_corrections_of_its_purchase(member: Ledger):
    member.post(adjusted("a-1", points=-4))
    member.block(purchase_id="p-1")
    assert member.balance().blocked_points == 6
    member.post(adjusted("a-2", points=-6))
    assert (member.balance().blocked_points, member.balance().spendable_points) == (0, 30)
    member.post(adjusted("a-3", points=3))
    assert member.balance().blocked_points == 3


def test_a_block_is_in_the_statement_and_told_and_moves_no_points(member: Ledger):
    before = member.totals().accounts
    member.block(purchase_id="p-1", note="card stolen")
    member.release_block(note="cleared")

    released, blocked, *_ = member.statement().lines
    assert (blocked.kind, blocked.points, blocked.posting_id, blocked.actor) == ("corrected", 0, "b-1", "ada")
    assert (blocked.text, released.text) == ("points of p-1 blocked (fraud): card stolen", "block released: cleared")
    assert released.actor == "ada"
    assert member.totals().accounts == before
    (told,) = member.published("PointsBlocked")
    assert (told["data"]["purchase_id"], told["data"]["reason"], told["data"]["actor"]) == ("p-1", "fraud", "ada")
    assert [one["data"]["block_id"] for one in member.published("PointsUnblocked")] == ["b-1"]
    assert member.verify().fault is None


def test_a_released_block_blocks_nothing_and_both_answers_are_given_again(member: Ledger):
    first = member.block()
    released = member.release_block()

    assert (released.blocked_points, member.balance().spendable_points) == (0, 40)
    assert (member.block(), member.release_block("b-1", "another word")) == (first, released)
    assert len(member.statement().lines) == 4


def test_two_blocks_of_one_purchase_count_once_and_end_apart(member: Ledger):
    member.block("b-1", purchase_id="p-2")
    member.block("b-2", purchase_id="p-2", reason="dispute")
    assert member.balance().blocked_points == 30
    assert member.release_block("b-1").blocked_points == 30
    assert member.release_block("b-2").blocked_points == 0


def test_what_cannot_be_blocked_is_refused(member: Ledger):
    member.block()
    assert refusal(lambda: member.block(reason="legal")) == (
        "ConflictingBlock",
        "block b-1 came before with another reason",
    )
    assert refusal(lambda: member.block("b-2", "nobody"))[0] == "UnknownMember"
    assert refusal(lambda: member.block("b-2", purchase_id="p-9")) == (
        "UnknownPosting",
        "nothing of purchase p-9 is booked to member m-1",
    )
    assert refusal(lambda: member.release_block("b-9"))[0] == "UnknownBlock"


def test_a_member_has_so_many_blocks_at_most(member: Ledger):
    for number in range(MOST_BLOCKS):
        member.block(f"b-{number}", purchase_id="p-1")
    assert refusal(lambda: member.block("b-more")) == (
        "TooManyBlocks",
        "member m-1 has 20 blocks: as many as there can be",
    )


def test_a_hold_that_is_open_can_be_posted_and_corrections_take_blocked_points(member: Ledger):
    member.hold(points=15)
    member.block()
    assert member.post_hold().points == 15
    member.correct(points=-20)
    assert (member.balance().balance_points, member.balance().debt_points, member.balance().blocked_points) == (5, 0, 5)


def test_a_correction_at_the_same_moment_is_in_the_block(member: Ledger):
    member.world.tables.before_transaction = lambda: member.post(adjusted("a-1", points=-4))
    assert member.block(purchase_id="p-1").blocked_points == 6


def test_an_account_that_is_computed_anew_is_blocked_as_before(member: Ledger):
    member.block(purchase_id="p-2")
    spoil(member, blocks={})
    assert member.balance().blocked_points == 0
    assert member.repair(apply=True).applied
    assert member.balance().blocked_points == 30


numbers = st.integers(min_value=0, max_value=3)
Step = tuple[str, int, int]
steps = st.lists(
    st.one_of(
        st.tuples(st.just("earn"), numbers, st.integers(min_value=1, max_value=20)),
        st.tuples(st.just("take"), numbers, st.integers(min_value=1, max_value=20)),
        st.tuples(st.just("block"), numbers, st.sampled_from([-1, 0, 1, 2, 3])),
        st.tuples(st.just("release"), numbers, st.just(0)),
        st.tuples(st.just("spend"), numbers, st.integers(min_value=1, max_value=20)),
    ),
    max_size=25,
)


@settings(max_examples=200)
@given(history=steps)
def test_whatever_happens_only_free_points_are_spent_and_the_books_are_in_order(history: list[Step]):
    """The oracle: points by purchase, what was spent, and which purchases or all are blocked."""
    ledger = Ledger()
    ledger.post(calculated("p-start", points=1))
    earned: dict[int, int] = {}
    blocks: dict[int, int] = {}
    ended: dict[int, int] = {}
    for place, (what, number, value) in enumerate(history):
        spendable = ledger.balance().spendable_points + ledger.balance().blocked_points
        free = spendable - (
            spendable
            if -1 in blocks.values()
            else min(spendable, sum(max(0, earned[one]) for one in set(blocks.values())))
        )
        assert ledger.balance().spendable_points == free
        if what == "earn" and number not in earned:
            ledger.post(calculated(f"p-{number}", points=value))
            earned[number] = value
        elif what == "take" and earned.get(number, 0) >= value:
            ledger.post(adjusted(f"a-{place}", f"p-{number}", points=-value))
            earned[number] -= value
        elif what == "block" and (value == -1 or value in earned):
            named = {} if value == -1 else {"purchase_id": f"p-{value}"}
            if number in blocks or number in ended:
                if {**blocks, **ended}[number] == value:
                    ledger.block(f"b-{number}", **named)
                else:
                    assert refusal(lambda: ledger.block(f"b-{number}", **named))[0] == "ConflictingBlock"  # noqa: B023
            else:
                ledger.block(f"b-{number}", **named)
                blocks[number] = value
        elif what == "release" and (number in blocks or number in ended):
            ledger.release_block(f"b-{number}")
            ended |= {number: blocks.pop(number)} if number in blocks else {}
        elif what == "spend":
            expires_at = ledger.now + timedelta(minutes=1)
            if value <= free:
                ledger.redeem(f"h-{place}", value)
            else:
                name, _ = refusal(lambda: ledger.hold(f"h-{place}", value, expires_at=expires_at))  # noqa: B023
                assert name == ("PointsAreBlocked" if value <= spendable else "InsufficientPoints")
    found = reconcile(ledger.world.runtime)
    assert (found.broken_books, found.unbalanced_points) == (0, 0)
    assert ledger.verify().fault is None
    assert min(ledger.balance().balance_points, ledger.balance().debt_points) >= 0
