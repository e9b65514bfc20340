"""`rewards purchases`: bring purchases in, as the card system would."""

import random
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from botocore.exceptions import BotoCoreError, ClientError

from contracts.cards import PurchasePosted
from contracts.envelope import EventMetadata
from lambdas.kit.identifiers import uuid7
from ops.errors import OperatorError, RowsRefused, Unreachable
from ops.output import AsJson, Stack, out, print_json, progress, remarks
from ops.purchase_file import COLUMNS, RefusedRow, read_purchases
from ops.session import LOCAL_STACK, Session, open_session

_ENTRIES_IN_A_REQUEST = 10
_ATTEMPTS = 5
_FIRST_PAUSE_SECONDS = 0.1

app = typer.Typer(no_args_is_help=True, help="Bring purchases in, as the card system would.")


@dataclass(frozen=True, kw_only=True)
class Ingested:
    """What became of a file."""

    accepted: int
    refused: list[RefusedRow]


@app.callback()
def group() -> None:
    """Bring purchases in, as the card system would."""


@app.command()
def ingest(
    file: Annotated[Path, typer.Argument(help=f"CSV file with the columns {', '.join(COLUMNS)}.")],
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Publish each row of a file as a purchase. Wrong rows are named and left out; exit code 1 if there were any."""
    purchases, refused = read_purchases(file)
    session = open_session(stack)
    with progress() as bar:
        task = bar.add_task("purchases", total=len(purchases))
        publish(session, purchases, lambda count: bar.advance(task, count))
    if as_json:
        print_json(Ingested(accepted=len(purchases), refused=refused))
    else:
        out.print(f"{len(purchases)} purchases accepted, {len(refused)} rows refused")
    for row in refused:
        remarks.print(f"{file}:{row.row}: {row.reason}", markup=False, soft_wrap=True, highlight=False)
    if refused:
        raise RowsRefused(f"{len(refused)} rows of {file} were refused")


def publish(session: Session, purchases: Sequence[PurchasePosted], on_accepted: Callable[[int], None]) -> None:
    """Put purchases on the bus, ten at a time; what the bus does not take is tried again alone.

    Raises:
        Unreachable: the bus cannot be reached.
        OperatorError: the bus does not take some, however often they are tried.
    """
    for start in range(0, len(purchases), _ENTRIES_IN_A_REQUEST):
        batch = purchases[start : start + _ENTRIES_IN_A_REQUEST]
        _publish_batch(session, [_entry(session, purchase) for purchase in batch])
        on_accepted(len(batch))


def _publish_batch(session: Session, entries: list[dict[str, Any]]) -> None:
    errors: set[str] = set()
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(_FIRST_PAUSE_SECONDS * 2**attempt)
        entries, errors = _not_taken(session, entries)
        if not entries:
            return
    raise OperatorError(f"the bus does not take {len(entries)} purchases: {', '.join(sorted(errors))}")


def _not_taken(session: Session, entries: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], set[str]]:
    """Put entries on the bus; PutEvents answers with success even where it did not take some of them."""
    try:
        answer = session.client("events").put_events(Entries=entries)
    except (BotoCoreError, ClientError) as error:
        raise Unreachable(f"cannot publish: {error}") from error
    failed = [
        (entry, result) for entry, result in zip(entries, answer["Entries"], strict=True) if "ErrorCode" in result
    ]
    errors = {f"{result['ErrorCode']}: {result.get('ErrorMessage')}" for _, result in failed}
    return [entry for entry, _ in failed], errors


def _entry(session: Session, purchase: PurchasePosted) -> dict[str, Any]:
    now = datetime.now(UTC)
    event_id = uuid7(now, random.SystemRandom())
    trace = f"Root=1-{int(now.timestamp()):08x}-{secrets.token_hex(12)};Parent={secrets.token_hex(8)};Sampled=1"
    metadata = EventMetadata(
        event_id=event_id,
        occurred_at=now,
        schema_version=PurchasePosted.schema_version,
        aggregate_id=purchase.aggregate_id,
        sequence=1,
        correlation_id=event_id,
        trace_header=trace,
    )
    return {
        "EventBusName": session.names.bus_name(),
        "Source": PurchasePosted.source,
        "DetailType": PurchasePosted.detail_type(),
        "Detail": msgspec.json.encode({"metadata": metadata, "data": purchase}).decode(),
        "Time": now,
        "TraceHeader": trace,
    }
