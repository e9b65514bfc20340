"""How each event came to be what it is: `contracts/history.yaml`, which is added to and never rewritten.

```yaml
orders.OrderPlaced:
  - version: "1.0"
    date: 2026-11-23
    change: First published.
    shape: 0123456789ab
  - version: "1.1"
    ...
```

The first number is the event's `schema_version`; the second counts the changes that nobody had to follow. `shape` is a
fingerprint of the schema without its words: where the schema is another, an entry is missing.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, cast

import msgspec
import yaml
from msgspec import Meta

FILE = Path("contracts/history.yaml")
"""Relative to the program's root."""
_WORDS = {"description", "title", "$schema"}
_DIGITS = 12
_FIRST = """\
{contract}:
  - version: "1.0"
    date: {today}
    change: "First published."
    shape: "{shape}"
"""


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One version of an event."""

    version: Annotated[str, Meta(pattern=r"^[1-9][0-9]*\.[0-9]+$")]
    date: date
    change: Annotated[str, Meta(min_length=1)]
    """What is new in it, and for whom."""
    shape: Annotated[str, Meta(pattern=r"^[0-9a-f]{12}$")]


History = Mapping[str, Sequence[Entry]]
"""The versions of each event, by the contract's name, oldest first."""


def read(text: str) -> History:
    """A history file.

    Raises:
        ValueError: it is not of that shape; the message names the place and what is allowed.
    """
    try:
        return msgspec.convert(yaml.safe_load(text) or {}, dict[str, list[Entry]])
    except (msgspec.ValidationError, yaml.YAMLError) as error:
        raise ValueError(f"history.yaml: {error}") from error


def shape(schema: str) -> str:
    """Fingerprint of a schema without its words: 12 hexadecimal digits, the same for the same contract."""
    text = json.dumps(_bare(json.loads(schema)), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def unrecorded(schemas: Mapping[str, str], recorded: History) -> list[str]:
    """Events whose history does not end with what they are, each with the entry that is missing.

    Args:
        schemas: the events' schemas: contract and text.
        recorded: their history.
    """
    found: list[str] = []
    for contract, text in schemas.items():
        entries = recorded.get(contract, ())
        if not entries or entries[-1].shape != shape(text):
            found.append(f"{contract}: add a version to contracts/history.yaml with shape: {shape(text)}")
    return found


def with_first_versions(text: str, schemas: Mapping[str, str], today: date) -> str:
    """The history file with a first version for each event that has none.

    Args:
        text: the file.
        schemas: the events' schemas: contract and text.
        today: the day on which they are published.
    """
    known = read(text)
    new = {contract: shape(schema) for contract, schema in schemas.items() if contract not in known}
    return text + "".join(_FIRST.format(contract=contract, today=today, shape=new[contract]) for contract in new)


def rewritten(before: History, after: History) -> list[str]:
    """Events whose history was changed instead of added to."""
    return [
        f"{contract}: what contracts/history.yaml said of it is to stay as it is"
        for contract, entries in before.items()
        if list(after.get(contract, ()))[: len(entries)] != list(entries)
    ]


def _bare(value: Any) -> Any:
    if isinstance(value, list):
        return [_bare(one) for one in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    # A word's value is text; under `properties`, the same name is a field and its value is a schema.
    return {
        key: _bare(inner)
        for key, inner in cast("dict[str, Any]", value).items()
        if not (key in _WORDS and isinstance(inner, str))
    }
