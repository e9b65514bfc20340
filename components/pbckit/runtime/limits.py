"""What fits into one DynamoDB transaction, counted before it is sent: the service's own refusal names no culprit.

Sizes follow the developer guide, "DynamoDB item sizes and formats". An update counts what it sets; what else its item
holds only DynamoDB knows.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pbckit.runtime.ports import Operation, Put, TransactionTooLarge, Update

MOST_OPERATIONS = 100
MOST_BYTES = 4 * 1024 * 1024
LARGEST_ITEM_BYTES = 400 * 1024

_CONTAINER_BYTES = 3


def require_fitting(operations: Sequence[Operation]) -> None:
    """Refuse what cannot be one transaction.

    Raises:
        TransactionTooLarge: too many operations, too many bytes, or an item that is too large.
    """
    if len(operations) > MOST_OPERATIONS:
        raise TransactionTooLarge(f"{len(operations)} operations; a transaction takes {MOST_OPERATIONS}")
    total = 0
    for operation in operations:
        size = item_bytes(_written(operation))
        if size > LARGEST_ITEM_BYTES:
            raise TransactionTooLarge(f"{_place(operation)}: {size} bytes; an item takes {LARGEST_ITEM_BYTES}")
        total += size
    if total > MOST_BYTES:
        raise TransactionTooLarge(f"{total} bytes; a transaction takes {MOST_BYTES}")


def item_bytes(item: Mapping[str, Any]) -> int:
    """Size of an item: names and values."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(value: Any) -> int:
    match value:
        case str():
            return len(value.encode())
        case bool() | None:
            return 1
        case int():
            # Two digits a byte, and one or two more; rounded up.
            return len(str(abs(value))) // 2 + 2
        case list():
            return _CONTAINER_BYTES + sum(1 + _value_bytes(part) for part in value)  # pyright: ignore[reportUnknownVariableType] a list of anything
        case dict():
            return _CONTAINER_BYTES + len(value) + item_bytes(value)  # pyright: ignore[reportUnknownArgumentType] a mapping of anything
        case _:
            raise TypeError(f"{type(value).__name__} is not a stored type")


def _written(operation: Operation) -> Mapping[str, Any]:
    match operation:
        case Put():
            return operation.item
        case Update():
            return {**operation.key, **operation.set}
        case _:
            return operation.key


def _place(operation: Operation) -> str:
    if isinstance(operation, Put):
        return f"item in {operation.table} that begins {str(operation.item)[:80]}"
    return f"item {dict(operation.key)} in {operation.table}"
