"""`rewards programme`: card products, rates, campaigns and merchant overrides from one file."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
import yaml

from contracts.campaigns import SET_CAMPAIGN, SetCampaign
from contracts.earning_rates import SET_CARD_PRODUCT, SET_RATE, SetCardProduct, SetRate
from contracts.merchant_categorization import SET_OVERRIDE, SetMerchantOverride
from pbckit.cli.client.capabilities import CapabilityClient, capabilities_of
from pbckit.cli.client.session import LOCAL_STACK
from pbckit.cli.errors import OperatorError
from pbckit.cli.output import AsJson, Stack, out, print_json, progress
from pbckit.contracts.decoding import converted

app = typer.Typer(no_args_is_help=True, help="A whole programme from one file.")


class Programme(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a programme file holds: the requests that bring it about."""

    card_products: list[SetCardProduct] = msgspec.field(default_factory=list)
    rates: list[SetRate] = msgspec.field(default_factory=list)
    campaigns: list[SetCampaign] = msgspec.field(default_factory=list)
    overrides: list[SetMerchantOverride] = msgspec.field(default_factory=list)

    def __len__(self) -> int:
        return len(self.card_products) + len(self.rates) + len(self.campaigns) + len(self.overrides)


@app.callback()
def group() -> None:
    """A whole programme from one file."""


@app.command()
def apply(
    file: Annotated[Path, typer.Argument(help="YAML file with card products, rates, campaigns and overrides.")],
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Set every card product, rate, campaign and override of a file. Applying it again corrects what is there."""
    programme = read_programme(file)
    capabilities = capabilities_of(stack)
    with progress() as bar:
        task = bar.add_task("programme", total=len(programme))
        apply_programme(programme, capabilities, lambda: bar.advance(task))
    counts = {
        "card products": len(programme.card_products),
        "rates": len(programme.rates),
        "campaigns": len(programme.campaigns),
        "overrides": len(programme.overrides),
    }
    if as_json:
        print_json({name.replace(" ", "_"): count for name, count in counts.items()})
    else:
        out.print(", ".join(f"{count} {name}" for name, count in counts.items()) + " set")


def read_programme(file: Path) -> Programme:
    """A programme file.

    Raises:
        OperatorError: it cannot be read, is not YAML, or a value is wrong; names the place.
    """
    try:
        content: Any = yaml.safe_load(file.read_text())
        return converted(content, Programme)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, msgspec.ValidationError) as error:
        raise OperatorError(f"{file}: {error}") from error


def apply_programme(programme: Programme, capabilities: CapabilityClient, on_set: Callable[[], object]) -> None:
    """Set all of it through the owners' capabilities."""
    for product in programme.card_products:
        capabilities.ask(SET_CARD_PRODUCT, product)
        on_set()
    for rate in programme.rates:
        capabilities.ask(SET_RATE, msgspec.structs.replace(rate, replace=True))
        on_set()
    for campaign in programme.campaigns:
        capabilities.ask(SET_CAMPAIGN, campaign)
        on_set()
    for override in programme.overrides:
        capabilities.ask(SET_OVERRIDE, override)
        on_set()
