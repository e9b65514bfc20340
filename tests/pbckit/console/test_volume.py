"""The console's pages in a browser with 100,000 dead letters and 1,000 events a second: what they show stays small."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from pbckit.console.dead_letters.page import PAGE
from tests.journeys.console.browser import NO_BROWSER, chromium, opened, rows, until
from tests.pbckit.console.simulated import BUSY, EVENT, EVENTS_A_SECOND, LETTERS, QUEUE, simulated

pytestmark = [NO_BROWSER, pytest.mark.browser]

MOST_ELEMENTS = 2_500
"""Of any page."""
MOST_BYTES_A_LOOK = 100_000
"""That a page gets when the system has been looked at."""
ELEMENTS_OF_A_LETTER = 45


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with simulated() as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def elements(page: Page) -> int:
    return page.evaluate("document.querySelectorAll('*').length")


def looked(page: Page) -> str:
    """When the system was looked at."""
    return page.get_by_role("status").first.inner_text()


def after_looks(page: Page, number: int) -> None:
    """Wait until the page has shown so many looks more."""
    for _ in range(number):
        before = looked(page)
        until(lambda before=before: looked(page) != before, "another look")


def test_of_100_000_dead_letters_a_page_shows_some_and_more_on_demand(browser: Browser, url: str):
    with opened(browser, url, f"{url.split('/?', maxsplit=1)[0]}/dead-letters?queue={QUEUE}") as page:
        letters = page.locator(".letters > details")
        expect(letters).to_have_count(PAGE)
        assert rows(page, "Dead-letter queues that are not empty") == [[QUEUE, str(LETTERS)]]
        before = elements(page)
        assert before < MOST_ELEMENTS
        page.get_by_role("button", name="More").click()
        expect(letters).to_have_count(2 * PAGE)
        assert elements(page) - before < PAGE * ELEMENTS_OF_A_LETTER
        expect(page.get_by_text(f"{QUEUE}: {2 * PAGE} letters and perhaps more")).to_be_visible()


def test_a_dry_run_counts_no_more_than_one_action_may_take(browser: Browser, url: str):
    with opened(browser, url, f"{url.split('/?', maxsplit=1)[0]}/dead-letters?queue={QUEUE}") as page:
        expect(page.locator(".letters > details")).to_have_count(PAGE)
        page.get_by_role("button", name="Discard …", exact=True).click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text(f"Selected: 1,000 letters, the most at once; {QUEUE} may have more")
        dialog.get_by_role("button", name="Cancel").click()


def test_the_map_of_1_000_events_a_second_has_a_line_for_them_and_does_not_grow(browser: Browser, url: str):
    got: list[int] = []
    with opened(browser, url) as page:
        page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: got.append(len(frame))))
        page.goto(url)
        expect(page.locator(".lines path.flows").first).to_be_attached()
        (busy,) = [row for row in rows(page, "Units") if row[0] == BUSY]
        assert busy[3] == str(EVENTS_A_SECOND * 60)
        expect(page.get_by_text(f"about {EVENTS_A_SECOND * 60} in")).to_be_visible()
        assert [row[3] for row in rows(page, "Between units") if row[1] == BUSY and EVENT in row[3]]
        after_looks(page, 1)
        before, _ = elements(page), got.clear()
        after_looks(page, 3)
        assert elements(page) == before < MOST_ELEMENTS
        assert 0 < sum(got) < 4 * MOST_BYTES_A_LOOK
