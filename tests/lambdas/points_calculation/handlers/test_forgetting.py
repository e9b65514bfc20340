"""The ledger erased a member: of its purchases points and month are left, and nothing says whose they were."""

from typing import Any

import msgspec
import pytest

from contracts.cards import PurchasePosted
from contracts.points_calculation import EXPLAIN
from contracts.points_ledger import MemberErased, PointsPosted
from contracts.vocabulary import Money
from lambdas.points_calculation.handlers import confirm_posting, explain, find_outdated, forget_member
from pbckit.contracts.examples import event_example
from pbckit.runtime.subscriber import NotYet
from pbckit.testing.calls import Caller, RefusedCall
from pbckit.testing.deliveries import bus_event
from pbckit.testing.world import world
from tests.lambdas.points_calculation.programme import Programme, chargeback_of, posted_refund_of, refund_of
from tests.lambdas.points_calculation.purchases import RATE, fixed, multiplying, purchase, request

EUR_CARD = msgspec.structs.replace(RATE, billing_currency="EUR")
MEMBER, SHOP, SHOP_NAME = "card-holder-17", "shop-memoria", "Trattoria della Memoria"


def bought(identity: str = "p-1", **changes: Any) -> PurchasePosted:
    shop = msgspec.structs.replace(purchase().merchant, id=SHOP, name=SHOP_NAME)
    return purchase(id=identity, member_id=MEMBER, merchant=shop, **changes)


@pytest.fixture
def programme() -> Programme:
    """A member with two purchases, a refund, a capped bonus, one that is earned once, a refusal; and another member."""
    there = Programme(world("points-calculation"))
    bonuses = [
        multiplying("3", points_per_member_month=20),
        fixed(50, "welcome", first_purchase=True),
    ]
    for identity in ("p-1", "p-2"):
        there.calculate(request(bought(identity), *bonuses, fallbacks=["category"] if identity == "p-2" else []))
    there.calculate(request(purchase(id="p-other", member_id="m-2"), *bonuses))
    there.refund(refund_of(bought(), 500))
    with pytest.raises(RefusedCall):
        there.calculate(request(bought("p-foreign", amount=Money(minor_units=5, currency="USD")), rate=EUR_CARD))
    return there


def confirm(programme: Programme) -> None:
    """The ledger posts what it was told."""
    told = [
        *((one.purchase_id, one.member_id, one.points) for one in programme.calculated()),
        *((one.adjustment_id, one.member_id, one.points) for one in programme.adjusted()),
    ]
    for posting_id, member_id, points in told:
        given = {"posting_id": posting_id, "member_id": member_id, "points": points, "reported_for": None}
        event = msgspec.convert({**event_example(PointsPosted)["data"], **given}, PointsPosted)
        confirm_posting.handler.consume(bus_event(event, event_id=f"posted-{posting_id}"), programme.world.runtime)


def forget(programme: Programme, event_id: str = "erased-1") -> None:
    adjustments = [one.adjustment_id for one in programme.adjusted() if one.member_id == MEMBER]
    event = MemberErased(
        reference="letter-7",
        member_id=MEMBER,
        purchase_ids=["p-1", "p-2"],
        posting_ids=["p-1", "p-2", *adjustments],
        corrections=[],
    )
    forget_member.handler.consume(bus_event(event, event_id=event_id), programme.world.runtime)


def said(programme: Programme) -> list[str]:
    items = [msgspec.json.encode(item).decode() for item in programme.world.store]
    return [item for item in items if any(word in item for word in (MEMBER, SHOP, SHOP_NAME, "1999"))]


def test_nothing_says_whose_the_purchases_were(programme: Programme):
    confirm(programme)
    points = sum(programme.explain(one).net_points for one in ("p-1", "p-2"))
    others = programme.of_member("m-2", "p-other")
    assert said(programme)
    forget(programme)
    assert [item for item in said(programme) if "m-2" not in item and "p-other" not in item] == []
    assert programme.of_member("m-2", "p-other") == others
    found = programme.of_member(MEMBER, "p-1", "p-2")
    assert (found.purchases, found.refused, found.unconfirmed, found.differences) == ([], [], [], [])
    assert programme.refused() == []
    assert programme.progress(fixed(50, "welcome", first_purchase=True), member_id=MEMBER)[0].purchases == 0
    kept = {item["pk"]: item for item in programme.world.store if "erased_month" in item}
    assert set(kept) == {"purchase#p-1", "purchase#p-2"}
    assert {one["erased_month"] for one in kept.values()} == {"2026-06"}
    assert sum(one["net_points"] for one in kept.values()) == points


def test_the_same_again_changes_nothing(programme: Programme):
    confirm(programme)
    forget(programme)
    before = programme.world.store
    forget(programme, "erased-again")
    assert programme.world.store == before
    assert programme.world.dead_letters.sent == []


def test_a_purchase_that_comes_again_is_answered_and_told_to_nobody(programme: Programme):
    confirm(programme)
    points = programme.explain("p-1").points
    forget(programme)
    before, told = programme.world.store, len(programme.published())
    again = programme.calculate(request(bought()))
    assert (again.points, again.lines) == (points, [])
    assert programme.world.store == before
    assert len(programme.published()) == told


def test_what_would_change_it_is_refused_by_name(programme: Programme):
    confirm(programme)
    basis = programme.basis("p-1")
    forget(programme)
    before = programme.world.store
    for asked in (
        lambda: programme.refund(refund_of(bought(), 100, "r-late")),
        lambda: programme.refund(refund_of(bought(), 500)),
        lambda: programme.charge_back(chargeback_of(bought())),
        lambda: programme.basis("p-1"),
        lambda: programme.recalculate(basis),
        lambda: programme.explain("p-1"),
    ):
        with pytest.raises(RefusedCall, match=r"PurchaseIsErased.*purchase p-1 is of a member who is erased"):
            asked()
    with pytest.raises(RefusedCall, match="NoMatchingPurchase"):
        programme.match_refund(posted_refund_of(bought(), 100, "r-late"))
    assert programme.world.store == before


def test_it_is_compared_and_trued_up_no_more(programme: Programme):
    confirm(programme)
    forget(programme)
    assert {one.member_id for page in programme.reported_postings("2026-06") for one in page.postings} == {"m-2"}
    assert find_outdated.find(programme.world.runtime) == 0
    assert [item for item in programme.world.store if item["pk"].startswith("open#")] == []


def test_what_is_not_confirmed_is_waited_for(programme: Programme):
    """A confirmation that comes after it would be a difference, which names the member."""
    before = programme.world.store
    with pytest.raises(NotYet, match="posting p-1 of an erased member is not confirmed yet"):
        forget(programme)
    assert programme.world.store == before
    assert Caller(programme.world).ask(explain.handler, EXPLAIN, purchase_id="p-1").member_id == MEMBER
