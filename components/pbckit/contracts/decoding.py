"""Decoding messages: the one place where instants that come from outside are read.

An instant has at most six fractional digits here. msgspec rounds further ones, so that the last moment of a month
became the first of the next; they are cut off instead. An instant whose offset leads out of the years 1 to 9999 has
no UTC time, and is refused like any other value that does not fit.

msgspec 0.22 learns a class when it first decodes one, and a thread that needs the class meanwhile reads what is not
there yet: the process ends by a segmentation fault. What several threads may decode is decoded as `ready(kind)`.
"""

import re
import threading
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar, cast

import msgspec
from msgspec import inspect

from pbckit.contracts.explanations import explained

T = TypeVar("T")

_SUSPICIOUS = re.compile(rb'\.[0-9]{7}|"(0001|9999)-')
"""Where nothing of this kind stands, no instant needs a second look."""
_TOO_PRECISE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6})[0-9]+(.*)")


_learning = threading.RLock()
_learnt: set[Any] = set()


def ready(kind: type[T]) -> type[T]:
    """A type, once msgspec has learnt it and what it holds, by one thread alone."""
    with _learning:
        if kind not in _learnt:
            msgspec.json.Decoder(kind)
            _learnt.add(kind)
    return kind


def decoded(raw: bytes, kind: type[T]) -> T:
    """A message of a type.

    Raises:
        msgspec.DecodeError: it is not JSON.
        msgspec.ValidationError: it does not fit the type; the message names the place and what is allowed.
    """
    if _SUSPICIOUS.search(raw):
        raw = msgspec.json.encode(_read(msgspec.json.decode(raw), _shape(kind), "$"))
    try:
        return msgspec.json.decode(raw, type=ready(kind))
    except msgspec.ValidationError as error:
        raise msgspec.ValidationError(explained(error, msgspec.json.decode(raw), _shape(kind))) from error


def converted(values: object, kind: type[T]) -> T:
    """A message of plain values, for example of what a person typed.

    Raises:
        msgspec.ValidationError: they do not fit the type; the message names the place and what is allowed.
    """
    return decoded(msgspec.json.encode(values), kind)


@cache
def _shape(kind: Any) -> inspect.Type:
    return inspect.type_info(kind)


def _read(value: Any, shape: inspect.Type, path: str) -> Any:
    """The value with its instants read. What does not fit its shape is left as it is, for the decoder to refuse."""
    match shape:
        case inspect.Metadata():
            value = _read(value, shape.type, path)
        case inspect.UnionType():
            for one in shape.types:
                value = _read(value, one, path)
        case inspect.DateTimeType() if isinstance(value, str):
            value = _instant(value, path)
        case inspect.StructType() if isinstance(value, dict):
            parts = cast("dict[str, Any]", value)
            fields = {one.encode_name: one.type for one in shape.fields if one.encode_name in parts}
            value = parts | {name: _read(parts[name], kind, f"{path}.{name}") for name, kind in fields.items()}
        case inspect.ListType() if isinstance(value, list):
            value = [_read(part, shape.item_type, f"{path}[...]") for part in cast("list[Any]", value)]
        case inspect.DictType() if isinstance(value, dict):
            parts = cast("dict[str, Any]", value)
            value = {name: _read(part, shape.value_type, f"{path}[...]") for name, part in parts.items()}
        case _:
            pass
    return value


def _instant(text: str, path: str) -> str:
    cut = _TOO_PRECISE.fullmatch(text)
    text = f"{cut[1]}{cut[2]}" if cut else text
    try:
        found = msgspec.convert(text, datetime)
    except msgspec.ValidationError:
        return text
    if found.tzinfo is not None:
        try:
            found.astimezone(UTC)
        except OverflowError as error:
            problem = f"Instant {text!r} is outside of the years 1 to 9999 in UTC - at `{path}`"
            raise msgspec.ValidationError(problem) from error
    return text
