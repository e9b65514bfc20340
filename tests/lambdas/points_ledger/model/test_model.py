"""Double entry and lots: postings that add up to zero, accounts that follow from them, months of expiry."""

from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.points_ledger import Entry, InsufficientPoints, PlaceHold
from lambdas.points_ledger.model import booking
from lambdas.points_ledger.model.account import Account, BrokenBooks, OpenHold
from lambdas.points_ledger.model.blocks import BlockChange
from lambdas.points_ledger.model.diff import differences
from lambdas.points_ledger.model.lots import NEVER, expires_at, is_live, live, lot_of, plus, taken
from lambdas.points_ledger.model.policy import Policy
from lambdas.points_ledger.model.postings import (
    DEBT,
    ISSUED,
    Closing,
    Draft,
    Enrolling,
    Erasing,
    Line,
    MadeByHand,
    Merging,
    UnbalancedPosting,
    chained,
)
from lambdas.points_ledger.services.policy import read
from pbckit.runtime.environment import InvalidEnvironment
from pbckit.testing.world import BEGIN
from tests.lambdas.points_ledger.outside import calculated

LOT = "2028-07"
amounts = st.integers(min_value=0, max_value=9_000_000_000_000)
lots = st.dictionaries(st.sampled_from(["2026-07", LOT, "2031-01", NEVER]), st.integers(min_value=1, max_value=99))


def earning(account: Account, points: int, purchase_id: str = "p-1") -> tuple[Line, Account]:
    return account.booked(booking.earned(account, calculated(purchase_id, points=points), LOT, BEGIN), BEGIN)


def line(points: int = 5) -> Line:
    return earning(Account(member_id="m-1"), points)[0]


@given(points=amounts)
def test_what_a_member_earns_the_programme_issues(points: int):
    booked = line(points)

    legs = {entry.account: entry.amount_points for entry in booked.entries}
    assert legs == ({ISSUED: -points, "member:m-1": points} if points else {})
    assert booked.points == points


@given(debt=amounts, points=amounts)
def test_what_is_earned_repays_a_debt_first(debt: int, points: int):
    booked, after = earning(Account(member_id="m-1", debt_points=debt), points)

    assert booked.amount(DEBT) == min(debt, points)
    assert (after.balance_points, after.debt_points) == (max(0, points - debt), max(0, debt - points))
    assert sum(entry.amount_points for entry in booked.entries) == 0


@given(parts=st.lists(st.integers(min_value=-10, max_value=10), min_size=1, max_size=4))
def test_only_what_adds_up_to_zero_is_a_posting(parts: list[int]):
    legs = [Entry(account=f"member:{number}", amount_points=amount) for number, amount in enumerate(parts)]

    if sum(parts) == 0:
        assert msgspec.structs.replace(line(), entries=legs).entries == legs
    else:
        with pytest.raises(UnbalancedPosting, match=f"p-1: entries add up to {sum(parts)}, not to 0"):
            msgspec.structs.replace(line(), entries=legs)


def test_a_stored_posting_that_does_not_add_up_is_not_believed():
    stored = msgspec.to_builtins(line())
    stored["entries"][0]["amount_points"] = -4

    with pytest.raises(msgspec.ValidationError, match="add up to 1"):
        msgspec.convert(stored, Line)


@given(points=st.lists(amounts, max_size=20))
def test_an_account_is_the_sum_of_its_postings(points: list[int]):
    account = Account(member_id="m-1")
    for number, amount in enumerate(points):
        _, account = earning(account, amount, f"p-{number}")

    assert (account.balance_points, account.version) == (sum(points), len(points))
    assert sum(sides.credits - sides.debits for sides in account.totals.values()) == 0


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"sequence": 3}, "its number is not 2"),
        ({"booked_at": BEGIN - timedelta(seconds=1)}, "booked before the line before it"),
        ({"lots": {LOT: 4}}, "lots and entries differ"),
        ({"balance_points": 11}, "the balance is 10"),
        ({"held_points": 1}, "the held points are 0"),
        ({"debt_points": 1}, "the debt is 0"),
        ({"kind": "released"}, "hold p-2 is not open"),
        ({"kind": "held"}, "hold p-2 has no end, or is open already"),
        ({"kind": "expired"}, "more expired points are given back than expired"),
    ],
)
def test_an_account_takes_no_line_that_cannot_stand_there(changes: dict[str, object], problem: str):
    _, account = earning(Account(member_id="m-1"), 5)
    booked, _ = earning(account, 5, "p-2")

    account.after(booked)
    with pytest.raises(BrokenBooks, match=problem):
        account.after(msgspec.structs.replace(booked, **changes))


def test_no_lot_goes_below_zero():
    draft = Draft(id="x", kind="adjusted", points=-1, text="", at=BEGIN, programme={ISSUED: 1}, lots={LOT: -1})

    with pytest.raises(BrokenBooks, match="a lot is below zero"):
        Account(member_id="m-1").booked(draft, BEGIN)


def test_no_debt_goes_below_zero():
    draft = Draft(id="x", kind="adjusted", points=0, text="", at=BEGIN, programme={DEBT: 1, ISSUED: -1})

    with pytest.raises(BrokenBooks, match="the debt is below zero"):
        Account(member_id="m-1").booked(draft, BEGIN)


def test_nothing_that_expired_is_held_though_it_is_not_booked_as_expired():
    request = PlaceHold(
        hold_id="h-1", member_id="m-1", points=6, expires_at=BEGIN + timedelta(days=1), reason="a toaster"
    )
    account = Account(member_id="m-1", lots={"2026-06": 5, LOT: 5})

    with pytest.raises(InsufficientPoints, match="can spend 5 points, not 6"):
        booking.held(account, request, BEGIN)
    assert booking.held(account, msgspec.structs.replace(request, points=5), BEGIN).lots == {LOT: -5}


def test_books_go_forward_though_clocks_do_not():
    _, account = earning(Account(member_id="m-1"), 5)
    draft = booking.earned(account, calculated("p-2"), LOT, BEGIN)

    assert account.booked(draft, BEGIN - timedelta(seconds=1))[0].booked_at == BEGIN


def test_a_hash_depends_on_every_field_and_on_what_was_before():
    first = line()
    others = {
        "sequence": 2,
        "id": "p-2",
        "kind": "adjusted",
        "points": 6,
        "text": "more",
        "at": BEGIN + timedelta(seconds=1),
        "booked_at": BEGIN + timedelta(seconds=1),
        "entries": [],
        "balance_points": 6,
        "held_points": 1,
        "debt_points": 1,
        "lots": {},
        "until": BEGIN,
        "corrects": "p-0",
        "refused_lot": LOT,
        "reason": "voided",
        "by_hand": MadeByHand(reason="fraud", actor="ada"),
        "forfeited": {LOT: 1},
        "enrolling": Enrolling(actor="ada"),
        "closing": Closing(reason="fraud", actor="ada", points="forfeit"),
        "block": BlockChange(actor="ada"),
        "merging": Merging(reference="c-1", reason="duplicate", actor="ada", approver="grace", into="m-2"),
        "erasing": Erasing(reference="c-1", actor="ada", approver="grace"),
        "reported_for": "m-2",
    }
    assert {*others, "hash"} == {*Line.__struct_fields__}
    hashes = {chained(msgspec.structs.replace(first, **{name: value}), "0") for name, value in others.items()}

    assert len({*hashes, chained(first, "0"), chained(first, "1")}) == len(others) + 2


@pytest.mark.parametrize(
    ("earned_at", "months", "lot"),
    [
        (datetime(2026, 6, 1, tzinfo=UTC), 24, LOT),
        (datetime(2026, 6, 30, 23, 59, 59, 999_999, tzinfo=UTC), 24, LOT),
        (datetime(2026, 7, 1, tzinfo=UTC), 24, "2028-08"),
        (datetime(2026, 7, 1, 1, tzinfo=timezone(timedelta(hours=2))), 24, LOT),
        (datetime(2026, 11, 5, tzinfo=UTC), 1, "2027-01"),
        (datetime(2026, 12, 5, tzinfo=UTC), 12, "2028-01"),
        (datetime(2026, 1, 31, tzinfo=UTC), 1, "2026-03"),
        (datetime(9999, 6, 1, tzinfo=UTC), 24, NEVER),
        (datetime(2026, 6, 1, tzinfo=UTC), None, NEVER),
    ],
)
def test_points_live_for_whole_months_and_until_the_month_ends(earned_at: datetime, months: int | None, lot: str):
    assert lot_of(earned_at, Policy(expiry_months=months)) == lot


def test_a_lot_can_be_spent_until_just_before_its_month():
    end = datetime(2028, 7, 1, tzinfo=UTC)

    assert expires_at(LOT) == end
    assert is_live(LOT, end - timedelta(microseconds=1))
    assert not is_live(LOT, end)
    assert is_live(NEVER, datetime.max.replace(tzinfo=UTC))


@given(first=lots, second=lots)
def test_lots_without_points_are_left_out(first: dict[str, int], second: dict[str, int]):
    assert plus(plus(first, second), second, sign=-1) == first
    assert plus(first, first, sign=-1) == {}


@given(some=lots, points=st.integers(min_value=0, max_value=500))
def test_as_much_as_there_is_is_taken_earliest_first(some: dict[str, int], points: int):
    order = [*live(some, BEGIN)]
    parts = taken(some, points, order)

    assert order == sorted(some)
    assert sum(parts.values()) == min(points, sum(some.values()))
    assert all(parts[lot] == some[lot] for lot in [*parts][:-1])
    assert [*parts] == order[: len(parts)]


@pytest.mark.parametrize("lot", ["2028-13", "2028-7", "0000-01", "for ever", ""])
def test_an_account_with_a_lot_of_no_month_is_not_believed(lot: str):
    with pytest.raises(msgspec.ValidationError, match="lots"):
        msgspec.convert({"member_id": "m-1", "lots": {lot: 5}}, Account)


def test_differences_are_named():
    hold = OpenHold(until=BEGIN, parts={LOT: 5})
    other = OpenHold(until=BEGIN + timedelta(days=1), parts={LOT: 6})

    assert differences(hold, hold) == []
    assert differences(hold, other) == ["until", "parts"]
    assert differences(hold, other, among=["parts"]) == ["parts"]


@pytest.mark.parametrize(
    ("variables", "policy"),
    [
        ({}, Policy(expiry_months=24, shortfall="debt")),
        ({"EXPIRY_MONTHS": "6", "SHORTFALL": "clamp", "OTHER": "x"}, Policy(expiry_months=6, shortfall="clamp")),
        ({"EXPIRY_MONTHS": "never"}, Policy(expiry_months=None)),
    ],
)
def test_the_policy_is_what_the_environment_says(variables: dict[str, str], policy: Policy):
    assert read(variables) == policy


@pytest.mark.parametrize("variables", [{"EXPIRY_MONTHS": "0"}, {"EXPIRY_MONTHS": "61"}, {"SHORTFALL": "maybe"}])
def test_a_policy_without_sense_is_refused(variables: dict[str, str]):
    with pytest.raises(InvalidEnvironment, match="the ledger's policy"):
        read(variables)
