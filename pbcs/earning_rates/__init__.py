"""earning-rates: points for a unit of currency, by card product and category, from when on. See README.md."""

from contracts.earning_rates import (
    LIST_CARD_PRODUCTS,
    LIST_EARNING_RULES,
    LIST_RATES,
    RATE,
    RATE_HISTORY,
    SET_CARD_PRODUCT,
    SET_EARNING_RULES,
    SET_RATE,
    CardProductChanged,
    EarningRateChanged,
    EarningRulesChanged,
)
from pbckit.infra.pbc import Pbc


def define(pbc: Pbc) -> None:
    """Owns the card products, the rates and their history."""
    rates = pbc.store()
    outbox = pbc.publishes(EarningRateChanged, CardProductChanged, EarningRulesChanged)
    pbc.exposes(RATE, [rates.read()])
    pbc.exposes(LIST_RATES, [rates.read()])
    pbc.exposes(SET_RATE, [rates.write(), outbox.append()])
    pbc.exposes(RATE_HISTORY, [rates.read()])
    pbc.exposes(SET_CARD_PRODUCT, [rates.write(), outbox.append()])
    pbc.exposes(LIST_CARD_PRODUCTS, [rates.read()])
    pbc.exposes(SET_EARNING_RULES, [rates.write(), outbox.append()])
    pbc.exposes(LIST_EARNING_RULES, [rates.read()])
