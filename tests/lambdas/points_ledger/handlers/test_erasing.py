"""A member is erased: the books stay whole under a pseudonym, and nothing says whose they were."""

from datetime import timedelta

import msgspec
import pytest

from contracts.points_ledger import MOST_ERASED_AT_ONCE, Erasure
from lambdas.points_ledger.handlers import erase
from lambdas.points_ledger.model.postings import Line as BookedLine
from pbckit.runtime.ports import ConditionFailed, Put
from pbckit.runtime.subscriber import NotYet
from pbckit.testing.calls import RefusedCall
from pbckit.testing.world import BEGIN, STORE
from tests.lambdas.points_ledger.outside import Ledger, adjusted, authorised, calculated

MEMBER, OTHER = "card-holder-17", "card-holder-18"
NOTE, SHOP = "wrote about her divorce", "Trattoria"


@pytest.fixture
def lived(ledger: Ledger) -> Ledger:
    """A member with a line of every kind, whose account is closed and empty; and another one, untouched."""
    ledger.enrol(MEMBER)
    ledger.post(calculated("p-1", MEMBER, points=40))
    ledger.post(calculated("p-2", MEMBER, points=10))
    ledger.post(adjusted("a-1", "p-2", MEMBER, points=-10))
    ledger.redeem("h-1", 12, MEMBER)
    ledger.reverse("giveback-1", points=4)
    ledger.hold("h-2", 3, MEMBER, reason=NOTE)
    ledger.void_hold("h-2")
    with pytest.raises(RefusedCall):
        ledger.hold("h-3", 999, MEMBER, reason=NOTE)
    ledger.correct("c-1", 5, MEMBER, note=NOTE)
    ledger.block("b-1", MEMBER, note=NOTE)
    ledger.release_block("b-1", NOTE)
    ledger.authorise(authorised("au-1", MEMBER), 3)
    ledger.post(calculated("p-9", OTHER, points=7))
    ledger.wait(days=8)
    ledger.close(MEMBER, points="forfeit")
    return ledger


def done(ledger: Ledger, member_id: str = MEMBER) -> Erasure:
    """The answer of as many calls as it takes."""
    answer = ledger.erase(member_id)
    while not answer.is_done:
        answer = ledger.erase(member_id)
    return answer


def sums(ledger: Ledger) -> dict[str, tuple[int, int]]:
    return {one.account: (one.debits_points, one.credits_points) for one in ledger.totals().accounts}


def require_forgotten(ledger: Ledger, *words: str) -> None:
    """No item of the ledger says one of the words; authorisations stay until their time is over."""
    said = [msgspec.json.encode(item).decode() for item in ledger.world.store if "authorisation" not in item["sk"]]
    assert [item for item in said if any(word in item for word in words)] == []


def pseudonyms(ledger: Ledger) -> list[str]:
    return [one for one in ledger.all_members() if one.startswith("erased-")]


def test_nothing_says_whose_the_books_were_and_they_verify(lived: Ledger):
    before, postings = sums(lived), lived.totals().postings
    lines = [(line.kind, line.points, line.lots, line.balance_points) for line in lived.lines()]
    answer = done(lived)

    assert (answer.accounts, answer.erased_postings, answer.postings) == (1, 14, 14)
    assert (answer.actor, answer.approver) == ("ada", "Grace")
    (pseudonym,) = pseudonyms(lived)
    assert sorted(lived.all_members()) == sorted([OTHER, pseudonym])
    assert sums(lived) == before
    assert lived.totals().postings == postings + 1
    assert lived.verify(pseudonym).fault is None
    assert lived.verify(pseudonym).lines == 14
    after = [(line.kind, line.points, line.lots, line.balance_points) for line in lived.lines()]
    assert sorted(map(str, after)) == sorted([*map(str, lines), str(("corrected", 0, {}, 0))])
    require_forgotten(lived, MEMBER, NOTE, SHOP, "h-1", "h-2", "h-3", "giveback-1", "c-1", "b-1", "a toaster")
    shown = lived.statement(pseudonym, limit=100)
    assert {line.text for line in shown.lines} == {"erased"}
    assert {(line.posted_at.day, line.posted_at.hour) for line in shown.lines} == {(1, 0)}
    assert lived.balance(OTHER).balance_points == 7


def test_others_are_told_what_to_forget(lived: Ledger):
    done(lived)
    told = [event["data"] for event in lived.published("MemberErased")]
    assert [one["member_id"] for one in told] == [MEMBER]
    assert told[0]["reference"] == "letter-7"
    assert sorted(told[0]["purchase_ids"]) == ["p-1", "p-2"]
    assert sorted(told[0]["posting_ids"]) == ["a-1", "p-1", "p-2"]
    assert told[0]["corrections"] == ["c-1"]
    assert "erased-" not in msgspec.json.encode(told).decode()


def test_the_same_again_is_answered_and_a_used_reference_is_no_other_members(lived: Ledger):
    first = done(lived)
    assert lived.erase(MEMBER) == first
    assert len(pseudonyms(lived)) == 1
    with pytest.raises(RefusedCall, match="letter-7 erased another member, or this one before more came"):
        lived.erase(OTHER)
    with pytest.raises(RefusedCall, match="the ledger has no account for member 'card-holder-17'"):
        lived.erase(MEMBER, "letter-8")


def test_without_apply_it_says_what_would_be_done_and_does_nothing(lived: Ledger):
    before = sorted(map(str, lived.world.store))
    answer = lived.erase(MEMBER, apply=False)
    assert (answer.postings, answer.erased_postings, answer.is_done) == (14, 0, False)
    assert sorted(map(str, lived.world.store)) == before


def test_a_late_duplicate_is_known_and_books_nothing(lived: Ledger):
    done(lived)
    before = sorted(map(str, lived.world.store))
    lived.post(calculated("p-1", MEMBER, points=40))
    lived.post(calculated("p-1", MEMBER, points=40), event_id="again")
    lived.post(adjusted("a-1", "p-2", MEMBER, points=-10))
    lived.post(adjusted("a-1", "p-2", MEMBER, points=-10), event_id="once-more")
    assert lived.refusals() == []
    assert [item for item in sorted(map(str, lived.world.store)) if item not in before] == []


def test_what_changes_an_erased_purchase_is_set_aside_with_the_reason(lived: Ledger):
    done(lived)
    lived.post(adjusted("a-2", "p-1", MEMBER, points=-4))
    lived.post(calculated("p-1", MEMBER, points=41), event_id="otherwise")
    assert lived.refusals() == [
        "ConflictingPosting: adjustment a-2: purchase p-1 is of a member who is erased",
        "ConflictingPosting: posting p-1 was booked with other points, and its member is erased",
    ]
    for refused, reason in ((lived.reverse, "no points were spent under 'h-1'"), (lived.post_hold, "nothing is held")):
        with pytest.raises(RefusedCall, match=reason):
            refused()


def test_what_comes_later_begins_a_new_member(lived: Ledger):
    done(lived)
    lived.post(calculated("p-new", MEMBER, points=6))
    assert lived.balance(MEMBER).balance_points == 6
    assert lived.verify(MEMBER).fault is None
    with pytest.raises(RefusedCall, match="choose another reference"):
        lived.erase(MEMBER)


@pytest.mark.parametrize(
    ("obstacle", "reason"),
    [
        ("open", r"the account is open: close it \(`rewards member close`\)"),
        ("points", "5 points are left: spend them, correct them, or wait"),
        ("debt", "5 points are owed: give them by a correction"),
        ("hold", r"holds are open \(h-9\): post or void them"),
        ("block", r"points are blocked \(b-9\): release the blocks"),
        ("pending", "1 purchases are pending: wait until they are posted or over"),
        ("merged", "the account is merged into m-2; erase m-2, which erases both"),
        ("broken", "the books of m-1 are broken .*rewards ledger repair"),
    ],
)
def test_what_stands_in_the_way_is_named(ledger: Ledger, obstacle: str, reason: str):
    ledger.post(calculated(points=5))
    match obstacle:
        case "debt":
            ledger.redeem("h-9", 5)
            ledger.post(adjusted("a-9", points=-5))
        case "hold":
            ledger.hold("h-9", 5)
        case "block":
            ledger.block("b-9")
        case "pending":
            ledger.authorise(authorised())
        case "merged":
            ledger.post(calculated("p-2", "m-2"))
            ledger.merge()
        case _:
            pass
    if obstacle not in ("open", "merged"):
        ledger.close(points="keep-until-expiry" if obstacle == "points" else "forfeit")
    if obstacle == "broken":
        (line,) = [item for item in ledger.world.store if item["sk"] == "line#000000000001"]
        ledger.world.tables.transact([Put(table=STORE, item={**line, "text": "changed"}, read_as=BookedLine)])
    with pytest.raises(RefusedCall, match=f"CannotErase.*member m-1 cannot be erased: .*{reason}"):
        ledger.erase()


def test_a_reference_that_names_the_member_and_an_approver_who_erases_are_refused(lived: Ledger):
    with pytest.raises(RefusedCall, match="the reference names the member, and stays: choose another one"):
        lived.erase(MEMBER, f"letter-of-{MEMBER}")
    with pytest.raises(RefusedCall, match="the approver, ada, must be another one than ada"):
        lived.erase(MEMBER, approver="ada")


@pytest.fixture
def long(lived: Ledger, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """One of whom one call erases one transaction's worth, of three."""
    monkeypatch.setattr(erase, "STEPS_OF_A_CALL", 1)
    for number in range(2 * MOST_ERASED_AT_ONCE):
        lived.post(calculated(f"late-{number}", MEMBER, points=2))
    return lived


def test_an_erasure_is_bounded_and_goes_on_where_it_ended(long: Ledger):
    before = sums(long)
    long.transactions.clear()
    answers = [long.erase(MEMBER)]
    while not answers[-1].is_done:
        # Totals are those of before at any moment, and nothing else is booked.
        assert sums(long) == before
        assert long.all_members().count(MEMBER) == 1
        with pytest.raises(NotYet, match="is erased, or being erased: nothing is booked"):
            long.post(calculated("too-late", MEMBER))
        with pytest.raises(NotYet, match="authorisation au-9: its member is being erased"):
            long.authorise(authorised("au-9", MEMBER, expires_at=long.now + timedelta(days=1)))
        with pytest.raises(RefusedCall, match="is erased, or being erased: nothing is booked"):
            long.enrol(MEMBER)
        answers.append(long.erase(MEMBER))
    assert [one.erased_postings for one in answers] == [0, 20, 40, 54]
    assert max(long.transactions) <= 75
    (pseudonym,) = pseudonyms(long)
    assert long.verify(pseudonym).fault is None
    assert sums(long) == before
    assert [len(event["data"]["purchase_ids"]) for event in long.published("MemberErased")] == [9, 20, 13]
    assert [event["metadata"]["sequence"] for event in long.published("MemberErased")] == [1, 2, 3]
    require_forgotten(long, MEMBER, NOTE, SHOP)


def test_while_it_is_under_way_verify_says_so_and_another_reference_is_refused(long: Ledger):
    long.erase(MEMBER)
    long.erase(MEMBER)
    fault = long.verify(MEMBER).fault
    assert fault is not None
    assert "if the member's erasure is under way, go on with it" in fault.what
    with pytest.raises(RefusedCall, match="is being erased by letter-7, approved by Grace: go on with that one"):
        long.erase(MEMBER, "letter-8")
    with pytest.raises(RefusedCall, match="choose another reference"):
        long.erase(OTHER)


def test_whoever_booked_in_between_is_met(lived: Ledger, monkeypatch: pytest.MonkeyPatch):
    """A purchase is posted after the erasure has read the account and before it begins: it is looked at again."""
    book = lived.world.tables.transact
    came: list[str] = []

    def meanwhile(operations: list[object]) -> None:
        if not came:
            came.append("p-late")
            lived.post(calculated("p-late", MEMBER, points=6))
        book(operations)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(lived.world.tables, "transact", meanwhile)
    answer = done(lived)
    assert answer.erased_postings == 15
    require_forgotten(lived, MEMBER)


def test_a_transaction_that_fails_is_made_anew(long: Ledger, monkeypatch: pytest.MonkeyPatch):
    book, failures = long.world.tables.transact, iter([False, True, False, True, True])

    def failing(operations: list[object]) -> None:
        if next(failures, False):
            raise ConditionFailed([])
        book(operations)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(long.world.tables, "transact", failing)
    assert done(long).erased_postings == 54
    assert [long.verify(one).fault for one in pseudonyms(long)] == [None]


def test_accounts_that_were_merged_into_it_are_erased_with_it(ledger: Ledger):
    ledger.post(calculated("p-1", MEMBER, points=10))
    ledger.post(calculated("p-2", OTHER, points=4))
    ledger.merge(MEMBER, OTHER, "case-3")
    ledger.post(calculated("p-3", MEMBER, points=2))
    ledger.close(OTHER, points="forfeit")
    before = sums(ledger)
    answer = done(ledger, OTHER)
    assert answer.accounts == 2
    assert len(pseudonyms(ledger)) == len(ledger.all_members()) == 2
    assert [ledger.verify(one).fault for one in pseudonyms(ledger)] == [None, None]
    assert sums(ledger) == before
    require_forgotten(ledger, MEMBER, OTHER, "case-3")
    assert {event["data"]["member_id"] for event in ledger.published("MemberErased")} == {MEMBER, OTHER}
    (into,) = [one.merged_into for name in pseudonyms(ledger) if (one := ledger.balance(name)).merged_into]
    assert into in pseudonyms(ledger)


def test_nothing_is_booked_under_a_pseudonym(lived: Ledger):
    done(lived)
    (pseudonym,) = pseudonyms(lived)
    with pytest.raises(RefusedCall, match="is erased, or being erased: nothing is booked"):
        lived.correct("c-9", 5, pseudonym)
    assert lived.settle_due() == 0
    assert lived.now > BEGIN
