"""Composition root: read the configuration, build the units that this stack manages, export their names."""

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pulumi

from contracts import cards, partners
from pbckit.contracts import catalogue
from pbckit.contracts.definitions import AnyCapability
from pbckit.infra.account import check_account
from pbckit.infra.environment import EnvironmentConfig
from pbckit.infra.names import PLATFORM
from pbckit.infra.offering import Offering
from pbckit.infra.operations import Operations
from pbckit.infra.pbc import Pbc
from pbckit.infra.platform import Platform
from pbckit.infra.strangler import Strangler
from pbckit.infra.unit import UnitArgs


def units_in(room: str) -> tuple[str, ...]:
    """The units that have a folder in a room: to be there is to be part of the program."""
    folders = (path.parent.name for path in Path(__file__).parent.glob(f"{room}/*/__init__.py"))
    return tuple(sorted(folder.replace("_", "-") for folder in folders))


def _folder(room: str, unit: str) -> Path:
    return Path(__file__).parent / room / unit.replace("-", "_")


PBCS = units_in("pbcs")
OFFERINGS = units_in("offerings")
FACADES = units_in("facades")
"""They exist only where `rewards:migration` names them."""
IMPLEMENTATIONS = {
    unit: others
    for unit in PBCS
    if (others := sorted(path.stem for path in _folder("pbcs", unit).glob("*.py") if path.stem != "__init__"))
}
"""By PBC: those of its implementations that `rewards:implementations` may choose. Each is a module in its folder."""
LEGACY = ("legacy-rewards",)
"""The system that capabilities move out of, deployed beside this one to try a migration. Defined in `examples/`."""
OPERATIONS = "operations"
DEPLOYED_ALONE = (*PBCS, *OFFERINGS)
"""Units with a pipeline, and so a deployment role, of their own."""


def definition(room: str, unit: str, implementation: str | None = None) -> Callable[[Any], None]:
    """The `define` of a unit's folder, or of one of its implementations."""
    package = f"{room}.{unit.replace('-', '_')}"
    return import_module(f"{package}.{implementation}" if implementation else package).define


def edges(unit: str, config: EnvironmentConfig) -> list[AnyCapability]:
    """What a unit may call. An offering goes through a facade, where there is one, and not around it."""
    there = [
        one
        for one in catalogue.callable_by(unit)
        if one.unit not in catalogue.migration_units() or one.unit in config.migration
    ]
    behind = {one.stands_for for one in there} if unit in OFFERINGS else set[AnyCapability | None]()
    return [one for one in there if one not in behind]


def build(unit: str, config: EnvironmentConfig, platform: Sequence[pulumi.Resource]) -> None:
    """Build one unit with the edges that contracts give it."""
    calls = edges(unit, config)
    if unit == OPERATIONS:
        args = UnitArgs(config=config, publishes_as=[cards.SOURCE, partners.SOURCE], calls=calls, platform=platform)
        operations = Operations(unit, args)
        operations.operator(publishes_as=[cards.SOURCE, partners.SOURCE])
        operations.complete()
    elif unit in OFFERINGS:
        offering = Offering(unit, UnitArgs(config=config, calls=calls, platform=platform))
        definition("offerings", unit)(offering)
        offering.complete()
    elif unit in FACADES:
        facade = Strangler(unit, UnitArgs(config=config, publishes_as=[unit], calls=calls, platform=platform))
        definition("facades", unit)(facade)
        facade.complete()
    elif unit in LEGACY:
        legacy = Pbc(
            unit, UnitArgs(config=config, calls=calls, platform=platform, code=Path("examples/legacy_monolith"))
        )
        import_module("examples.legacy_monolith.infrastructure").define(legacy)
        legacy.complete()
    else:
        chosen = config.implementations.get(unit)
        args = UnitArgs(config=config, publishes_as=[unit], calls=calls, platform=platform, implementation=chosen)
        pbc = Pbc(unit, args)
        definition("pbcs", unit, chosen)(pbc)
        pbc.complete()


config = EnvironmentConfig.load((PLATFORM, OPERATIONS, *PBCS, *OFFERINGS), (*FACADES, *LEGACY), IMPLEMENTATIONS)
check_account(config)
platform = Platform(PLATFORM, config, DEPLOYED_ALONE).resources if PLATFORM in config.units else []
for unit in config.units:
    if unit != PLATFORM:
        build(unit, config, platform)

pulumi.export("bus", config.names(PLATFORM).bus())
pulumi.export("units", list(config.units))
