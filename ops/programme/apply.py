"""`rewards programme`: card products, rates, campaigns, merchant overrides and tiers from one file."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from contracts.campaigns import SET_CAMPAIGN
from contracts.earning_rates import SET_CARD_PRODUCT, SET_EARNING_RULES, SET_RATE
from contracts.merchant_categorization import SET_OVERRIDE
from contracts.tiers import SET_TIERS
from ops.programme.card_products import registered, require_registered
from ops.programme.faults import Fault, card_products_named, faults
from ops.programme.file import Programme, read_programme
from pbckit.cli.client.capabilities import CapabilityClient, capabilities_of
from pbckit.cli.client.session import LOCAL_STACK
from pbckit.cli.errors import DifferencesFound, OperatorError
from pbckit.cli.output import AsJson, Stack, out, print_json, progress, records

app = typer.Typer(no_args_is_help=True, help="A whole programme from one file.")


@app.callback()
def group() -> None:
    """A whole programme from one file."""


@app.command()
def apply(
    file: Annotated[Path, typer.Argument(help="YAML file of a programme.")],
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Set every card product, rate, earning rule, campaign, override and tier of a file, or correct it."""
    programme = read_programme(file)
    capabilities = capabilities_of(stack)
    with progress() as bar:
        task = bar.add_task("programme", total=len(programme))
        apply_programme(programme, capabilities, lambda: bar.advance(task))
    counts = {
        "card products": len(programme.card_products),
        "rates": len(programme.rates),
        "earning rules": len(programme.earning_rules),
        "campaigns": len(programme.campaigns),
        "overrides": len(programme.overrides),
        "sets of tiers": len(programme.tiers),
    }
    if as_json:
        print_json({name.replace(" ", "_"): count for name, count in counts.items()})
    else:
        out.print(", ".join(f"{count} {name}" for name, count in counts.items()) + " set")


@app.command()
def validate(
    file: Annotated[Path, typer.Argument(help="YAML file of a programme.")],
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask nobody: every card product must stand in the file.")
    ] = False,
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Check a programme file whole and list every fault with its line. Nothing is changed.

    Exit code 1: it has faults. 2: it could not be checked.
    """
    found = _faults(file, None if offline else stack)
    if as_json:
        print_json({"faults": records(found)})
    else:
        for one in found:
            where = f"{one.where}: " if one.where else ""
            out.print(f"{file}:{one.line}: {where}{one.problem}", markup=False, highlight=False, soft_wrap=True)
        if not found:
            out.print(f"{file} has no faults", markup=False, highlight=False, soft_wrap=True)
    if found:
        raise DifferencesFound(f"{file} has {len(found)} fault{'s' if len(found) > 1 else ''}")


def _faults(file: Path, stack: str | None) -> list[Fault]:
    """All faults of a file; earning-rates of the stack is asked for card products that the file only names."""
    try:
        text = file.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise OperatorError(f"{file}: {error}") from error
    if stack is None or not card_products_named(text):
        return faults(text, ())
    return faults(text, registered(capabilities_of(stack)))


def _require_card_products(programme: Programme, capabilities: CapabilityClient) -> None:
    named = [(f"rates[{number}]", [rate.card_product]) for number, rate in enumerate(programme.rates)]
    named += [(f"campaigns[{number}]", one.card_products) for number, one in enumerate(programme.campaigns)]
    named += [
        (f"earning_rules[{number}]", [minimum.card_product for minimum in one.minimums])
        for number, one in enumerate(programme.earning_rules)
    ]
    known = {one.card_product for one in programme.card_products}
    if not {name for _, names in named for name in names} <= known | {"*"}:
        known |= registered(capabilities)
    require_registered(named, known)


def apply_programme(programme: Programme, capabilities: CapabilityClient, on_set: Callable[[], object]) -> None:
    """Set all of it through the owners' capabilities.

    Raises:
        OperatorError: it names a card product that is not registered. Nothing is set.
    """
    _require_card_products(programme, capabilities)
    for product in programme.card_products:
        capabilities.ask(SET_CARD_PRODUCT, product)
        on_set()
    for rate in programme.rates:
        capabilities.ask(SET_RATE, msgspec.structs.replace(rate, replace=True))
        on_set()
    for rules in programme.earning_rules:
        capabilities.ask(SET_EARNING_RULES, msgspec.structs.replace(rules, replace=True))
        on_set()
    for campaign in programme.campaigns:
        capabilities.ask(SET_CAMPAIGN, campaign)
        on_set()
    for override in programme.overrides:
        capabilities.ask(SET_OVERRIDE, override)
        on_set()
    for tiers in programme.tiers:
        capabilities.ask(SET_TIERS, msgspec.structs.replace(tiers, replace=True))
        on_set()
