"""A purchase's way in a browser: the same as the command's."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from ops.demo import scenarios
from ops.demo.world import DeployedSystem
from tests.journeys.console.browser import LOOKS, NO_BROWSER, check_look, looked_at, opened, rewards, rows, until

pytestmark = NO_BROWSER

PURCHASE, MEMBER = "console-trace", "console-traced"


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    with opened(browser, url.replace("/?", "/trace?")) as page:
        yield page


def test_the_way_of_a_purchase_is_that_of_the_command(page: Page, world: DeployedSystem):
    world.ingest([scenarios.example_purchase(PURCHASE, MEMBER)])
    world.wait_for_postings({MEMBER: 1}, lambda _count: None)

    def agree() -> bool:
        """Other units hear of it later: asked again until both have seen the same."""
        find(page, PURCHASE)
        expect(page.get_by_text(f"The way of {PURCHASE}")).to_be_visible()
        hops = rewards(world, "events", "trace", PURCHASE)
        return shown(page) == [
            (one["unit"], f"{one['what']} {one['name']}", f"{one['milliseconds']:.0f} ms") for one in hops
        ]

    until(agree, "the page and `rewards events trace` show the same")
    assert {"earn-points", "points-calculation", "points-ledger"} <= {unit for unit, _, _ in shown(page)}

    # Its lines on the map, and what each function noted, are those of the hops, too.
    hops = rewards(world, "events", "trace", PURCHASE)
    along = rows(page, "Along the way")
    assert ["cards", "earn-points", "event", "PurchasePosted"] in along
    assert ["points-calculation", "points-ledger", "event", "PointsCalculated"] in along
    assert page.locator(".way-map path.walked").count() == len({tuple(line[:3]) for line in along})
    assert {line[1] for line in along} == {hop["unit"] for hop in hops}
    page.locator(".trace summary").first.click()
    expect(page.locator(".trace dl").first).to_contain_text(hops[0]["request_id"])


def test_a_purchase_is_found_by_its_member_and_by_its_time(page: Page, world: DeployedSystem):
    world.ingest([scenarios.example_purchase("console-found", "console-looked-for")])
    world.wait_for_postings({"console-looked-for": 1}, lambda _count: None)
    page.get_by_label("Member").fill("console-looked-for")
    page.keyboard.press("Enter")
    expect(page.get_by_role("table", name="Purchases")).to_be_visible()
    assert [row[0] for row in rows(page, "Purchases")] == ["console-found"]

    def listed() -> bool:
        """Lines come late into a log: listed again until it is there."""
        page.get_by_role("button", name="List", exact=True).click()
        expect(page.get_by_role("table", name="Messages")).to_be_visible()
        return "console-found" in [row[3] for row in rows(page, "Messages")]

    until(listed, "the purchase among the messages of the last quarter of an hour")
    page.get_by_role("table", name="Purchases").get_by_role("link", name="way").click()
    expect(page.get_by_text("The way of console-found")).to_be_visible()


def test_an_id_that_nobody_knows_is_said(page: Page):
    find(page, "console-nobody")
    expect(page.get_by_text("nobody has noted 'console-nobody' within 1d")).to_be_visible()


@pytest.mark.parametrize("look", LOOKS)
def test_everyone_can_use_a_way(browser: Browser, url: str, world: DeployedSystem, look: str):
    world.ingest([scenarios.example_purchase("console-way", "console-on-its-way")])
    world.wait_for_postings({"console-on-its-way": 1}, lambda _count: None)
    with looked_at(browser, url.replace("/?", "/trace?id=console-way&member=console-on-its-way&"), look) as page:
        expect(page.get_by_role("table", name="Along the way")).to_be_visible()
        expect(page.get_by_role("table", name="Purchases")).to_be_visible()
        page.locator(".trace summary").first.click()
        check_look(page, look, "trace-way")


def find(page: Page, wanted: str) -> None:
    """Ask, by keyboard."""
    page.get_by_label("Id", exact=True).fill(wanted)
    page.keyboard.press("Enter")


def shown(page: Page) -> list[tuple[str, ...]]:
    """Unit, hop and duration of each row."""
    cells = (
        "rows => rows.map(row => [row.cells[1].innerText, row.cells[2].firstChild.textContent"
        " + row.cells[2].querySelector('b').textContent, row.cells[4].innerText])"
    )
    return [tuple(row) for row in page.locator(".trace tbody tr:has(td)").evaluate_all(cells)]
