"""earning-rates with its rates in a file that is deployed: no store, no outbox, nothing to set. See README.md."""

from contracts.earning_rates import (
    LIST_CARD_PRODUCTS,
    LIST_RATES,
    RATE,
    RATE_HISTORY,
    SET_CARD_PRODUCT,
    SET_RATE,
)
from pbckit.infra.pbc import Pbc


def define(pbc: Pbc) -> None:
    """Owns the rates that are shipped with its code."""
    for capability in (RATE, LIST_RATES, SET_RATE, RATE_HISTORY, SET_CARD_PRODUCT, LIST_CARD_PRODUCTS):
        pbc.exposes(capability, [])
