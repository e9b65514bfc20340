"""Replaying the bus's archive to the consumers of one unit, and to nobody else."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from pbckit.cli.client.session import Session
from pbckit.cli.client.unit_admins import UnitAdmins
from pbckit.cli.errors import NotFound, OperatorError
from pbckit.contracts.operating import InboundQueue

ARCHIVE_LIMIT = 48
"""Characters that EventBridge allows in the name of an archive."""

_ENDED = frozenset({"COMPLETED", "CANCELLED", "FAILED"})
_POLL_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True)
class ReplayState:
    """How far a replay is."""

    name: str
    state: str
    replayed_until: datetime | None
    """Time of the last event that was replayed, where EventBridge says so."""
    reason: str = ""


def consumers(unit_admins: UnitAdmins, unit: str, source: str | None) -> list[InboundQueue]:
    """The queues of a unit that a replay would feed.

    Raises:
        NotFound: the unit consumes no events, or none of that source.
    """
    inbound = unit_admins.health(unit).queues
    found = [queue for queue in inbound if source in (None, queue.source)]
    if not found:
        sources = ", ".join(sorted({queue.source for queue in inbound}))
        consumed = f"it consumes events of {sources}" if sources else "it consumes no events"
        raise NotFound(f"{unit} has nothing to replay {source or 'events'} to: {consumed}")
    return found


def start(session: Session, targets: list[InboundQueue], since: datetime, until: datetime) -> str:
    """Start a replay that reaches these queues only, and give its name.

    Raises:
        OperatorError: the window is empty, or lies where the archive has nothing.
    """
    archive = _archive(session)
    _require_archived(archive, since, until)
    name = f"{session.names.prefix}{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    session.client("events").start_replay(
        ReplayName=name,
        Description=f"asked by {session.actor}",
        EventSourceArn=archive["ArchiveArn"],
        EventStartTime=since,
        EventEndTime=until,
        Destination={"Arn": session.names.bus(), "FilterArns": [queue.rule_arn for queue in targets]},
    )
    return name


def follow(session: Session, name: str, sleep: Callable[[float], None] = time.sleep) -> Iterator[ReplayState]:
    """A replay's states until it has ended.

    Raises:
        OperatorError: it failed, or was cancelled.
    """
    while True:
        answer = session.client("events").describe_replay(ReplayName=name)
        state = ReplayState(
            name=name,
            state=answer["State"],
            replayed_until=answer.get("EventLastReplayedTime"),
            reason=answer.get("StateReason", ""),
        )
        yield state
        if state.state in _ENDED:
            if state.state != "COMPLETED":
                raise OperatorError(f"replay {name}: {state.state.lower()}: {state.reason or 'no reason given'}")
            return
        sleep(_POLL_SECONDS)


def _archive(session: Session) -> dict[str, Any]:
    name = session.names.physical("archive", limit=ARCHIVE_LIMIT)
    try:
        return session.client("events").describe_archive(ArchiveName=name)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            raise NotFound(f"there is no archive {name}") from error
        raise


def _require_archived(archive: dict[str, Any], since: datetime, until: datetime) -> None:
    now = datetime.now(UTC)
    kept_since = max(archive["CreationTime"], _oldest_kept(archive, now))
    if since >= until:
        raise OperatorError(f"from {since.isoformat()} to {until.isoformat()} is no time")
    if until <= kept_since:
        raise NotFound(f"the archive holds nothing before {kept_since.isoformat()}; asked until {until.isoformat()}")
    if since >= now:
        raise NotFound(f"nothing has happened yet at {since.isoformat()}")


def _oldest_kept(archive: dict[str, Any], now: datetime) -> datetime:
    days = archive.get("RetentionDays") or 0  # 0 keeps events for ever.
    return now - timedelta(days=days) if days else datetime.min.replace(tzinfo=UTC)
