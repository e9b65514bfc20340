"""Whether a contract can change so without breaking whoever holds to the older one.

The definition is that of schema registries for JSON Schema (Confluent: BACKWARD, FORWARD, FULL): a schema is *backward*
compatible if it reads what was written by the older one, *forward* if the older one reads what it writes. Which is
needed depends on who writes and who reads:

| contract | must be | because |
|---|---|---|
| event | full | consumers are older than the producer, and the archive is older than the consumers |
| request | backward | the unit that answers is deployed before its callers |
| response | forward | callers are older than the unit that answers |

A field that is taken away is a break as well, although a schema registry lets optional ones go: somebody may use it.
`docs/contracts.md` has the verdict for each kind of change, beside the registry's.
Objects are closed for whoever writes (a field that is not declared is never sent) and open for whoever reads, unless
`additionalProperties` says otherwise. Where a comparison cannot be decided (two different patterns) it is a break.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

Schema = Mapping[str, Any]

_BOUNDS = (("minimum", 1), ("minLength", 1), ("minItems", 1), ("maximum", -1), ("maxLength", -1), ("maxItems", -1))
"""Keywords that limit, and in which direction they get narrower."""
_EQUAL = ("pattern", "format", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "uniqueItems")
"""Keywords that are compared by their value only."""


@dataclass(frozen=True, order=True)
class Break:
    """One thing that somebody who holds to the older contract cannot cope with."""

    contract: str
    """Name of the schema's file without its ending, for example `orders.OrderPlaced`."""
    path: str
    """Where in the contract, for example `data.quantity`."""
    reason: str


def breaks(before: Mapping[str, str], after: Mapping[str, str]) -> list[Break]:
    """What a change of contracts breaks.

    Args:
        before: the older schemas: file name and text, as in `contracts/schemas/`.
        after: the newer ones. A new contract beside an old one breaks nothing: that is how a major version changes.

    Returns:
        every break, by contract and path; none if the change is compatible.
    """
    found: list[Break] = []
    for file, text in before.items():
        contract = file.removesuffix(".json")
        if file in after:
            found += [
                Break(contract, path, reason) for path, reason in _changed(json.loads(text), json.loads(after[file]))
            ]
        else:
            found.append(Break(contract, "", "is gone; publish the new version beside it until nobody needs the old"))
    return sorted(set(found))


def _changed(before: Schema, after: Schema) -> Iterator[tuple[str, str]]:
    parts = before["properties"]
    if "request" in parts:
        old, new = _parts(before), _parts(after)
        yield from _told("a request of an older caller", unreadable(old["request"], new["request"]), "request")
        yield from _told(
            "an older caller", unreadable(new["response"], replace(old["response"], relies=True)), "response"
        )
        for caller in sorted(set(before.get("x-callers", ())) - set(after.get("x-callers", ()))):
            yield "x-callers", f"{caller} may not call it any more"
    else:
        old, new = Typed(before, before), Typed(after, after)
        yield from _told("an older consumer", unreadable(new, replace(old, relies=True)), "")
        yield from _told("an event from the archive", unreadable(old, new), "")


def _parts(schema: Schema) -> dict[str, "Typed"]:
    return {name: Typed(part, schema) for name, part in schema["properties"].items()}


def _told(who: str, found: Iterator[tuple[str, str]], prefix: str) -> Iterator[tuple[str, str]]:
    return ((".".join(filter(None, (prefix, path))), f"{who}: {reason}") for path, reason in found)


@dataclass(frozen=True)
class Typed:
    """A schema, and the document in which its references are looked up."""

    schema: Schema
    document: Schema
    relies: bool = False
    """True for a reader that may use every field it knows, so that none may be left out for good."""

    def resolved(self) -> "Typed":
        """The schema that a reference means."""
        reference = self.schema.get("$ref")
        if reference is None:
            return self
        found: Any = self.document
        for step in str(reference).removeprefix("#/").split("/"):
            found = found[step]
        return self.at(found).resolved()

    def branches(self) -> list["Typed"]:
        """The alternatives: each with one type, or with a list of values."""
        this = self.resolved()
        several = this.schema.get("anyOf") or this.schema.get("oneOf")
        if several:
            return [branch for one in several for branch in this.at(one).branches()]
        kinds = this.schema.get("type")
        if isinstance(kinds, list) and "enum" not in this.schema:
            return [this.at({**this.schema, "type": kind}) for kind in cast("list[str]", kinds)]
        return [this]

    def values(self) -> list[Any] | None:
        """The values that it lists; None if it lists none."""
        if "const" in self.schema:
            return [self.schema["const"]]
        return self.schema.get("enum")

    def at(self, schema: Schema) -> "Typed":
        """A part of the same document."""
        return replace(self, schema=schema)


def unreadable(writer: Typed, reader: Typed) -> Iterator[tuple[str, str]]:
    """What a reader does not accept of what a writer may write: paths and reasons."""
    readers = reader.branches()
    for branch in writer.branches():
        attempts = [list(_branch(branch, one)) for one in readers]
        if [] not in attempts:
            # The nearest alternative tells best what is wrong: the one that agrees on the type.
            yield from min(attempts, key=lambda found: (any(not path for path, _ in found), len(found)))


def _branch(writer: Typed, reader: Typed) -> Iterator[tuple[str, str]]:
    written, allowed = writer.values(), reader.values()
    if written is not None:
        refused = [value for value in written if not _accepts(reader, value)]
        if refused:
            yield "", f"does not know {', '.join(map(json.dumps, refused))}"
        return
    if allowed is not None:
        yield "", f"knows only {', '.join(map(json.dumps, allowed))}"
        return
    kinds = writer.schema.get("type"), reader.schema.get("type")
    if kinds[1] is not None and kinds[0] != kinds[1] and kinds != ("integer", "number"):
        yield "", f"expects {kinds[1]}, not {kinds[0] or 'anything'}"
        return
    yield from _limits(writer.schema, reader.schema)
    if kinds[0] == "array":
        yield from _items(writer, reader)
    elif kinds[0] == "object":
        yield from _fields(writer, reader)


def _limits(writer: Schema, reader: Schema) -> Iterator[tuple[str, str]]:
    for keyword, direction in _BOUNDS:
        if keyword in reader:
            limit, sent = reader[keyword], writer.get(keyword)
            if sent is None or (limit - sent) * direction > 0:
                yield "", f"expects {keyword} {limit}, not {'any' if sent is None else sent}"
    for keyword in _EQUAL:
        if keyword in reader and reader[keyword] != writer.get(keyword):
            yield "", f"expects {keyword} {reader[keyword]}, not {writer.get(keyword, 'any')}"


def _items(writer: Typed, reader: Typed) -> Iterator[tuple[str, str]]:
    if "items" in reader.schema:
        sent = writer.at(writer.schema.get("items", {}))
        yield from (
            (f"[].{path}".rstrip("."), why) for path, why in unreadable(sent, reader.at(reader.schema["items"]))
        )


def _fields(writer: Typed, reader: Typed) -> Iterator[tuple[str, str]]:
    sent: Schema = writer.schema.get("properties", {})
    read: Schema = reader.schema.get("properties", {})
    for name in sorted(set(reader.schema.get("required", ())) - set(writer.schema.get("required", ()))):
        yield name, "needs it" if name not in sent else "needs it always"
    for name in sorted(set(read) - set(sent) - set(reader.schema.get("required", ()))) if reader.relies else ():
        yield name, "may use it"
    for name, schema in sent.items():
        if name in read:
            found = unreadable(writer.at(schema), reader.at(read[name]))
        else:
            found = _undeclared(writer.at(schema), reader)
        yield from ((".".join(filter(None, (name, path))), reason) for path, reason in found)
    others = writer.schema.get("additionalProperties")
    if others:
        sent_there = writer.at({} if others is True else others)
        yield from (("*", reason) for _, reason in _undeclared(sent_there, reader))


def _undeclared(writer: Typed, reader: Typed) -> Iterator[tuple[str, str]]:
    """A field that the reader does not declare: ignored, unless the reader says what such fields may be."""
    others = reader.schema.get("additionalProperties", True)
    if others is False:
        yield "", "refuses fields that it does not know"
    elif isinstance(others, Mapping):
        yield from unreadable(writer, reader.at(cast("Schema", others)))


def _accepts(reader: Typed, value: Any) -> bool:
    """Whether one literal value can be read."""
    listed = reader.values()
    if listed is not None:
        return any(type(one) is type(value) and one == value for one in listed)
    schema = reader.schema
    kind = schema.get("type")
    if kind is not None and kind not in _KINDS[type(value)]:
        return False
    size = len(value) if isinstance(value, str) else value
    low, high = ("minLength", "maxLength") if isinstance(value, str) else ("minimum", "maximum")
    if (low in schema and size < schema[low]) or (high in schema and size > schema[high]):
        return False
    return re.search(schema["pattern"], value) is not None if isinstance(value, str) and "pattern" in schema else True


_KINDS: Mapping[type, tuple[str, ...]] = {
    type(None): ("null",),
    bool: ("boolean",),
    int: ("integer", "number"),
    float: ("number",),
    str: ("string",),
    list: ("array",),
    dict: ("object",),
}
