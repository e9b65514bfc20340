"""All contracts of the program, found in the modules of its package `contracts`, and their schemas."""

import importlib
import pkgutil
import sys
from collections.abc import Iterator
from functools import cache
from types import ModuleType

from pbckit.contracts.definitions import PEOPLE, UNIT_ADMIN, AnyCapability, Capability, Event, UnitKind
from pbckit.contracts.json_schema import capability_schema, event_schema
from pbckit.contracts.openapi import openapi
from pbckit.contracts.operating import unit_admin
from pbckit.program_root import program_root

_PACKAGE = "contracts"
"""Of the program. Its folder is on the import path, as it is when the Pulumi CLI runs the program."""


def _modules() -> Iterator[ModuleType]:
    root = str(program_root())
    if root not in sys.path:  # The command is started from elsewhere; the Pulumi CLI puts the folder there.
        sys.path.insert(0, root)
    package = importlib.import_module(_PACKAGE)
    for info in pkgutil.iter_modules(package.__path__):
        yield importlib.import_module(f"{_PACKAGE}.{info.name}")


def _units_of(*kinds: UnitKind | None) -> tuple[str, ...]:
    found = {one.UNIT for one in _modules() if hasattr(one, "UNIT") and getattr(one, "KIND", None) in kinds}
    return tuple(sorted(found))


def _published(kind: type[Event]) -> Iterator[type[Event]]:
    """The events below a kind. One without a source is a form that events share, and is published by nobody."""
    for below in kind.__subclasses__():
        if hasattr(below, "source"):
            yield below
        yield from _published(below)


@cache
def events() -> tuple[type[Event], ...]:
    """Every event, by source and name."""
    for _ in _modules():
        pass
    return tuple(sorted(_published(Event), key=lambda event: (event.source, event.__name__)))


@cache
def capabilities() -> tuple[AnyCapability, ...]:
    """Every capability, by unit and name: those of the contracts, and every unit admin."""
    values = (value for module in _modules() for value in vars(module).values())
    found: dict[tuple[str, str], AnyCapability] = {
        (value.unit, value.name): value for value in values if isinstance(value, Capability)
    }
    found |= {(unit, unit_admin(unit).name): unit_admin(unit) for unit in units()}
    return tuple(found[key] for key in sorted(found))


@cache
def units() -> tuple[str, ...]:
    """Keys of the PBCs, offerings and facades: whoever has a contract as a unit, but for systems to move out of."""
    return _units_of(None, UnitKind.FACADE)


@cache
def permanent_units() -> tuple[str, ...]:
    """Keys of the units that are there whether or not a migration is under way."""
    return _units_of(None)


@cache
def facades() -> tuple[str, ...]:
    """Keys of the facades."""
    return _units_of(UnitKind.FACADE)


@cache
def legacy_units() -> tuple[str, ...]:
    """Keys of the systems that capabilities move out of."""
    return _units_of(UnitKind.LEGACY)


@cache
def migration_units() -> tuple[str, ...]:
    """Keys of the units that are there only while a capability moves out of a legacy system."""
    return (*facades(), *legacy_units())


@cache
def publishers() -> tuple[str, ...]:
    """Keys of the PBCs: the units that publish events whether or not a migration is under way."""
    return tuple(sorted({event.source for event in events()} & set(permanent_units())))


def outside_sources() -> tuple[str, ...]:
    """The sources of events that no unit publishes: systems outside the program."""
    return tuple(sorted({event.source for event in events()} - set(units())))


def callable_by(unit: str) -> tuple[AnyCapability, ...]:
    """The capabilities whose contract names `unit` as a caller."""
    return tuple(capability for capability in capabilities() if unit in capability.callers)


def open_to_people(unit: str) -> tuple[AnyCapability, ...]:
    """The capabilities of a unit that people may ask under its own role; the unit admin is asked under another."""
    return tuple(one for one in callable_by(PEOPLE) if one.unit == unit and one.name != UNIT_ADMIN)


def contract_names() -> list[str]:
    """Names of all contracts, as in `schemas`: `orders.OrderAccepted`, `orders.order`."""
    named = [f"{event.source}.{event.detail_type()}" for event in events()]
    return [*named, *(f"{one.unit}.{one.name}" for one in capabilities())]


def event_schemas() -> dict[str, str]:
    """The schema of each event, by the contract's name: `orders.OrderPlaced`."""
    return {f"{event.source}.{event.detail_type()}": event_schema(event) for event in events()}


def routed(unit: str) -> tuple[AnyCapability, ...]:
    """The capabilities of a unit that have a route: its read API passes them on."""
    return tuple(one for one in capabilities() if one.unit == unit and one.route is not None)


def read_apis() -> dict[str, str]:
    """OpenAPI documents of the units' read APIs, by file name."""
    return {
        f"{unit}.json": openapi(f"Read API of {unit}", "1", exposed) for unit in units() if (exposed := routed(unit))
    }


def schemas() -> dict[str, str]:
    """The files of `contracts/schemas/`: their names and contents."""
    return {
        **{f"{contract}.json": text for contract, text in event_schemas().items()},
        **{f"{one.unit}.{one.name}.json": capability_schema(one) for one in capabilities()},
    }
