"""`rewards programme`: card products, rates, campaigns and merchant overrides from one file."""

from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
import yaml

from contracts.campaigns import SET_CAMPAIGN, SetCampaign
from contracts.earning_rates import (
    LIST_CARD_PRODUCTS,
    SET_CARD_PRODUCT,
    SET_RATE,
    ListCardProducts,
    SetCardProduct,
    SetRate,
)
from contracts.merchant_categorization import SET_OVERRIDE, SetMerchantOverride, UnknownCategory, require_categories
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
        programme = converted(content, Programme)
        _require_categories(programme)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, msgspec.ValidationError, UnknownCategory) as error:
        raise OperatorError(f"{file}: {error}") from error
    return programme


def _require_categories(programme: Programme) -> None:
    for number, rate in enumerate(programme.rates):
        require_categories([rate.category], f"rates[{number}]")
    for number, campaign in enumerate(programme.campaigns):
        require_categories(campaign.categories, f"campaigns[{number}]")
    for number, override in enumerate(programme.overrides):
        require_categories([override.category] if override.category else [], f"overrides[{number}]")


def require_card_products(programme: Programme, capabilities: CapabilityClient) -> None:
    """Refuse a programme whose rates or campaigns name a card product that is neither in it nor registered.

    Raises:
        OperatorError: one does. Names the place and the nearest card product.
    """
    known = {one.card_product for one in programme.card_products} | {"*"}
    named = [(f"rates[{number}]", rate.card_product) for number, rate in enumerate(programme.rates)]
    for number, campaign in enumerate(programme.campaigns):
        named += [(f"campaigns[{number}]", product) for product in campaign.card_products]
    if {product for _, product in named} <= known:
        return
    known |= {one.card_product for one in capabilities.ask(LIST_CARD_PRODUCTS, ListCardProducts()).card_products}
    for where, product in named:
        if product not in known:
            nearest = get_close_matches(product, known - {"*"}, n=1)
            suggestion = f"did you mean {nearest[0]}?" if nearest else "register it under card_products"
            raise OperatorError(f"{where}: no card product is called {product!r}; {suggestion}")


def apply_programme(programme: Programme, capabilities: CapabilityClient, on_set: Callable[[], object]) -> None:
    """Set all of it through the owners' capabilities.

    Raises:
        OperatorError: it names a card product that is not registered. Nothing is set.
    """
    require_card_products(programme, capabilities)
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
