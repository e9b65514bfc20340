"""A setting is read once in a moment, by process, and a change of it is seen after that."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pbckit.runtime.keys import sortable
from pbckit.runtime.ports import Item, Put
from pbckit.runtime.runtime import Runtime
from pbckit.runtime.settings import Settings
from pbckit.testing.tables import STORE, MemoryTables
from pbckit.testing.world import World, world

FIRST = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def unit() -> World:
    return world("rates")


def process(unit: World, seconds: float = 1) -> Settings:
    """A process that remembers settings for so long."""
    return Settings(replace(unit.runtime, settings_seconds=seconds, settings_read={}))


def put(unit: World, partition: str, sort: str, **values: object) -> None:
    unit.tables.put(Put(table=STORE, item={"pk": partition, "sk": sort, **values}, read_as=dict))


def put_version(unit: World, months: int) -> Item:
    begins = sortable(FIRST + timedelta(days=30 * months))
    put(unit, "rules", begins, number=months)
    return {"pk": "rules", "sk": begins, "number": months}


def in_force(settings: Settings, months: float) -> int | None:
    found = settings.in_force("rules", FIRST + timedelta(days=30 * months))
    return found["number"] if found else None


def test_a_setting_answers_for_a_second_and_is_read_anew_after_that(unit: World):
    settings = process(unit)
    put(unit, "products", "gold", currency="EUR")
    assert settings.item("products", "gold") == {"pk": "products", "sk": "gold", "currency": "EUR"}
    put(unit, "products", "gold", currency="CHF")
    assert settings.item("products", "gold") == {"pk": "products", "sk": "gold", "currency": "EUR"}
    unit.clock.time += timedelta(seconds=1)
    assert settings.item("products", "gold") == {"pk": "products", "sk": "gold", "currency": "CHF"}


def test_what_is_not_there_is_remembered_too(unit: World):
    settings = process(unit)
    assert (settings.item("products", "gold"), settings.all("products"), in_force(settings, 0)) == (None, [], None)
    put(unit, "products", "gold")
    put_version(unit, 0)
    assert (settings.item("products", "gold"), settings.all("products"), in_force(settings, 0)) == (None, [], None)
    unit.clock.time += timedelta(seconds=1)
    assert settings.item("products", "gold") == {"pk": "products", "sk": "gold"}
    assert settings.all("products") == [{"pk": "products", "sk": "gold"}]
    assert in_force(settings, 0) == 0


def test_processes_remember_apart(unit: World):
    first, second = process(unit), process(unit)
    assert first.item("products", "gold") is None
    put(unit, "products", "gold")
    assert second.item("products", "gold") is not None
    assert first.item("products", "gold") is None


def test_a_clock_that_was_set_back_makes_nothing_last(unit: World):
    settings = process(unit)
    assert settings.item("products", "gold") is None
    put(unit, "products", "gold")
    unit.clock.time -= timedelta(hours=1)
    assert settings.item("products", "gold") is not None


def test_without_a_time_nothing_is_remembered(unit: World):
    settings = process(unit, 0)
    assert settings.item("products", "gold") is None
    put(unit, "products", "gold")
    assert settings.item("products", "gold") is not None


@pytest.mark.parametrize("remembered_for", [0, 1])
@pytest.mark.parametrize("versions", [1, 7, 8, 9, 30])
def test_the_version_in_force_is_found_among_any_number(unit: World, versions: int, remembered_for: float):
    for months in range(versions):
        put_version(unit, months)
    settings = process(unit, remembered_for)
    asked = [-0.5, 0, versions - 1, *(months + 0.5 for months in range(versions))]
    expected = [None, 0, versions - 1, *range(versions)]
    assert [in_force(settings, months) for months in asked] == expected
    assert [in_force(settings, months) for months in reversed(asked)] == expected[::-1]


def test_a_version_that_begins_while_it_is_remembered_takes_effect_to_the_instant(unit: World):
    settings = process(unit)
    put_version(unit, 0)
    put_version(unit, 1)
    assert (in_force(settings, 0.999999), in_force(settings, 1)) == (0, 1)


def test_names_that_anybody_makes_up_do_not_fill_the_memory(unit: World):
    runtime: Runtime = replace(unit.runtime, settings_seconds=3600, settings_read={})
    settings = Settings(runtime)
    for number in range(2_500):
        settings.item("products", f"made-up-{number}")
    assert len(runtime.settings_read) <= 1_000


def test_one_read_is_enough_for_all_purchases_of_a_moment(unit: World):
    reads: list[object] = []

    class Counted(MemoryTables):
        def query(self, query: object):
            reads.append(query)
            return super().query(query)  # pyright: ignore[reportArgumentType]

    settings = Settings(replace(unit.runtime, tables=Counted(), settings_seconds=1, settings_read={}))
    for minute in range(100):
        settings.in_force("rules", FIRST + timedelta(minutes=minute))
        settings.all("month")
    assert len(reads) == 2
