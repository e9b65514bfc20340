"""The access matrix in a browser: the same as the command's, with a preview report in place."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from ops.demo.world import DeployedSystem
from tests.journeys.console.browser import LOOKS, NO_BROWSER, check_look, looked_at, opened, rewards, rows

pytestmark = NO_BROWSER


@pytest.fixture(scope="module")
def access(world: DeployedSystem) -> Any:
    return rewards(world, "policy", "access", str(world.aws.folder / "export.json"))


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    with opened(browser, url.replace("/?", "/isolation?")) as page:
        yield page


def test_the_matrix_is_that_of_the_command(page: Page, access: Any):
    expect(page.locator("table.heat")).to_be_visible()
    shown = page.locator("table.heat button").evaluate_all(
        "buttons => buttons.map(one => [one.dataset.source, one.dataset.target, one.parentElement.className])"
    )
    worst = ["writes", "reads", "calls", "events"]
    expected: dict[tuple[str, str], str] = {}
    for one in sorted(access["reasons"], key=lambda one: worst.index(one["kind"]), reverse=True):
        expected[one["source"], one["target"]] = one["kind"]
    assert {(source, target): level for source, target, level in shown} == expected
    count = Counter((one["source"], one["target"]) for one in access["reasons"] if one["kind"] == "calls")
    assert f"{count['operations', 'points-ledger']} calls" in page.locator("table.heat").inner_text()


def test_a_cell_is_explained_by_keyboard_with_path_and_statement(page: Page, access: Any):
    page.get_by_role("button", name="redeem-points to points-ledger").focus()
    page.keyboard.press("Enter")
    wanted = [one for one in access["reasons"] if (one["source"], one["target"]) == ("redeem-points", "points-ledger")]
    caption = f"redeem-points → points-ledger: {len(wanted)} paths"
    expect(page.get_by_role("table", name=caption)).to_be_visible()
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    statements = page.get_by_role("region", name="statement")
    assert [(row[0], row[1], row[2]) for row in rows(page, caption)] == [
        (f"calls {one['what']}", " → ".join(one["path"]), one["by"]) for one in wanted
    ]
    assert list(map(json.loads, statements.all_inner_texts())) == [json.loads(one["statement"]) for one in wanted]


def test_a_violation_of_a_preview_report_is_shown_in_place(page: Page, tmp_path: Path):
    leak = {
        "rule": "isolation-direct-read",
        "urn": "urn:x",
        "message": "role thief may dynamodb:Scan",
        "unit": "tiers",
        "store_unit": "points-ledger",
        "path": ["role thief", "dynamodb:Scan", "table ledger"],
        "fix": "Ask by contract.",
    }
    file = tmp_path / "preview.json"
    report = {"project": "rewards", "stack": "local", "units": [], "resources": 1, "edges": [], "violations": [leak]}
    file.write_text(json.dumps(report))
    expect(page.locator("table.heat")).to_be_visible()
    page.get_by_label("Preview report", exact=True).set_input_files(file)
    cell = page.get_by_role("button", name="tiers to points-ledger: 1 forbidden")
    cell.click()
    caption = "Forbidden, by the preview report"
    expect(page.get_by_role("table", name=caption)).to_be_visible()
    assert rows(page, caption) == [
        ["isolation-direct-read", "tiers", leak["message"], " → ".join(leak["path"]), leak["fix"]]
    ]
    file.write_text("no report")
    page.get_by_label("Preview report", exact=True).set_input_files(file)
    expect(page.get_by_text("preview.json: not what `pbc preview --json` writes")).to_be_visible()
    expect(cell).not_to_be_attached()


@pytest.mark.parametrize("look", LOOKS)
def test_everyone_can_use_it(browser: Browser, url: str, look: str):
    cell = "/isolation?from=points-ledger&to=points-calculation&"
    with looked_at(browser, url.replace("/?", cell), look) as page:
        expect(page.get_by_role("table", name="points-ledger → points-calculation")).to_be_visible()
        check_look(page, look, "isolation")
