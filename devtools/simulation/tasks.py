"""Invocations that can stand still in the middle of a call and go on later.

Each has a thread of its own, but only one thread runs at any moment: whoever resumes an invocation waits until it
parks or ends. So nothing depends on how the machine schedules threads.
"""

import threading
from collections.abc import Callable


class Killed(BaseException):
    """The invocation ends here, as a process that is gone: nobody in it may catch this and carry on."""


class TimedOut(Killed):
    """The invocation took too long."""


class Worker:
    """A thread that does one piece of work at a time, for as long as it is let."""

    def __init__(self) -> None:
        # A lock that is held until somebody else releases it: the cheapest baton there is.
        self._go, self._back = threading.Lock(), threading.Lock()
        self._go.acquire()
        self._back.acquire()
        self._work: Callable[[], None] | None = None
        self._killed = False
        threading.Thread(target=self._serve, daemon=True, name="simulated").start()

    @property
    def busy(self) -> bool:
        """Whether a piece of work is under way."""
        return self._work is not None

    def begin(self, work: Callable[[], None]) -> None:
        """Do something until it parks or ends. The work must catch what it raises."""
        self._work = work
        self.resume()

    def resume(self, *, killed: bool = False) -> None:
        """Go on until the next stop or the end.

        Args:
            killed: raise `TimedOut` where it parked.
        """
        self._killed = killed
        self._go.release()
        self._back.acquire()

    def park(self) -> None:
        """Called by the work itself: stand still until resumed.

        Raises:
            TimedOut: it is not to go on.
        """
        self._back.release()
        self._go.acquire()
        if self._killed:
            raise TimedOut

    def stop(self) -> None:
        """End the thread. It must not be busy."""
        self._go.release()

    def _serve(self) -> None:
        while True:
            self._go.acquire()
            if self._work is None:
                return
            self._work()
            self._work = None
            self._back.release()
