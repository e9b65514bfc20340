"""The catalogue of events, generated from contracts, their history, and the program: `docs/events.md`."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from pbckit.contracts import catalogue
from pbckit.contracts.compatibility import Typed
from pbckit.contracts.definitions import Event
from pbckit.contracts.envelope import EventMetadata
from pbckit.contracts.examples import event_example
from pbckit.contracts.expectations import Expectation, expected, told_at
from pbckit.contracts.history import History
from pbckit.contracts.messages import Field, fields

_INTRODUCTION = """\
# The events

Generated from the contracts, their history and the program by `make docs`.

An event is a fact that its source has committed. On the bus its `source` is the unit, its `detail-type` the event's
name, and its `detail` the envelope `{"metadata": …, "data": …}`. Consumers ignore fields that they do not know. The bus
may deliver an event more than once, and events in any order: `metadata.event_id` tells a copy, and `metadata.sequence`
counts the events of one source that are about the same thing.

*Read by* names who needs a field, by `contracts/expectations/`; its tests hold both ends to it. How an event may change
stands in [contracts.md](contracts.md).
"""
_BAR = "\\|"
"""A bar inside a cell."""
Subscription = tuple[str, str, Sequence[str]]
"""Source, consumer, and names of the events."""


def events_page(subscriptions: Sequence[Subscription], history: History) -> str:
    """Markdown: all events in a table, the envelope once, and each event apart.

    Args:
        subscriptions: who consumes what, by the program.
        history: the versions of each event.
    """
    reading = expected([file.removesuffix(".json") for file in catalogue.schemas()])
    lines = [_INTRODUCTION, *_overview(subscriptions, history), "", *_envelope(), ""]
    for event in catalogue.events():
        name = f"{event.source}.{event.detail_type()}"
        readers = [one for one in reading if one.contract == name]
        lines += [*_section(event, _consumers(event, subscriptions), readers, history), ""]
    return "\n".join(lines)


def _overview(subscriptions: Sequence[Subscription], history: History) -> Iterator[str]:
    yield "| event | producer | consumers | version |"
    yield "|---|---|---|---|"
    for event in catalogue.events():
        name = f"[{event.__name__}](#{event.__name__.lower()})"
        yield f"| {name} | {event.source} | {_listed(_consumers(event, subscriptions))} | {_version(event, history)} |"


def _envelope() -> Iterator[str]:
    yield "## The envelope"
    yield ""
    yield "`metadata` is the same for every event."
    yield ""
    event = catalogue.events()[0]
    document = json.loads(catalogue.event_schemas()[f"{event.source}.{event.detail_type()}"])
    rows = list(fields(EventMetadata, "metadata"))
    yield from _table(rows, document, event_example(event), ())


def _section(
    event: type[Event], consumers: Sequence[str], reading: Sequence[Expectation], history: History
) -> Iterator[str]:
    name = f"{event.source}.{event.detail_type()}"
    document = json.loads(catalogue.event_schemas()[name])
    example = event_example(event)
    yield f"## {event.__name__}"
    yield ""
    yield " ".join((event.__doc__ or "").split())
    yield ""
    yield f"- Producer: {event.source}"
    yield f"- Consumers: {_listed(consumers)}"
    yield f"- About, and counted by: `data.{event.aggregate}`"
    yield f"- Version: {_version(event, history)}"
    yield f"- Schema: [{name}.json](../contracts/schemas/{name}.json)"
    yield ""
    yield from _table(list(fields(event, "data")), document, example, reading)
    yield ""
    yield "```json"
    yield json.dumps(example, indent=2, ensure_ascii=False)
    yield "```"
    yield ""
    yield "| version | date | what is new |"
    yield "|---|---|---|"
    for entry in reversed(history[name]):
        yield f"| {entry.version} | {entry.date} | {entry.change} |"


def _table(
    rows: Sequence[Field], document: Mapping[str, Any], example: Any, reading: Sequence[Expectation]
) -> Iterator[str]:
    """Markdown for fields; who reads them only where somebody can."""
    has_readers = rows[0].path.startswith("data.")
    columns = ["field", "type", "always", "meaning", "example", *(["read by"] if has_readers else [])]
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"
    for row in rows:
        typed, _ = told_at(document, row.path)
        required = "yes" if _required(document, row.path) else "no"
        cells = [f"`{row.path}`", _type(typed), required, _meaning(row, typed)]
        cells.append("" if row.holds_messages else _code(_at(example, row.path.split("."))))
        if has_readers:
            readers = [one.consumer for one in reading if one.touches(row.path)]
            cells.append("" if row.holds_messages else _listed(readers))
        yield f"| {' | '.join(cell.replace('|', _BAR) for cell in cells)} |"


def _type(typed: Typed) -> str:
    """A schema in words."""
    return " or ".join(dict.fromkeys(_branch_type(branch) for branch in typed.branches()))


def _branch_type(branch: Typed) -> str:
    values = branch.values()
    if values is not None:
        return ", ".join(f"`{value}`" for value in values)
    schema = branch.schema
    kind = str(schema.get("type", "anything"))
    if kind == "array":
        return f"list of {_type(branch.at(schema['items']))}"
    if kind == "object":
        return str(schema.get("title", kind))
    limits = [f"{word} {schema[keyword]:,}" for keyword, word in _LIMITS.items() if keyword in schema]
    limits += [f"`{schema['pattern']}`"] if "pattern" in schema else []
    return ", ".join([str(schema.get("format", kind)), *limits])


_LIMITS = {"minimum": "from", "maximum": "to", "minLength": "of at least", "maxLength": "of at most"}


def _required(document: Mapping[str, Any], path: str) -> bool:
    """Whether a field is always there where what it is in is."""
    parent, _, name = path.rpartition(".")
    return all(name in one.schema.get("required", ()) for one in told_at(document, parent)[0].branches())


def _meaning(row: Field, typed: Typed) -> str:
    words = [branch.schema.get("description", "") for branch in typed.branches() if not row.holds_messages]
    return row.meaning or next((" ".join(text.split()) for text in words if text), "")


def _at(example: Any, steps: Sequence[str]) -> Any:
    """The value at a path of an example; unset where it is left out."""
    if not steps:
        return example
    step, *rest = steps
    if step == "[]":
        return _at(example[0], rest)
    return _at(example[step], rest) if step in example else msgspec.UNSET


def _code(value: Any) -> str:
    return "" if value is msgspec.UNSET else f"`{json.dumps(value, ensure_ascii=False)}`"


def _consumers(event: type[Event], subscriptions: Sequence[Subscription]) -> list[str]:
    return sorted({unit for source, unit, names in subscriptions if source == event.source and event.__name__ in names})


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"


def _version(event: type[Event], history: History) -> str:
    return history[f"{event.source}.{event.detail_type()}"][-1].version
