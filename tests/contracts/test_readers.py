"""What a unit says it expects is what its code reads, no less and no more: the consumer's end."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

import pytest
import yaml
from msgspec import Struct

from pbckit.cli.topology import subscriptions
from pbckit.contracts import catalogue
from pbckit.contracts.compatibility import Typed
from pbckit.contracts.definitions import AnyCapability, Event
from pbckit.contracts.envelope import EventMetadata
from pbckit.contracts.expectations import OPTIONAL, expectations, expected, told_at
from pbckit.contracts.messages import Field, fields
from tests.conftest import captured
from tests.contracts.python_reads import ROOT, Reading
from tests.contracts.workflow_reads import workflow_reads

CONTRACTS = catalogue.contract_names()
CODE = {
    "operations": ["ops", "components/pbckit/cli", "devtools/faults"],
    "categorization-facade": ["lambdas/categorization_facade", "components/pbckit/strangler"],
}
"""Where a unit's code is, if not in its own folder alone."""
_DECODER = "components/pbckit/runtime/subscriber.py"
Fields = Mapping[str, set[str]]


@cache
def subscribed() -> Mapping[str, tuple[type[Event], ...]]:
    """The events that each unit consumes, by the program."""
    found: dict[str, set[type[Event]]] = defaultdict(set)
    by_name = {(event.source, event.detail_type()): event for event in catalogue.events()}
    for source, consumer, names in subscriptions(captured("dev")):
        found[consumer] |= {by_name[source, name] for name in names}
    return {unit: tuple(sorted(events, key=lambda one: one.__name__)) for unit, events in found.items()}


def contract(one: type[Event] | AnyCapability) -> str:
    if isinstance(one, type):
        return f"{one.source}.{one.detail_type()}"
    return f"{one.unit}.{one.name}"


def consumers() -> list[str]:
    callers = {caller for capability in catalogue.capabilities() for caller in capability.callers}
    return sorted(callers | set(subscribed()))


def code_of(unit: str) -> list[str]:
    """Where a unit's code is, with what decodes its events."""
    return [*CODE.get(unit, [f"lambdas/{unit.replace('-', '_')}"]), _DECODER]


def is_offering(unit: str) -> bool:
    return (ROOT / "offerings" / unit.replace("-", "_")).is_dir()


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    """What the code of all units reads."""
    units = [unit for unit, _ in expectations() if not is_offering(unit)]
    return Reading(sorted({part for unit in units for part in code_of(unit)}), tmp_path_factory.mktemp("reading"))


def in_python(unit: str, reading: Reading) -> Fields:
    """What a unit's code reads, by contract. A message that several contracts share is read in all of them.

    What a facade answers in the stead of another is passed on whole.
    """
    read = reading.fields(code_of(unit))

    def is_read(field: Field) -> bool:
        return f"{field.owner}.{field.name}" in read

    found = {
        contract(event): paths_read(event, "data", is_read) | paths_read(EventMetadata, "metadata", is_read)
        for event in subscribed().get(unit, ())
    }
    passed_on = {one.stands_for for one in catalogue.capabilities() if one.unit == unit}
    for capability in catalogue.callable_by(unit):
        needs = (lambda _: True) if capability in passed_on else is_read
        found[contract(capability)] = paths_read(capability.response, "response", needs)
    return found


def paths_read(message: type[Struct], prefix: str, is_read: Callable[[Field], bool]) -> set[str]:
    """The fields in a message that are read: those that hold messages only where nothing in them is."""
    paths = {one.path for one in fields(message, prefix, inside=is_read) if is_read(one)}
    return {path for path in paths if not any(other.startswith(f"{path}.") for other in paths)}


def in_workflow(unit: str) -> tuple[Fields, Fields]:
    """What a unit's workflow reads by contract, and the refusals that it tells apart."""
    definition = json.loads((ROOT / "offerings" / unit.replace("-", "_") / "workflow.asl.json").read_text())
    fields: dict[str, set[str]] = defaultdict(set)
    refusals: dict[str, set[str]] = defaultdict(set)
    for event in subscribed()[unit]:
        for asked in ways_of_asking(unit):
            found = workflow_reads(definition, contract(event), asked)
            for name, path in found.fields:
                fields[name] |= set(leaves(json.loads(catalogue.schemas()[f"{name}.json"]), path))
            for name, refusal in found.refusals:
                refusals[name].add(refusal)
    return fields, refusals


def ways_of_asking(unit: str) -> Iterator[Mapping[str, str]]:
    """The contract behind each placeholder: without a migration, and with the facades that stand for others."""
    named = {one.name.replace("-", "_"): one for one in catalogue.callable_by(unit) if one.stands_for is None}
    yield {name: contract(one) for name, one in named.items()}
    instead = {one.stands_for: one for one in catalogue.callable_by(unit) if one.stands_for is not None}
    yield {name: contract(instead.get(one, one)) for name, one in named.items()}


def leaves(document: Mapping[str, Any], path: str) -> Iterator[str]:
    """All fields in a part of a contract: what somebody needs who passes it on whole."""
    inside = {
        f"{path}.{step}"
        for branch in told_at(document, path)[0].branches()
        for step in (*branch.schema.get("properties", ()), *(["[]"] if holds_objects(branch) else []))
    }
    if not inside:
        yield path
    for one in sorted(inside):
        yield from leaves(document, one)


def holds_objects(branch: Typed) -> bool:
    items = branch.schema.get("items")
    return items is not None and any("properties" in one.schema for one in branch.at(items).branches())


def suggested(name: str, path: str) -> str:
    """The line of an expectations file for a field, as the contract tells it now."""
    told, always = told_at(json.loads(catalogue.schemas()[f"{name}.json"]), path)
    expectation = {**plain(told), **({} if always else {OPTIONAL: True})}
    return yaml.safe_dump({path: expectation}, default_flow_style=None, sort_keys=False, width=1000).strip()


def plain(told: Typed) -> dict[str, Any]:
    """A schema without references and words."""
    resolved = told.resolved()
    kept = {key: value for key, value in resolved.schema.items() if key not in {"description", "title", "default"}}
    if "items" in kept:
        kept["items"] = plain(resolved.at(kept["items"]))
    if "anyOf" in kept:
        kept["anyOf"] = [plain(resolved.at(one)) for one in kept["anyOf"]]
    if "properties" in kept:
        kept["properties"] = {name: plain(resolved.at(one)) for name, one in kept["properties"].items()}
    return kept


def says(unit: str) -> tuple[Fields, Fields]:
    """What a unit's file says that it reads, and which refusals it tells apart."""
    own = [one for one in expected(CONTRACTS) if one.consumer == unit]
    return {one.contract: set(one.reads) for one in own}, {one.contract: set(one.refusals) for one in own}


def difference(read: Fields, said: Fields) -> list[str]:
    """What is to be added to a unit's file, and what to be taken away."""
    found: list[str] = []
    for name in sorted({*read, *said}):
        found += [f"add to {name}: {suggested(name, path)}" for path in read.get(name, set()) - said.get(name, set())]
        found += [f"take from {name}: {path}" for path in said.get(name, set()) - read.get(name, set())]
    return sorted(found)


@pytest.mark.parametrize("unit", [unit for unit, _ in expectations()])
def test_a_unit_reads_what_is_expected(unit: str, reading: Reading):
    read, refusals = in_workflow(unit) if is_offering(unit) else (in_python(unit, reading), {})
    said, told_apart = says(unit)
    assert difference(read, said) == []
    # What Python tells apart by name is text that people read; only workflows decide by it.
    assert {name: listed for name, listed in told_apart.items() if listed} == dict(refusals)


def test_there_is_a_file_for_each_consumer_and_none_besides():
    assert [unit for unit, _ in expectations()] == consumers()


def test_a_pattern_is_used_only_for_the_contract_that_every_unit_has():
    patterns = {pattern for _, file in expectations() for pattern in file.reads if "*" in pattern}
    assert patterns == {"*.unit-admin"}
    assert [name for name in CONTRACTS if fnmatchcase(name, "*.unit-admin")]
