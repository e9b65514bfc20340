"""Making a calculation: lines, caps and their counters."""

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.points_calculation import Calculate, Line, TooManyCaps
from lambdas.points_calculation.model import caps, earning
from lambdas.points_calculation.storage.calculations import CalculationStore
from pbckit.runtime.observability import count, logger
from pbckit.runtime.ports import Operation

MOST_COUNTERS = 80
"""Changed at once: a transaction takes 100 operations, and the calculation with what it tells needs up to ten."""


@dataclass(frozen=True, kw_only=True)
class Earned:
    """What a purchase earns, and the operations that count it towards its caps."""

    lines: list[Line]
    counted: dict[str, int]
    counting: list[Operation]

    @property
    def points(self) -> int:
        """The sum of the lines."""
        return sum(line.points for line in self.lines)


def earn(request: Calculate, store: CalculationStore, own: Mapping[str, int]) -> Earned:
    """What a purchase earns now.

    Args:
        request: the purchase and the answers that its calculation rests on.
        store: where the counters are.
        own: points that the purchase counts already, by counter.

    Raises:
        ContractError: it cannot be calculated.
    """
    found = earning.earnings(request)
    used = store.used({**dict.fromkeys(caps.counters(found)), **own})
    lines, counted = caps.apply(found, used, own)
    counting = store.count(used, own, counted)
    if len(counting) > MOST_COUNTERS:
        raise TooManyCaps(
            f"purchase {request.purchase.id} counts towards {len(counting)} caps at once; allowed: {MOST_COUNTERS}"
        )
    return Earned(lines=lines, counted=counted, counting=counting)


def report_missing_rate(request: Calculate) -> None:
    """Send the metric `CardProductWithoutRate` where a card product has no rate: that is an error of configuration."""
    if request.rate.basis == "no-rate":
        count("CardProductWithoutRate")
        logger.warning("no rate is set", card_product=request.purchase.card_product, category=request.category.category)
