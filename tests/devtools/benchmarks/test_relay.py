"""The measurement of relay throughput: what is counted, over tables and a bus in memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import pytest

from devtools.benchmarks import relay
from pbckit.testing.world import MemoryBus, MemoryTables


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> MemoryBus:
    """In the place of the embedded AWS; its tables and its bus stay the same for as long as the measurement lasts."""
    tables, bus = MemoryTables(), MemoryBus()

    @contextmanager
    def running(*_: Any, **__: Any) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(client=MagicMock(), endpoint="nowhere")

    monkeypatch.setattr(relay, "running", running)
    monkeypatch.setattr(relay, "DynamoDb", lambda: tables)
    monkeypatch.setattr(relay, "EventBridge", lambda _name: bus)
    monkeypatch.setattr(relay, "_EVENTS", 200)
    return bus


def test_calls_are_counted_for_each_way(bus: MemoryBus):
    own, single, polling = relay.measure()

    assert (own.calls_per_event, own.puts_per_event, own.ratio) == (1.1, 0.1, 1.0)
    assert (single.calls_per_event, single.puts_per_event) == (2.0, 1.0)
    # Two pages, and a third that tells that nothing is left.
    assert (polling.calls_per_event, polling.puts_per_event) == (1.1 + 3 / 200, 0.1)


def test_every_event_is_published_in_every_round(bus: MemoryBus):
    ways = relay.measure()

    assert len(bus.taken) == 3 * 200 * len(ways)
    assert all(way.events_per_second > 0 for way in ways)


def test_what_the_bus_does_not_take_is_no_throughput(bus: MemoryBus, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pbckit.runtime.outbox._FIRST_PAUSE_SECONDS", 0)
    bus.refuses = lambda _entry: "InternalFailure"

    with pytest.raises(RuntimeError, match="did not take all"):
        relay.measure()
