"""Scheduled jobs that go through more than one run can: by shard, in steps, each run from where the one before ended.

The unit's store keeps a cursor for each shard of a job:

| pk | sk | what |
|---|---|---|
| `job#<job>` | `<shard>` | how far the round that is under way is, and until when a run is at it |

A round goes through everything in a shard once. Its cursor moves after each step, so that a run that ends at its time,
or dies, loses one step at most: what is done in a step is done at least once. A run takes one shard after the other,
the one first that was left the longest ago, and none at which another run is: runs that overlap share the shards.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec
from aws_lambda_powertools.metrics import MetricUnit

from pbckit.errors import FunctionError
from pbckit.runtime.observability import count, logger
from pbckit.runtime.ports import ConditionFailed, Put, Query, TransactionConflict
from pbckit.runtime.queries import all_items
from pbckit.runtime.runtime import Runtime

LASTS = timedelta(minutes=13)
"""How long a run may, where its function has the quarter of an hour that Lambda allows."""
HELD = timedelta(minutes=5)
"""How long a shard waits for a run that died. Longer than any step takes."""
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Step:
    """What a step came to."""

    place: str | None
    """Where the next one begins; None where nothing is behind it."""
    found: Mapping[str, int]
    """What was counted in it, by name."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """Something that is done to everything, time and again."""

    name: str
    """Kebab-case, as the function is called."""
    behind: str
    """Metric of the seconds since the beginning of the last whole round, of the shard that waits the longest."""
    shards: int
    """Never fewer than there were."""
    step: Callable[[int, str | None, datetime], Step]
    """Does a part of a shard, which takes less than a minute: gets the shard, its place, and when the round began."""
    lasts: timedelta
    """When a run begins no further step. Its function has some time more."""
    pause: timedelta = timedelta()
    """From the beginning of a round to that of the next one, at least."""


class Cursor(msgspec.Struct, frozen=True, kw_only=True):
    """How far a job is in a shard."""

    place: str | None
    began_at: datetime | None
    """When the round that is under way began; None between two."""
    whole_at: datetime
    """When the last whole round began: what was there at that moment has been gone through. Before the first one, when
    the job began."""
    rounds: int
    """How many were whole."""
    found: dict[str, int]
    """What was counted in the round that is under way."""
    found_before: dict[str, int]
    """What was counted in the last whole one."""
    held_until: datetime
    """A run is at it. Until it says more, it is until then at most."""
    revision: int

    def worst(self, name: str) -> int:
        """What is known of a count: of the last whole round, or more in the one that is under way."""
        return max(self.found.get(name, 0), self.found_before.get(name, 0))


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What a run did, and where the job stands after it."""

    done: Mapping[str, int]
    """What was counted in the run."""
    cursors: Mapping[int, Cursor]
    """By shard."""
    behind: timedelta

    def worst(self, name: str) -> int:
        """What is known of a count, of all shards."""
        return sum(cursor.worst(name) for cursor in self.cursors.values())


class _TakenError(FunctionError):
    """Another run is at the shard."""


def go_on(job: Job, runtime: Runtime) -> Progress:
    """Go on with a job for as long as a run may, and send how far it is behind."""
    run = _Run(job, runtime)
    try:
        run.go()
    finally:
        # Also of a run that fails: how far the job is behind is what tells of one that always does.
        behind = run.behind()
        count(job.behind, behind.total_seconds(), MetricUnit.Seconds)
    return Progress(done=run.done, cursors=run.cursors, behind=behind)


class _Run:
    def __init__(self, job: Job, runtime: Runtime) -> None:
        self._job, self._runtime = job, runtime
        self._began_at = runtime.clock.now()
        self.done: dict[str, int] = {}
        self.cursors = self._stored()

    def go(self) -> None:
        """Take all shards that are free, those first that were left the longest ago."""
        for shard in sorted(self.cursors, key=lambda one: (self.cursors[one].held_until, one)):
            if self._is_over():
                break
            if not self._is_free(self.cursors[shard]):
                continue
            try:
                self._advance(shard)
            except _TakenError:
                logger.info("another run is at it", job=self._job.name, shard=shard)

    def behind(self) -> timedelta:
        """How far the job is behind in the shard that waits the longest."""
        now = self._runtime.clock.now()
        return max(now - cursor.whole_at for cursor in self.cursors.values())

    def _advance(self, shard: int) -> None:
        for after in self._steps(shard, self._held(shard)):
            self.cursors[shard] = self._kept(shard, after)

    def _steps(self, shard: int, cursor: Cursor) -> Iterator[Cursor]:
        """The cursors after each step, the last of them free."""
        began_at = cursor.began_at or self._runtime.clock.now()
        place, found = cursor.place, dict(cursor.found)
        while True:
            step = self._job.step(shard, place, began_at)
            self.done, found = _plus(self.done, step.found), _plus(found, step.found)
            place, now = step.place, self._runtime.clock.now()
            cursor = self.cursors[shard]
            if place is None:
                yield msgspec.structs.replace(
                    cursor,
                    place=None,
                    began_at=None,
                    whole_at=began_at,
                    rounds=cursor.rounds + 1,
                    found={},
                    found_before=found,
                    held_until=now,
                )
                return
            is_over = self._is_over()
            yield msgspec.structs.replace(
                cursor, place=place, began_at=began_at, found=found, held_until=now if is_over else now + HELD
            )
            if is_over:
                return

    def _is_free(self, cursor: Cursor) -> bool:
        now = self._runtime.clock.now()
        is_resting = cursor.began_at is None and cursor.rounds > 0 and now - cursor.whole_at < self._job.pause
        return cursor.held_until <= now and not is_resting

    def _is_over(self) -> bool:
        return self._runtime.clock.now() - self._began_at >= self._job.lasts

    def _held(self, shard: int) -> Cursor:
        """Say that this run is at a shard."""
        held_until = self._runtime.clock.now() + HELD
        held = self._kept(shard, msgspec.structs.replace(self.cursors[shard], held_until=held_until))
        self.cursors[shard] = held
        return held

    def _kept(self, shard: int, cursor: Cursor) -> Cursor:
        """Store a cursor, if it still is what this run knows.

        Raises:
            _TakenError: it is not.
        """
        kept = msgspec.structs.replace(cursor, revision=cursor.revision + 1)
        put = Put(
            table=self._runtime.store_table,
            item={"pk": self._partition, "sk": str(shard), **msgspec.to_builtins(kept)},
            read_as=Cursor,
            expect={"revision": cursor.revision or None},
        )
        try:
            self._runtime.tables.transact([put])
        except (ConditionFailed, TransactionConflict) as error:
            raise _TakenError from error
        return kept

    def _stored(self) -> dict[int, Cursor]:
        query = Query(table=self._runtime.store_table, key_name="pk", key_value=self._partition)
        known = {int(item["sk"]): msgspec.convert(item, Cursor) for item in all_items(self._runtime.tables, query)}
        new = Cursor(
            place=None,
            began_at=None,
            whole_at=self._began_at,
            rounds=0,
            found={},
            found_before={},
            held_until=_NEVER,
            revision=0,
        )
        return {shard: known.get(shard, new) for shard in range(self._job.shards)}

    @property
    def _partition(self) -> str:
        return f"job#{self._job.name}"


def _plus(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in {**one, **other}}
