"""A job goes on where a run ended, whatever ended it: everything is done in each round, and little of it twice."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbckit.runtime import resumable
from pbckit.runtime.observability import metrics
from pbckit.runtime.ports import Operation
from pbckit.runtime.resumable import Cursor, Job, Progress, Step, go_on
from pbckit.testing.world import STORE, World, world

SHARDS, OF_A_STEP = 3, 2
_MOST_RUNS = 400


class DiedError(Exception):
    """Lambda stopped the function."""


@dataclass
class Play:
    """Numbers in shards, a job that counts them, and runs that end as they are told."""

    sizes: Sequence[int]
    pause: timedelta = timedelta(days=1)
    """A round only, unless a test waits."""
    there: World = field(default_factory=lambda: world("points-ledger"))
    done: Counter[tuple[int, int]] = field(default_factory=Counter[tuple[int, int]])
    meanwhile: Callable[[], None] | None = None
    """Called once, within the next step."""

    def step(self, shard: int, place: str | None, _began_at: datetime) -> Step:
        first = 0 if place is None else int(place)
        numbers = range(first, min(first + OF_A_STEP, self.sizes[shard]))
        for number in numbers:
            self.done[shard, number] += 1
            self.there.clock.sleep(1)
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            meanwhile()
        following = first + OF_A_STEP
        return Step(place=str(following) if following < self.sizes[shard] else None, found={"numbers": len(numbers)})

    def run(self, seconds: float = 1e6) -> Progress:
        job = Job(
            name="count",
            behind="CountingBehind",
            shards=len(self.sizes),
            step=self.step,
            lasts=timedelta(seconds=seconds),
            pause=self.pause,
        )
        return go_on(job, self.there.runtime)

    def wait(self, **duration: float) -> None:
        self.there.clock.time += timedelta(**duration)

    def cursors(self) -> list[Cursor]:
        return [msgspec.convert(item, Cursor) for item in self.there.tables.all(STORE)]

    def every(self) -> set[tuple[int, int]]:
        return {(shard, number) for shard, size in enumerate(self.sizes) for number in range(size)}

    def is_whole(self) -> bool:
        cursors = self.cursors()
        return len(cursors) == len(self.sizes) and all(one.rounds == 1 for one in cursors)


@pytest.fixture(autouse=True)
def _no_metrics() -> Iterator[None]:
    metrics.clear_metrics()
    yield
    metrics.clear_metrics()


def dies_at(play: Play, call: int) -> None:
    """Let the function die before or after a transaction: each has two such places."""
    transact, calls = play.there.tables.transact, [0]

    def dying(operations: Sequence[Operation]) -> None:
        calls[0] += 1
        if calls[0] == call:
            raise DiedError
        transact(operations)
        calls[0] += 1
        if calls[0] == call:
            raise DiedError

    play.there.tables.transact = dying


def to_the_end(play: Play, seconds: Callable[[], float]) -> int:
    """Runs until a round is whole; how many."""
    for number in range(1, _MOST_RUNS):
        metrics.clear_metrics()
        play.run(seconds())
        if play.is_whole():
            return number
        play.wait(minutes=2)
    raise AssertionError("the round never ends")


@given(st.lists(st.integers(0, 9), min_size=1, max_size=4), st.lists(st.floats(0.001, 6), min_size=1, max_size=30))
def test_runs_that_end_at_their_time_do_everything_once(sizes: list[int], times: list[float]):
    play = Play(sizes)
    given_times = iter(times)
    to_the_end(play, lambda: next(given_times, 1))
    assert play.done == Counter(play.every())
    assert sum(one.found_before.get("numbers", 0) for one in play.cursors()) == len(play.every())


def once_dying(sizes: Sequence[int], call: int) -> Play:
    play = Play(sizes)
    dies_at(play, call)
    try:
        play.run()
    except DiedError:
        play.wait(minutes=5)
    to_the_end(play, lambda: 5)
    return play


def require_at_least_once(play: Play) -> None:
    assert set(play.done) == play.every()
    twice = [one for one, times in play.done.items() if times > 1]
    assert len(twice) <= OF_A_STEP
    # What is counted is counted once, however often it was done.
    assert sum(one.found_before.get("numbers", 0) for one in play.cursors()) == len(play.every())


@given(st.lists(st.integers(0, 9), min_size=1, max_size=SHARDS), st.integers(1, 40))
def test_a_run_that_dies_costs_one_step_at_most(sizes: list[int], call: int):
    require_at_least_once(once_dying(sizes, call))


def _never_moves(cursor: Cursor, **changes: Any) -> Cursor:
    return msgspec.structs.replace(cursor, **({**changes, "place": cursor.place} if changes.get("place") else changes))


def _forgets_what_was_found(cursor: Cursor, **changes: Any) -> Cursor:
    return msgspec.structs.replace(cursor, **({**changes, "found": {}} if changes.get("place") else changes))


def _skips(cursor: Cursor, **changes: Any) -> Cursor:
    place = changes.get("place")
    return msgspec.structs.replace(cursor, **({**changes, "place": str(int(place) + 1)} if place else changes))


@pytest.mark.parametrize("mutant", [_never_moves, _forgets_what_was_found, _skips])
def test_a_cursor_that_is_lost_is_noticed(mutant: Callable[..., Cursor], monkeypatch: pytest.MonkeyPatch):
    class Structs:
        replace = staticmethod(mutant)

    class Msgspec:
        structs, convert, to_builtins = Structs, staticmethod(msgspec.convert), staticmethod(msgspec.to_builtins)

    monkeypatch.setattr(resumable, "msgspec", Msgspec)
    noticed = 0
    for call in range(1, 20):
        try:
            require_at_least_once(once_dying([7, 3], call))
        except AssertionError:
            noticed += 1
    assert noticed


def test_runs_that_overlap_share_the_shards():
    play = Play([4, 4, 4])
    others: list[Progress] = []
    play.meanwhile = lambda: others.append(play.run())
    first = play.run()
    assert (first.done, others[0].done) == ({"numbers": 4}, {"numbers": 8})
    assert play.done == Counter(play.every())


def test_a_run_whose_shard_was_taken_leaves_it():
    """It stood still for so long that another one went on."""
    play = Play([6])

    def overtaken() -> None:
        play.wait(minutes=6)
        play.run()

    play.meanwhile = overtaken
    play.run()
    (cursor,) = play.cursors()
    assert (cursor.rounds, cursor.found_before) == (1, {"numbers": 6})
    assert play.done == Counter([*play.every(), (0, 0), (0, 1)])


def test_a_shard_of_a_run_that_died_waits_no_longer_than_it_is_held():
    play = Play([4])
    dies_at(play, 2)
    with pytest.raises(DiedError):
        play.run()
    assert play.run().done == {}
    play.wait(minutes=5)
    assert play.run().done == {"numbers": 4}


def test_the_shard_that_was_left_the_longest_ago_comes_first():
    play = Play([6, 6])
    for _ in range(6):
        play.run(1)
    assert [one.found_before for one in play.cursors()] == [{"numbers": 6}] * 2
    assert [key for key, _ in play.done.items()][:4] == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_a_round_begins_no_sooner_than_the_pause_says():
    play = Play([2], pause=timedelta(hours=1))
    assert [play.run().done for _ in range(2)] == [{"numbers": 2}, {}]
    play.wait(hours=1)
    assert play.run().done == {"numbers": 2}


def behind() -> list[int]:
    return [round(value) for value in metrics.metric_set["CountingBehind"]["Value"]]


def test_behind_is_the_shard_that_waits_the_longest():
    play = Play([2, 8])
    play.run()
    play.wait(hours=1)
    metrics.clear_metrics()
    play.pause = timedelta()
    play.run(3)
    assert behind() == pytest.approx([3600], abs=20)
    metrics.clear_metrics()
    play.run()
    assert behind() == pytest.approx([10], abs=10)


def test_a_job_that_always_fails_is_seen_to_be_behind():
    play = Play([2])

    def fails() -> None:
        raise DiedError

    for _ in range(3):
        play.meanwhile = fails
        with pytest.raises(DiedError):
            play.run()
        play.wait(hours=1)
    assert behind() == pytest.approx([0, 3600, 7200], abs=20)
