"""Pages that only rewards has: what they make of answers."""

from datetime import timedelta

import pytest

from contracts.campaigns import Campaign
from contracts.points_ledger import StatementLine
from ops.console.campaigns_page import campaigns_table, state
from ops.console.members_page import balance_chart
from tests.ops.unit_admins import AT

CAMPAIGN = Campaign(
    campaign_id="double",
    name="Double <b>",
    starts_at=AT,
    ends_at=AT + timedelta(days=1),
    categories=["*"],
    card_products=["*"],
    multiplier="2",
    fixed_points=None,
    combination="stacking",
    priority=3,
    version=1,
    changed_by="ada",
    changed_at=AT,
    budget_points=1000,
)


@pytest.mark.parametrize(("hours", "expected"), [(-1, "to come"), (0, "running"), (23, "running"), (24, "over")])
def test_a_campaign_runs_from_its_first_instant_to_its_last(hours: int, expected: str):
    assert state(CAMPAIGN, AT + timedelta(hours=hours)) == expected


def test_a_campaign_shows_its_limits():
    shown = campaigns_table([CAMPAIGN], AT)
    assert '<td>running</td><td class="number"></td><td class="number"></td><td class="number">1000</td>' in shown


def test_the_chart_follows_the_order_of_booking():
    """A purchase that is booked late stands where it changed the balance."""
    lines = [
        StatementLine(
            sequence=number,
            posting_id=f"p-{number}",
            kind="earned",
            points=10,
            balance_points=10 * number,
            text="",
            posted_at=AT - timedelta(days=number),
            booked_at=AT + timedelta(hours=number),
        )
        for number in (3, 2, 1)
    ]
    (series,) = balance_chart(lines)["series"]
    assert [balance for _, balance in series["data"]] == [10, 20, 30]
