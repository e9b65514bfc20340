"""How long the scheduled jobs take where there are millions of members."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import msgspec

from lambdas.points_ledger.handlers import reconcile, settle_due
from lambdas.points_ledger.storage.ledger import SHARDS
from pbckit.runtime.resumable import LASTS
from pbckit.sandbox.graph import Graph

FILE = Path(__file__).with_name("jobs.yaml")
_BEHIND: Mapping[str, str] = {"reconcile": reconcile.BEHIND, "settle-due": settle_due.BEHIND}
_SCHEDULE, _ALARM = "aws:scheduler/schedule:Schedule", "aws:cloudwatch/metricAlarm:MetricAlarm"
_MINUTES = re.compile(r"rate\((\d+) minutes?\)")


class Taken(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a job goes through. The fields are explained in the data file."""

    unit: str
    function: str
    of: str
    members: int
    seconds: float
    reads: float
    writes: float


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    measured: date
    jobs: Sequence[Taken]


@dataclass(frozen=True, kw_only=True)
class Round:
    """One round of a job."""

    taken: Taken
    lasts: timedelta
    """A run, at most."""
    every: timedelta
    """A run begins."""
    may_be_behind: timedelta
    """Then its alarm rings."""
    shards: int = SHARDS

    @property
    def at_once(self) -> float:
        """Runs that are at work at one moment, on average, where there is work for all."""
        return min(self.shards, self.lasts / self.every)

    @property
    def members_of_a_run(self) -> int:
        """For whom a run has time."""
        return int(self.lasts.total_seconds() / self.taken.seconds)

    @property
    def whole(self) -> timedelta:
        """From the first member to the last."""
        return timedelta(seconds=self.taken.members * self.taken.seconds / self.at_once)


def rounds(graph: Graph) -> Iterator[Round]:
    """The rounds of a program's jobs."""
    every = {one.inputs["name"]: one.inputs["scheduleExpression"] for one in graph.by_type(_SCHEDULE)}
    alarms = {one.inputs["metricName"]: one.inputs["threshold"] for one in graph.by_type(_ALARM)}
    for one in known().jobs:
        minutes = _MINUTES.fullmatch(every[f"{graph.project}-{graph.stack}-{one.unit}_{one.function}"])
        if minutes is None:
            raise ValueError(f"{one.function} has no schedule by minutes")
        yield Round(
            taken=one,
            lasts=LASTS,
            every=timedelta(minutes=int(minutes[1])),
            may_be_behind=timedelta(seconds=alarms[_BEHIND[one.function]]),
        )


def known() -> _File:
    """What was measured."""
    return msgspec.yaml.decode(FILE.read_bytes(), type=_File)
