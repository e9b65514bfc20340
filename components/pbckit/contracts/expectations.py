"""What consumers and callers really read, kept as data: `contracts/expectations/<consumer>.yaml`.

A contract says what its unit tells; an expectation says which of that somebody needs, and as what. It is held from both
ends: with the tests of the unit that tells it, without any code of the consumer, and with the consumer's own tests,
which see that its code reads what it says and no more.

```yaml
reads:                                    # by event or capability
  orders.OrderPlaced:                     # an event: paths begin with `data` or `metadata`
    data.quantity: {type: integer, minimum: 0}
  inventory.stock:                        # a capability: paths begin with `response`
    response.places.[].name: {type: string, optional: true}   # it copes without
refusals:                                 # that a caller tells apart from others
  inventory.stock: [UnknownItem]
```

`*` for a unit's name stands for every unit that has a contract of that name.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from pbckit.contracts.compatibility import Schema, Typed, unreadable
from pbckit.program_root import program_root

FOLDER = Path("contracts/expectations")
"""Relative to the program's root."""
OPTIONAL = "optional"
"""Beside the keywords of JSON Schema: the consumer copes where the field is missing."""
_INSIDE = {"[]": "items", "*": "additionalProperties"}
"""Steps into the elements of a list and the values of a map, and the keyword that says what they are."""


class ExpectationFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file: all that one consumer expects."""

    reads: dict[str, dict[str, dict[str, Any]]]
    """By contract and path: the schema that the consumer reads it by."""
    refusals: dict[str, list[str]] = {}
    """By capability: names of the refusals that it tells apart."""


@dataclass(frozen=True)
class Expectation:
    """What one consumer needs of one contract."""

    consumer: str
    """Key of the unit that reads."""
    contract: str
    """Name of the contract, for example `orders.OrderPlaced`."""
    reads: Mapping[str, Schema]
    refusals: Sequence[str] = ()

    def missed(self, schema: str) -> list[str]:
        """What the consumer expects and the contract does not hold.

        Args:
            schema: the contract's JSON Schema, as text.

        Returns:
            a sentence each, which names the consumer, the contract and the field; none if the expectation is met.
        """
        document = json.loads(schema)
        found = [
            f"{self.contract}: {self.consumer} reads {path}: {reason}"
            for path, expected in self.reads.items()
            for reason in _missed(document, path, expected)
        ]
        if "request" in document["properties"]:
            found += [f"{self.contract}: {self.consumer} {reason}" for reason in self._unheard(document)]
        return found

    def touches(self, path: str) -> bool:
        """Whether it reads a field, something in it, or what it is in. An empty path is the whole contract."""
        steps = path.split(".") if path else []
        return any(all(map(str.__eq__, steps, read.split("."))) for read in self.reads)

    def _unheard(self, document: Schema) -> Iterator[str]:
        if self.consumer not in document["x-callers"]:
            yield f"asks it: only {', '.join(document['x-callers'])} may"
        for refusal in self.refusals:
            if refusal not in document["x-errors"]:
                yield f"tells the refusal {refusal} apart: it is never given"


def expectations(folder: Path | None = None) -> tuple[tuple[str, ExpectationFile], ...]:
    """The files, in the order of consumers: the key, and what it expects. A file that is none names itself, the place
    and the fault.

    Raises:
        ValueError: a file is not of that shape.
    """
    return _files(folder or program_root() / FOLDER)


@cache
def _files(folder: Path) -> tuple[tuple[str, ExpectationFile], ...]:
    found: list[tuple[str, ExpectationFile]] = []
    for path in sorted(folder.glob("*.yaml"), key=lambda path: path.stem):
        try:
            found.append((path.stem, msgspec.yaml.decode(path.read_bytes(), type=ExpectationFile)))
        except msgspec.DecodeError as error:
            raise ValueError(f"{path.name}: {error}") from error
    return tuple(found)


def expected(contracts: Sequence[str], folder: Path | None = None) -> list[Expectation]:
    """What is expected of contracts, by consumer and contract.

    Args:
        contracts: their names, for example `orders.OrderPlaced`.
        folder: where the files are.

    Raises:
        ValueError: a file is not of that shape, or expects something of a contract that is none of these.
    """
    found: list[Expectation] = []
    for consumer, file in expectations(folder):
        for pattern in sorted({*file.reads, *file.refusals}):
            named = [contract for contract in contracts if fnmatchcase(contract, pattern)]
            if not named:
                raise ValueError(f"{consumer}.yaml: there is no contract {pattern}")
            found += [
                Expectation(consumer, contract, file.reads.get(pattern, {}), tuple(file.refusals.get(pattern, ())))
                for contract in named
            ]
    return found


def _missed(document: Schema, path: str, expected: Schema) -> Iterator[str]:
    needed = not expected.get(OPTIONAL, False)
    try:
        told, always = told_at(document, path)
    except KeyError as error:
        yield f"there is no {error.args[0]}"
        return
    if needed and not always:
        yield "it may be missing"
    schema = {keyword: value for keyword, value in expected.items() if keyword != OPTIONAL}
    for inner, reason in unreadable(told, Typed(schema, schema)):
        yield f"{inner}: {reason}" if inner else reason
    gone = _values(Typed(schema, schema)) - _values(told)
    if gone:
        yield f"never says {', '.join(sorted(gone))} any more"


def told_at(document: Schema, path: str) -> tuple[Typed, bool]:
    """What a contract says of a field, and whether the field is always there.

    Raises:
        KeyError: there is no such field; its argument is the path of the first one that is missing.
    """
    here, always = Typed(document, document), True
    steps = path.split(".")
    for count, step in enumerate(steps):
        branches = here.branches()
        inside = [one for one in (_inside(branch, step) for branch in branches) if one is not None]
        if not inside:
            raise KeyError(".".join(steps[: count + 1]))
        # A part of a contract's document (`request`, `response`) is no field of a message: it is always there.
        always &= step in _INSIDE or count == 0 or all(step in one.schema.get("required", ()) for one in branches)
        here = here.at(inside[0] if len(inside) == 1 else {"anyOf": inside})
    return here, always


def _inside(typed: Typed, step: str) -> Schema | None:
    """What a step leads to; None where it leads to nothing."""
    if step in _INSIDE:
        return typed.schema.get(_INSIDE[step])
    return typed.schema.get("properties", {}).get(step)


def _values(typed: Typed) -> set[str]:
    """The values that are listed anywhere in a field, as JSON."""
    found: set[str] = set()
    for branch in typed.branches():
        found |= {json.dumps(value) for value in branch.values() or ()}
        if "items" in branch.schema:
            found |= _values(branch.at(branch.schema["items"]))
    return found
