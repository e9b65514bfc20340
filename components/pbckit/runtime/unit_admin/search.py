"""Finding what the unit's functions noted in their logs."""

from collections.abc import Iterator, Sequence

import msgspec

from pbckit.contracts.operating import FindRecords, Record, Records
from pbckit.runtime.observability import REQUEST_ID
from pbckit.runtime.records import RECORD
from pbckit.runtime.unit_admin.inventory import Inventory
from pbckit.runtime.unit_admin.ports import LogLine, UnitAdminPorts

_FUNCTION_PREFIX = "/aws/lambda/"


class _Line(msgspec.Struct, frozen=True):
    """A log line with a note in it, as far as it is needed."""

    record: msgspec.Raw = msgspec.field(name=RECORD)
    request_id: str | None = msgspec.field(name=REQUEST_ID, default=None)


def find(request: FindRecords, unit: str, inventory: Inventory, ports: UnitAdminPorts) -> Records:
    """The newest notes of a kind in a window of time."""
    terms = [RECORD, *([request.text] if request.text else [])]
    found = sorted(
        (
            record
            for group in inventory.every_log_group()
            for record in _records(ports.logs.find(group, terms, request.since, request.until), unit)
            if record.kind == request.kind
        ),
        key=lambda record: record.at,
    )
    return Records(records=found[-request.limit :], more=len(found) > request.limit)


def _records(lines: Sequence[LogLine], unit: str) -> Iterator[Record]:
    for line in lines:
        try:
            note = msgspec.json.decode(line.text, type=_Line)
            here = {"unit": unit, "function": line.log_group.removeprefix(_FUNCTION_PREFIX), "at": line.at}
            yield msgspec.convert({**msgspec.json.decode(note.record), **here, "request_id": note.request_id}, Record)
        except (msgspec.DecodeError, TypeError):
            continue  # The terms stand in a line that is no note.
