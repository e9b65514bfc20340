"""Files that bring purchases in: CSV, and bank statements by ISO 20022 and OFX."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from contracts.cards import AuthorisationReversed, PurchaseAuthorised, PurchasePosted, PurchaseRefunded
from ops.members import camt053, ofx
from ops.members.bank_entries import BankMap, Entries, event_of
from ops.members.event_rows import Authorisation, GivenBack, event_of_row
from ops.members.purchase_file import InvalidRow, RefusedRow, read_rows
from pbckit.cli.errors import OperatorError


class FileFormat(StrEnum):
    """What can be read."""

    CSV = "csv"
    CAMT053 = "camt.053"
    OFX = "ofx"


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What a file has."""

    format: FileFormat
    purchases: list[PurchasePosted]
    refunds: list[GivenBack] = field(default_factory=list[GivenBack])
    """Refunds and chargebacks."""
    authorisations: list[Authorisation] = field(default_factory=list[Authorisation])
    """Authorisations and their reversals."""
    refused: list[RefusedRow] = field(default_factory=list[RefusedRow])
    """Rows that should be purchases or refunds, and are wrong."""
    skipped: list[RefusedRow] = field(default_factory=list[RefusedRow])
    """Entries of a statement that are neither: fees, payments."""


_READERS: dict[FileFormat, Callable[[bytes], Entries]] = {
    FileFormat.CAMT053: camt053.entries_of,
    FileFormat.OFX: ofx.entries_of,
}
_PREFIXES = {FileFormat.CAMT053: "camt", FileFormat.OFX: "ofx"}
_BEGINNING_BYTES = 4096


def read_import(file: Path, known: BankMap | None, file_format: FileFormat | None = None) -> Imported:
    """Read a file of purchases. Its format is detected from its content unless it is given.

    Raises:
        OperatorError: the file cannot be read, is of no known format, or is a statement and there is no map for it.
    """
    found = file_format or detected(file)
    if found is FileFormat.CSV:
        events, refused = read_rows(file, event_of_row)
        purchases = [one for one in events if isinstance(one, PurchasePosted)]
        authorisations = [one for one in events if isinstance(one, PurchaseAuthorised | AuthorisationReversed)]
        refunds = [
            one for one in events if not isinstance(one, PurchasePosted | PurchaseAuthorised | AuthorisationReversed)
        ]
        return Imported(
            format=found, purchases=purchases, refunds=refunds, authorisations=authorisations, refused=refused
        )
    try:
        entries = _READERS[found](file.read_bytes())
    except (OSError, OperatorError) as error:
        raise OperatorError(f"{file}: {error}") from error
    if known is None:
        raise OperatorError(f"{file}: a statement of {found} names accounts; give --map FILE that says whose they are")
    return _mapped(found, entries, known)


def detected(file: Path) -> FileFormat:
    """The format of a file, by how it begins.

    Raises:
        OperatorError: it cannot be read, or is XML of another kind.
    """
    try:
        with file.open("rb") as content:
            beginning = content.read(_BEGINNING_BYTES).decode("latin-1").removeprefix("\xef\xbb\xbf").lstrip()
    except OSError as error:
        raise OperatorError(f"{file}: {error}") from error
    upper = beginning.upper()
    if upper.startswith(("OFXHEADER", "<OFX>")) or "<?OFX" in upper or "<OFX>" in upper:
        return FileFormat.OFX
    if "xsd:camt.053." in beginning:
        return FileFormat.CAMT053
    if beginning.startswith("<"):
        raise OperatorError(f"{file}: neither camt.053 nor OFX, and not CSV; allowed are {', '.join(FileFormat)}")
    return FileFormat.CSV


def _mapped(file_format: FileFormat, entries: Entries, known: BankMap) -> Imported:
    imported = Imported(format=file_format, purchases=[], refused=list(entries.refused), skipped=entries.skipped)
    seen: dict[str, PurchasePosted | PurchaseRefunded] = {}
    for entry in entries.cards:
        try:
            event = event_of(entry, known, _PREFIXES[file_format])
            _check_reference(event, seen)
        except InvalidRow as error:
            named = f"entry {entry.reference or 'without reference'}: {error}"
            imported.refused.append(RefusedRow(row=entry.line, reason=named))
            continue
        if isinstance(event, PurchasePosted):
            imported.purchases.append(event)
        else:
            imported.refunds.append(event)
    imported.refused.sort(key=lambda row: row.row)
    return imported


def _check_reference(
    event: PurchasePosted | PurchaseRefunded, seen: dict[str, PurchasePosted | PurchaseRefunded]
) -> None:
    if seen.setdefault(event.id, event) != event:
        raise InvalidRow("another entry of the file has the same reference and other content")
