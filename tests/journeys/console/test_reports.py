"""Reports in a browser: everybody can use them, whatever the look, and nothing sticks out."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from pbckit.cli.delivery import page as delivery
from pbckit.cli.delivery.history import ALL_UNITS, Deployment
from pbckit.cli.delivery.measures import Delivery, Period
from pbckit.cli.incidents import timeline_html
from pbckit.cli.migration import html_report
from tests.journeys.console.browser import LOOKS, NO_BROWSER, check_look, looked_at
from tests.ops.test_migrate import AT, MIGRATED, MISMATCH
from tests.ops.test_timeline import hops, record

pytestmark = NO_BROWSER

UNITS = ("campaigns", "merchant-categorization", "points-ledger")


def _delivery() -> str:
    measures = {"change_failure_rate": 0.2, "time_to_restore_hours": 1.5, "regression_cycle_seconds": 4.2, "alone": 0.5}
    found = [
        Delivery(
            unit=unit, deployments=10, failures=2, per_week=place + 0.5, lead_time_hours=None, commits=3, **measures
        )
        for place, unit in enumerate(UNITS)
    ]
    deployments = [
        Deployment(
            stack="prod",
            unit=ALL_UNITS,
            commit="",
            started_at=AT - timedelta(days=number),
            ended_at=AT - timedelta(days=number),
            succeeded=number % 4 > 0,
            message=f"change {number}",
        )
        for number in range(20)
    ]
    return delivery.page(found, deployments, Period(AT - timedelta(days=30), AT))


REPORTS = {
    "migration": lambda: html_report.page("dev", MIGRATED, [MISMATCH], AT + timedelta(minutes=20)),
    "delivery": _delivery,
    "trace": lambda: timeline_html.page(
        "The way of p-1", hops([record("A", start=0, end=1), record("B", start=3, end=4)])
    ),
}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", REPORTS)
def test_everyone_can_read_a_report(browser: Browser, tmp_path: Path, name: str, look: str):
    file = tmp_path / f"{name}.html"
    file.write_text(REPORTS[name]())
    with looked_at(browser, file.as_uri(), look) as page:
        for summary in page.get_by_text("As a table").all():
            summary.click()
        expect(page.get_by_role("table").last).to_be_visible()
        check_look(page, look, f"report-{name}")
