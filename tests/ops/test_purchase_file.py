"""Rows become purchases exactly, or are refused by line, column and reason."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.cards import PurchasePosted
from contracts.vocabulary import Merchant, Money
from ops.members.purchase_file import COLUMNS, InvalidRow, minor_units, purchase_of, read_purchases
from pbckit.cli.errors import OperatorError

ROW = {
    "purchase_id": "p-1",
    "member_id": "m-1",
    "card_product": "gold",
    "merchant_id": "shop-1",
    "merchant_name": "Bistro, Show",
    "mcc": "0742",
    "country": "DE",
    "amount": "19.99",
    "currency": "EUR",
    "posted_at": "2026-06-01T00:00:00Z",
}
HEADER = ",".join(COLUMNS)
GOOD = 'p-1,m-1,gold,shop-1,"Bistro, Show",0742,DE,19.99,EUR,2026-06-01T00:00:00Z'


def write(folder: Path, *lines: str) -> Path:
    file = folder / "purchases.csv"
    file.write_text("\n".join(lines) + "\n")
    return file


def test_a_row_becomes_a_purchase():
    assert purchase_of({**ROW}) == PurchasePosted(
        id="p-1",
        member_id="m-1",
        card_product="gold",
        merchant=Merchant(id="shop-1", name="Bistro, Show", mcc="0742", country="DE"),
        amount=Money(minor_units=1999, currency="EUR"),
        posted_at=datetime(2026, 6, 1, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("19.99", "EUR", 1999),
        ("19.9", "EUR", 1990),
        ("19", "EUR", 1900),
        ("0.01", "EUR", 1),
        ("1999", "JPY", 1999),
        ("1999.0", "JPY", 1999),
        ("1.234", "KWD", 1234),
        ("1.2340", "KWD", 1234),
        ("0.0001", "CLF", 1),
        ("10000000000.00", "EUR", 1_000_000_000_000),
    ],
)
def test_amounts_become_minor_units_exactly(amount: str, currency: str, expected: int):
    assert minor_units(amount, currency) == expected


@settings(max_examples=50)
@given(st.integers(1, 10**12), st.sampled_from([("JPY", 0), ("EUR", 2), ("KWD", 3)]))
def test_no_amount_is_rounded(units: int, currency: tuple[str, int]):
    code, digits = currency
    whole, fraction = divmod(units, 10**digits)
    assert minor_units(f"{whole}.{fraction:0{digits}d}" if digits else str(whole), code) == units


@pytest.mark.parametrize(
    ("amount", "currency", "reason"),
    [
        ("19.999", "EUR", "amount '19.999': EUR has 2 digits after the point"),
        ("19.5", "JPY", "amount '19.5': JPY has 0 digits after the point"),
        ("1.00000000000001", "EUR", "EUR has 2 digits"),
        ("-5", "EUR", "amount '-5': must be above zero"),
        ("-0.00", "EUR", "must be above zero"),
        ("0", "EUR", "must be above zero"),
        ("10000000000.01", "EUR", r"amount '10000000000.01': .*<= 1000000000000"),
        ("19,99", "EUR", "not a decimal such as 19.99"),
        ("1e3", "EUR", "not a decimal"),
        ("1_000", "EUR", "not a decimal"),
        ("NaN", "EUR", "not a decimal"),
        (" 5", "EUR", "not a decimal"),
        ("٣", "EUR", "not a decimal"),
        ("9" * 5000, "EUR", "not a decimal"),
        ("5", "XQX", "currency 'XQX': not in ISO 4217"),
        ("5", "XAU", "currency 'XAU': has no minor unit"),
    ],
)
def test_an_amount_that_is_none_is_refused(amount: str, currency: str, reason: str):
    with pytest.raises(InvalidRow, match=reason):
        minor_units(amount, currency)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"mcc": "742"}, "mcc is"),
        ({"mcc": "07420"}, "mcc is"),
        ({"mcc": "07a2"}, "mcc is"),
        ({"currency": "eur"}, "currency is"),
        ({"country": "DEU"}, "country is"),
        ({"card_product": "Gold Card"}, "card_product is"),
        ({"purchase_id": "p 1"}, "purchase_id is"),
        ({"posted_at": "2026-06-01T00:00:00"}, "posted_at is"),
        ({"posted_at": "01.06.2026"}, "posted_at is"),
        ({"merchant_name": "x" * 121}, r"\$\.merchant_name"),
        ({"member_id": ""}, "member_id: missing"),
        ({"member_id": None, "mcc": None}, "member_id, mcc: missing"),
    ],
)
def test_a_wrong_cell_is_refused_by_its_column(changed: dict[str, str | None], reason: str):
    with pytest.raises(InvalidRow, match=reason):
        purchase_of({**ROW, **changed})


def test_wrong_rows_are_told_by_line_and_the_good_ones_go_on(tmp_path: Path):
    file = write(
        tmp_path,
        HEADER,
        GOOD,
        GOOD.replace("19.99", "-1"),
        "p-2,m-1,gold",
        GOOD.replace('"Bistro, Show"', "Bistro, Show"),
        GOOD.replace("p-1", "p-3"),
    )
    purchases, refused = read_purchases(file)
    assert [purchase.id for purchase in purchases] == ["p-1", "p-3"]
    assert [row.row for row in refused] == [3, 4, 5]
    assert "must be above zero" in refused[0].reason
    assert refused[1].reason.startswith("merchant_id, merchant_name, mcc")
    assert "1 cells more than there are columns" in refused[2].reason


def test_columns_may_stand_in_any_order_and_others_may_be_there(tmp_path: Path):
    columns = [*reversed(COLUMNS), "note"]
    cells = {**ROW, "merchant_name": "Bistro", "note": "hello"}
    file = write(tmp_path, ",".join(columns), ",".join(cells[column] for column in columns))
    purchases, refused = read_purchases(file)
    assert ([purchase.merchant.name for purchase in purchases], refused) == (["Bistro"], [])


def test_a_file_as_spreadsheets_write_it_is_read(tmp_path: Path):
    file = tmp_path / "purchases.csv"
    file.write_bytes(b"\xef\xbb\xbf" + f"{HEADER}\r\n{GOOD}\r\n".encode())
    purchases, refused = read_purchases(file)
    assert (len(purchases), refused) == (1, [])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (HEADER.replace("mcc,", "").encode(), "columns mcc are missing; needed are purchase_id"),
        (b"", "columns purchase_id, .* are missing"),
        (b"\xff\xfe\x00binary", "codec can't decode"),
    ],
)
def test_a_file_that_is_no_such_file_is_refused_as_a_whole(tmp_path: Path, content: bytes, reason: str):
    file = tmp_path / "purchases.csv"
    file.write_bytes(content)
    with pytest.raises(OperatorError, match=rf"purchases\.csv: .*{reason}"):
        read_purchases(file)


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path):
    with pytest.raises(OperatorError, match="No such file"):
        read_purchases(tmp_path / "nowhere.csv")
