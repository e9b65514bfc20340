"""Campaigns: what is valid, and which apply."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from contracts.campaigns import Bonus, Campaign, CampaignOverlap, InvalidCampaign, SetCampaign

LONGEST_WINDOW = timedelta(days=3 * 366)
"""A campaign is stored once for each month it touches, all in one transaction."""
MOST_PATTERNS = 50
"""Categories, and card products, that one campaign can name."""
ANY = "*"


def validate(request: SetCampaign) -> None:
    """Refuse a campaign whose parts do not fit together.

    Raises:
        InvalidCampaign: they do not. The message names all that is wrong.
    """
    problems = list(_problems(request))
    if problems:
        raise InvalidCampaign(f"{request.campaign_id}: {'; '.join(problems)}")


def _problems(request: SetCampaign) -> Iterator[str]:
    if request.ends_at <= request.starts_at:
        yield f"ends_at {request.ends_at.isoformat()} is not after starts_at {request.starts_at.isoformat()}"
    elif request.ends_at - request.starts_at > LONGEST_WINDOW:
        days = (request.ends_at - request.starts_at).days
        yield f"the window has {days} days; at most {LONGEST_WINDOW.days} are allowed"
    if (request.multiplier is None) == (request.fixed_points is None):
        yield "exactly one of multiplier and fixed_points must be given"
    if request.multiplier is not None and Fraction(request.multiplier) < 1:
        yield f"multiplier {request.multiplier} would take points away; at least 1 is allowed"
    for name, patterns in (("categories", request.categories), ("card_products", request.card_products)):
        if not patterns:
            yield f"{name} is empty; name some, or {ANY} for all"
        if len(patterns) > MOST_PATTERNS:
            yield f"{name} has {len(patterns)} entries; at most {MOST_PATTERNS} are allowed"


def require_alone(campaign: Campaign, others: Iterable[Campaign]) -> None:
    """Refuse an exclusive campaign beside another one of the same priority that can meet the same purchase.

    Raises:
        CampaignOverlap: there is one. The message names it.
    """
    for other in others:
        if (
            other.campaign_id != campaign.campaign_id
            and other.combination == "exclusive"
            and other.priority == campaign.priority
            and other.starts_at < campaign.ends_at
            and campaign.starts_at < other.ends_at
            and _meet(other.categories, campaign.categories)
            and _meet(other.card_products, campaign.card_products)
        ):
            raise CampaignOverlap(
                f"{campaign.campaign_id}: {other.campaign_id} is exclusive too, of the same priority "
                f"{campaign.priority}, and meets the same purchases; another priority says which one wins"
            )


def _meet(some: Sequence[str], others: Sequence[str]) -> bool:
    return ANY in some or ANY in others or not set(some).isdisjoint(others)


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
    )


def bonuses(campaigns: Sequence[Campaign], card_product: str, category: str, at: datetime) -> list[Bonus]:
    """The bonuses of a purchase, by rank. Combining them is the caller's."""
    return [
        bonus_of(campaign)
        for campaign in by_rank(campaign for campaign in campaigns if applies(campaign, card_product, category, at))
    ]
