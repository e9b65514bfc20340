"""Double entry: postings that add up to zero, and accounts that follow from them."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.points_ledger import Entry
from lambdas.points_ledger.model import (
    ISSUED,
    Account,
    Posting,
    UnbalancedPosting,
    differences,
    earned,
    member_account,
)
from tests.lambdas.kit.memory import BEGIN

amounts = st.integers(min_value=0, max_value=9_000_000_000_000)


def posting(points: int = 5, **changes: object) -> Posting:
    return msgspec.structs.replace(earned("p-1", "m-1", points, "2 points per EUR", BEGIN), **changes)


@given(points=amounts)
def test_what_a_member_earns_the_programme_issues(points: int):
    booked = posting(points)

    assert {entry.account: entry.amount_points for entry in booked.entries} == {ISSUED: -points, "member:m-1": points}
    assert sum(entry.amount_points for entry in booked.entries) == 0
    assert booked.points == points


@given(entries=st.lists(st.integers(min_value=-10, max_value=10), min_size=1, max_size=4))
def test_only_what_adds_up_to_zero_is_a_posting(entries: list[int]):
    legs = [Entry(account=f"member:{number}", amount_points=amount) for number, amount in enumerate(entries)]

    if sum(entries) == 0:
        assert posting(entries=legs).entries == legs
    else:
        with pytest.raises(UnbalancedPosting, match=f"p-1: entries add up to {sum(entries)}, not to 0"):
            posting(entries=legs)


def test_a_stored_posting_that_does_not_add_up_is_not_believed():
    stored = msgspec.to_builtins(posting())
    stored["entries"][0]["amount_points"] = -4

    with pytest.raises(msgspec.ValidationError, match="add up to 1"):
        msgspec.convert(stored, Posting)


@given(points=st.lists(amounts, max_size=20))
def test_an_account_is_the_sum_of_its_postings(points: list[int]):
    account = Account(member_id="m-1")
    for amount in points:
        account = account.after(posting(amount))

    assert (account.balance_points, account.version) == (sum(points), len(points))


def test_entries_of_others_are_not_a_members():
    transfer = [Entry(account=member_account("m-2"), amount_points=7), Entry(account="member:m-1", amount_points=-7)]

    assert posting(entries=transfer).points == -7


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({}, []),
        ({"text": "1 point per EUR"}, ["text"]),
        ({"member_id": "m-2", "posted_at": BEGIN.replace(year=2025)}, ["member_id", "posted_at"]),
        ({"entries": []}, ["entries"]),
    ],
)
def test_differences_are_named(changes: dict[str, object], named: list[str]):
    assert differences(posting(), posting(**changes)) == named
