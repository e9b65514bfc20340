"""The facade that a migration is steered by, and the stack that it is in."""

from dataclasses import dataclass

from pbckit.cli.client.session import LOCAL_STACK, MIGRATION_STACK
from pbckit.cli.errors import OperatorError
from pbckit.contracts import catalogue
from pbckit.contracts.definitions import AnyCapability, Capability, Request
from pbckit.contracts.migration import (
    GetMigration,
    ListMismatches,
    Migration,
    Mismatches,
    Setting,
    Steer,
)
from pbckit.program_root import program_root


@dataclass(frozen=True, kw_only=True)
class Facade:
    """The capabilities by which people see and steer a facade."""

    unit: str
    migration: Capability[GetMigration, Migration]
    steer: Capability[Steer, Setting]
    list_mismatches: Capability[ListMismatches, Mismatches]


def facade_of(name: str | None = None) -> Facade:
    """A facade of the program that is worked on.

    Args:
        name: its key; not needed where there is one.

    Raises:
        OperatorError: there is no such facade, or there are several, or none.
    """
    there = catalogue.facades()
    listed = ", ".join(there) or "none"
    if name is None and len(there) != 1:
        raise OperatorError(f"name one of the program's facades with --facade; there are: {listed}")
    unit = name or there[0]
    if unit not in there:
        raise OperatorError(f"no facade {unit!r}; there are: {listed}")
    return Facade(
        unit=unit,
        migration=_by_request(unit, GetMigration),
        steer=_by_request(unit, Steer),
        list_mismatches=_by_request(unit, ListMismatches),
    )


def usual_stack() -> str:
    """The stack `migration`, where the program has one; else `local`."""
    file = program_root() / f"Pulumi.{MIGRATION_STACK}.yaml"
    return MIGRATION_STACK if file.exists() else LOCAL_STACK


def _by_request(unit: str, request: type[Request]) -> AnyCapability:
    found = [one for one in catalogue.capabilities() if one.unit == unit and one.request is request]
    if not found:
        raise OperatorError(f"the contract of {unit} has no capability that takes {request.__name__}")
    return found[0]
