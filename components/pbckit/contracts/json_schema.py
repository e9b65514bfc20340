"""JSON Schemas, generated from the typed contracts: of the events as they stand in `detail`, and of every request
and response. The committed copies in `contracts/schemas/` are what other languages and the schema registry read.
"""

import json
from functools import cache
from typing import Any

import msgspec

from pbckit.contracts.definitions import AnyCapability, Event
from pbckit.contracts.envelope import EventMetadata

_DIALECT = "http://json-schema.org/draft-04/schema#"
"""EventBridge's registry knows draft 4; the generated schemas use nothing newer."""
_REFERENCE = "#/definitions/{name}"


@cache
def event_schema(event: type[Event]) -> str:
    """JSON Schema of an event in its envelope, as text that is the same for the same contract."""
    (metadata, data), definitions = msgspec.json.schema_components([EventMetadata, event], ref_template=_REFERENCE)
    return _text(
        {
            "$schema": _DIALECT,
            "title": event.detail_type(),
            "description": event.__doc__,
            "type": "object",
            "required": ["metadata", "data"],
            "properties": {"metadata": metadata, "data": data},
            "definitions": definitions,
        }
    )


@cache
def capability_schema(capability: AnyCapability) -> str:
    """JSON Schema of a capability: its request, its response, and by name its callers and refusals."""
    (request, response), definitions = msgspec.json.schema_components(
        [capability.request, capability.response], ref_template=_REFERENCE
    )
    return _text(
        {
            "$schema": _DIALECT,
            "title": f"{capability.unit} {capability.name}",
            "type": "object",
            "properties": {"request": request, "response": response},
            "definitions": definitions,
            "x-callers": list(capability.callers),
            "x-errors": {error.__name__: error.__doc__ for error in capability.errors},
        }
    )


def _text(schema: dict[str, Any]) -> str:
    for definition in schema["definitions"].values():
        if not definition.get("required", True):
            del definition["required"]  # Draft 4 knows no empty list of required fields.
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"
