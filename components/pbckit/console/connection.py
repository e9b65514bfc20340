"""The operator's session, opened when it is needed, and anew when it fails or grows old."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from pbckit.cli.client.session import Session, open_session
from pbckit.cli.errors import Unreachable
from pbckit.infra.environment import EMBEDDED
from pbckit.sandbox.graph import export_name

T = TypeVar("T")

LONGEST_SECONDS = 1800
"""Half of what AWS lets an assumed role live by default."""


@dataclass(kw_only=True)
class Connection:
    """To one stack. Several threads may use it."""

    stack: str
    folder: Path
    """Where the state of a sandbox is."""
    now: Callable[[], float] = time.monotonic
    _session: Session | None = None
    _opened_at: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def deployed(self) -> Path | None:
        """What the sandbox has written down of the stack when it was deployed; None for a stack that is not in one."""
        file = self.folder / export_name(self.stack)
        return file if self.stack in EMBEDDED and file.exists() else None

    def session(self) -> Session:
        """The session, not older than `LONGEST_SECONDS`.

        Raises:
            Unreachable: there is no such stack, no sandbox, or the role cannot be assumed.
        """
        with self._lock:
            if self._session is None or self.now() - self._opened_at > LONGEST_SECONDS:
                self._session = None  # An old one is not kept where no new one can be had.
                self._session, self._opened_at = open_session(self.stack, self.folder), self.now()
            return self._session

    def ask(self, question: Callable[[Session], T]) -> T:
        """Use the session. After a failure the next use opens a new one: credentials expire, a sandbox starts anew.

        Raises:
            Unreachable: as for `session`, or AWS does not answer.
            OperatorError: whatever the question raises.
        """
        try:
            return question(self.session())
        except Unreachable:
            self._forget()
            raise
        except (BotoCoreError, ClientError) as error:
            self._forget()
            raise Unreachable(str(error)) from error

    def _forget(self) -> None:
        with self._lock:
            self._session = None
