"""The measures of software delivery, of each unit.

After *DORA's software delivery metrics* (https://dora.dev/guides/dora-metrics/), with the regression cycle beside them:

| measure | here |
|---|---|
| deployment frequency | deployments that succeeded, per week of the period |
| lead time | from a commit that touches the unit to the end of the first deployment that has it; the median |
| change failure rate | deployments that failed, or that the next one took back, of all deployments |
| time to restore | from the end of such a deployment to the end of the next one that succeeded; the median |
| regression cycle | seconds that the unit's own tests take, as its pipeline recorded them |
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from pbckit.cli.delivery.commits import Commit, Commits
from pbckit.cli.delivery.history import ALL_UNITS, Deployment

_WEEK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """The measures of one unit over a period. None where there is nothing to measure."""

    unit: str
    deployments: int
    failures: int
    per_week: float
    lead_time_hours: float | None
    change_failure_rate: float | None
    """Between 0 and 1."""
    time_to_restore_hours: float | None
    regression_cycle_seconds: float | None
    commits: int
    """Commits that touch the unit in the period."""
    alone: float | None
    """Share of these that touch no other unit."""


@dataclass(frozen=True)
class Period:
    """From one instant up to another."""

    since: datetime
    until: datetime

    @property
    def weeks(self) -> float:
        """Its length; at least a day, so that a rate over it makes sense."""
        return max(self.until - self.since, timedelta(days=1)) / _WEEK

    def holds(self, instant: datetime) -> bool:
        """True if an instant lies in it."""
        return self.since <= instant <= self.until


def owner_of(path: str, units: Iterable[str]) -> str | None:
    """The unit that a file of the project belongs to, by its folder or its name; None if none."""
    *folders, file = (part.replace("_", "-") for part in path.split("/"))
    return next((unit for unit in units if unit in folders or file.partition(".")[0] == unit), None)


def measure(
    units: Sequence[str],
    deployments: Sequence[Deployment],
    commits: Commits,
    period: Period,
    cycles: Mapping[str, float],
) -> list[Delivery]:
    """The measures of each unit, in their order."""
    touched = {commit.id: {owner_of(path, units) for path in commit.paths} - {None} for commit in commits.ordered}
    return [_of_unit(unit, deployments, commits, touched, period, cycles.get(unit)) for unit in units]


def _of_unit(
    unit: str,
    deployments: Sequence[Deployment],
    commits: Commits,
    touched: Mapping[str, set[str | None]],
    period: Period,
    cycle: float | None,
) -> Delivery:
    own = [one for one in deployments if one.unit in (unit, ALL_UNITS)]
    inside = [one for one in own if period.holds(one.ended_at)]
    failed = [one for one in failures(own, commits) if period.holds(one.ended_at)]
    mine = [one for one in commits.ordered if unit in touched[one.id] and period.holds(one.made_at)]
    return Delivery(
        unit=unit,
        deployments=len(inside),
        failures=len(failed),
        per_week=sum(one.succeeded for one in inside) / period.weeks,
        lead_time_hours=_median_hours(
            ended_at - commit.made_at
            for commit, ended_at in delivered(own, commits)
            if unit in touched[commit.id] and period.holds(ended_at)
        ),
        change_failure_rate=len(failed) / len(inside) if inside else None,
        time_to_restore_hours=_median_hours(
            restored.ended_at - one.ended_at for one in failed if (restored := _restored(own, one)) is not None
        ),
        regression_cycle_seconds=cycle,
        commits=len(mine),
        alone=sum(touched[one.id] == {unit} for one in mine) / len(mine) if mine else None,
    )


def failures(deployments: Sequence[Deployment], commits: Commits) -> list[Deployment]:
    """The deployments that failed, and those that the next of their stack took back by going to an older commit."""
    found: list[Deployment] = []
    for stack in dict.fromkeys(one.stack for one in deployments):
        of_stack = [one for one in deployments if one.stack == stack]
        for one, following in zip(of_stack, [*of_stack[1:], None], strict=True):
            taken_back = following is not None and commits.goes_back(one.commit, following.commit)
            if not one.succeeded or taken_back:
                found.append(one)
    return found


def delivered(deployments: Sequence[Deployment], commits: Commits) -> Iterator[tuple[Commit, datetime]]:
    """Each commit, and when the first deployment with it ended; stack by stack.

    The first deployment of a stack brings everything there ever was: it tells nothing and is left out.
    """
    for stack in dict.fromkeys(one.stack for one in deployments):
        succeeded = [one for one in deployments if one.stack == stack and one.succeeded]
        known = set(commits.ancestors(succeeded[0].commit)) if succeeded else set[str]()
        for before, after in pairwise(succeeded):
            new = [one for one in commits.between(before.commit, after.commit) if one.id not in known]
            known.update(one.id for one in new)
            yield from ((one, after.ended_at) for one in new)


def _restored(deployments: Sequence[Deployment], failed: Deployment) -> Deployment | None:
    later = (one for one in deployments if one.stack == failed.stack and one.ended_at > failed.ended_at)
    return next((one for one in later if one.succeeded), None)


def _median_hours(spans: Iterable[timedelta]) -> float | None:
    hours = [span / timedelta(hours=1) for span in spans]
    return median(hours) if hours else None
