"""Composition root: read the configuration, build the units that this stack manages, export their names."""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import pulumi

from components.environment import EnvironmentConfig
from components.names import PLATFORM
from components.offering import Offering
from components.operations import Operations
from components.pbc import Pbc
from components.platform import Platform
from components.unit import UnitArgs
from contracts import cards, catalogue

PBCS = (
    "merchant-categorization",
    "earning-rates",
    "campaigns",
    "points-calculation",
    "points-ledger",
)
"""Each is defined by its folder under `pbcs/`."""
OFFERINGS = ("earn-points",)
"""Each is defined by its folder under `offerings/`."""
OPERATIONS = "operations"
DEPLOYED_ALONE = (*PBCS, *OFFERINGS)
"""Units with a pipeline, and so a deployment role, of their own."""


def definition(room: str, unit: str) -> Callable[[Any], None]:
    """The `define` of a unit's folder."""
    return import_module(f"{room}.{unit.replace('-', '_')}").define


def build(unit: str, config: EnvironmentConfig, platform: Sequence[pulumi.Resource]) -> None:
    """Build one unit with the edges that contracts give it."""
    calls = catalogue.callable_by(unit)
    if unit == OPERATIONS:
        args = UnitArgs(config=config, publishes_as=[cards.SOURCE], calls=calls, platform=platform)
        operations = Operations(unit, args)
        operations.operator(publishes_as=[cards.SOURCE])
        operations.complete()
    elif unit in OFFERINGS:
        offering = Offering(unit, UnitArgs(config=config, calls=calls, platform=platform))
        definition("offerings", unit)(offering)
        offering.complete()
    else:
        pbc = Pbc(unit, UnitArgs(config=config, publishes_as=[unit], calls=calls, platform=platform))
        definition("pbcs", unit)(pbc)
        pbc.complete()


config = EnvironmentConfig.load((PLATFORM, OPERATIONS, *PBCS, *OFFERINGS))
platform = Platform(PLATFORM, config, DEPLOYED_ALONE).resources if PLATFORM in config.units else []
for unit in config.units:
    if unit != PLATFORM:
        build(unit, config, platform)

pulumi.export("bus", config.names(PLATFORM).bus())
pulumi.export("units", list(config.units))
