"""One look at the whole system: what each unit answers, what flows, and which unit does not answer."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pbckit.cli.client.capabilities import LambdaCapabilities
from pbckit.cli.client.session import Session
from pbckit.cli.client.unit_admins import UnitAdmins
from pbckit.cli.errors import OperatorError
from pbckit.cli.incidents.status import Alarm, UnitStatus, ringing, unit_status, without_admin
from pbckit.console.connection import Connection
from pbckit.console.flow import WINDOW, Flow, flow
from pbckit.contracts.operating import FindRecords, Health

QUESTIONS_TO_A_UNIT = 2
"""In one look: its health, and what its functions noted."""
_AT_ONCE = 4
_DEADLINE_SECONDS = 8.0
_ALARMS = "alarms"


@dataclass(frozen=True, kw_only=True)
class UnitView:
    """What a unit answered."""

    status: UnitStatus
    """As `pbc status` has it, without fallbacks."""
    health: Health
    flow: Flow


@dataclass(frozen=True, kw_only=True)
class Observation:
    """All units at one time."""

    at: datetime
    units: Mapping[str, UnitView] = field(default_factory=dict[str, UnitView])
    """Those that answered."""
    alarms: Sequence[Alarm] = ()
    silent: Mapping[str, str] = field(default_factory=dict[str, str])
    """Those that did not answer, with the reason."""
    problem: str | None = None
    """Why nothing could be asked at all, or not for the alarms."""
    questions: int = 0
    """How many unit admins were asked how often."""

    @property
    def wrong(self) -> dict[str, UnitStatus]:
        """What is wrong with units that are not healthy, also with those that have no unit admin to ask."""
        found = {unit: view.status for unit, view in self.units.items() if not view.status.healthy}
        others = {alarm.unit for alarm in self.alarms} - set(self.units)
        return found | {unit: without_admin(unit, self.alarms) for unit in sorted(others)}


class Observer:
    """Looks, again and again. A unit that keeps silent is not asked again before its last question has ended."""

    def __init__(self, connection: Connection, deadline_seconds: float = _DEADLINE_SECONDS) -> None:
        self._connection = connection
        self._deadline_seconds = deadline_seconds
        self._open: dict[str, Future[object]] = {}
        """Questions of earlier looks that have not ended, by unit."""

    def look(self) -> Observation:
        """Ask every unit. It takes the deadline at most, plus the time to open a session."""
        now = datetime.now(UTC)
        try:
            session = self._connection.ask(_as_operator)
        except OperatorError as error:
            return Observation(at=now, problem=str(error))
        self._open = {unit: future for unit, future in self._open.items() if not future.done()}
        left_alone = dict.fromkeys(self._open, "it has not answered an earlier question yet")
        asked = [unit for unit in session.units if unit not in left_alone]
        jobs: dict[str, Callable[[Session], object]] = {unit: _question(unit, now) for unit in asked}
        answers, silent = self._answers({_ALARMS: ringing, **jobs})
        return _observation(now, answers, left_alone | silent, QUESTIONS_TO_A_UNIT * len(asked))

    def _answers(self, jobs: Mapping[str, Callable[[Session], object]]) -> tuple[dict[str, object], dict[str, str]]:
        """What the jobs give until the deadline, and why the others give nothing."""
        threads = ThreadPoolExecutor(max_workers=_AT_ONCE)
        futures = {name: threads.submit(self._connection.ask, job) for name, job in jobs.items()}
        wait(futures.values(), timeout=self._deadline_seconds)
        threads.shutdown(wait=False, cancel_futures=True)
        answers: dict[str, object] = {}
        silent: dict[str, str] = {}
        for name, future in futures.items():
            if future.cancelled():
                silent[name] = "it was not asked: other units took too long"
            elif not future.done():
                silent[name] = f"no answer within {self._deadline_seconds:g} s"
                self._open[name] = future
            elif isinstance(error := future.exception(), OperatorError):
                silent[name] = str(error)
            else:
                answers[name] = future.result()
        return answers, silent


def _as_operator(session: Session) -> Session:
    """The session, once the role is assumed under which unit admins are asked: without it, each would say the same."""
    session.client("lambda")
    return session


def _question(unit: str, now: datetime) -> Callable[[Session], tuple[Health, Flow]]:
    def ask(session: Session) -> tuple[Health, Flow]:
        unit_admins = UnitAdmins(LambdaCapabilities(session))
        found = unit_admins.find(unit, FindRecords(kind="hop", since=now - WINDOW, until=now))
        return unit_admins.health(unit), flow(found, now)

    return ask


def _observation(now: datetime, answers: Mapping[str, object], silent: dict[str, str], questions: int) -> Observation:
    alarms: list[Alarm] = answers.get(_ALARMS, [])  # pyright: ignore[reportAssignmentType] as `ringing` gives them
    problem = silent.pop(_ALARMS, None)
    units: dict[str, UnitView] = {}
    for unit, answer in answers.items():
        if isinstance(answer, tuple):
            health, rates = answer
            units[unit] = UnitView(status=unit_status(health, alarms, ()), health=health, flow=rates)
    return Observation(
        at=now,
        units=units,
        alarms=alarms,
        silent=silent,
        problem=f"alarms: {problem}" if problem else None,
        questions=questions,
    )
