"""Sizes as DynamoDB counts them."""

from typing import Any

import pytest

from pbckit.runtime.limits import LARGEST_ITEM_BYTES, MOST_BYTES, item_bytes, require_fitting
from pbckit.runtime.ports import Check, Delete, Put, TransactionTooLarge, Update

KEY = {"pk": "a", "sk": "b"}


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ("", 0),
        ("abc", 3),
        ("☕", 3),
        (True, 1),
        (None, 1),
        (0, 2),
        (7, 2),
        (-12345, 4),
        ([], 3),
        (["ab", None], 3 + 1 + 2 + 1 + 1),
        ({}, 3),
        ({"k": "ab"}, 3 + 1 + 1 + 2),
    ],
)
def test_the_size_of_a_value(value: object, size: int):
    assert item_bytes({"n": value}) == 1 + size


def test_what_is_not_stored_has_no_size():
    with pytest.raises(TypeError, match="float"):
        item_bytes({"rate": 1.5})


def put(size: int, **more: Any) -> Put:
    return Put(
        table="store", item={**KEY, "text": "x" * (size - item_bytes({**KEY, "text": ""}))}, read_as=dict, **more
    )


def test_an_item_may_be_as_large_as_dynamodb_takes_and_no_byte_larger():
    require_fitting([put(LARGEST_ITEM_BYTES)])
    with pytest.raises(TransactionTooLarge, match=r"item in store that begins .*409601 bytes; an item takes 409600"):
        require_fitting([put(LARGEST_ITEM_BYTES + 1)])


def test_an_update_counts_what_it_sets():
    with pytest.raises(TransactionTooLarge, match="'pk': 'a'"):
        require_fitting([Update(table="store", key=KEY, read_as=dict, set={"text": "x" * LARGEST_ITEM_BYTES})])


def test_a_transaction_may_be_as_large_as_dynamodb_takes_and_no_byte_larger():
    ten = [put(LARGEST_ITEM_BYTES) for _ in range(10)]
    rest = MOST_BYTES - 10 * LARGEST_ITEM_BYTES
    require_fitting([*ten, put(rest)])
    for last in (
        [put(rest + 1)],
        [put(rest), Delete(table="store", key=KEY)],
        [put(rest), Check(table="t", key=KEY, expect={})],
    ):
        with pytest.raises(TransactionTooLarge, match="a transaction takes 4194304"):
            require_fitting([*ten, *last])
