"""All contracts of the system, found in the modules of this package, and their schemas."""

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from types import ModuleType

import contracts
from pbckit.contracts.definitions import AnyCapability, Capability, Event
from pbckit.contracts.json_schema import capability_schema, event_schema
from pbckit.contracts.operating import desk

LEGACY_UNITS = ("legacy-rewards",)
"""Systems that capabilities move out of. They keep to no contract but what their callers know of them."""
MIGRATION_UNITS = ("categorization-facade", *LEGACY_UNITS)
"""Units that are there only while a capability moves out of a legacy system: facades, and that system itself."""


def _modules() -> Iterator[ModuleType]:
    for info in pkgutil.iter_modules(contracts.__path__):
        yield importlib.import_module(f"contracts.{info.name}")


@cache
def events() -> tuple[type[Event], ...]:
    """Every event, by source and name."""
    for _ in _modules():
        pass
    return tuple(sorted(Event.__subclasses__(), key=lambda event: (event.source, event.__name__)))


@cache
def capabilities() -> tuple[AnyCapability, ...]:
    """Every capability, by unit and name: those of the contracts, and every unit's desk."""
    values = (value for module in _modules() for value in vars(module).values())
    found: dict[tuple[str, str], AnyCapability] = {
        (value.unit, value.name): value for value in values if isinstance(value, Capability)
    }
    found |= {(unit, desk(unit).name): desk(unit) for unit in units()}
    return tuple(found[key] for key in sorted(found))


@cache
def units() -> tuple[str, ...]:
    """Keys of the PBCs, offerings and facades: whoever has a contract as a unit, but for systems to move out of."""
    return tuple(sorted({module.UNIT for module in _modules() if hasattr(module, "UNIT")} - set(LEGACY_UNITS)))


@cache
def permanent_units() -> tuple[str, ...]:
    """Keys of the units that are there whether or not a migration is under way."""
    return tuple(unit for unit in units() if unit not in MIGRATION_UNITS)


@cache
def publishers() -> tuple[str, ...]:
    """Keys of the PBCs: the units that publish events whether or not a migration is under way."""
    return tuple(sorted({event.source for event in events()} & set(permanent_units())))


def callable_by(unit: str) -> tuple[AnyCapability, ...]:
    """The capabilities whose contract names `unit` as a caller."""
    return tuple(capability for capability in capabilities() if unit in capability.callers)


def event_schemas() -> dict[str, str]:
    """The schema of each event, by the contract's name: `points-ledger.PointsPosted`."""
    return {f"{event.source}.{event.detail_type()}": event_schema(event) for event in events()}


def schemas() -> dict[str, str]:
    """The files of `contracts/schemas/`: their names and contents."""
    return {
        **{f"{contract}.json": text for contract, text in event_schemas().items()},
        **{f"{one.unit}.{one.name}.json": capability_schema(one) for one in capabilities()},
    }
