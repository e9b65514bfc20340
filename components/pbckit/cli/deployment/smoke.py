"""`pbc smoke`: whether a unit that was just deployed keeps to its contracts, without changing anything."""

from dataclasses import asdict, dataclass
from typing import Annotated

import typer

from pbckit.cli.client.capabilities import LambdaCapabilities
from pbckit.cli.client.session import LOCAL_STACK, OPERATIONS, open_session
from pbckit.cli.errors import SAID_NO, OperatorError, Refused
from pbckit.cli.output import AsJson, Stack, print_json, print_table
from pbckit.contracts import catalogue
from pbckit.contracts.definitions import AnyCapability, InvalidRequest


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one question."""

    capability: str
    keeps: bool
    """True if it answered, or refused as its contract says."""
    what: str


def smoke(
    unit: Annotated[str, typer.Argument(help="The unit, for example `orders`.")],
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Ask every capability of a unit that operators may ask, with an empty request.

    By contract that is refused as `InvalidRequest`, or answered where no field is required: so the function is there,
    may be asked, loads its code and knows its contract, and nothing is changed. The unit admin
    also answers the unit's health.
    Exit code 1: one of them does otherwise; 2: there is no such unit or stack.
    """
    asked = [one for one in catalogue.callable_by(OPERATIONS) if one.unit == unit]
    if not asked:
        units = sorted({one.unit for one in catalogue.callable_by(OPERATIONS)})
        raise OperatorError(f"no unit {unit!r} with capabilities for operators; there are: {', '.join(units)}")
    capabilities = LambdaCapabilities(open_session(stack))
    found = [_ask(capabilities, one) for one in asked]
    if as_json:
        print_json({"unit": unit, "capabilities": [asdict(one) for one in found]})
    else:
        rows = [(one.capability, "keeps" if one.keeps else "BREAKS", one.what) for one in found]
        print_table(f"{unit} in {stack}", ["capability", "contract", "it said"], rows)
    if not all(one.keeps for one in found):
        raise typer.Exit(SAID_NO)


def _ask(capabilities: LambdaCapabilities, one: AnyCapability) -> Outcome:
    try:
        capabilities.send(one, {})
    except Refused as refusal:
        keeps = refusal.error == InvalidRequest.__name__
        return Outcome(capability=one.name, keeps=keeps, what=str(refusal))
    except OperatorError as error:
        return Outcome(capability=one.name, keeps=False, what=str(error))
    return Outcome(capability=one.name, keeps=not one.changes_state, what="an answer")
