"""merchant-categorization: which reward category a merchant belongs to. See README.md."""

from contracts.merchant_categorization import (
    CATEGORIZE,
    LIST_OVERRIDES,
    OVERRIDE_HISTORY,
    SET_OVERRIDE,
    MerchantRecategorized,
)
from pbckit.infra.pbc import Pbc


def define(pbc: Pbc) -> None:
    """Owns merchant overrides; answers for every merchant."""
    overrides = pbc.store()
    outbox = pbc.publishes(MerchantRecategorized)
    pbc.exposes(CATEGORIZE, [overrides.read()])
    pbc.exposes(LIST_OVERRIDES, [overrides.read()])
    pbc.exposes(SET_OVERRIDE, [overrides.write(), outbox.append()])
    pbc.exposes(OVERRIDE_HISTORY, [overrides.read()])
