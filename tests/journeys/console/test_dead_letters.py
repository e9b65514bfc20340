"""Dead letters in a browser: what is seen, what is asked before it is done, and what the audit trail keeps."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from ops.demo.world import DeployedSystem
from pbckit.cli.client.session import current_actor
from tests.journeys.console.browser import NO_BROWSER, opened, rewards, rows, until
from tests.journeys.test_operator import LEDGER_DLQ, send_to_ledger

pytestmark = NO_BROWSER


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    """The letters of the ledger's queue."""
    letters = f"{url.split('/?', maxsplit=1)[0]}/dead-letters?queue={LEDGER_DLQ}"
    with opened(browser, url, letters) as page:
        expect(page.locator(".letters[data-look='1']")).to_be_attached()
        yield page


def look(page: Page, reason: str, number: int) -> None:
    """Look at letters until so many are shown: those that another look has just held come back."""

    def found() -> bool:
        looks = int(page.locator(".letters").get_attribute("data-look") or 0)
        page.get_by_label("Reason has").fill(reason)
        page.get_by_role("button", name="Look").click()
        expect(page.locator(f".letters[data-look='{looks + 1}']")).to_be_attached()
        return page.locator("details").count() == number

    until(found, f"{number} letters with {reason}")


def test_letters_are_those_of_the_command_and_are_redriven_after_a_second_question(page: Page, world: DeployedSystem):
    member = "console-redrive"
    send_to_ledger(world, [f"{member}-{number}" for number in range(3)], member)
    look(page, member, 3)
    listed = rewards(world, "dlq", "list", "--queue", LEDGER_DLQ, "--reason", member)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    shown = {rows(page, f"Letter {one['id']}")[0][1] for one in listed}
    assert shown == {one["id"] for one in listed}
    assert f'"member_id": "{member}"' in page.get_by_role("region", name="Body").first.inner_text()

    page.get_by_role("button", name="Redrive …", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Selected: 3 letters")
    dialog.get_by_role("button", name="Cancel").click()
    assert len(rewards(world, "dlq", "list", "--queue", LEDGER_DLQ, "--reason", member)) == 3

    page.get_by_role("button", name="Redrive …", exact=True).click()
    dialog.get_by_role("button", name="Redrive 3 letters").click()
    expect(dialog).to_contain_text(f"{LEDGER_DLQ}: 3 letters selected, 3 redriven")
    dialog.get_by_role("button", name="Close").click()
    until(lambda: world.postings(member) == 3, "postings of the redriven letters")

    acts = [one for one in rewards(world, "dlq", "audit") if member in (one["detail"] or "")]
    done = [one for one in acts if (one["what"], one["outcome"]) == ("redrive", "done")]
    assert (len(done), {one["actor"] for one in done}) == (3, {current_actor()})
    page.get_by_role("button", name="Who did what").click()
    until(lambda: {one["correlation_id"] for one in acts} <= audited(page), "the acts on the page")


def test_one_letter_is_discarded_and_the_others_stay(page: Page, world: DeployedSystem):
    member = "console-discard"
    send_to_ledger(world, [f"{member}-{number}" for number in range(2)], member)
    look(page, member, 2)
    first = page.locator("details").first
    first.locator("summary").click()
    first.get_by_role("button", name="Discard this …").click()
    page.get_by_role("dialog").get_by_role("button", name="Discard 1 letter").click()
    expect(page.get_by_role("dialog")).to_contain_text("1 letters selected, 1 discarded")
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    until(lambda: page.locator("details").count() == 1, "one letter left on the page")
    assert len(rewards(world, "dlq", "list", "--queue", LEDGER_DLQ, "--reason", member)) == 1
    assert rewards(world, "dlq", "discard", LEDGER_DLQ, "--reason", member)["done"] == 1


def test_what_is_typed_wrongly_is_said(page: Page):
    page.get_by_label("Older than").fill("soon")
    page.get_by_role("button", name="Look").click()
    expect(page.get_by_text("'soon' is no length of time; write 90s, 15m, 12h or 3d")).to_be_visible()


def audited(page: Page) -> set[str]:
    """Correlation ids in the audit trail on the page."""
    if not page.get_by_role("table", name="Acts of operators within 1d").count():
        return set()
    return {row[6] for row in rows(page, "Acts of operators within 1d")}
