"""A console on scripted unit admins that have very much to show, as a process of its own; it prints its address."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

import msgspec

from pbckit.cli.client.session import Session
from pbckit.console import connection
from pbckit.console.connection import Connection
from pbckit.console.listening import listening
from pbckit.console.pages import PAGES
from pbckit.console.poller import Pace
from pbckit.console.server import serve
from pbckit.contracts.decoding import ready
from pbckit.contracts.envelope import Reply
from pbckit.contracts.operating import AdminAnswer, AdminRequest, FindRecords, Records, unit_admin
from tests.conftest import ROOT
from tests.ops.aws import Aws
from tests.ops.unit_admins import ScriptedAdmin, letter, record, unit_admins

LETTERS = 100_000
QUEUE = "points-ledger/post-points-queue-dlq"
EVENTS_A_SECOND = 1_000
BUSY, EVENT = "earn-points", "PurchasePosted"
EVERY_SECONDS = 1.0


@contextmanager
def simulated() -> Iterator[str]:
    """The console in a process; gives its address with the key."""
    with Popen([sys.executable, "-m", __name__], cwd=ROOT, text=True, stdout=PIPE) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.kill()


class BusyAdmin(ScriptedAdmin):
    """It has noted so many events a second for ever, and gives the newest of them, as many as it is asked for."""

    def decide(self, data: dict[str, Any]) -> Reply:
        """Answer what the unit admin is asked."""
        question = msgspec.convert(data, ready(AdminRequest)).question
        if not isinstance(question, FindRecords):
            return super().decide(data)
        apart = timedelta(seconds=1) / EVENTS_A_SECOND
        newest = [
            record("handled", EVENT, unit=self.unit, at=question.until - apart * number)
            for number in range(question.limit, 0, -1)
        ]
        return Reply(answer=msgspec.Raw(msgspec.json.encode(AdminAnswer(answer=Records(records=newest, more=True)))))


def main() -> None:
    """Serve until the process is ended."""
    aws = Aws()
    full, queue = QUEUE.split("/")
    set_aside_at = datetime.now(UTC) - timedelta(hours=1)
    unit_admins(aws)[full].letters = {queue: [letter(n, set_aside_at=set_aside_at) for n in range(LETTERS)]}
    aws.lambda_.decides(unit_admin(BUSY), BusyAdmin(unit=BUSY).decide)

    def open_session(_stack: str, _folder: Path) -> Session:
        return aws.session()

    connection.open_session = open_session
    with listening(0) as here:
        print(here.url, flush=True)
        stack = Connection(stack="dev", folder=Path(".sandbox"))
        serve(here, stack, PAGES, Pace(interval_seconds=EVERY_SECONDS), open_browser=False)


if __name__ == "__main__":
    main()
