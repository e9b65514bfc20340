"""The points inside an invocation at which it can be held up or killed: before and after each call to the world."""

from devtools.simulation.faults import Decisions, Fault
from devtools.simulation.scheduler import Scheduler
from devtools.simulation.tasks import Killed

_LONGEST_PAUSE_SECONDS = 20.0


class Steps:
    """Holds up and kills."""

    def __init__(self, scheduler: Scheduler, decisions: Decisions) -> None:
        self._scheduler = scheduler
        self._decisions = decisions

    def before(self, call: str) -> None:
        """A call is about to be made.

        Raises:
            Killed: it is not.
        """
        if self._decisions.strikes(Fault.PAUSED, call):
            share = self._decisions.share(f"pause before {call} at {self._scheduler.seconds}")
            # Mostly moments, as others then come in between; some so long that the time is up.
            self._scheduler.pause(_LONGEST_PAUSE_SECONDS * share**3)
        if self._decisions.strikes(Fault.KILLED, call):
            raise Killed

    def after(self, call: str) -> None:
        """A call was made, and the world has changed.

        Raises:
            Killed: nobody sees the answer.
        """
        if self._decisions.strikes(Fault.KILLED_AFTER, call):
            raise Killed
