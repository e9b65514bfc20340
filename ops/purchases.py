"""`rewards purchases`: bring purchases in, as the card system would."""

import csv
import secrets
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any

import iso4217
import msgspec
import typer
from botocore.exceptions import BotoCoreError, ClientError

from contracts.cards import PurchasePosted
from contracts.envelope import EventMetadata
from ops.errors import OperatorError, RowsRefused, Unreachable
from ops.output import AsJson, Stack, out, print_json, progress, remarks
from ops.session import LOCAL_STACK, Session, open_session

COLUMNS = (
    "purchase_id", "member_id", "card_product", "merchant_id", "merchant_name", "mcc", "country", "amount", "currency",
    "posted_at",
)  # fmt: skip
_ENTRIES_IN_A_REQUEST = 10
_ATTEMPTS = 5

app = typer.Typer(no_args_is_help=True, help="Bring purchases in, as the card system would.")


class InvalidRow(ValueError):
    """A row that is not a purchase. Says what is wrong and what is allowed."""


@dataclass(frozen=True, kw_only=True)
class RefusedRow:
    """A row that was left out."""

    row: int
    """Line in the file; the header is line 1."""
    reason: str


@dataclass(frozen=True, kw_only=True)
class Ingested:
    """What became of a file."""

    accepted: int
    refused: list[RefusedRow]


@app.command()
def ingest(
    file: Annotated[Path, typer.Argument(help=f"CSV file with the columns {', '.join(COLUMNS)}.")],
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Publish each row of a file as a purchase. Wrong rows are named and left out; exit code 1 if there were any."""
    session = open_session(stack)
    purchases, refused = read_purchases(file)
    with progress() as bar:
        task = bar.add_task("purchases", total=len(purchases))
        publish(session, purchases, lambda count: bar.advance(task, count))
    result = Ingested(accepted=len(purchases), refused=refused)
    if as_json:
        print_json(result)
    else:
        out.print(f"{result.accepted} purchases accepted, {len(refused)} rows refused")
    for row in refused:
        remarks.print(f"{file}:{row.row}: {row.reason}", soft_wrap=True, highlight=False)
    if refused:
        raise RowsRefused(f"{len(refused)} rows of {file} were refused")


def read_purchases(file: Path) -> tuple[list[PurchasePosted], list[RefusedRow]]:
    """The purchases in a file, and the rows that are none.

    Raises:
        OperatorError: the file cannot be read, or lacks a column.
    """
    purchases: list[PurchasePosted] = []
    refused: list[RefusedRow] = []
    for number, row in _rows(file):
        try:
            purchases.append(purchase_of(row))
        except InvalidRow as error:
            refused.append(RefusedRow(row=number, reason=str(error)))
    return purchases, refused


def purchase_of(row: dict[str | None, Any]) -> PurchasePosted:
    """A row as a purchase.

    Raises:
        InvalidRow: it is none.
    """
    missing = [column for column in COLUMNS if not row.get(column)]
    if missing:
        raise InvalidRow(f"{', '.join(missing)}: missing")
    if None in row:
        raise InvalidRow(f"{len(row[None])} columns too many; there are {len(COLUMNS)}")
    try:
        return msgspec.convert(
            {
                "id": row["purchase_id"],
                "member_id": row["member_id"],
                "card_product": row["card_product"],
                "merchant": {
                    "id": row["merchant_id"],
                    "name": row["merchant_name"],
                    "mcc": row["mcc"],
                    "country": row["country"],
                },
                "amount": {
                    "minor_units": minor_units(row["amount"], row["currency"]),
                    "currency": row["currency"],
                },
                "posted_at": row["posted_at"],
            },
            PurchasePosted,
        )
    except msgspec.ValidationError as error:
        raise InvalidRow(str(error)) from error


def minor_units(amount: str, currency: str) -> int:
    """An amount as people write it, in the currency's smallest unit, exactly.

    Raises:
        InvalidRow: it is not a decimal, has too many digits, is not positive, or the currency is unknown.
    """
    try:
        digits = iso4217.Currency(currency).exponent
    except ValueError as error:
        raise InvalidRow(f"currency {currency!r}: not in ISO 4217; allowed are codes such as EUR") from error
    if digits is None:
        raise InvalidRow(f"currency {currency!r}: has no minor unit in ISO 4217")
    try:
        exact = Decimal(amount).scaleb(digits)
    except InvalidOperation as error:
        raise InvalidRow(f"amount {amount!r}: not a decimal such as 19.99") from error
    if not exact.is_finite() or exact != exact.to_integral_value():
        raise InvalidRow(f"amount {amount!r}: {currency} has {digits} digits after the point")
    if exact <= 0:
        raise InvalidRow(f"amount {amount!r}: must be above zero; what is given back is a refund")
    return int(exact)


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
        try:
            answer = session.client("events").put_events(Entries=entries)
        except (BotoCoreError, ClientError) as error:
            raise Unreachable(f"cannot publish: {error}") from error
        results = list(zip(entries, answer["Entries"], strict=True))
        errors = {
            f"{result['ErrorCode']}: {result.get('ErrorMessage')}" for _, result in results if "ErrorCode" in result
        }
        entries = [entry for entry, result in results if "ErrorCode" in result]
        if not entries:
            return
        time.sleep(0.1 * 2**attempt)
    raise OperatorError(f"the bus does not take {len(entries)} purchases: {', '.join(sorted(errors))}")


def _entry(session: Session, purchase: PurchasePosted) -> dict[str, Any]:
    now = datetime.now(UTC)
    event_id = str(uuid.uuid4())
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


def _rows(file: Path) -> Iterator[tuple[int, dict[str | None, Any]]]:
    try:
        with file.open(newline="", encoding="utf-8-sig") as lines:
            reader = csv.DictReader(lines)
            missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
            if missing:
                raise OperatorError(
                    f"{file}: columns {', '.join(missing)} are missing; needed are {', '.join(COLUMNS)}"
                )
            for row in reader:
                yield reader.line_num, row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise OperatorError(f"{file}: {error}") from error
