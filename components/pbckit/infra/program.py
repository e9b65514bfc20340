"""The composition root of a program: its units, found in its folders, with the edges that contracts give them."""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import pulumi

from pbckit.contracts import catalogue
from pbckit.contracts.definitions import PEOPLE, UNIT_ADMIN, AnyCapability
from pbckit.infra.account import check_account
from pbckit.infra.concurrency import by_unit, check_concurrency
from pbckit.infra.environment import EnvironmentConfig
from pbckit.infra.names import PLATFORM
from pbckit.infra.offering import Offering
from pbckit.infra.operations import Operations
from pbckit.infra.pbc import Pbc
from pbckit.infra.platform import Platform
from pbckit.infra.service_levels import Level
from pbckit.infra.strangler import Strangler
from pbckit.infra.unit import Unit, UnitArgs
from pbckit.program_root import program_root

OPERATIONS = PEOPLE
"""Key of the unit under whose role people see and mend all units."""


class _Kind(NamedTuple):
    component: Callable[[str, UnitArgs], Unit]
    publishes: bool


_KINDS: Mapping[str, _Kind] = {
    "pbcs": _Kind(Pbc, publishes=True),
    "offerings": _Kind(Offering, publishes=False),
    "facades": _Kind(Strangler, publishes=True),
}
"""By folder of the program: what the units in it are made of, and whether they publish events under their own name."""


class Program:
    """All units of a program. A unit is part of it by having a package in `pbcs/`, `offerings/` or `facades/`.

    The package of a unit has a function `define`, which takes the unit's component and says what it is made of. A PBC
    may have more implementations: modules beside its `__init__`, each with a `define` of its own. What it promises it
    may have in `LEVELS`, for the dashboard of the journey.
    """

    def __init__(self, legacy: Mapping[str, str] | None = None) -> None:
        """Find the units.

        Args:
            legacy: systems that capabilities move out of, deployed beside the program to try a migration: by unit, the
                package that has its code, with a module `infrastructure`.
        """
        root = program_root()
        self._legacy = legacy or {}
        self._folder_of = {unit: folder for folder in _KINDS for unit in units_in(root, folder)}
        self._implementations = {
            unit: modules
            for unit, folder in self._folder_of.items()
            if (
                modules := sorted(
                    one.stem for one in _package(root, folder, unit).glob("*.py") if one.stem != "__init__"
                )
            )
        }

    def of(self, folder: str) -> tuple[str, ...]:
        """Keys of the units in a folder, in order."""
        return tuple(unit for unit, place in self._folder_of.items() if place == folder)

    def configuration(self) -> EnvironmentConfig:
        """The configuration of the stack.

        Raises:
            InvalidConfiguration: a value is missing or not allowed.
        """
        alone = self.deployed_alone
        return EnvironmentConfig.load(
            (PLATFORM, OPERATIONS, *alone), (*self.of("facades"), *self._legacy), self._implementations
        )

    @property
    def deployed_alone(self) -> tuple[str, ...]:
        """Keys of the units with a pipeline, and so a deployment role, of their own."""
        return (*self.of("pbcs"), *self.of("offerings"))

    def deploy(self) -> None:
        """Make every unit that the stack manages, the platform first, and export their names."""
        config = self.configuration()
        check_account(config)
        platform = Platform(PLATFORM, config, self.deployed_alone).resources if PLATFORM in config.units else []
        made = [self._make(unit, config, platform) for unit in config.units if unit != PLATFORM]
        demands = [demand for unit in made for demand in unit.context.demands]
        check_concurrency(config, demands)
        pulumi.export("bus", config.names(PLATFORM).bus())
        pulumi.export("units", list(config.units))
        pulumi.export("concurrency", by_unit(demands))

    def _make(self, unit: str, config: EnvironmentConfig, platform: Sequence[pulumi.Resource]) -> Unit:
        given: dict[str, Any] = {
            "config": config,
            "calls": self._edges(unit, config),
            "for_people": catalogue.open_to_people(unit),
            "platform": platform,
        }
        if unit == OPERATIONS:
            outside = catalogue.outside_sources()
            operations = Operations(unit, UnitArgs(publishes_as=outside, **given))
            operations.operator(publishes_as=outside)
            operations.watch(self._levels())
            operations.complete()
            return operations
        if unit in self._legacy:
            package = self._legacy[unit]
            made = Pbc(unit, UnitArgs(code=Path(*package.split(".")), **given))
            return self._defined(f"{package}.infrastructure", made)
        folder, chosen = self._folder_of[unit], config.implementations.get(unit)
        kind = _KINDS[folder]
        args = UnitArgs(publishes_as=[unit] if kind.publishes else [], implementation=chosen, **given)
        module = f"{folder}.{unit.replace('-', '_')}"
        return self._defined(f"{module}.{chosen}" if chosen else module, kind.component(unit, args))

    def _levels(self) -> dict[str, Sequence[Level]]:
        """What each unit promises: `LEVELS` of its package, where it has some."""
        packages = {
            unit: import_module(f"{folder}.{unit.replace('-', '_')}") for unit, folder in self._folder_of.items()
        }
        return {unit: levels for unit, one in packages.items() if (levels := getattr(one, "LEVELS", ()))}

    @staticmethod
    def _defined(module: str, unit: Unit) -> Unit:
        import_module(module).define(unit)
        unit.complete()
        return unit

    def _edges(self, unit: str, config: EnvironmentConfig) -> list[AnyCapability]:
        """What a unit may call. An offering goes through a facade, where there is one, and not around it.

        People ask the unit admins as `operations`, and everything else under the role of the unit that answers.
        """
        there = [
            one
            for one in catalogue.callable_by(unit)
            if one.unit not in catalogue.migration_units() or one.unit in config.migration
        ]
        if unit == OPERATIONS:
            return [one for one in there if one.name == UNIT_ADMIN]
        offerings = self.of("offerings")
        behind = {one.stands_for for one in there} if unit in offerings else set[AnyCapability | None]()
        return [one for one in there if one not in behind]


def units_in(root: Path, folder: str) -> tuple[str, ...]:
    """Keys of the units that have a package in a folder of a program, in order."""
    return tuple(sorted(path.parent.name.replace("_", "-") for path in (root / folder).glob("*/__init__.py")))


def _package(root: Path, folder: str, unit: str) -> Path:
    return root / folder / unit.replace("-", "_")
