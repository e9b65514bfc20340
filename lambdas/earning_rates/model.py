"""Effective-dated rates: which one is in effect, and until when."""

from collections import Counter
from collections.abc import Iterable, Sequence

import iso4217
import msgspec

from contracts.earning_rates import (
    EarningRules,
    FindRate,
    InvalidCardProduct,
    Rate,
    RateVersion,
    RepeatedMinimum,
    SetCardProduct,
    SetEarningRules,
)

ANY_CATEGORY = "*"


def in_effect(candidates: Iterable[RateVersion | None]) -> Rate | None:
    """The rate that answers: the first there is, from the most to the least specific; None if there is none."""
    for version in candidates:
        if version is not None:
            return Rate(
                card_product=version.card_product,
                category=version.category,
                points_per_unit=version.points_per_unit,
                effective_from=version.effective_from,
                points_per_purchase=version.points_per_purchase,
                points_per_member_month=version.points_per_member_month,
            )
    return None


def ruled(rate: Rate | None, rules: EarningRules | None, request: FindRate) -> Rate | None:
    """A rate with what the earning rules say of the purchases that it was asked for.

    Of an excluded category nothing is earned, so that no rate is needed: where there is none it is 0.
    """
    if rules is None:
        return rate
    is_excluded = request.category in rules.excluded_categories
    if rate is None and is_excluded:
        rate = Rate(
            card_product=request.card_product,
            category=request.category,
            points_per_unit="0",
            effective_from=rules.effective_from,
        )
    if rate is None:
        return None
    minimum = next((one.minor_units for one in rules.minimums if one.card_product == request.card_product), None)
    return msgspec.structs.replace(rate, is_excluded=is_excluded, minimum_minor_units=minimum)


def require_once(request: SetEarningRules) -> None:
    """Refuse two minimums of one card product.

    Raises:
        RepeatedMinimum: there are two. The message names it.
    """
    names = Counter(one.card_product for one in request.minimums)
    for name, times in names.items():
        if times > 1:
            raise RepeatedMinimum(f"{name} has {times} minimums; one is allowed")


def rules_with_ends(rules: Sequence[EarningRules]) -> list[EarningRules]:
    """Earning rules, each ending where the next begin. `rules` are in the order of their beginning."""
    ends = [one.effective_from for one in rules[1:]]
    return [msgspec.structs.replace(one, effective_to=end) for one, end in zip(rules, [*ends, None], strict=False)]


def ended(version: RateVersion, others: Iterable[RateVersion]) -> RateVersion:
    """A rate, ending where the next of the others of its key begins."""
    later = [other.effective_from for other in others if other.effective_from > version.effective_from]
    return msgspec.structs.replace(version, effective_to=min(later, default=None))


def with_ends(versions: Sequence[RateVersion]) -> list[RateVersion]:
    """Rates of one key, each ending where the next begins. `versions` are in the order of their beginning."""
    ends = [version.effective_from for version in versions[1:]]
    return [
        msgspec.structs.replace(version, effective_to=end)
        for version, end in zip(versions, [*ends, None], strict=False)
    ]


def require_billable(request: SetCardProduct) -> None:
    """Refuse a billing currency in which no amount can be written in minor units.

    Raises:
        InvalidCardProduct: it is not in ISO 4217 or has no minor unit there.
    """
    try:
        has_minor_unit = iso4217.Currency(request.billing_currency).exponent is not None
    except ValueError as error:
        raise InvalidCardProduct(
            f"{request.card_product}: {request.billing_currency!r} is not a currency of ISO 4217"
        ) from error
    if not has_minor_unit:
        raise InvalidCardProduct(f"{request.card_product}: {request.billing_currency!r} has no minor unit in ISO 4217")
