"""Which quota a load of purchases meets, and which of them first."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from ops.capacity.way import Deployed, Way
from pbckit.cli.errors import OperatorError

FILE = Path(__file__).with_name("quotas.yaml")


class Quota(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A quota of AWS. The fields are explained in the data file."""

    text: str
    raised: str = msgspec.field(name="raise")
    source: str
    default: int
    regions: Mapping[str, int] = {}
    adjustable: bool = True

    def of(self, region: str) -> int:
        """The quota in a region."""
        return self.regions.get(region, self.default)


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    quotas: Mapping[str, Quota]


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """Something that carries so many purchases a second and no more."""

    what: str
    takes: float
    """What one purchase a second takes of it."""
    allowed: float
    carries: float
    """Purchases a second."""
    raised: str
    """How it becomes more."""
    at_most: float | None = None
    """Purchases a second when all is raised that can be; None where AWS names no end."""


def quotas() -> Mapping[str, Quota]:
    """The quotas, by name."""
    return msgspec.yaml.decode(FILE.read_bytes(), type=_File).quotas


def with_given(known: Mapping[str, Quota], given: Mapping[str, int]) -> dict[str, Quota]:
    """The quotas as an account has them.

    Raises:
        OperatorError: there is no quota of such a name, or AWS raises it for nobody.
    """
    for name, number in given.items():
        if name not in known:
            raise OperatorError(f"no quota {name!r}: there are {', '.join(known)}")
        if not known[name].adjustable and number > known[name].default:
            raise OperatorError(f"quota {name} is {known[name].default:,} for everybody, not {number:,}")
    return {
        name: msgspec.structs.replace(quota, default=given[name], regions={}) if name in given else quota
        for name, quota in known.items()
    }


def limits(way: Way, region: str, known: Mapping[str, Quota]) -> list[Limit]:
    """All that the load meets, what carries the least first."""
    return sorted(_limits(way, region, known), key=lambda limit: (limit.carries, limit.what))


def _limits(way: Way, region: str, known: Mapping[str, Quota]) -> Iterator[Limit]:
    for one in way.steps:
        yield from _of_step(one, way, known["mapping-concurrency"].of(region))
    taken = {
        "lambda-concurrency": sum(one.seconds / one.side_by_side for one in way.steps),
        "workflow-concurrency": sum(one.step.waits for one in way.steps if one.step.starts),
        "put-events": way.outside.events + sum(one.step.events for one in way.steps),
        "invocations": sum(one.step.by == "queue" for one in way.steps),
    }
    for name, takes in taken.items():
        yield _of_quota(known[name], takes, region)
    for name, tables in (("table-writes", writes_by_table(way)), ("table-reads", reads_by_table(way))):
        table, takes = max(tables.items(), key=lambda pair: pair[1])
        yield _of_quota(known[name], takes, region, of=f"{table}: ")


def writes_by_table(way: Way) -> Mapping[str, float]:
    """Write units of a purchase by table: the store of each unit, and its outbox."""
    found = defaultdict[str, float](float)
    for one in way.steps:
        found[f"{one.step.unit}_store"] += one.write - one.outbox_write
        found[f"{one.step.unit}_outbox"] += one.outbox_write
    return found


def reads_by_table(way: Way) -> Mapping[str, float]:
    """Read units of a purchase by table: nothing on the way reads an outbox."""
    found = defaultdict[str, float](float)
    for one in way.steps:
        found[f"{one.step.unit}_store"] += one.read
    return found


def _of_step(one: Deployed, way: Way, most: int) -> Iterator[Limit]:
    if one.ceiling is not None:
        yield _limit(
            f"{one.step.name}: executions at once",
            one.seconds / one.side_by_side,
            one.ceiling,
            f"`rewards:maximumConcurrency`, at most {most:,} messages; beyond it a shorter run",
            at_most=most / one.seconds,
        )
    if one.shards is not None:
        yield _limit(
            f"{one.step.name}: events of a new table's shards",
            one.step.events,
            one.shards * way.relay.events_a_second,
            "more shards: a table that has grown has them, and one that was warmed",
        )


def _of_quota(quota: Quota, takes: float, region: str, of: str = "") -> Limit:
    return _limit(f"{of}{quota.text}", takes, quota.of(region), quota.raised)


def _limit(what: str, takes: float, allowed: float, raised: str, at_most: float | None = None) -> Limit:
    return Limit(
        what=what,
        takes=takes,
        allowed=allowed,
        carries=allowed / takes,
        raised=raised,
        at_most=at_most,
    )
