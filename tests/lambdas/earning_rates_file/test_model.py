"""What a file of rates may say."""

import json
from typing import Any

import pytest

from lambdas.earning_rates_file.model import FILE, InvalidRates, read

WRITTEN = {
    "card_product": "gold",
    "category": "fuel",
    "points_per_unit": "3",
    "effective_from": "2026-06-01T00:00:00Z",
    "changed_by": "ada",
    "changed_at": "2026-05-01T00:00:00Z",
}


def rates(*changes: dict[str, Any]) -> bytes:
    return json.dumps([WRITTEN | one for one in changes]).encode()


def test_each_rate_ends_where_the_next_of_its_key_begins():
    first, second, other = read(
        rates({"effective_from": "2026-07-01T00:00:00Z"}, {}, {"category": "lodging"}),
    )
    assert (first.effective_to, second.effective_to, other.effective_to) == (second.effective_from, None, None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"{", "rates.json: "),
        (b"[{}]", "missing required field `card_product`"),
        (rates({"points_per_unit": "many"}), "points_per_unit"),
        (rates({"category": "Fuel!"}), "category"),
        (rates({"points": 3}), "unknown field `points`"),
        (rates({"effective_from": "June"}), "effective_from"),
        (rates({}, {"points_per_unit": "4"}), "two rates of gold at fuel begin at 2026-06-01"),
    ],
)
def test_what_is_no_rate_is_told(text: bytes, message: str):
    with pytest.raises(InvalidRates, match=message):
        read(text)


def test_the_shipped_file_is_right():
    assert read(FILE.read_bytes())
