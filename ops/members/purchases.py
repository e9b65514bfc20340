"""`rewards purchases`: bring purchases in, as the card system would."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from contracts.cards import PurchaseRefunded
from contracts.vocabulary import InstantOutOfRange, Money
from ops.members.posted_at import require_possible
from ops.members.purchase_file import COLUMNS, InvalidRow, RefusedRow, minor_units, read_purchases
from pbckit.cli.client.event_publisher import publish
from pbckit.cli.client.session import LOCAL_STACK, open_session
from pbckit.cli.errors import OperatorError, RowsRefused
from pbckit.cli.output import AsJson, Stack, out, print_json, progress, remarks
from pbckit.contracts.decoding import converted

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


@app.command()
def refund(
    purchase_id: Annotated[str, typer.Argument(help="The purchase of which something is given back.")],
    amount: Annotated[str, typer.Argument(help="How much is given back now, for example 10.00.")],
    currency: Annotated[str, typer.Argument(help="The purchase's currency, for example EUR.")],
    refund_id: Annotated[str, typer.Option(help="Identity of the refund: the same one again changes nothing.")],
    refunded_at: Annotated[str | None, typer.Option(help="RFC 3339 with an offset; now without it.")] = None,
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Publish a refund of a purchase. What it takes back stands in `rewards purchase explain` afterwards."""
    try:
        given_back = Money(minor_units=minor_units(amount, currency), currency=currency)
        values = {
            "id": refund_id,
            "purchase_id": purchase_id,
            "amount": msgspec.to_builtins(given_back),
            "refunded_at": refunded_at or datetime.now(UTC).isoformat(),
        }
        refunded = converted(values, PurchaseRefunded)
        require_possible("refunded_at", refunded.refunded_at)
    except (InstantOutOfRange, InvalidRow, msgspec.ValidationError) as error:
        raise OperatorError(f"refund {refund_id}: {error}") from error
    publish(open_session(stack), [refunded], lambda _count: None)
    if as_json:
        print_json(refunded)
    else:
        out.print(f"refund {refund_id} of purchase {purchase_id} accepted")
