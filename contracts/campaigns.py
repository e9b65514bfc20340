"""campaigns: extra points for a while."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from fractions import Fraction
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from contracts.merchant_categorization import UnknownCategory
from contracts.vocabulary import Currency, MinorUnits, Points
from pbckit.contracts.definitions import Capability, ContractError, Event, Message, Request
from pbckit.contracts.vocabulary import DecimalString, Instant, Key, Name, Pattern

UNIT = "campaigns"

ANY = "*"
LONGEST_WINDOW = timedelta(days=3 * 366)
"""A campaign is stored once for each month it touches, all in one transaction."""
MOST_PATTERNS = 50
"""Categories, and card products, that one campaign can name."""


class InvalidCampaign(ContractError):
    """The parts of a campaign do not fit together. The message names them and what is allowed."""


class CampaignOverlap(ContractError):
    """Another exclusive campaign of the same priority would meet the same purchases. The message names it."""


class UnknownCampaign(ContractError):
    """There is no campaign of that id."""


class Threshold(Message, frozen=True, kw_only=True):
    """So much spent within so many days: what is left of purchases after refunds."""

    minor_units: MinorUnits
    currency: Currency
    days: Annotated[int, Meta(ge=1, le=366, description="length of the time in which it is spent, in days")]


class Bonus(Message, frozen=True, kw_only=True):
    """A campaign as it applies to one purchase. Exactly one of `multiplier` and `fixed_points` is set.

    `multiplier` "3" means that the purchase earns three times its base points: the bonus is twice the base.
    """

    campaign_id: Key
    name: Name
    """What members read."""
    multiplier: DecimalString | None = None
    fixed_points: Points | None = None
    combination: Literal["stacking", "exclusive"]
    """An exclusive campaign applies alone; stacking ones add up. See `docs/glossary.md`."""
    priority: int
    """Highest first."""
    points_per_purchase: Points | None = None
    """The most that it adds to one purchase; None for no cap."""
    points_per_member_month: Points | None = None
    """The most that it adds for one member in a calendar month (UTC) of posting; None for no cap."""
    budget_points: Points | None = None
    """The most that it adds altogether; None for no cap."""
    first_purchase: bool = False
    """A member earns it once, with the first purchase that meets the campaign."""
    threshold: Threshold | None = None
    """A member earns it once, with the purchases that meet the campaign, when so much of them is spent; None for no
    condition."""


class CampaignChanged(Event, frozen=True, kw_only=True):
    """A campaign was made or changed."""

    source: ClassVar[str] = UNIT
    aggregate: ClassVar[str] = "campaign_id"

    campaign_id: Key
    starts_at: Instant
    ends_at: Instant
    categories: list[Pattern]
    """Reward categories whose purchases it applies to; `*` for all."""
    card_products: list[Pattern]
    """Card products whose purchases it applies to; `*` for all."""
    bonus: Bonus
    """What a purchase gets that meets it."""
    version: int
    """Counts the campaign's changes, from 1."""
    changed_by: Name
    """Who changed it: a person or a unit."""
    changed_at: Instant


class FindBonuses(Request, frozen=True, kw_only=True):
    card_product: Key
    category: Key
    at: Instant


class Bonuses(Message, frozen=True, kw_only=True):
    bonuses: list[Bonus]
    """By priority, highest first, then by id. Combining them is the caller's."""


class SetCampaign(Request, frozen=True, kw_only=True):
    campaign_id: Key
    name: Name
    starts_at: Instant
    """First instant at which it applies."""
    ends_at: Instant
    """First instant at which it no longer applies."""
    categories: list[Pattern]
    card_products: list[Pattern]
    multiplier: DecimalString | None = None
    fixed_points: Points | None = None
    combination: Literal["stacking", "exclusive"]
    priority: int = 0
    points_per_purchase: Points | None = None
    points_per_member_month: Points | None = None
    budget_points: Points | None = None
    first_purchase: bool = False
    """Each member earns `fixed_points` once, with the first purchase that meets it."""
    threshold: Threshold | None = None
    """Each member earns `fixed_points` once, when so much is spent."""


def problems(request: SetCampaign) -> Iterator[str]:
    """What does not fit together in a campaign; nothing where it can be set."""
    if request.ends_at <= request.starts_at:
        yield f"ends_at {request.ends_at.isoformat()} is not after starts_at {request.starts_at.isoformat()}"
    elif request.ends_at - request.starts_at > LONGEST_WINDOW:
        days = (request.ends_at - request.starts_at).days
        yield f"the window has {days} days; at most {LONGEST_WINDOW.days} are allowed"
    if (request.multiplier is None) == (request.fixed_points is None):
        yield "exactly one of multiplier and fixed_points must be given"
    if request.multiplier is not None and Fraction(request.multiplier) < 1:
        yield f"multiplier {request.multiplier} would take points away; at least 1 is allowed"
    yield from _problems_of_condition(request)
    for name, patterns in (("categories", request.categories), ("card_products", request.card_products)):
        if not patterns:
            yield f"{name} is empty; name some, or {ANY} for all"
        if len(patterns) > MOST_PATTERNS:
            yield f"{name} has {len(patterns)} entries; at most {MOST_PATTERNS} are allowed"


def _problems_of_condition(request: SetCampaign) -> Iterator[str]:
    if not request.first_purchase and request.threshold is None:
        return
    if request.first_purchase and request.threshold is not None:
        yield "first_purchase and threshold are given; one of them is allowed"
    if request.multiplier is not None:
        yield "with first_purchase or threshold a member earns it once: fixed_points are allowed, no multiplier"
    if request.combination != "stacking":
        yield "with first_purchase or threshold only the combination stacking is allowed"
    caps = ("points_per_purchase", "points_per_member_month", "budget_points")
    given = [name for name in caps if getattr(request, name) is not None]
    if given:
        yield f"with first_purchase or threshold no cap is allowed; given are {', '.join(given)}"


class Campaign(Message, frozen=True, kw_only=True):
    campaign_id: Key
    name: str
    starts_at: Instant
    ends_at: Instant
    categories: list[Pattern]
    card_products: list[Pattern]
    multiplier: DecimalString | None
    fixed_points: Points | None
    combination: Literal["stacking", "exclusive"]
    priority: int
    version: int
    changed_by: str
    changed_at: Instant
    points_per_purchase: Points | None = None
    points_per_member_month: Points | None = None
    budget_points: Points | None = None
    first_purchase: bool = False
    threshold: Threshold | None = None


def overlap(one: "Campaign | SetCampaign", other: "Campaign | SetCampaign") -> str | None:
    """Why two campaigns cannot stand beside each other: both are exclusive, of one priority, and can meet the same
    purchase. None where they can, and of a campaign with itself.
    """
    if (
        other.campaign_id != one.campaign_id
        and one.combination == other.combination == "exclusive"
        and other.priority == one.priority
        and other.starts_at < one.ends_at
        and one.starts_at < other.ends_at
        and _meet(other.categories, one.categories)
        and _meet(other.card_products, one.card_products)
    ):
        return (
            f"{other.campaign_id} is exclusive too, of the same priority {one.priority}, and meets the same purchases; "
            "another priority says which one wins"
        )
    return None


def _meet(some: Sequence[str], others: Sequence[str]) -> bool:
    return ANY in some or ANY in others or not set(some).isdisjoint(others)


class ListCampaigns(Request, frozen=True, kw_only=True):
    at: Instant | None = None
    """Only those that apply at this instant."""


class Campaigns(Message, frozen=True, kw_only=True):
    campaigns: list[Campaign]


class GetCampaignHistory(Request, frozen=True, kw_only=True):
    campaign_id: Key


class CampaignChange(Message, frozen=True, kw_only=True):
    """One change: who made it and when stands in `after`."""

    before: Campaign | None
    """None where the campaign was made."""
    after: Campaign


class CampaignHistory(Message, frozen=True, kw_only=True):
    changes: list[CampaignChange]
    """Oldest first."""


BONUSES = Capability(
    unit=UNIT,
    name="bonuses",
    request=FindBonuses,
    response=Bonuses,
    callers=("earn-points", "true-up", "operations"),
)
SET_CAMPAIGN = Capability(
    unit=UNIT,
    name="set-campaign",
    request=SetCampaign,
    response=Campaign,
    callers=("operations",),
    errors=(InvalidCampaign, UnknownCategory, CampaignOverlap),
    changes_state=True,
)
LIST_CAMPAIGNS = Capability(
    unit=UNIT, name="list-campaigns", request=ListCampaigns, response=Campaigns, callers=("operations",)
)
CAMPAIGN_HISTORY = Capability(
    unit=UNIT,
    name="campaign-history",
    request=GetCampaignHistory,
    response=CampaignHistory,
    callers=("operations",),
    errors=(UnknownCampaign,),
)
