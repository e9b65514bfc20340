"""What no input may outgrow: one transaction, one item, the bound of a single amount, and the calendar."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from contracts.vocabulary import MOST_POINTS
from lambdas.points_ledger.model.account import Account, OpenHold, Sides
from lambdas.points_ledger.model.policy import MOST_OPEN_HOLDS, Policy
from pbckit.runtime.limits import LARGEST_ITEM_BYTES, item_bytes
from pbckit.runtime.ports import Put
from pbckit.testing.calls import RefusedCall
from pbckit.testing.world import BEGIN, STORE
from tests.lambdas.points_ledger.outside import Ledger, adjusted, calculated

MONTH = timedelta(days=31)


@pytest.mark.parametrize(
    "posted_at",
    [
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(990, 6, 1, tzinfo=UTC),
        BEGIN - timedelta(days=3651),
        BEGIN + timedelta(days=3),
        datetime(9999, 12, 31, tzinfo=UTC),
    ],
)
def test_a_purchase_of_another_age_is_refused_at_once_and_nothing_of_it_is_booked(
    ledger: Ledger, decide: Callable[[Policy], None], posted_at: datetime
):
    decide(Policy())
    ledger.post(calculated(points=5))
    ledger.post(calculated("p-2", points=7, posted_at=posted_at))

    (reason,) = ledger.refusals()
    written = posted_at.isoformat(timespec="seconds")
    assert reason.startswith(f"InstantOutOfRange: posted_at of purchase p-2 is {written}; allowed: from 2016-06-")
    assert ledger.balance().balance_points == 5
    assert [one.credits_points - one.debits_points for one in ledger.totals().accounts] == [5, -5]


def test_how_far_back_and_ahead_a_purchase_may_be_is_counted_from_its_event(
    ledger: Ledger, decide: Callable[[Policy], None]
):
    """An archive that is replayed years later tells nothing that was refused before."""
    decide(Policy(days_back=1))
    ledger.wait(days=3000)
    ledger.post(calculated(points=5), occurred_at=BEGIN)

    assert ledger.refusals() == []


def test_the_longest_policies_are_kept_by_the_settings():
    with pytest.raises(msgspec.ValidationError, match="days_ahead"):
        msgspec.convert({"days_ahead": 367}, Policy)


def test_a_hold_of_120_lots_is_one_small_transaction(ledger: Ledger, monkeypatch: pytest.MonkeyPatch):
    """More months than any policy allows: the transaction does not grow with them."""
    monkeypatch.setattr("lambdas.points_ledger.handlers.post_points.require_in_range", lambda *_, **__: None)
    for number in range(120):
        ledger.post(calculated(f"p-{number}", points=2, posted_at=BEGIN + MONTH * number))
    assert len(ledger.lots()) == 120

    ledger.hold("h-1", 240)
    ledger.post_hold("h-1")
    ledger.reverse("r-1", "h-1")
    ledger.wait(days=20_000)
    ledger.settle_due()

    assert ledger.balance().balance_points == 0
    assert max(ledger.transactions) <= 40
    assert ledger.verify().fault is None


def test_the_largest_account_fits_into_an_item():
    """As many open holds as there may be, each with points of every month that the longest policy knows."""
    months = [f"{year}-{month:02d}" for year in range(2026, 2033) for month in range(1, 13)][: 60 + 13]
    lots = dict.fromkeys([*months, "never"], MOST_POINTS)
    account = Account(
        member_id="m" * 64,
        version=10**12,
        lots=lots,
        holds={f"{n:064d}": OpenHold(until=BEGIN, parts=lots) for n in range(MOST_OPEN_HOLDS)},
        expired={f"{year}-{month:02d}": 10**19 for year in range(2000, 2100) for month in range(1, 13)},
        totals={f"programme:{n}": Sides(10**19, 10**19) for n in range(10)},
    )
    assert item_bytes(msgspec.to_builtins(account)) < LARGEST_ITEM_BYTES


def test_sums_of_the_largest_purchases_break_nothing(ledger: Ledger):
    for number in range(3):
        ledger.post(calculated(f"p-{number}", points=MOST_POINTS))
    ledger.post(calculated("p-other", member_id="m-2", points=MOST_POINTS))
    for number in range(2):
        ledger.hold(f"h-{number}", MOST_POINTS)

    found = ledger.balance()
    assert (found.balance_points, found.held_points) == (3 * MOST_POINTS, 2 * MOST_POINTS)
    assert ledger.statement().lines[0].balance_points == 3 * MOST_POINTS
    assert sum(ledger.lots().values()) == MOST_POINTS
    assert max(one.credits_points for one in ledger.totals().accounts) == 4 * MOST_POINTS
    for number in range(2):
        ledger.void_hold(f"h-{number}")
    assert sum(ledger.lots().values()) == 3 * MOST_POINTS
    for number in range(3):
        ledger.post(adjusted(f"a-{number}", f"p-{number}", points=-MOST_POINTS))
    assert ledger.balance().balance_points == 0
    assert ledger.verify().fault is None
    assert ledger.refusals() == []


def test_debts_and_expired_points_may_be_sums_too(ledger: Ledger):
    for number in range(2):
        ledger.post(calculated(f"p-{number}", points=MOST_POINTS))
        ledger.redeem(f"h-{number}", MOST_POINTS)
    for number in range(2):
        ledger.post(adjusted(f"a-{number}", f"p-{number}", points=-MOST_POINTS))
    assert ledger.balance().debt_points == 2 * MOST_POINTS

    for number in range(4):
        ledger.post(calculated(f"q-{number}", points=MOST_POINTS))
    ledger.wait(days=1000)
    ledger.settle_due()
    assert ledger.published("PointsExpired")[0]["data"]["points"] == 2 * MOST_POINTS
    assert ledger.statement().lines[0].points == -2 * MOST_POINTS


@pytest.mark.parametrize("before", [0, -1, 10**12])
def test_a_statement_before_no_line_is_refused_and_is_not_the_newest_page(ledger: Ledger, before: int):
    ledger.post(calculated())
    with pytest.raises(RefusedCall, match=r"before") as refusal:
        ledger.statement(before=before)
    assert refusal.value.args[0] == "InvalidRequest"


def test_a_statement_before_the_first_line_is_empty(ledger: Ledger):
    ledger.post(calculated())
    assert ledger.statement(before=1).lines == []


def test_a_balance_in_the_future_says_what_will_be_left_by_then(ledger: Ledger):
    ledger.post(calculated(points=5))
    ledger.post(calculated("p-2", points=7, posted_at=BEGIN + MONTH * 3))

    assert ledger.balance(at=datetime(2028, 6, 30, tzinfo=UTC)).spendable_points == 12
    assert ledger.balance(at=datetime(2028, 7, 1, tzinfo=UTC)).spendable_points == 7
    assert ledger.balance(at=datetime(2030, 1, 1, tzinfo=UTC)).balance_points == 0
    assert ledger.balance().balance_points == 12


def test_a_balance_of_the_past_goes_by_when_the_ledger_booked_and_not_by_when_a_purchase_was_posted(ledger: Ledger):
    ledger.wait(days=10)
    ledger.post(calculated(points=5, posted_at=BEGIN))

    assert ledger.balance(at=BEGIN + timedelta(days=5)).balance_points == 0
    assert ledger.balance(at=ledger.now).balance_points == 5


@pytest.mark.parametrize("year", ["0001", "0990"])
def test_books_with_points_of_an_impossible_year_are_read_and_settled(ledger: Ledger, year: str):
    """They were booked before purchases of another age were refused: their points have expired long ago."""
    ledger.post(calculated(points=5))
    ledger.post(calculated("p-old", points=40))
    _age(ledger, f"{int(year) + 2:04d}-02")

    assert ledger.balance().balance_points == 5
    assert ledger.statement().lines[0].points == 40
    assert ledger.lots() == {"2028-07": 5}
    ledger.settle_due()
    assert ledger.balance().balance_points == 5


def _age(ledger: Ledger, lot: str) -> None:
    """Move the points of the second line into another lot, as it was booked when any instant was taken."""

    def aged(value: Any) -> Any:
        match value:
            case {"lots": {"2028-07": 45}}:
                return {**value, "lots": {lot: 40, "2028-07": 5}}
            case {"lots": {"2028-07": 40}}:
                return {**value, "lots": {lot: 40}}
            case _:
                return value

    for item in ledger.world.store:
        if item["pk"] == "member#m-1":
            ledger.world.tables.transact([Put(table=STORE, item=aged(item), read_as=dict)])
