"""`rewards member bonuses`: how far a member is towards the bonuses that are earned once."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated

import typer

from contracts.campaigns import LIST_CAMPAIGNS, Bonus, Campaign, ListCampaigns, Threshold
from contracts.points_calculation import BONUS_PROGRESS, BonusProgress, GetBonusProgress
from ops.members.amounts import written
from pbckit.cli.client.capabilities import capabilities_of
from pbckit.cli.client.session import LOCAL_STACK
from pbckit.cli.output import AsJson, Stack, out, print_json, print_table
from pbckit.cli.requests import request_of

_MOST_AT_ONCE = 100


def bonuses(
    member_id: Annotated[str, typer.Argument(help="The member's id.")],
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """How far a member is towards each bonus of now that is earned once: what is missing, and until when."""
    capabilities = capabilities_of(stack)
    running = capabilities.ask(LIST_CAMPAIGNS, ListCampaigns(at=datetime.now(UTC))).campaigns
    campaigns = {one.campaign_id: one for one in running if one.first_purchase or one.threshold is not None}
    found: list[BonusProgress] = []
    for batch in _batches([_bonus(one) for one in campaigns.values()]):
        request = request_of(GetBonusProgress, member_id=member_id, bonuses=batch)
        found += capabilities.ask(BONUS_PROGRESS, request).bonuses
    if as_json:
        print_json(found)
    elif found:
        rows = [_row(campaigns[one.campaign_id], one) for one in found]
        print_table(member_id, ["campaign", "name", "points", "how far", "until"], rows)
    else:
        out.print("no campaign of now has a bonus that is earned once")


def _bonus(campaign: Campaign) -> Bonus:
    return Bonus(**{name: getattr(campaign, name) for name in Bonus.__struct_fields__})


def _batches(found: list[Bonus]) -> Iterable[list[Bonus]]:
    return (found[start : start + _MOST_AT_ONCE] for start in range(0, len(found), _MOST_AT_ONCE))


def _row(campaign: Campaign, one: BonusProgress) -> tuple[str, str, int | None, str, str]:
    ends = [end for end in (one.until, campaign.ends_at) if end is not None]
    until = "" if one.given_points else f"{min(ends):%Y-%m-%d %H:%M}"
    return one.campaign_id, campaign.name, campaign.fixed_points, _how_far(campaign.threshold, one), until


def _how_far(threshold: Threshold | None, one: BonusProgress) -> str:
    if one.given_points:
        return "earned"
    if threshold is None:
        return "no purchase yet"
    amounts = (written(_amount(threshold, number)) for number in (one.spent_minor_units, one.missing_minor_units or 0))
    spent, missing = amounts
    return f"{spent} of {written(threshold)} spent within {threshold.days} days, {missing} missing"


def _amount(threshold: Threshold, minor_units: int) -> Threshold:
    return Threshold(minor_units=minor_units, currency=threshold.currency, days=threshold.days)
