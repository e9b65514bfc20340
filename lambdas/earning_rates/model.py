"""Effective-dated rates: which one is in effect, and until when."""

from collections.abc import Iterable, Sequence

import iso4217
import msgspec

from contracts.earning_rates import InvalidCardProduct, Rate, RateVersion, SetCardProduct

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
