"""Making a calculation: lines, caps and their counters."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from contracts.points_calculation import Calculate, Line, TooManyCaps
from lambdas.points_calculation.model import caps, earning
from lambdas.points_calculation.services.budgets import Budgets, Drawn
from lambdas.points_calculation.storage.calculations import CalculationStore
from pbckit.runtime.observability import count, logger
from pbckit.runtime.ports import Operation
from pbckit.runtime.runtime import Runtime

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


def earn(request: Calculate, runtime: Runtime, own: Mapping[str, int]) -> Earned:
    """What a purchase earns now.

    Args:
        request: the purchase and the answers that its calculation rests on.
        runtime: where the counters are.
        own: points that the purchase counts already, by counter.

    Raises:
        ContractError: it cannot be calculated.
        ConditionFailed: others drew from a budget meanwhile.
    """
    return _earned(request, runtime, own, Budgets(runtime, request.purchase.id).draw)


def estimated(request: Calculate, runtime: Runtime) -> Earned:
    """What a purchase would earn now. No budget is changed.

    Raises:
        ContractError: it cannot be calculated.
    """
    return _earned(request, runtime, {}, Budgets(runtime, request.purchase.id).look)


def _earned(
    request: Calculate, runtime: Runtime, own: Mapping[str, int], draw: Callable[[str, int, int], Drawn]
) -> Earned:
    found, store = earning.earnings(request), CalculationStore(runtime)
    budgets = caps.budgets(found)
    others = dict.fromkeys(one for one in (*caps.counters(found), *own) if one not in budgets)
    used = store.used(others)
    of_budgets = {key: own.get(key, 0) for key in budgets}
    endless = caps.with_budgets(found, dict.fromkeys(budgets, sys.maxsize))
    _, wanted = caps.apply(endless, {**used, **of_budgets}, own)
    drawn = {key: draw(key, most, wanted[key] - of_budgets[key]) for key, most in budgets.items()}
    granted = caps.with_budgets(found, {key: of_budgets[key] + one.points for key, one in drawn.items()})
    lines, counted = caps.apply(granted, {**used, **of_budgets}, own)
    counting = [
        *store.count(used, *({key: of[key] for key in others if key in of} for of in (own, counted))),
        *(operation for one in drawn.values() for operation in one.counting),
    ]
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
