"""Effective-dated rates: which one is in effect, and until when."""

from collections.abc import Iterable, Sequence

import msgspec

from contracts.earning_rates import Rate, RateVersion

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
