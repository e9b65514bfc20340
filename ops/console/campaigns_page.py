"""The page `Campaigns`: what runs, and how much it may give."""

from collections.abc import Mapping
from datetime import UTC, datetime

from nicegui import ui

from contracts.campaigns import LIST_CAMPAIGNS, Campaign, ListCampaigns
from ops.programme.campaigns import COLUMNS, row
from pbckit.cli.client.capabilities import LambdaCapabilities
from pbckit.cli.client.session import Session
from pbckit.cli.reports.markup import table
from pbckit.console.controls import answered
from pbckit.console.pages import Console

_LIMITS = ("a purchase", "a member and month", "altogether")


def show(console: Console, _wanted: Mapping[str, str]) -> None:
    """Build the page; campaigns are asked for once, when it opens."""
    message = ui.label("looking …").props("role=status")
    listed = ui.html(sanitize=False)

    async def load() -> None:
        campaigns = await answered(console.connection, _campaigns, message)
        if campaigns is None:
            return
        message.set_text(f"{len(campaigns)} campaigns, by priority")
        listed.set_content(campaigns_table(campaigns, datetime.now(UTC)))

    ui.timer(0, load, once=True)


def _campaigns(session: Session) -> list[Campaign]:
    return LambdaCapabilities(session).ask(LIST_CAMPAIGNS, ListCampaigns()).campaigns


def campaigns_table(campaigns: list[Campaign], now: datetime) -> str:
    """As `rewards campaigns list`, with the state and the most that each gives."""
    columns = [*COLUMNS, "state", *(f"most points {limit}" for limit in _LIMITS)]
    return table("Campaigns", columns, [(*row(one), state(one, now), *_most(one)) for one in campaigns])


def state(campaign: Campaign, now: datetime) -> str:
    """Whether it runs."""
    if now < campaign.starts_at:
        return "to come"
    return "over" if now >= campaign.ends_at else "running"


def _most(campaign: Campaign) -> list[int | str]:
    limits = (campaign.points_per_purchase, campaign.points_per_member_month, campaign.budget_points)
    return ["" if limit is None else limit for limit in limits]
