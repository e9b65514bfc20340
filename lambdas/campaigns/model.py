"""Campaigns: what is valid, and which apply."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from fractions import Fraction

from contracts.campaigns import Bonus, Campaign, InvalidCampaign, SetCampaign

LONGEST_MONTHS = 36
ANY = "*"


def validate(request: SetCampaign) -> None:
    """Refuse a campaign whose parts do not fit together.

    Raises:
        InvalidCampaign: they do not.
    """
    if request.ends_at <= request.starts_at:
        raise InvalidCampaign(f"ends_at {request.ends_at.isoformat()} is not after starts_at")
    if (request.multiplier is None) == (request.fixed_points is None):
        raise InvalidCampaign("exactly one of multiplier and fixed_points must be given")
    if request.multiplier is not None and Fraction(request.multiplier) < 1:
        raise InvalidCampaign(f"multiplier {request.multiplier} would take points away; at least 1 is allowed")
    for name, patterns in (("categories", request.categories), ("card_products", request.card_products)):
        if not patterns:
            raise InvalidCampaign(f"{name} is empty; name some, or * for all")
    months = len(months_of(request.starts_at, request.ends_at))
    if months > LONGEST_MONTHS:
        raise InvalidCampaign(f"the window touches {months} months; at most {LONGEST_MONTHS} are allowed")


def months_of(starts_at: datetime, ends_at: datetime) -> list[str]:
    """The months (UTC, `2026-06`) that a window touches."""
    first, last = starts_at.astimezone(UTC), ends_at.astimezone(UTC)
    months: list[str] = []
    year, month = first.year, first.month
    while datetime(year, month, 1, tzinfo=UTC) < last:
        months.append(f"{year:04d}-{month:02d}")
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)  # noqa: PLR2004 December
    return months


def applies(campaign: Campaign, card_product: str, category: str, at: datetime) -> bool:
    """True where a purchase is in the campaign's window, categories and card products."""
    return (
        campaign.starts_at <= at < campaign.ends_at
        and not {ANY, category}.isdisjoint(campaign.categories)
        and not {ANY, card_product}.isdisjoint(campaign.card_products)
    )


def by_rank(campaigns: Iterable[Campaign]) -> list[Campaign]:
    """By priority, highest first, then by id."""
    return sorted(campaigns, key=lambda campaign: (-campaign.priority, campaign.campaign_id))


def bonus_of(campaign: Campaign) -> Bonus:
    """What a campaign adds, without its conditions."""
    return Bonus(
        campaign_id=campaign.campaign_id,
        name=campaign.name,
        multiplier=campaign.multiplier,
        fixed_points=campaign.fixed_points,
        combination=campaign.combination,
        priority=campaign.priority,
    )


def bonuses(campaigns: Sequence[Campaign], card_product: str, category: str, at: datetime) -> list[Bonus]:
    """The bonuses of a purchase, by rank. Combining them is the caller's."""
    return [
        bonus_of(campaign)
        for campaign in by_rank(campaign for campaign in campaigns if applies(campaign, card_product, category, at))
    ]
