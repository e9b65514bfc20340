"""What is wrong with a value, for people: the field, the value, what is allowed, and an example.

msgspec names the field and a regular expression, which only developers read. The contract knows what the field means.
"""

import re
from collections.abc import Iterator
from typing import cast

import msgspec
from msgspec import inspect

_PLACE = re.compile(r"(?P<problem>.*) - at `\$(?P<path>(\.[A-Za-z0-9_]+)+)`", re.DOTALL)
_LONGEST = 80
"""Characters of a value that are shown."""


def explained(error: msgspec.ValidationError, message: object, shape: inspect.Type) -> str:
    """The error of a message in plain words; as msgspec says it where the contract does not describe the field.

    Args:
        error: why the message is none of its type.
        message: as plain values.
        shape: of its type.
    """
    found = _PLACE.fullmatch(str(error))
    if found is None:
        return str(error)
    steps = found["path"].split(".")[1:]
    value, allowed = _value(message, steps), list(dict.fromkeys(_allowed(shape, steps)))
    if value is None or not allowed:
        return str(error)
    shown = msgspec.json.encode(value).decode()
    shown = shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
    limit = "" if "matching regex" in found["problem"] else f" ({found['problem']})"
    return f"{'.'.join(steps)} is {shown}; allowed: {', or '.join(allowed)}{limit}"


def _value(message: object, steps: list[str]) -> object:
    for step in steps:
        if not isinstance(message, dict):
            return None
        message = cast("dict[str, object]", message).get(step)
    return message


def _allowed(shape: inspect.Type, steps: list[str]) -> Iterator[str]:
    """Descriptions of what a field may hold, each with an example if the contract has one."""
    match shape:
        case inspect.Metadata():
            extra = cast("dict[str, str]", shape.extra or {})  # pyright: ignore[reportUnknownMemberType]
            schema = cast("dict[str, str]", shape.extra_json_schema or {})  # pyright: ignore[reportUnknownMemberType]
            allowed = extra.get("allowed", schema.get("description"))
            if not steps and allowed:
                yield allowed + (f", for example {extra['example']}" if "example" in extra else "")
            yield from _allowed(shape.type, steps)
        case inspect.UnionType():
            for one in shape.types:
                yield from _allowed(one, steps)
        case inspect.StructType() if steps:
            for field in shape.fields:
                if field.encode_name == steps[0]:
                    yield from _allowed(field.type, steps[1:])
        case _:
            pass
