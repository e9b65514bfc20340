"""`rewards card-products`: kinds of cards, with the currencies that they bill in."""

from collections.abc import Collection, Sequence
from typing import Annotated

import typer

from contracts.earning_rates import (
    LIST_CARD_PRODUCTS,
    SET_CARD_PRODUCT,
    CardProduct,
    ListCardProducts,
    SetCardProduct,
    UnknownCardProduct,
    require_card_products,
)
from pbckit.cli.client.capabilities import CapabilityClient, capabilities_of
from pbckit.cli.client.session import LOCAL_STACK
from pbckit.cli.errors import OperatorError
from pbckit.cli.output import AsJson, Stack, print_json, print_table
from pbckit.cli.requests import request_of

app = typer.Typer(no_args_is_help=True, help="Kinds of cards, with their billing currencies.")


@app.command("list")
def list_card_products(stack: Stack = LOCAL_STACK, as_json: AsJson = False) -> None:
    """Every card product."""
    answer = capabilities_of(stack).ask(LIST_CARD_PRODUCTS, ListCardProducts())
    if as_json:
        print_json(answer)
    else:
        _print(answer.card_products)


@app.command("set")
def set_card_product(
    card_product: Annotated[str, typer.Argument(help="For example gold.")],
    billing_currency: Annotated[str, typer.Argument(help="ISO 4217, for example EUR: the one its purchases are in.")],
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Register a card product, or change its billing currency. A purchase in another currency is refused."""
    request = request_of(SetCardProduct, card_product=card_product, billing_currency=billing_currency)
    answer = capabilities_of(stack).ask(SET_CARD_PRODUCT, request)
    if as_json:
        print_json(answer)
    else:
        _print([answer])


def registered(capabilities: CapabilityClient) -> set[str]:
    """Names of all card products."""
    return {one.card_product for one in capabilities.ask(LIST_CARD_PRODUCTS, ListCardProducts()).card_products}


def require_registered(named: Sequence[tuple[str, Sequence[str]]], known: Collection[str]) -> None:
    """Refuse card products that are not among the known ones. `*` stands for all and passes.

    Args:
        named: what names card products, for the message, and which.
        known: those that are registered.

    Raises:
        OperatorError: one is not. Names the place and the nearest card product.
    """
    try:
        for where, names in named:
            require_card_products(names, known, where)
    except UnknownCardProduct as error:
        raise OperatorError(str(error)) from error


def _print(products: Sequence[CardProduct]) -> None:
    print_table(
        "Card products",
        ["card product", "billing currency", "changed by", "changed at", "version"],
        [
            (one.card_product, one.billing_currency, one.changed_by, f"{one.changed_at:%Y-%m-%d %H:%M}", one.version)
            for one in products
        ],
    )
