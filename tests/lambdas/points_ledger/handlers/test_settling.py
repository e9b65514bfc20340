"""What is due is booked by a job too: once, for everybody, and whatever became of other books."""

from datetime import timedelta

import pytest

from lambdas.points_ledger.handlers import settle_due
from lambdas.points_ledger.storage.ledger import SHARDS
from pbckit.runtime.keys import shard_of
from pbckit.runtime.ports import Page, Put, Query
from pbckit.testing.world import STORE
from tests.lambdas.points_ledger.outside import Ledger, calculated


def test_what_is_due_is_booked_once(ledger: Ledger):
    ledger.post(calculated(points=10))
    ledger.hold(points=4)
    assert ledger.settle_due() == 0

    ledger.wait(days=1000)
    assert ledger.settle_due() == 1
    kinds = [line.kind for line in ledger.statement().lines]
    assert kinds == ["expired", "released", "held", "earned"]
    assert ledger.due() == []
    before = (ledger.world.store, ledger.world.outbox)
    assert ledger.settle_due() == 0
    assert (ledger.world.store, ledger.world.outbox) == before
    assert ledger.verify().fault is None


def test_of_two_things_at_one_moment_the_hold_ends_first(ledger: Ledger):
    ledger.post(calculated(points=10))
    july = ledger.forecast().expiring[0].expires_at
    ledger.wait_until(july - timedelta(days=1))
    ledger.hold(points=4, expires_at=july)
    ledger.wait_until(july)
    ledger.settle_due()

    assert [(line.kind, line.points) for line in ledger.statement(limit=2).lines] == [("expired", -10), ("released", 0)]


def test_what_is_due_of_many_holds_is_booked_in_one_run(ledger: Ledger):
    """More lines than one transaction takes."""
    ledger.post(calculated(points=35))
    for number in range(35):
        ledger.hold(f"h-{number}", 1)
    ledger.wait(hours=1)

    assert ledger.settle_due() == 1
    assert len(ledger.published("HoldReleased")) == 35
    assert [event["metadata"]["sequence"] for event in ledger.published()] == list(range(1, 72))
    assert ledger.balance().spendable_points == 35


def test_one_run_settles_every_shard(ledger: Ledger):
    members = [f"m-{number}" for number in range(30)]
    for member in members:
        ledger.post(calculated(f"p-{member}", member))
    ledger.wait(days=1000)

    assert len({shard_of(member, SHARDS) for member in members}) > 1
    assert ledger.settle_due() == 30
    assert set(ledger.balances().values()) == {0}


def _spoil(ledger: Ledger, member_id: str, **changes: object) -> None:
    item = ledger.world.tables.get(STORE, {"pk": f"member#{member_id}", "sk": "account"})
    assert item is not None
    ledger.world.tables.transact([Put(table=STORE, item={**item, **changes}, read_as=dict)])


@pytest.mark.parametrize(
    "changes",
    [{"lots": {"2028-07": -5}}, {"lots": {"tomorrow": 5}}, {"lots": 5}, {"debt_points": -1}, {"version": 0}],
)
def test_spoilt_books_do_not_hold_up_those_of_others(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, changes: dict[str, object]
):
    """Not even many of them: they stay due, and a run goes on behind them."""
    monkeypatch.setattr(settle_due, "OF_A_STEP", 2)
    same_shard = [f"m-{number}" for number in range(200) if shard_of(f"m-{number}", SHARDS) == shard_of("m-0", SHARDS)]
    spoilt, sound = same_shard[:4], same_shard[4]
    for member in spoilt:
        ledger.post(calculated(f"p-{member}", member))
        _spoil(ledger, member, **changes)
    ledger.wait(days=1)
    ledger.post(calculated("p-sound", sound))
    ledger.wait(days=1000)

    assert ledger.settle_due() == 1
    assert ledger.balance(sound).balance_points == 0
    assert [event["data"]["member_id"] for event in ledger.published("PointsExpired")] == [sound]


def test_a_run_settles_as_many_as_it_has_time_for_and_the_next_one_goes_on(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(settle_due, "OF_A_STEP", 1)
    monkeypatch.setattr(settle_due, "LASTS", timedelta(milliseconds=10))
    members = [f"m-{number}" for number in range(200) if shard_of(f"m-{number}", SHARDS) == shard_of("m-0", SHARDS)][:5]
    for member in members:
        ledger.post(calculated(f"p-{member}", member))
    ledger.wait(days=1000)

    runs = [ledger.settle_due() for _ in range(20)]
    assert (sum(runs), max(runs)) == (5, 1)
    assert ledger.due() == []


def test_who_books_at_the_same_moment_books_what_is_due(ledger: Ledger):
    ledger.post(calculated(points=10))
    ledger.wait(days=1000)
    ledger.world.tables.before_transaction = lambda: ledger.post(calculated("p-2", points=3, posted_at=ledger.now))

    assert ledger.settle_due() == 0
    assert ledger.balance().balance_points == 3
    assert len(ledger.published("PointsExpired")) == 1
    assert ledger.settle_due() == 0


def test_a_member_at_whom_everybody_is_does_not_hold_up_others(ledger: Ledger):
    members = [f"m-{number}" for number in range(200) if shard_of(f"m-{number}", SHARDS) == shard_of("m-0", SHARDS)][:2]
    for member in members:
        ledger.post(calculated(f"p-{member}", member))
    ledger.wait(days=1000)
    ask, waiting = ledger.world.tables.query, [12]

    def at_the_first(query: Query) -> Page:
        page = ask(query)
        if query.key_value.startswith("due#") and page.items and waiting:
            ledger.world.tables.conflicts = waiting.pop()
        return page

    ledger.world.tables.query = at_the_first

    assert ledger.settle_due() == 1
    assert ledger.settle_due() == 1
