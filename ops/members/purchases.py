"""`rewards purchases`: bring purchases in, as the card system would."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from contracts.cards import PurchaseAuthorised, PurchaseChargedBack, PurchaseRefunded, RefundPosted
from contracts.points_calculation import LIST_REFUSED, ListRefused
from contracts.vocabulary import InstantOutOfRange, Money
from ops.members import given_back
from ops.members.bank_entries import read_map
from ops.members.import_file import FileFormat, Imported, read_import
from ops.members.posted_at import require_possible
from ops.members.purchase_file import COLUMNS, InvalidRow, RefusedRow, minor_units
from ops.members.settling import wait_until_posted
from pbckit.cli.client.capabilities import LambdaCapabilities, capabilities_of
from pbckit.cli.client.event_publisher import publish
from pbckit.cli.client.session import LOCAL_STACK, open_session
from pbckit.cli.errors import OperatorError, RowsRefused
from pbckit.cli.output import AsJson, Stack, out, print_json, print_table, progress, remarks
from pbckit.cli.requests import request_of
from pbckit.contracts.decoding import converted

app = typer.Typer(no_args_is_help=True, help="Bring purchases in, as the card system would.")


@dataclass(frozen=True, kw_only=True)
class Ingested:
    """What became of a file."""

    accepted: int
    """Purchases that were published; of a dry run, that would be."""
    refunds: int
    """Those that name no purchase among them."""
    chargebacks: int
    authorisations: int
    """Purchases that are authorised only: their points are pending."""
    reversals: int
    """Of authorisations."""
    refused: list[RefusedRow]
    skipped: list[RefusedRow]
    """Entries of a statement that are neither purchase nor refund."""
    format: str
    published: bool
    """False after a dry run."""


@app.callback()
def group() -> None:
    """Bring purchases in, as the card system would."""


@app.command()
def ingest(
    file: Annotated[
        Path,
        typer.Argument(help=f"CSV file with the columns {', '.join(COLUMNS)}, or a statement by camt.053 or OFX."),
    ],
    file_format: Annotated[
        FileFormat | None, typer.Option("--format", help="What the file is; detected from its content without it.")
    ] = None,
    bank_map: Annotated[
        Path | None, typer.Option("--map", help="YAML file: whose a statement's accounts are, and its merchants.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and check only; publish nothing.")] = False,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until all of it is posted.")] = True,
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Publish the purchases, refunds and authorisations of a file. Wrong rows are named and left out; exit code 1 if
    there were any.
    """
    found = read_import(file, read_map(bank_map) if bank_map else None, file_format)
    if not dry_run:
        _publish(stack, found, wait=wait)
    _report(file, found, dry_run=dry_run, as_json=as_json)
    if found.refused:
        raise RowsRefused(f"{len(found.refused)} rows of {file} were refused")


def _publish(stack: str, found: Imported, *, wait: bool) -> None:
    session = open_session(stack)
    total = len(found.purchases) + len(found.refunds)
    with progress() as bar:
        task = bar.add_task("published", total=total + len(found.authorisations))
        # Refunds after purchases: a refund of a purchase that is not known yet has to be tried again.
        for events in (found.authorisations, found.purchases, found.refunds):
            publish(session, events, lambda count: bar.advance(task, count))
        if wait and total:
            unnamed = sum(isinstance(one, RefundPosted) for one in found.refunds)
            posted = bar.add_task("posted", total=total - unnamed)
            capabilities = LambdaCapabilities(session)
            # What names no purchase is matched later, or refused: its event is then among the dead letters.
            named = [one for one in found.refunds if not isinstance(one, RefundPosted)]
            wait_until_posted(capabilities, found.purchases, named, lambda done: bar.update(posted, completed=done))


def _report(file: Path, found: Imported, *, dry_run: bool, as_json: bool) -> None:
    chargebacks = sum(isinstance(one, PurchaseChargedBack) for one in found.refunds)
    refunded = len(found.refunds) - chargebacks
    authorised = sum(isinstance(one, PurchaseAuthorised) for one in found.authorisations)
    reversed_ = len(found.authorisations) - authorised
    if as_json:
        print_json(
            Ingested(
                accepted=len(found.purchases),
                refunds=refunded,
                chargebacks=chargebacks,
                authorisations=authorised,
                reversals=reversed_,
                refused=found.refused,
                skipped=found.skipped,
                format=found.format,
                published=not dry_run,
            )
        )
    else:
        others = {
            "refunds": refunded,
            "chargebacks": chargebacks,
            "authorisations": authorised,
            "reversals": reversed_,
        }
        besides = "".join(f" and {number} {what}" for what, number in others.items() if number)
        skipped = f", {len(found.skipped)} entries skipped" if found.skipped else ""
        unpublished = "; nothing was published" if dry_run else ""
        accepted = f"{len(found.purchases)} purchases{besides} accepted"
        out.print(f"{accepted}, {len(found.refused)} rows refused{skipped}{unpublished}", soft_wrap=True)
    for row in found.refused:
        remarks.print(f"{file}:{row.row}: {row.reason}", markup=False, soft_wrap=True, highlight=False)
    for row in found.skipped:
        remarks.print(f"{file}:{row.row}: skipped: {row.reason}", markup=False, soft_wrap=True, highlight=False)


@app.command()
def refused(
    limit: Annotated[int, typer.Option(help="How many at most.")] = 100,
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Purchases that were refused and earned nothing, latest first, such as those in a foreign currency."""
    answer = capabilities_of(stack).ask(LIST_REFUSED, request_of(ListRefused, limit=limit))
    if as_json:
        print_json(answer)
        return
    print_table(
        "Refused purchases",
        ["refused at", "purchase", "member", "refusal", "why"],
        [
            (f"{one.refused_at:%Y-%m-%d %H:%M}", one.purchase.id, one.purchase.member_id, one.error, one.message)
            for one in answer.refused
        ],
    )


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


app.command("match-refund")(given_back.match_refund)
app.command("charge-back")(given_back.charge_back)
