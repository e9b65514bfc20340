"""Members and campaigns in a browser: the same as the command's."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from ops.demo import scenarios
from ops.demo.world import DeployedSystem
from tests.journeys.console.browser import LOOKS, NO_BROWSER, check_look, looked_at, opened, rewards, rows

pytestmark = NO_BROWSER

MEMBER, PURCHASE = "console-has-points", "console-earned"


@pytest.fixture(scope="module", autouse=True)
def earned(world: DeployedSystem) -> None:
    world.ingest([scenarios.example_purchase(PURCHASE, MEMBER)])
    world.wait_for_postings({MEMBER: 1}, lambda _count: None)


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    with opened(browser, url.replace("/?", "/members?")) as page:
        yield page


def test_a_member_has_what_the_command_says(page: Page, world: DeployedSystem):
    page.get_by_label("Member").fill(MEMBER)
    page.get_by_role("button", name="Show").click()
    balance = rewards(world, "member", "balance", MEMBER)
    expect(page.get_by_text(f"{MEMBER}: {balance['balance_points']} points after 1 postings")).to_be_visible()

    statement = rewards(world, "member", "statement", MEMBER)["lines"]
    assert [(row[0], row[2], row[3], row[4], row[5]) for row in rows(page, "Statement")] == [
        (str(one["sequence"]), one["posting_id"], str(one["points"]), str(one["balance_points"]), one["text"])
        for one in statement
    ]
    forecast = rewards(world, "member", "forecast", MEMBER)
    expiring = [[one["expires_at"][:10], str(one["points"])] for one in forecast["expiring"]]
    assert rows(page, "Points that expire") == [*expiring, ["never", str(forecast["lasting_points"])]]
    expect(page.locator(".chart canvas")).to_be_visible()


def test_a_line_of_the_statement_is_explained_and_traced(page: Page, world: DeployedSystem):
    page.get_by_label("Member").fill(MEMBER)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="why").click()
    explained = rewards(world, "purchase", "explain", PURCHASE)
    caption = f"{PURCHASE} of {MEMBER}: {explained['points']} points at {explained['category']}"
    expect(page.get_by_role("table", name=caption)).to_be_visible()
    assert rows(page, caption) == [[one["text"], str(one["points"])] for one in explained["lines"]]
    page.get_by_role("link", name="way").click()
    expect(page.get_by_text(f"The way of {PURCHASE}")).to_be_visible()


def test_a_member_whom_nobody_knows_is_said(page: Page):
    page.get_by_label("Member").fill("console-nobody")
    page.keyboard.press("Enter")
    expect(page.get_by_text("UnknownMember")).to_be_visible()


def test_campaigns_are_those_of_the_command(page: Page, world: DeployedSystem):
    page.get_by_role("link", name="Campaigns").click()
    campaigns = rewards(world, "campaigns", "list")["campaigns"]
    expect(page.get_by_text(f"{len(campaigns)} campaigns")).to_be_visible()
    shown = [(row[0], row[6], row[10]) for row in rows(page, "Campaigns")]
    assert shown == [(one["campaign_id"], str(one["priority"]), str(one["budget_points"] or "")) for one in campaigns]


@pytest.mark.parametrize("look", LOOKS)
def test_everyone_can_use_the_pages_of_members_and_campaigns(browser: Browser, url: str, look: str):
    member = f"/members?id={MEMBER}&purchase={PURCHASE}&"
    with looked_at(browser, url.replace("/?", member), look) as page:
        expect(page.locator(".chart canvas")).to_be_visible()
        expect(page.get_by_role("table")).to_have_count(3)
        check_look(page, look, "member")
        page.get_by_role("link", name="Campaigns").click()
        expect(page.get_by_text("campaigns, by priority")).to_be_visible()
        check_look(page, look, "campaigns")
