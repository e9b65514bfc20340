"""earning-rates with its rates in a file that is deployed: no store, no outbox, nothing to set. See README.md."""

from contracts.earning_rates import (
    LIST_CARD_PRODUCTS,
    LIST_EARNING_RULES,
    LIST_RATES,
    RATE,
    RATE_HISTORY,
    SET_CARD_PRODUCT,
    SET_EARNING_RULES,
    SET_RATE,
)
from pbckit.infra.pbc import Pbc

_EXPOSED = (
    RATE,
    LIST_RATES,
    SET_RATE,
    RATE_HISTORY,
    SET_CARD_PRODUCT,
    LIST_CARD_PRODUCTS,
    SET_EARNING_RULES,
    LIST_EARNING_RULES,
)


def define(pbc: Pbc) -> None:
    """Owns the rates that are shipped with its code."""
    for capability in _EXPOSED:
        pbc.exposes(capability, [])
