"""Instants from outside: never rounded up, and always with a UTC time."""

import subprocess
import sys
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbckit.contracts.decoding import converted, decoded
from pbckit.contracts.definitions import Message
from pbckit.contracts.envelope import Envelope
from pbckit.contracts.vocabulary import Identifier, Instant


class Inner(Message, frozen=True, kw_only=True):
    at: Instant | None = None


class Outer(Message, frozen=True, kw_only=True):
    id: Identifier
    at: Instant
    inner: Inner = Inner()
    many: list[Inner] = msgspec.field(default_factory=list[Inner])
    named: dict[str, Instant] = msgspec.field(default_factory=dict[str, Instant])


LAST_OF_JUNE = datetime(2026, 6, 30, 23, 59, 59, 999999, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-06-30T23:59:59.9999999Z",
        "2026-06-30T23:59:59.999999999999Z",
        "2026-06-30t23:59:59.9999999z",
        "2026-07-01T01:59:59.9999999+02:00",
        "2026-06-30T23:59:59.999999Z",
    ],
)
def test_more_than_six_digits_are_cut_off_and_never_rounded_into_the_next_month(text: str):
    found = converted(
        {"id": "a", "at": text, "inner": {"at": text}, "many": [{"at": text}], "named": {"x": text}}, Outer
    )
    read = [found.at, found.inner.at, found.many[0].at, found.named["x"]]
    assert read == [LAST_OF_JUNE] * 4


def test_text_that_only_looks_like_an_instant_is_left_alone():
    text = "2026-06-30T23:59:59.9999999Z"
    assert decoded(msgspec.json.encode({"id": text, "at": text}), Outer).id == text


def test_the_last_moment_of_all_can_be_read():
    assert converted({"id": "a", "at": "9999-12-31T23:59:59.9999999Z"}, Outer).at.year == 9999


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_an_instant_without_a_utc_time_is_refused_with_its_place(text: str):
    with pytest.raises(msgspec.ValidationError, match=r"outside of the years 1 to 9999 in UTC - at `\$\.inner\.at`"):
        converted({"id": "a", "at": "2026-06-30T00:00:00Z", "inner": {"at": text}}, Outer)


def test_an_envelope_keeps_its_data_for_the_events_own_type():
    metadata = {
        "event_id": "e",
        "occurred_at": "2026-06-30T23:59:59.9999999Z",
        "schema_version": 1,
        "aggregate_id": "a",
        "sequence": 1,
        "correlation_id": "c",
    }
    data = {"id": "a", "at": "2026-06-30T23:59:59.9999999Z"}
    envelope = decoded(msgspec.json.encode({"metadata": metadata, "data": data}), Envelope)
    assert envelope.metadata.occurred_at == LAST_OF_JUNE
    assert decoded(bytes(envelope.data), Outer).at == LAST_OF_JUNE


@given(st.integers(0, 10**12 - 1), st.integers(6, 12))
def test_no_fraction_is_read_as_later_than_it_was_written(fraction: int, digits: int):
    written = f"{fraction:012d}"[:digits]
    found = converted({"id": "a", "at": f"2026-06-30T23:59:59.{written}Z"}, Outer).at
    assert found == datetime(2026, 6, 30, 23, 59, 59, int(written[:6]), tzinfo=UTC)


@pytest.mark.parametrize("raw", [b"", b"nothing.1234567", b'["0001-"]', b"1.1234567"])
def test_what_is_no_message_is_refused_as_before(raw: bytes):
    with pytest.raises(msgspec.DecodeError):
        decoded(raw, Outer)


OFFSET = "RFC 3339 date-time with an offset, for example 2026-06-01T12:00:00Z"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            {"id": "a b"},
            'id is "a b"; allowed: 1 to 64 letters, digits, . _ : or -, a letter or digit first, for example item-001',
        ),
        (
            {"at": "2026-06-01"},
            f'at is "2026-06-01"; allowed: {OFFSET} (Invalid RFC3339 encoded datetime)',
        ),
        (
            {"inner": {"at": 5}},
            f"inner.at is 5; allowed: {OFFSET} (Expected `datetime | null`, got `int`)",
        ),
        ({"many": [{"at": 5}]}, "Expected `datetime | null`, got `int` - at `$.many[0].at`"),
        ({"id": "x" * 200}, f'id is "{"x" * 79}…; allowed: 1 to 64 letters'),
        ({"at": None}, "Expected `datetime`, got `null` - at `$.at`"),
    ],
)
def test_an_error_names_the_field_the_value_and_what_is_allowed(values: dict[str, object], said: str):
    with pytest.raises(msgspec.ValidationError) as refused:
        converted({"id": "o-1", "at": "2026-06-01T12:00:00Z", **values}, Outer)
    assert str(refused.value).startswith(said)


TWO_THREADS = """
import threading
import msgspec
from pbckit.contracts.decoding import ready

learning, go_on = threading.Event(), threading.Event()

def slowly():
    learning.set()
    go_on.wait(0.5)
    return int

class Inner(msgspec.Struct):
    number: "slowly()"

class Outer(msgspec.Struct):
    inner: Inner
    text: str

decoded = []

def decode():
    decoded.append(msgspec.json.decode(b'{"inner": {"number": 1}, "text": "a"}', type=ready(Outer)))

first = threading.Thread(target=decode)
first.start()
learning.wait()
decode()
first.join()
print(*decoded, sep="\\n")
"""
"""The second thread needs the class while the first one still has it learnt."""


def test_a_thread_waits_until_a_type_is_ready():
    done = subprocess.run([sys.executable, "-c", TWO_THREADS], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "Outer(inner=Inner(number=1), text='a')\n" * 2), done.stderr
