"""A migration in a browser: what is seen is what the command says, and an order is audited like one of the command."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from contracts.categorization_facade import MIGRATION
from ops.demo import migration as demo
from ops.demo.world import DeployedSystem
from pbckit.cli.client.session import current_actor
from pbckit.contracts.migration import GetMigration, Period
from tests.journeys.console.browser import (
    LOOKS,
    NO_BROWSER,
    check_look,
    console,
    looked_at,
    opened,
    rewards,
    rows,
    until,
)
from tests.journeys.test_migration import ask

pytestmark = NO_BROWSER


@pytest.fixture(scope="module")
def address(moving: DeployedSystem) -> Iterator[str]:
    """The page, on the stack with a facade."""
    with console(moving.aws.folder, "--stack", "migration") as url:
        yield url.replace("/?", "/migration?")


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with opened(browser, address) as page:
        expect(page.get_by_role("button", name="Pause …")).to_be_visible()
        yield page


def standing(world: DeployedSystem) -> Period:
    return world.capabilities.ask(MIGRATION, GetMigration()).now


def give(page: Page, order: str, reason: str, how_far: str | None = None) -> None:
    """Give an order, after the second question."""
    page.get_by_role("button", name=f"{order} …").click()
    dialog = page.get_by_role("dialog")
    if how_far is not None:
        dialog.get_by_label("How far").click()
        page.get_by_role("option", name=how_far).click()
    dialog.get_by_label("Reason").fill(reason)
    dialog.get_by_role("button", name=f"{order} now").click()
    expect(dialog).to_contain_text("Ordered: ")
    expect(dialog).to_contain_text(reason)
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).not_to_be_visible()


def test_a_ramp_is_begun_seen_paused_and_rolled_back(page: Page, moving: DeployedSystem):
    before = standing(moving).setting.routing.version
    page.get_by_role("button", name="Start …").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    assert standing(moving).setting.routing.version == before, "nothing was ordered"

    give(page, "Start", "console begins")
    setting = standing(moving).setting
    assert (setting.reason, setting.changed_by) == ("console begins", current_actor())
    assert setting.routing.mode == "shadow"
    demo.settle(moving)
    ask(moving, 5)

    def agree() -> bool:
        """Open pages look by themselves: what the facade has observed meanwhile appears."""
        seen = standing(moving).evidence
        *_, shown = rows(page, "Every routing")
        return seen.compared > 0 and shown[4:6] == [str(seen.compared), str(seen.different)]

    until(agree, "the page shows what the facade has observed")
    told = rewards(moving, "migrate", "status", "--stack", "migration")["now"]["evidence"]
    assert rows(page, "Every routing")[-1][4:6] == [str(told["compared"]), str(told["different"])]
    assert page.get_by_role("img", name="Time to answer, p99, in ms").is_visible()
    page.get_by_text("As a table").last.click()

    give(page, "Pause", "console waits")
    expect(page.locator(".standing")).to_contain_text("paused")
    give(page, "Roll back", "console goes back", how_far="legacy")
    setting = standing(moving).setting
    assert (setting.reason, setting.changed_by) == ("console goes back", current_actor())
    assert setting.routing.mode == "legacy"
    # Every look draws the charts anew; the table that was opened stays open.
    expect(page.locator("figure details[open]")).to_have_count(1)
    assert rows(page, "Time to answer, p99, in ms")


def test_what_is_not_possible_is_refused_and_said(page: Page):
    page.get_by_role("button", name="Advance …").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Advance now").click()
    expect(dialog).to_contain_text(re.compile("Not(Possible|Ready): "))


def test_without_a_facade_it_says_what_to_do(browser: Browser, url: str):
    with opened(browser, url.replace("/?", "/migration?")) as page:
        expect(page.get_by_text("rewards sandbox up --stack migration")).to_be_visible()
        expect(page.get_by_role("button", name="Start …")).not_to_be_visible()


@pytest.mark.parametrize("look", LOOKS)
def test_everyone_can_use_it(browser: Browser, address: str, look: str):
    with looked_at(browser, address, look) as page:
        expect(page.get_by_role("table", name="Every routing")).to_be_visible()
        check_look(page, look, "migration")
        page.get_by_role("button", name="Roll back …").click()
        expect(page.get_by_role("button", name="Roll back now")).to_be_visible()
        check_look(page, look, "migration-order")
