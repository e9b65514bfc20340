"""Balances of a time, totals of all members, and books that are verified."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from contracts.points_ledger import AccountTotal, Fault, StatementLine
from pbckit.runtime.ports import Delete, Item, Put
from pbckit.testing.calls import RefusedCall
from pbckit.testing.world import BEGIN, STORE
from tests.lambdas.points_ledger.outside import Ledger, adjusted, calculated


def test_a_balance_is_told_as_it_was(ledger: Ledger):
    ledger.post(calculated(points=10))
    ledger.wait_until(BEGIN + timedelta(hours=1))
    ledger.hold(points=4, expires_at=BEGIN + timedelta(hours=3))
    ledger.wait_until(BEGIN + timedelta(hours=2))
    ledger.post_hold(points=3)
    ledger.wait_until(BEGIN + timedelta(days=1000))

    def seen(**duration: float) -> tuple[int, int, int, int]:
        found = ledger.balance(at=BEGIN + timedelta(**duration))
        return found.balance_points, found.held_points, found.spendable_points, found.version

    assert seen(hours=-1) == (0, 0, 0, 0)
    assert seen(minutes=30) == (10, 0, 10, 1)
    assert seen(minutes=90) == (10, 4, 6, 2)
    assert seen(minutes=150) == (7, 0, 7, 3)
    assert seen(days=900) == (0, 0, 0, 4)
    assert seen(days=2000) == seen(days=1000)
    ledger.settle_due()
    assert seen(minutes=90) == (10, 4, 6, 2)
    assert seen(days=900) == (0, 0, 0, 4)


def test_a_statement_is_of_one_moment(ledger: Ledger):
    ledger.post(calculated(points=10))
    ledger.world.tables.before_query = lambda: ledger.post(calculated(purchase_id="p-2", points=5))
    statement = ledger.statement()

    assert statement.balance_points == 10
    assert [line.balance_points for line in statement.lines] == [10]


def test_a_balance_of_a_time_knows_only_what_was_booked_by_then(ledger: Ledger):
    ledger.wait(hours=2)
    ledger.post(calculated(points=10))

    assert ledger.statement().lines[0].posted_at == BEGIN
    assert ledger.balance(at=BEGIN + timedelta(hours=1)).balance_points == 0


def test_a_hold_counts_at_a_time_until_its_end_though_nobody_booked_it(ledger: Ledger):
    ledger.post(calculated(points=10))
    ledger.hold(points=4)
    ledger.wait(days=1)

    assert ledger.balance(at=BEGIN + timedelta(minutes=14)).held_points == 4
    assert ledger.balance(at=BEGIN + timedelta(minutes=15)).held_points == 0


@pytest.mark.parametrize("question", [Ledger.balance, Ledger.statement, Ledger.forecast, Ledger.verify])
def test_a_member_without_an_account_is_unknown(ledger: Ledger, question: Callable[[Ledger, str], object]):
    ledger.post(calculated(member_id="m-10"))

    with pytest.raises(RefusedCall) as refusal:
        question(ledger, "m-1")
    assert refusal.value.args == ("UnknownMember", "the ledger has no account for member 'm-1'")


def test_a_statement_shows_what_was_held_and_owed(ledger: Ledger):
    ledger.post(calculated(points=10))
    ledger.hold(points=8)
    ledger.post(adjusted("a-1", points=-10))
    ledger.post_hold()

    shown = [(one.kind, one.points, one.balance_points, one.held_points, one.debt_points) for one in _lines(ledger)]
    assert shown == [
        ("earned", 10, 10, 0, 0),
        ("held", 0, 10, 8, 0),
        ("adjusted", -10, 8, 8, 8),
        ("redeemed", -8, 0, 0, 8),
    ]
    assert ledger.statement().lines[0].hash == ledger.verify().hash


def _lines(ledger: Ledger) -> list[StatementLine]:
    return ledger.statement().lines[::-1]


@pytest.mark.parametrize("limit", [1, 3, 7, 20, 21])
def test_pages_of_members_join_to_all_of_them(ledger: Ledger, limit: int):
    members = {f"m-{number}" for number in range(20)}
    for member in members:
        ledger.post(calculated(f"p-{member}", member))

    pages = [ledger.members(limit=limit)]
    while pages[-1].next is not None:
        pages.append(ledger.members(limit=limit, after=pages[-1].next))

    listed = [member for page in pages for member in page.member_ids]
    assert sorted(listed) == sorted(members)
    assert all(len(page.member_ids) == limit for page in pages[:-1])


def test_without_members_there_is_one_empty_page(ledger: Ledger):
    assert (ledger.members().member_ids, ledger.members().next) == ([], None)
    assert ledger.totals().accounts == []


def history(ledger: Ledger) -> None:
    """Every kind of line for m-1, and a little for others."""
    ledger.post(calculated(points=20))
    ledger.redeem("h-1", 15)
    ledger.hold("h-2", 5, expires_at=ledger.now + timedelta(minutes=1))
    ledger.post(adjusted("a-1", points=-8))
    ledger.wait(minutes=2)
    ledger.reverse("r-1", "h-1", points=6)
    for number in range(2, 7):
        ledger.post(calculated(f"p-{number}", f"m-{number}", points=number))
    ledger.wait(days=1000)
    ledger.settle_due()


def test_totals_of_all_pages_are_those_of_the_ledger(ledger: Ledger):
    history(ledger)
    whole = ledger.totals()

    assert whole.accounts == [
        AccountTotal(account="held", debits_points=20, credits_points=20),
        AccountTotal(account="members", debits_points=43, credits_points=43),
        AccountTotal(account="programme:debt", debits_points=8, credits_points=8),
        AccountTotal(account="programme:expired", debits_points=0, credits_points=23),
        AccountTotal(account="programme:issued", debits_points=40, credits_points=8),
        AccountTotal(account="programme:redeemed", debits_points=6, credits_points=15),
    ]
    assert (whole.members, whole.postings, whole.next) == (6, len(ledger.lines()), None)
    pages = [ledger.totals(limit=2)]
    while pages[-1].next is not None:
        pages.append(ledger.totals(limit=2, after=pages[-1].next))
    assert len(pages) > 1
    for total in whole.accounts:
        parts = [one for page in pages for one in page.accounts if one.account == total.account]
        assert sum(one.debits_points for one in parts) == total.debits_points
        assert sum(one.credits_points for one in parts) == total.credits_points


def test_books_in_order_are_verified(ledger: Ledger):
    history(ledger)

    assert {line.kind for line in ledger.statement().lines} == {
        *("earned", "adjusted", "held", "released", "redeemed", "reversed", "expired")
    }
    found = ledger.verify()
    assert (found.fault, found.lines) == (None, ledger.balance().version)
    assert all(ledger.verify(member).fault is None for member in ledger.members().member_ids)


def test_lines_that_are_booked_while_the_books_are_verified_are_no_fault(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
):
    ledger.post(calculated())
    tables = ledger.world.tables
    query = tables.query

    def slow(asked: Any) -> Any:
        monkeypatch.setattr(tables, "query", query)
        ledger.post(calculated("p-2"))
        return query(asked)

    monkeypatch.setattr(tables, "query", slow)
    assert (ledger.verify().fault, ledger.verify().lines) == (None, 2)


def _stored(ledger: Ledger, sort: str) -> Item:
    item = ledger.world.tables.get(STORE, {"pk": "member#m-1", "sk": sort})
    assert item is not None
    return item


def _put(ledger: Ledger, item: Item) -> None:
    ledger.world.tables.transact([Put(table=STORE, item=item, read_as=dict)])


def _line(number: int) -> str:
    return f"line#{number:012d}"


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"text": "a gift"}, "it is not what was booked: its hash differs"),
        ({"id": "p-x"}, "it is not what was booked: its hash differs"),
        ({"hash": "0" * 64}, "it is not what was booked: its hash differs"),
        ({"at": "2026-06-01T11:00:00Z"}, "it is not what was booked: its hash differs"),
        ({"points": 8}, "it is not what was booked: its hash differs"),
        ({"balance_points": 11}, "the balance is 10"),
        ({"sequence": 4}, "the line is missing, or another stands in its place: line 4 is there"),
        ({"sequence": 1}, "its number is not 2"),
        ({"lots": {"2028-07": 6}}, "lots and entries differ"),
        ({"entries": []}, "lots and entries differ"),
        ({"points": "many"}, "Expected `int`, got `str` - at `$.points`"),
    ],
)
def test_a_changed_line_is_found_and_named(ledger: Ledger, changes: dict[str, object], what: str):
    for number in range(1, 6):
        ledger.post(calculated(f"p-{number}"))
    _put(ledger, {**_stored(ledger, _line(2)), **changes})

    found = ledger.verify()
    assert found.lines == 1
    assert found.fault is not None
    assert (found.fault.sequence, found.fault.posting_id) == (2, changes.get("id", "p-2"))
    assert what in found.fault.what


def test_a_line_whose_entries_do_not_add_up_is_found(ledger: Ledger):
    ledger.post(calculated())
    item = _stored(ledger, _line(1))
    item["entries"][0]["amount_points"] -= 1
    _put(ledger, item)

    fault = ledger.verify().fault
    assert fault is not None
    assert (fault.sequence, fault.posting_id) == (1, "p-1")
    assert "entries add up to -1, not to 0" in fault.what


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        (
            2,
            Fault(
                sequence=2,
                posting_id="p-3",
                what="the line is missing, or another stands in its place: line 3 is there",
            ),
        ),
        (3, Fault(sequence=3, posting_id=None, what="the line is missing")),
    ],
)
def test_a_removed_line_is_found(ledger: Ledger, number: int, fault: Fault):
    for one in range(1, 4):
        ledger.post(calculated(f"p-{one}"))
    ledger.world.tables.transact([Delete(table=STORE, key={"pk": "member#m-1", "sk": _line(number)})])

    assert ledger.verify().fault == fault
    assert ledger.verify().lines == number - 1


@pytest.mark.parametrize(
    ("sort", "sequence", "what"),
    [
        ("line#000000000002a", 3, "its number is not 3; the balance is 15"),
        ("line#000000000004", 4, "the account does not know of this line"),
        ("line#999999999999", 4, "the account does not know of this line"),
    ],
)
def test_an_inserted_line_is_found(ledger: Ledger, sort: str, sequence: int, what: str):
    for one in range(1, 4):
        ledger.post(calculated(f"p-{one}"))
    _put(ledger, {**_stored(ledger, _line(2)), "sk": sort, "id": "p-gift"})

    assert ledger.verify().fault == Fault(sequence=sequence, posting_id="p-gift", what=what)


def test_swapped_lines_are_found(ledger: Ledger):
    for one in range(1, 4):
        ledger.post(calculated(f"p-{one}"))
    second, third = _stored(ledger, _line(2)), _stored(ledger, _line(3))
    _put(ledger, {**third, "sk": second["sk"]})
    _put(ledger, {**second, "sk": third["sk"]})

    fault = ledger.verify().fault
    assert fault is not None
    assert (fault.sequence, fault.posting_id) == (2, "p-3")


def test_lines_that_changed_places_and_numbers_are_found(ledger: Ledger):
    for one in range(1, 4):
        ledger.post(calculated(f"p-{one}", points=0))
    second, third = _stored(ledger, _line(2)), _stored(ledger, _line(3))
    _put(ledger, {**third, "sk": second["sk"], "sequence": 2, "booked_at": second["booked_at"]})
    _put(ledger, {**second, "sk": third["sk"], "sequence": 3, "booked_at": third["booked_at"]})

    assert ledger.verify().fault == Fault(
        sequence=2, posting_id="p-3", what="it is not what was booked: its hash differs"
    )


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"lots": {"2028-07": 500}}, "the account has another lots than its lines"),
        ({"debt_points": 3}, "the account has another debt_points than its lines"),
        ({"head": "0" * 64}, "the account has another head than its lines"),
        ({"expired": {"2028-07": 3}, "events": 9}, "the account has another events, expired than its lines"),
        ({"totals": {}}, "the account has another totals than its lines"),
        ({"version": 1}, "the account has another events, head"),
        ({"version": 3}, "the line is missing"),
        ({"lots": {"tomorrow": 5}}, "the account is none"),
        ({"lots": "none"}, "the account is none"),
    ],
)
def test_a_changed_account_is_found(ledger: Ledger, changes: dict[str, object], what: str):
    ledger.post(calculated())
    ledger.post(calculated("p-2"))
    _put(ledger, {**_stored(ledger, "account"), **changes})

    fault = ledger.verify().fault
    assert fault is not None
    assert fault.what.startswith(what)


def test_books_that_were_forged_whole_differ_from_the_hashes_that_were_told(ledger: Ledger):
    """What the chain alone cannot prove: books written anew are in order. Who kept an event's hash sees it."""
    ledger.post(calculated(points=5))
    told = ledger.published("PointsPosted")[-1]["data"]["hash"]
    forged = Ledger()
    forged.post(calculated(points=500))
    for item in forged.world.store:
        _put(ledger, item)

    assert ledger.verify().fault is None
    assert ledger.verify().hash != told


def test_a_hash_is_that_of_the_line_as_it_is_stored(ledger: Ledger):
    """Times with other offsets and with fractions come back from the store as they were hashed."""
    ledger.post(calculated(posted_at=BEGIN.replace(microsecond=1)))
    ledger.post(msgspec.json.decode(_with_offset(), type=type(calculated())))

    assert ledger.verify().fault is None


def _with_offset() -> bytes:
    return msgspec.json.encode(calculated("p-2")).replace(b"12:00:00Z", b"14:00:00.5+02:00")
