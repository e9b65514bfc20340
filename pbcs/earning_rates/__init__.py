"""earning-rates: points for a unit of currency, by card product and category, from when on. See README.md."""

from contracts.earning_rates import LIST_RATES, RATE, RATE_HISTORY, SET_RATE, EarningRateChanged
from pbckit.infra.pbc import Pbc


def define(pbc: Pbc) -> None:
    """Owns the rates and their history."""
    rates = pbc.store()
    outbox = pbc.publishes(EarningRateChanged)
    pbc.exposes(RATE, [rates.read()])
    pbc.exposes(LIST_RATES, [rates.read()])
    pbc.exposes(SET_RATE, [rates.write(), outbox.append()])
    pbc.exposes(RATE_HISTORY, [rates.read()])
