"""The ledger as its events make it: whatever their order, their duplicates and the failures in between."""

import json
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.points_calculation import PointsCalculated
from contracts.points_ledger import Balance
from lambdas.points_ledger.model import booking
from lambdas.points_ledger.model.account import Account
from lambdas.points_ledger.storage.ledger import Ledger as LedgerStore
from lambdas.points_ledger.storage.records import KeptPosting
from pbckit.runtime.ports import Put, TransactionConflict
from pbckit.runtime.unit_of_work import StillContended
from pbckit.testing.calls import RefusedCall
from pbckit.testing.deliveries import bus_event, changed
from pbckit.testing.world import BEGIN, STORE
from tests.lambdas.points_ledger.outside import Ledger, calculated


def test_what_was_calculated_is_booked_and_told(ledger: Ledger):
    ledger.post(calculated(points=5))
    ledger.post(calculated("p-2", points=7), correlation_id="c-2", trace_header="Root=1-a-b")

    assert ledger.balance() == Balance(member_id="m-1", balance_points=12, spendable_points=12, version=2)
    first, second = ledger.published()
    assert (second["source"], second["type"]) == ("points-ledger", "PointsPosted")
    assert second["data"] == {
        "posting_id": "p-2",
        "member_id": "m-1",
        "points": 7,
        "balance_points": 12,
        "debt_points": 0,
        "hash": ledger.verify().hash,
        "forfeited_points": 0,
        "reported_for": None,
    }
    assert [event["metadata"]["sequence"] for event in (first, second)] == [1, 2]
    metadata = second["metadata"]
    assert (metadata["aggregate_id"], metadata["correlation_id"]) == ("m-1", "c-2")
    assert (metadata["causation_id"], metadata["trace_header"]) == ("event-p-2", "Root=1-a-b")


def test_a_purchase_that_earns_nothing_is_booked_too(ledger: Ledger):
    ledger.post(calculated(points=0))

    assert (ledger.balance().balance_points, ledger.balance().version) == (0, 1)


def test_the_same_event_again_changes_nothing(ledger: Ledger):
    for _ in range(3):
        ledger.post(calculated())

    assert (ledger.balance().balance_points, len(ledger.published())) == (5, 1)
    assert ledger.refusals() == []


def test_the_same_posting_by_another_event_changes_nothing(ledger: Ledger):
    """A producer that tells the same purchase twice: the posting id knows it, where the inbox cannot."""
    ledger.post(calculated())
    ledger.post(calculated(), event_id="event-again")

    assert (ledger.balance().balance_points, len(ledger.published())) == (5, 1)
    assert ledger.refusals() == []


def test_the_same_event_id_with_other_content_is_refused(ledger: Ledger):
    body = bus_event(calculated())
    ledger.deliver(body)
    ledger.deliver(changed(body, points=6))

    assert ledger.balance().balance_points == 5
    assert ledger.refusals() == ["ConflictingMessage: event event-1 was handled before with other content"]


def test_the_same_event_id_is_refused_for_what_no_line_says_and_known_in_a_replay(ledger: Ledger):
    """The category is nowhere in the books: the event itself is remembered, not only what was made of it."""
    body = bus_event(calculated())
    ledger.deliver(body)
    other = changed(body, category="another")
    ledger.deliver(json.dumps(json.loads(other) | {"replay-name": "r-1"}))
    assert ledger.refusals() == []
    ledger.deliver(other)

    assert ledger.refusals() == ["ConflictingMessage: event event-1 was handled before with other content"]
    assert (ledger.balance().balance_points, ledger.world.inbox) == (5, [])


def test_a_posting_of_a_former_release_is_known_by_its_content(ledger: Ledger):
    """It had an inbox marker, and its record does not say which event told of it."""
    ledger.post(calculated())
    (kept,) = [item for item in ledger.world.store if item["sk"] == "posting"]
    former = {name: value for name, value in kept.items() if name != "told_by"}
    ledger.world.tables.transact([Put(table=STORE, item=former, read_as=KeptPosting)])
    ledger.post(calculated())
    ledger.post(calculated(points=6))

    assert (ledger.balance().balance_points, len(ledger.lines())) == (5, 1)
    assert ledger.refusals() == ["ConflictingPosting: posting p-1 was booked before with another points"]


def test_a_purchase_is_no_number_to_be_written_down(ledger: Ledger):
    """The first event of a purchase cannot be missing: corrections wait for it."""
    ledger.post(calculated())

    assert [item["pk"] for item in ledger.world.tables.all(STORE) if item["pk"].startswith("seen#")] == []


def test_the_same_posting_id_with_other_content_is_refused_and_the_difference_named(ledger: Ledger):
    ledger.post(calculated())
    ledger.post(calculated(points=6), event_id="event-2")
    ledger.post(calculated(member_id="m-2"), event_id="event-3")

    assert ledger.balances() == {"m-1": 5}
    assert ledger.refusals() == [
        "ConflictingPosting: posting p-1 was booked before with another points",
        "ConflictingPosting: posting p-1 was booked before with another member_id",
    ]
    assert [json.loads(body)["detail"]["metadata"]["event_id"] for body, _ in ledger.world.dead_letters.sent] == [
        "event-2",
        "event-3",
    ]


def test_two_postings_at_the_same_moment_are_both_booked(ledger: Ledger):
    ledger.world.tables.before_transaction = lambda: ledger.post(calculated("p-2", points=7))
    ledger.post(calculated("p-1", points=5))

    assert ledger.balance() == Balance(member_id="m-1", balance_points=12, spendable_points=12, version=2)
    assert [line.balance_points for line in ledger.statement().lines] == [12, 7]


def test_the_same_posting_twice_at_the_same_moment_is_booked_once(ledger: Ledger):
    ledger.world.tables.before_transaction = lambda: ledger.post(calculated(), event_id="event-other")
    ledger.post(calculated())

    assert (ledger.balance().balance_points, len(ledger.lines())) == (5, 1)
    assert ledger.refusals() == []


def test_the_same_posting_id_for_two_members_at_the_same_moment_is_booked_for_one(ledger: Ledger):
    ledger.world.tables.before_transaction = lambda: ledger.post(calculated(member_id="m-2"), event_id="event-other")
    ledger.post(calculated(member_id="m-1"))

    assert ledger.balances() == {"m-2": 5}
    assert ledger.refusals() == ["ConflictingPosting: posting p-1 was booked before with another member_id"]


def test_lines_are_only_ever_added(ledger: Ledger):
    before = Account(member_id="m-1", version=3)
    line, after = before.booked(booking.earned(before, calculated(), "2028-07", BEGIN), BEGIN)
    put_account, put_line, *index = LedgerStore(ledger.world.runtime).book(before, after, [line])

    assert isinstance(put_account, Put)
    assert (put_account.item["version"], put_account.expect) == (4, {"version": 3})
    assert isinstance(put_line, Put)
    assert (put_line.item["sk"], put_line.expect) == ("line#000000000004", {"pk": None})
    assert len(index) == 1


def test_a_posting_that_cannot_be_committed_is_delivered_again(ledger: Ledger):
    ledger.world.tables.conflicts = 1000
    with pytest.raises((TransactionConflict, StillContended)):
        ledger.post(calculated())
    assert (ledger.world.store, ledger.world.outbox, ledger.world.inbox) == ([], [], [])

    ledger.world.tables.conflicts = 3
    ledger.post(calculated())
    assert ledger.balance().balance_points == 5


purchases = st.lists(
    st.builds(
        calculated,
        st.uuids().map(str),
        st.sampled_from(["m-1", "m-2", "m-3"]),
        st.integers(min_value=0, max_value=1_000_000),
    ),
    max_size=12,
    unique_by=lambda event: event.purchase_id,
)


@settings(max_examples=60)
@given(events=purchases, copies=st.integers(min_value=1, max_value=3), chance=st.randoms(use_true_random=False))
def test_any_order_and_any_duplication_give_the_same_balances(
    events: list[PointsCalculated], copies: int, chance: random.Random
):
    expected: Counter[str] = Counter()
    for event in events:
        expected[event.member_id] += event.points
    deliveries = [event for event in events for _ in range(copies)]
    chance.shuffle(deliveries)
    ledger = Ledger()

    for event in deliveries:
        if chance.random() < 0.3:
            ledger.world.tables.conflicts = chance.randrange(4)
        if chance.random() < 0.3:
            other = chance.choice(events)
            ledger.world.tables.before_transaction = lambda other=other: ledger.post(other)
        ledger.post(event)
    ledger.world.tables.before_transaction = None

    assert ledger.balances() == dict(expected)
    assert len(ledger.published()) == len(ledger.lines()) == len(events)
    assert ledger.refusals() == []
    assert sum(entry.amount_points for line in ledger.lines() for entry in line.entries) == 0
    for member in expected:
        _require_consistent(ledger, member)


def _require_consistent(ledger: Ledger, member: str) -> None:
    """Statement, events and account tell the same story, without a gap."""
    lines = ledger.statement(member).lines[::-1]
    assert [line.sequence for line in lines] == list(range(1, len(lines) + 1))
    total = 0
    for line in lines:
        total += line.points
        assert line.balance_points == total
    account = ledger.balance(member)
    assert (account.balance_points, account.version) == (total, len(lines))
    told = [event for event in ledger.published() if event["data"]["member_id"] == member]
    told.sort(key=lambda event: event["metadata"]["sequence"])
    assert [(event["data"]["posting_id"], event["data"]["balance_points"]) for event in told] == [
        (line.posting_id, line.balance_points) for line in lines
    ]


def test_a_statement_is_read_newest_first_with_the_balance_after_each(ledger: Ledger):
    for number in range(1, 4):
        ledger.post(calculated(f"p-{number}", points=number * 10))

    found = ledger.statement()
    assert (found.balance_points, found.next) == (60, None)
    assert [(line.posting_id, line.points, line.balance_points) for line in found.lines] == [
        ("p-3", 30, 60),
        ("p-2", 20, 30),
        ("p-1", 10, 10),
    ]
    assert {(line.kind, line.text, line.posted_at) for line in found.lines} == {
        ("earned", "2 points per EUR; Summer", BEGIN)
    }


@pytest.mark.parametrize(("limit", "pages"), [(1, 12), (5, 3), (6, 2), (12, 1), (13, 1)])
def test_pages_of_a_statement_join_to_the_whole(ledger: Ledger, limit: int, pages: int):
    for number in range(12):
        ledger.post(calculated(f"p-{number}"))
    ledger.post(calculated("p-other", member_id="m-10"))

    read = [ledger.statement(limit=limit)]
    while read[-1].next is not None:
        read.append(ledger.statement(limit=limit, before=read[-1].next))

    assert [line.sequence for page in read for line in page.lines] == list(range(12, 0, -1))
    assert len(read) == pages
    assert all(page.balance_points == 60 for page in read)


def test_a_page_stays_as_it_was_when_something_is_posted_meanwhile(ledger: Ledger):
    for number in range(4):
        ledger.post(calculated(f"p-{number}"))
    first = ledger.statement(limit=2)
    ledger.post(calculated("p-meanwhile"))

    assert [line.sequence for line in ledger.statement(limit=2, before=first.next).lines] == [2, 1]


@pytest.mark.parametrize("limit", [0, 1001, "all"])
def test_a_page_has_a_sensible_size(ledger: Ledger, limit: object):
    with pytest.raises(RefusedCall, match=r"limit"):
        ledger.statement(limit=limit)
