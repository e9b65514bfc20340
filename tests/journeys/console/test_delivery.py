"""Delivery in a browser: the same as the commands'."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from ops.demo.world import DeployedSystem
from tests.journeys.console.browser import LOOKS, NO_BROWSER, check_look, looked_at, opened, rewards, rows

pytestmark = NO_BROWSER


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    with opened(browser, url.replace("/?", "/delivery?")) as page:
        expect(page.get_by_text("Measured: ")).to_be_visible()
        yield page


def test_measures_and_findings_are_those_of_the_commands(page: Page, world: DeployedSystem):
    delivery = rewards(world, "delivery", "report")
    assert [row[0] for row in rows(page, "Measures")] == [one["unit"] for one in delivery["units"]]
    alone = {row[0]: row[7] for row in rows(page, "Measures")}
    assert alone == {
        one["unit"]: "-" if one["alone"] is None else f"{100 * one['alone']:.1f} %" for one in delivery["units"]
    }
    fitness = rewards(world, "fitness")
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    accepted = [[one["name"], one["where"], one["why"]] for one in fitness["accepted"]]
    assert rows(page, "Accepted") == accepted
    shares = {row[0]: row[1] for row in rows(page, "Commits that touch several units, in percent")}
    assert shares == {one["month"]: f"{100 * one['across']:.1f}".removesuffix(".0") for one in fitness["trend"]}
    edges = {row[0]: row[1] for row in rows(page, "Capabilities and events between units")}
    assert edges == {one["month"]: str(one["edges"]) for one in fitness["trend"] if one["edges"] is not None}


def test_a_folder_without_histories_is_said_and_the_page_goes_on(page: Page):
    page.get_by_label("Folder of histories").fill("/nowhere")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("/nowhere: no history of prod")).to_be_visible()
    assert rows(page, "Measures")


@pytest.mark.parametrize("look", LOOKS)
def test_everyone_can_use_it(browser: Browser, url: str, look: str):
    with looked_at(browser, url.replace("/?", "/delivery?"), look) as page:
        expect(page.get_by_text("Measured: ")).to_be_visible()
        check_look(page, look, "delivery")
