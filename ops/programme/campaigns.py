"""`rewards campaigns`: extra points for a while."""

from typing import Annotated

import typer

from contracts.campaigns import (
    CAMPAIGN_HISTORY,
    LIST_CAMPAIGNS,
    SET_CAMPAIGN,
    Campaign,
    GetCampaignHistory,
    ListCampaigns,
    SetCampaign,
)
from ops.members.amounts import written
from ops.members.purchase_file import InvalidRow, minor_units
from ops.programme.card_products import registered, require_registered
from ops.programme.history_table import print_changes
from pbckit.cli.client.capabilities import capabilities_of
from pbckit.cli.client.session import LOCAL_STACK
from pbckit.cli.errors import OperatorError
from pbckit.cli.output import AsJson, Stack, print_json, print_table
from pbckit.cli.requests import request_of

app = typer.Typer(no_args_is_help=True, help="Extra points for a while.")


@app.command("list")
def list_campaigns(
    at: Annotated[str | None, typer.Option(help="Only those that run at this instant (RFC 3339).")] = None,
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Campaigns by priority, highest first."""
    answer = capabilities_of(stack).ask(LIST_CAMPAIGNS, request_of(ListCampaigns, at=at))
    if as_json:
        print_json(answer)
    else:
        _print(answer.campaigns)


@app.command("set")
def set_campaign(
    campaign_id: Annotated[str, typer.Argument(help="For example summer-double.")],
    name: Annotated[str, typer.Option(help="What members read.")],
    starts_at: Annotated[str, typer.Option(help="First instant at which it applies (RFC 3339).")],
    ends_at: Annotated[str, typer.Option(help="First instant at which it no longer applies.")],
    category: Annotated[list[str] | None, typer.Option(help="Category; may be given again. All without it.")] = None,
    card_product: Annotated[list[str] | None, typer.Option(help="Card product; may be given again.")] = None,
    multiplier: Annotated[str | None, typer.Option(help='Times the base points, for example "3".')] = None,
    fixed_points: Annotated[int | None, typer.Option(help="Points added to a purchase.")] = None,
    exclusive: Annotated[bool, typer.Option("--exclusive", help="Applies alone; without it campaigns add up.")] = False,
    priority: Annotated[int, typer.Option(help="Highest first.")] = 0,
    points_per_purchase: Annotated[int | None, typer.Option(help="The most that it adds to one purchase.")] = None,
    points_per_member_month: Annotated[
        int | None, typer.Option(help="The most that it adds for one member in a calendar month (UTC).")
    ] = None,
    budget_points: Annotated[int | None, typer.Option(help="The most that it adds altogether.")] = None,
    first_purchase: Annotated[
        bool, typer.Option("--first-purchase", help="Each member earns it once, with the first purchase that meets it.")
    ] = False,
    threshold: Annotated[
        str | None, typer.Option(help='Each member earns it once so much is spent, for example "500.00 EUR".')
    ] = None,
    days: Annotated[int | None, typer.Option(help="Within how many days the threshold must be spent.")] = None,
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Make a campaign, or change one."""
    request = request_of(
        SetCampaign,
        campaign_id=campaign_id,
        name=name,
        starts_at=starts_at,
        ends_at=ends_at,
        categories=category or ["*"],
        card_products=card_product or ["*"],
        multiplier=multiplier,
        fixed_points=fixed_points,
        combination="exclusive" if exclusive else "stacking",
        priority=priority,
        points_per_purchase=points_per_purchase,
        points_per_member_month=points_per_member_month,
        budget_points=budget_points,
        first_purchase=first_purchase,
        threshold=_threshold(threshold, days),
    )
    capabilities = capabilities_of(stack)
    if card_product:
        # Only earning-rates knows which there are, and campaigns does not ask it.
        require_registered([(f"campaign {campaign_id}", card_product)], registered(capabilities))
    answer = capabilities.ask(SET_CAMPAIGN, request)
    if as_json:
        print_json(answer)
    else:
        _print([answer])


def _threshold(amount: str | None, days: int | None) -> dict[str, str | int] | None:
    if amount is None and days is None:
        return None
    if amount is None or days is None:
        raise OperatorError("--threshold and --days belong together: one of them is missing")
    number, _, currency = amount.partition(" ")
    try:
        return {"minor_units": minor_units(number, currency), "currency": currency, "days": days}
    except InvalidRow as error:
        raise OperatorError(f"--threshold {amount!r}: {error}") from error


@app.command()
def history(
    campaign_id: Annotated[str, typer.Argument(help="For example summer-double.")],
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Every change of a campaign, oldest first: who made it, when, and what it changed."""
    answer = capabilities_of(stack).ask(CAMPAIGN_HISTORY, request_of(GetCampaignHistory, campaign_id=campaign_id))
    if as_json:
        print_json(answer)
    else:
        print_changes(campaign_id, [(change.before, change.after) for change in answer.changes])


COLUMNS = ("campaign", "from", "until", "categories", "card products", "bonus", "priority")


def row(one: Campaign) -> tuple[str | int, ...]:
    """A campaign, by `COLUMNS`."""
    return (
        one.campaign_id,
        f"{one.starts_at:%Y-%m-%d %H:%M}",
        f"{one.ends_at:%Y-%m-%d %H:%M}",
        ", ".join(one.categories),
        ", ".join(one.card_products),
        f"x {one.multiplier}, {one.combination}" if one.multiplier else f"+ {one.fixed_points}, {_when(one)}",
        one.priority,
    )


def _when(one: Campaign) -> str:
    if one.first_purchase:
        return "once, first purchase"
    if one.threshold is not None:
        return f"once, {written(one.threshold)} in {one.threshold.days} days"
    return one.combination


def _print(campaigns: list[Campaign]) -> None:
    print_table("Campaigns", COLUMNS, map(row, campaigns))
