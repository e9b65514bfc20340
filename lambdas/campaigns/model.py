"""Campaigns: what is valid, and which apply."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from contracts.campaigns import (
    ANY,
    Bonus,
    Campaign,
    CampaignOverlap,
    InvalidCampaign,
    SetCampaign,
    overlap,
    problems,
)


def validate(request: SetCampaign) -> None:
    """Refuse a campaign whose parts do not fit together.

    Raises:
        InvalidCampaign: they do not. The message names all that is wrong.
    """
    found = list(problems(request))
    if found:
        raise InvalidCampaign(f"{request.campaign_id}: {'; '.join(found)}")


def require_alone(campaign: Campaign, others: Iterable[Campaign]) -> None:
    """Refuse an exclusive campaign beside another one of the same priority that can meet the same purchase.

    Raises:
        CampaignOverlap: there is one. The message names it.
    """
    for other in others:
        found = overlap(campaign, other)
        if found is not None:
            raise CampaignOverlap(f"{campaign.campaign_id}: {found}")


def months_of(starts_at: datetime, ends_at: datetime) -> list[str]:
    """The months (UTC, `2026-06`) that a window touches."""
    last = ends_at.astimezone(UTC) - timedelta.resolution
    return [_month(number) for number in range(_number(starts_at.astimezone(UTC)), _number(last) + 1)]


def month_of(at: datetime) -> str:
    """The month (UTC, `2026-06`) of an instant."""
    return _month(_number(at.astimezone(UTC)))


def _number(at: datetime) -> int:
    """Months since year 0, so that counting on needs no calendar."""
    return at.year * 12 + at.month - 1


def _month(number: int) -> str:
    year, month = divmod(number, 12)
    return f"{year:04d}-{month + 1:02d}"


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
        points_per_purchase=campaign.points_per_purchase,
        points_per_member_month=campaign.points_per_member_month,
        budget_points=campaign.budget_points,
        first_purchase=campaign.first_purchase,
        threshold=campaign.threshold,
    )


def bonuses(campaigns: Sequence[Campaign], card_product: str, category: str, at: datetime) -> list[Bonus]:
    """The bonuses of a purchase, by rank. Combining them is the caller's."""
    return [
        bonus_of(campaign)
        for campaign in by_rank(campaign for campaign in campaigns if applies(campaign, card_product, category, at))
    ]
