"""Files of purchases: CSV, a purchase a row, amounts as people write them. Other kinds of rows: `event_rows`.

Cells are separated by commas or, as spreadsheets write it where a comma is the decimal sign, by semicolons.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import iso4217
import msgspec

from contracts.cards import PurchasePosted
from contracts.vocabulary import Country, Currency, InstantOutOfRange, Mcc, Merchant, MinorUnits, Money
from ops.members.posted_at import require_possible
from pbckit.cli.errors import OperatorError
from pbckit.contracts.decoding import converted
from pbckit.contracts.vocabulary import Identifier, Instant, Key, Name

_AMOUNT = re.compile(r"(?P<minus>-?)(?P<whole>[0-9]{1,15})(\.(?P<fraction>[0-9]{1,15}))?")
"""Plain digits and a point: what `Decimal` takes besides (1e3, 1_000, NaN) is a slip of the pen in such a file."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row. The fields are the columns; others that a file may have are ignored."""

    purchase_id: Identifier
    member_id: Identifier
    card_product: Key
    merchant_id: Identifier
    merchant_name: Name
    mcc: Mcc
    country: Country
    amount: str
    """In major units: `19.99`."""
    currency: Currency
    posted_at: Instant
    authorisation_id: Identifier | None = None


AUTHORISATION = "authorisation_id"
"""A column that a file may have besides: the authorisation that a purchase settles."""
COLUMNS = tuple(name for name in Row.__struct_fields__ if name != AUTHORISATION)
KIND = "kind"
"""A column that a file may have besides: what a row is."""
PURCHASE = "purchase"
"""What a row is that says nothing else."""

Cells = dict[str | None, Any]
EventT = TypeVar("EventT")


class InvalidRow(ValueError):
    """A row that is not a purchase. Says what is wrong and what is allowed."""


@dataclass(frozen=True, kw_only=True)
class RefusedRow:
    """A row that was left out."""

    row: int
    """Line in the file; the header is line 1."""
    reason: str


def read_purchases(file: Path) -> tuple[list[PurchasePosted], list[RefusedRow]]:
    """The purchases in a file, and the rows that are none.

    Raises:
        OperatorError: the file cannot be read, or lacks a column.
    """
    return read_rows(file, purchase_of)


def read_rows(file: Path, event_of: Callable[[Cells], EventT]) -> tuple[list[EventT], list[RefusedRow]]:
    """The events in a file, and the rows that are none.

    Raises:
        OperatorError: the file cannot be read, or lacks a column.
    """
    events: list[EventT] = []
    refused: list[RefusedRow] = []
    for number, cells in _rows(file):
        try:
            events.append(event_of(cells))
        except InvalidRow as error:
            refused.append(RefusedRow(row=number, reason=str(error)))
    return events, refused


def purchase_of(cells: Cells) -> PurchasePosted:
    """A row as a purchase. Cells beyond the last column stand under None, as `csv.DictReader` has it.

    Raises:
        InvalidRow: it is none.
    """
    if cells.get(KIND) not in (None, "", PURCHASE):
        raise InvalidRow(f"kind {cells[KIND]!r}: here only purchases are read")
    require_cells(cells, COLUMNS)
    try:
        row = converted({str(name): cell for name, cell in cells.items() if cell or name != AUTHORISATION}, Row)
        require_possible("posted_at", row.posted_at)
    except (InstantOutOfRange, msgspec.ValidationError) as error:
        raise InvalidRow(str(error)) from error
    return PurchasePosted(
        id=row.purchase_id,
        member_id=row.member_id,
        card_product=row.card_product,
        merchant=Merchant(id=row.merchant_id, name=row.merchant_name, mcc=row.mcc, country=row.country),
        amount=Money(minor_units=minor_units(row.amount, row.currency), currency=row.currency),
        posted_at=row.posted_at,
        authorisation_id=row.authorisation_id,
    )


def require_cells(cells: Cells, columns: Iterable[str]) -> None:
    """Refuse a row without a cell that it needs, or with more cells than there are columns.

    Raises:
        InvalidRow: names them.
    """
    missing = [column for column in columns if not cells.get(column)]
    if missing:
        raise InvalidRow(f"{', '.join(missing)}: missing")
    if None in cells:
        raise InvalidRow(f"{len(cells[None])} cells more than there are columns; is a comma in a name not quoted?")


def minor_units(amount: str, currency: str) -> int:
    """An amount as people write it, in the currency's smallest unit, exactly.

    Raises:
        InvalidRow: it is not a decimal, has too many digits, is not positive, or the currency is unknown.
    """
    digits = digits_after_the_point(currency)
    written = _AMOUNT.fullmatch(amount)
    if written is None:
        raise InvalidRow(f"amount {amount!r}: not a decimal such as 19.99")
    fraction = (written["fraction"] or "").rstrip("0")
    if len(fraction) > digits:
        raise InvalidRow(f"amount {amount!r}: {currency} has {digits} digits after the point")
    units = int(written["whole"] + fraction.ljust(digits, "0"))
    if written["minus"] or units == 0:
        raise InvalidRow(f"amount {amount!r}: must be above zero; what is given back is a refund")
    try:
        return msgspec.convert(units, MinorUnits)
    except msgspec.ValidationError as error:
        raise InvalidRow(f"amount {amount!r}: in minor units: {error}") from error


def digits_after_the_point(currency: str) -> int:
    """How many digits of a currency's amount stand after the point.

    Raises:
        InvalidRow: ISO 4217 does not have the currency, or no minor unit of it.
    """
    try:
        digits = iso4217.Currency(currency).exponent
    except ValueError as error:
        raise InvalidRow(f"currency {currency!r}: not in ISO 4217; allowed are codes such as EUR") from error
    if digits is None:
        raise InvalidRow(f"currency {currency!r}: has no minor unit in ISO 4217")
    return digits


def _rows(file: Path) -> Iterator[tuple[int, Cells]]:
    try:
        with file.open(newline="", encoding="utf-8-sig") as lines:
            separator = _separator(lines.readline())
            lines.seek(0)
            reader = csv.DictReader(lines, delimiter=separator)
            missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
            if missing:
                raise OperatorError(
                    f"{file}: columns {', '.join(missing)} are missing; needed are {', '.join(COLUMNS)}"
                )
            rows = ((reader.line_num, row) for row in reader)
            yield from _with_points(list(rows)) if separator == ";" else rows
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise OperatorError(f"{file}: {error}") from error


def _separator(header: str) -> str:
    return ";" if header.count(";") > header.count(",") else ","


def _with_points(rows: list[tuple[int, Cells]]) -> Iterator[tuple[int, Cells]]:
    """Rows with a point as the decimal sign, where the file has a comma.

    A file has one decimal sign: where a row has a comma, a point in another row separates thousands or is a slip, and
    that row is marked, so that it is refused.
    """
    if not any("," in (row.get("amount") or "") for _, row in rows):
        yield from rows
        return
    for line, row in rows:
        amount = row.get("amount") or ""
        yield line, row | {"amount": amount.replace(",", ".") if "." not in amount else f"{amount} (decimal sign is ,)"}
