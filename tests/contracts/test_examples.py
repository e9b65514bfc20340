"""The examples of the catalogue are events: their schemas and types accept them."""

import json
from typing import Annotated, ClassVar

import jsonschema
import msgspec
import pytest
from msgspec import Meta

from pbckit.contracts import catalogue
from pbckit.contracts.definitions import Event
from pbckit.contracts.envelope import Envelope
from pbckit.contracts.examples import event_example
from pbckit.contracts.json_schema import event_schema


@pytest.mark.parametrize("event", catalogue.events(), ids=lambda event: event.__name__)
def test_an_example_is_valid_and_can_be_read(event: type[Event]):
    example = event_example(event)
    jsonschema.validate(example, json.loads(event_schema(event)), jsonschema.Draft4Validator)
    envelope = msgspec.json.decode(json.dumps(example), type=Envelope)
    decoded = msgspec.json.decode(envelope.data, type=event)
    assert envelope.metadata.aggregate_id == decoded.aggregate_id
    assert envelope.metadata.schema_version == event.schema_version
    assert event_example(event) == example


def test_a_field_of_which_no_example_is_known_is_named():
    class VoucherIssued(msgspec.Struct, frozen=True, kw_only=True):
        """An event as far as its example goes; a subclass of `Event` would be part of the catalogue."""

        source: ClassVar[str] = "vouchers"
        aggregate: ClassVar[str] = "voucher"
        schema_version: ClassVar[int] = 1
        voucher: Annotated[str, Meta(pattern="^V-[0-9]{8}$")]

        @classmethod
        def detail_type(cls) -> str:
            return cls.__name__

    with pytest.raises(ValueError, match=r"no example is known for VoucherIssued\.voucher"):
        event_example(VoucherIssued)  # pyright: ignore[reportArgumentType]
