"""Rates from records."""

from datetime import timedelta

from pbckit.console.flow import flow
from pbckit.contracts.operating import UNIT_ADMIN, Record, Records
from tests.ops.unit_admins import AT, record


def records(count: int, every: timedelta, what: str = "handled", name: str = "OrderPlaced") -> list[Record]:
    return [record(what, name, at=AT - every * (count - number)) for number in range(count)]


def test_what_is_taken_and_what_is_published_are_apart():
    found = flow(
        Records(
            records=[
                *records(3, timedelta(seconds=5)),
                *records(2, timedelta(seconds=1), "published", "OrderAccepted"),
                *records(1, timedelta(seconds=1), "answered", "stock"),
            ],
            more=False,
        ),
        AT,
    )
    assert found.taken == {"OrderPlaced": 3, "stock": 1}
    assert found.published == {"OrderAccepted": 2}
    assert not found.estimated


def test_asking_the_unit_admin_is_no_traffic():
    assert flow(Records(records=records(9, timedelta(seconds=1), "answered", UNIT_ADMIN), more=False), AT).taken == {}


def test_more_than_is_given_at_once_is_estimated_from_the_newest():
    """1,000 events a second: the newest thousand records are of the last second."""
    found = flow(Records(records=records(1000, timedelta(milliseconds=1)), more=True), AT)
    assert found.taken == {"OrderPlaced": 60_000}
    assert found.estimated
