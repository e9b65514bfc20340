"""Numbers and instants of a message by its JSON Schema, and values at their bounds and past them."""

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

Place = tuple[str | int, ...]

SCHEMAS = Path(__file__).parents[2] / "contracts" / "schemas"
INSTANTS = (
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "0990-06-01T00:00:00Z",
    "2016-06-01T00:00:00Z",
    "2026-05-31T23:59:59.9999999Z",
    "2026-06-30T23:59:59.999999Z",
    "2026-06-01T12:00:00",
    "2026-06-01T14:00:00.5+02:00",
    "2026-06-01T12:10:00Z",
    "2026-06-03T12:00:01Z",
    "2027-06-01T00:00:00Z",
    "9999-12-31T23:59:59.9999999Z",
    "9999-12-31T23:59:59-14:00",
    "tomorrow",
    0,
    None,
)
NUMBERS = (-(10**40), -(2**63), -1, 0, 1, 2**53 + 1, 2**63, 10**40, 1.5, True, "1", None)


def document(contract: str) -> dict[str, Any]:
    """The schema of a contract, as it is published."""
    return json.loads((SCHEMAS / f"{contract}.json").read_text())


def fields(schema: Mapping[str, Any], root: Mapping[str, Any], value: Any, place: Place = ()) -> Iterator[Any]:
    """Places of the numbers and instants in a message, with values to try there."""
    if "$ref" in schema:
        schema = root["definitions"][schema["$ref"].rpartition("/")[2]]
    for one in schema.get("anyOf", ()):
        yield from fields(one, root, value, place)
    for name, one in schema.get("properties", {}).items():
        part = value.get(name) if isinstance(value, dict) else None
        yield from fields(one, root, part, (*place, name))
    if "items" in schema and isinstance(value, list) and value:
        yield from fields(schema["items"], root, value[0], (*place, 0))
    if schema.get("type") == "integer":
        bounds = [schema[name] + step for name in ("minimum", "maximum") if name in schema for step in (-1, 0, 1)]
        yield place, (*bounds, *NUMBERS)
    elif schema.get("format") == "date-time":
        yield place, INSTANTS


def changed(message: Any, place: Place, value: object) -> Any:
    """The message with another value at a place; objects on the way that are not there are left out."""
    message = copy.deepcopy(message)
    part = message
    for step in place[:-1]:
        part = part.get(step) if isinstance(part, dict) else part[step]
        if part is None:
            return message
    part[place[-1]] = value
    return message


def mutations(found: Sequence[Any]) -> st.SearchStrategy[tuple[Place, object]]:
    """One of the places, with one of the values to try there."""
    return st.sampled_from([(place, value) for place, values in found for value in values])
