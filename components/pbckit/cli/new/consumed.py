"""What a new PBC consumes: an event of the program, and the field of it that the PBC counts by."""

import inspect
import json
from dataclasses import dataclass
from typing import Any

import msgspec
import yaml

from pbckit.cli.errors import OperatorError
from pbckit.contracts import catalogue
from pbckit.contracts.definitions import Event
from pbckit.contracts.examples import event_example
from pbckit.contracts.expectations import told_at
from pbckit.contracts.json_schema import event_schema

_DESCRIBING = ("description", "title")
_SAMPLE_KEY = "m-1"
"""What the tests of a new PBC put into the field."""


@dataclass(frozen=True, kw_only=True)
class Consumed:
    """An event, and one of its fields."""

    event: type[Event]
    field: str

    @property
    def contract(self) -> str:
        """Name of the event's contract, for example `shipping.ParcelSent`."""
        return f"{self.event.source}.{self.event.detail_type()}"

    @property
    def module(self) -> str:
        """Name of the event's module in `contracts/`."""
        return self.event.__module__.rpartition(".")[2]

    @property
    def field_schema(self) -> str:
        """The field's JSON Schema, as YAML in one line."""
        typed, _ = told_at(json.loads(event_schema(self.event)), f"data.{self.field}")
        schema = {keyword: value for keyword, value in typed.schema.items() if keyword not in _DESCRIBING}
        return yaml.safe_dump(schema, default_flow_style=True, width=1000).strip()


def consumed(contract: str | None, field: str | None) -> Consumed:
    """Find an event of the program that is worked on.

    Args:
        contract: its name, for example `shipping.ParcelSent`; by default the first from outside the program.
        field: the field to count by; by default the one that identifies what the event is about.

    Raises:
        OperatorError: there is no such event or field, or the field does not identify anything.
    """
    events = {f"{one.source}.{one.detail_type()}": one for one in catalogue.events()}
    outside = [name for name, one in events.items() if one.source in catalogue.outside_sources()]
    name = contract or min(outside, key=lambda one: _place(events[one]), default=None)
    if name not in events:
        there = ", ".join(events) or "none"
        raise OperatorError(f"no event {name!r} to consume; there are: {there}. Name one with --on SOURCE.EVENT")
    chosen = Consumed(event=events[name], field=field or events[name].aggregate)
    _require_identifying(chosen)
    return chosen


def _place(event: type[Event]) -> tuple[str, int]:
    """Where an event is defined: what its source published first stands first."""
    return event.source, inspect.getsourcelines(event)[1]


def _require_identifying(chosen: Consumed) -> None:
    example: dict[str, Any] = event_example(chosen.event)["data"]
    if chosen.field not in example:
        fields = ", ".join(example)
        raise OperatorError(f"{chosen.contract} has no field {chosen.field!r}; there are: {fields}")
    try:
        msgspec.convert({**example, chosen.field: _SAMPLE_KEY}, chosen.event)
    except msgspec.ValidationError as error:
        allowed = "a field of text that identifies something; name another with --by FIELD"
        raise OperatorError(
            f"{chosen.contract} cannot be counted by {chosen.field}: {error}; allowed: {allowed}"
        ) from error
