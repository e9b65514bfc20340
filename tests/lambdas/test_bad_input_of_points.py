"""Bad input of points-calculation and points-ledger: for each case the refusal's name and its message.

Each message names what is wrong, the value or the place, and what is allowed. Nothing is written for any of them.
"""

import json
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from contracts import points_calculation, points_ledger
from lambdas.points_calculation.handlers import (
    calculate,
    charge_back,
    estimate,
    match_refund,
    recalculate,
    refund,
    reported_postings,
)
from lambdas.points_ledger.handlers import (
    balance,
    block,
    correct,
    erase,
    hold,
    merge,
    post_hold,
    release_block,
    reverse_redemption,
    statement,
    totals,
)
from pbckit.runtime.ports import Item
from pbckit.testing.deliveries import bus_event
from pbckit.testing.world import world
from tests.lambdas.points_calculation.programme import Programme, chargeback_of, posted_refund_of, refund_of
from tests.lambdas.points_calculation.purchases import authorisation, estimating, purchase
from tests.lambdas.points_calculation.purchases import request as calculation
from tests.lambdas.points_ledger.outside import Ledger, adjusted, calculated

HANDLERS: dict[str, Any] = {
    "calculate": (points_calculation.CALCULATE, calculate.handler),
    "recalculate": (points_calculation.RECALCULATE, recalculate.handler),
    "refund": (points_calculation.REFUND, refund.handler),
    "match-refund": (points_calculation.MATCH_REFUND, match_refund.handler),
    "charge-back": (points_calculation.CHARGE_BACK, charge_back.handler),
    "estimate": (points_calculation.ESTIMATE, estimate.handler),
    "reported-postings": (points_calculation.REPORTED_POSTINGS, reported_postings.handler),
    "balance": (points_ledger.BALANCE, balance.handler),
    "statement": (points_ledger.STATEMENT, statement.handler),
    "totals": (points_ledger.TOTALS, totals.handler),
    "hold": (points_ledger.HOLD, hold.handler),
    "post-hold": (points_ledger.POST_HOLD, post_hold.handler),
    "reverse-redemption": (points_ledger.REVERSE_REDEMPTION, reverse_redemption.handler),
    "block": (points_ledger.BLOCK, block.handler),
    "release-block": (points_ledger.RELEASE_BLOCK, release_block.handler),
    "correct": (points_ledger.CORRECT, correct.handler),
    "merge": (points_ledger.MERGE, merge.handler),
    "erase": (points_ledger.ERASE, erase.handler),
}
REQUESTS: dict[str, dict[str, Any]] = {
    "calculate": msgspec.to_builtins(calculation(purchase(id="p-2"))),
    "recalculate": {
        "purchase_id": "p-1",
        "version": 1,
        **{
            name: value
            for name, value in msgspec.to_builtins(calculation()).items()
            if name in ("category", "rate", "bonuses", "asked_at")
        },
    },
    "refund": {"refund": msgspec.to_builtins(refund_of(purchase(), 100))},
    "match-refund": {"refund": msgspec.to_builtins(posted_refund_of(purchase(), 100))},
    "charge-back": {"chargeback": msgspec.to_builtins(chargeback_of(purchase()))},
    "estimate": msgspec.to_builtins(estimating(authorisation())),
    "reported-postings": {"month": "2026-06"},
    "balance": {"member_id": "m-1"},
    "statement": {"member_id": "m-1"},
    "totals": {},
    "hold": {
        "hold_id": "h-1",
        "member_id": "m-1",
        "points": 5,
        "expires_at": "2026-06-01T12:15:00Z",
        "reason": "a toaster",
    },
    "post-hold": {"hold_id": "h-1"},
    "reverse-redemption": {"reversal_id": "r-1", "hold_id": "h-1"},
    "block": {"block_id": "b-1", "member_id": "m-1", "reason": "fraud", "note": "a call"},
    "release-block": {"block_id": "b-9", "note": "x"},
    "correct": {"reference": "c-1", "member_id": "m-1", "points": 5, "reason": "goodwill", "note": "a letter"},
    "merge": {
        "reference": "case-1",
        "member_id": "m-1",
        "into_member_id": "m-2",
        "reason": "duplicate",
        "approver": "Grace",
    },
    "erase": {"reference": "case-2", "member_id": "closed", "approver": "Grace", "apply": True},
}


@dataclass(frozen=True)
class Case:
    """A capability, what is wrong about a request, and what it says."""

    capability: str
    place: str
    value: object
    error: str
    message: str


CASES = [
    Case(
        "calculate",
        "purchase.posted_at",
        "0001-01-01T00:00:00Z",
        "InstantOutOfRange",
        "posted_at of purchase p-2 is 0001-01-01T00:00:00+00:00; allowed: from 2016-06-03T12:00:00+00:00 to",
    ),
    Case(
        "calculate",
        "purchase.posted_at",
        "2026-06-04T00:00:00Z",
        "InstantOutOfRange",
        "to 2026-06-03T12:00:00+00:00, 3650 days back and 2 ahead",
    ),
    Case(
        "calculate",
        "purchase.posted_at",
        "0001-01-01T00:00:00+14:00",
        "InvalidRequest",
        "Instant '0001-01-01T00:00:00+14:00' is outside of the years 1 to 9999 in UTC - at `$.purchase.posted_at`",
    ),
    Case("calculate", "purchase.posted_at", "2026-06-01T12:00:00", "InvalidRequest", "purchase.posted_at is "),
    Case("calculate", "purchase.amount.minor_units", 0, "InvalidRequest", "purchase.amount.minor_units is "),
    Case("calculate", "purchase.amount.minor_units", 10**12 + 1, "InvalidRequest", "`int` <= 1000000000000"),
    Case("calculate", "purchase.amount.currency", "XQX", "UnknownCurrency", "'XQX' is not a currency of ISO 4217"),
    Case("calculate", "purchase.merchant.mcc", "742", "InvalidRequest", "purchase.merchant.mcc is "),
    Case("calculate", "rate.points_per_unit", "-1", "InvalidRequest", "rate.points_per_unit is "),
    Case("calculate", "bonuses", [{}] * 101, "InvalidRequest", "at `$.bonuses"),
    Case("calculate", "asked_at", "9999-12-31T23:59:59-14:00", "InvalidRequest", "in UTC - at `$.asked_at`"),
    Case("recalculate", "version", 7, "Superseded", "purchase p-1 is at version 1, not 7"),
    Case("recalculate", "purchase_id", "p-9", "UnknownPurchase", "nothing was calculated for purchase 'p-9'"),
    Case(
        "refund",
        "refund.refunded_at",
        "0990-06-01T00:00:00Z",
        "InstantOutOfRange",
        "refunded_at of refund r-1 is 0990-06-01T00:00:00+00:00; allowed: from 2016-06-03",
    ),
    Case("refund", "refund.amount.minor_units", 2000, "RefundExceedsPurchase", "1999 are left of purchase p-1"),
    Case("refund", "refund.amount.currency", "USD", "CurrencyMismatch", "refund r-1 is in USD, purchase p-1 in EUR"),
    Case("refund", "refund.purchase_id", "p-9", "UnknownPurchase", "'p-9'"),
    Case(
        "match-refund",
        "refund.merchant_id",
        "shop-9",
        "NoMatchingPurchase",
        "refund r-1 of 100 minor units in EUR for member m-1 at merchant shop-9: no purchase on gold in the 180 days",
    ),
    Case("match-refund", "refund.amount.minor_units", 2000, "NoMatchingPurchase", "has as much left"),
    Case("charge-back", "chargeback.reason", "anger", "InvalidRequest", "Invalid enum value 'anger'"),
    Case("charge-back", "chargeback.purchase_id", "p-9", "UnknownPurchase", "'p-9'"),
    Case(
        "estimate",
        "authorisation.authorised_at",
        "0001-01-01T00:00:00Z",
        "InstantOutOfRange",
        "authorised_at of authorisation au-1 is 0001-01-01T00:00:00+00:00; allowed: from 2016-06-03T12:00:00+00:00 to",
    ),
    Case(
        "estimate",
        "authorisation.expires_at",
        "2026-05-31T12:00:00Z",
        "InstantOutOfRange",
        "expires_at of authorisation au-1 is 2026-05-31T12:00:00+00:00; allowed: from 2026-06-01T12:00:00+00:00 to",
    ),
    Case(
        "estimate", "authorisation.expires_at", "2026-09-01T00:00:00Z", "InstantOutOfRange", "0 days back and 31 ahead"
    ),
    Case(
        "estimate", "authorisation.expires_at", "2026-06-08T12:00:00", "InvalidRequest", "authorisation.expires_at is "
    ),
    Case("estimate", "authorisation.amount.minor_units", 0, "InvalidRequest", "authorisation.amount.minor_units is "),
    Case("estimate", "authorisation.amount.currency", "XQX", "UnknownCurrency", "'XQX' is not a currency of ISO 4217"),
    Case("estimate", "authorisation.merchant.mcc", "742", "InvalidRequest", "authorisation.merchant.mcc is "),
    Case("estimate", "authorisation.id", "no id", "InvalidRequest", "authorisation.id is "),
    Case("reported-postings", "month", "2026-13", "InvalidRequest", "month is "),
    Case("balance", "member_id", "nobody", "UnknownMember", "the ledger has no account for member 'nobody'"),
    Case("balance", "at", "9999-12-31T23:59:59-14:00", "InvalidRequest", "in UTC - at `$.at`"),
    Case("statement", "before", 0, "InvalidRequest", "Expected `int` >= 1 - at `$.before`"),
    Case("statement", "before", 10**12, "InvalidRequest", "Expected `int` <= 999999999999 - at `$.before`"),
    Case("statement", "limit", 1001, "InvalidRequest", "limit is "),
    Case("totals", "after", "the end", "InvalidRequest", "after is "),
    Case("hold", "points", 0, "InvalidRequest", "points is "),
    Case("hold", "points", 9 * 10**12 + 1, "InvalidRequest", "points is "),
    Case("hold", "points", 40, "InsufficientPoints", "member m-1 can spend 39 points, not 40"),
    Case("hold", "expires_at", "2026-06-01T11:59:00Z", "HoldExpired", "2026-06-01T11:59:00+00:00, is over"),
    Case("hold", "expires_at", "9999-12-31T00:00:00Z", "HoldTooLong", "points are held for 30 days at most"),
    Case("hold", "pionts", 5, "InvalidRequest", "unknown field `pionts`"),
    Case("post-hold", "hold_id", "h-9", "UnknownHold", "nothing is held under 'h-9'"),
    Case("reverse-redemption", "hold_id", "h-9", "UnknownRedemption", "no points were spent under 'h-9'"),
    Case("block", "reason", "because", "InvalidRequest", "Invalid enum value 'because' - at `$.reason`"),
    Case("block", "member_id", "nobody", "UnknownMember", "the ledger has no account for member 'nobody'"),
    Case("block", "purchase_id", "p-9", "UnknownPosting", "nothing of purchase p-9 is booked to member m-1"),
    Case("release-block", "note", "x", "UnknownBlock", "nothing is blocked under 'b-9'"),
    Case("correct", "points", 0, "InvalidRequest", "correction c-1 of 0 points: it gives points, or takes them"),
    Case("correct", "points", -10_001, "ApprovalRequired", "above 10000 points an approver is needed"),
    Case("correct", "approver", "Ada", "ApprovalRequired", "the approver, Ada, must be another one than ada"),
    Case("correct", "reason", "because", "InvalidRequest", "Invalid enum value 'because' - at `$.reason`"),
    Case("correct", "reference", "no id", "InvalidRequest", "reference is "),
    Case(
        "correct", "member_id", "former", "ClosedMember", "is closed since 2026-06-01, merged into heir: correct heir"
    ),
    Case("block", "member_id", "former", "ClosedMember", "merged into heir: block points of heir"),
    Case("hold", "member_id", "former", "InsufficientPoints", "can spend 0 points, not 5: it is merged into heir"),
    Case("merge", "into_member_id", "m-1", "CannotMerge", "merge case-1: member m-1 cannot be merged into itself"),
    Case("merge", "into_member_id", "nobody", "UnknownMember", "the ledger has no account for member 'nobody'"),
    Case("merge", "member_id", "nobody", "UnknownMember", "the ledger has no account for member 'nobody'"),
    Case("merge", "approver", " ADA ", "ApprovalRequired", "the approver,  ADA , must be another one than ada"),
    Case("merge", "approver", "", "InvalidRequest", "length >= 1 - at `$.approver`"),
    Case("merge", "reason", "because", "InvalidRequest", "Invalid enum value 'because' - at `$.reason`"),
    Case("merge", "reference", "case-0", "ConflictingMerge", "merge case-0 came before with another member_id, into_"),
    Case("merge", "member_id", "former", "ClosedMember", "merged into heir: it cannot be merged into m-2"),
    Case("merge", "into_member_id", "former", "ClosedMember", "merged into heir: m-1 cannot be merged into it"),
    Case("merge", "member_id", "heir", "CannotMerge", "former was merged into heir; merge m-2 into heir"),
    Case("merge", "member_id", "closed", "ClosedMember", "is closed since 2026-06-01: it cannot be merged into m-2"),
    Case("merge", "into_member_id", "closed", "ClosedMember", "since 2026-06-01: m-1 cannot be merged into it"),
    Case("merge", "member_id", "holding", "CannotMerge", "1 holds are open (h-0); post or void them, or wait until 20"),
    Case("erase", "member_id", "nobody", "UnknownMember", "the ledger has no account for member 'nobody'"),
    Case("erase", "member_id", "m-1", "CannotErase", "member m-1 cannot be erased: the account is open: close it"),
    Case("erase", "member_id", "closed", "CannotErase", "9 points are left: spend them, correct them, or wait"),
    Case("erase", "member_id", "former", "CannotErase", "the account is merged into heir; erase heir, which erases"),
    Case("erase", "member_id", "holding", "CannotErase", "holds are open (h-0): post or void them"),
    Case("erase", "member_id", "blocked", "CannotErase", "points are blocked (b-0): release the blocks"),
    Case(
        "erase", "reference", "of-closed", "InvalidRequest", "the reference names the member, and stays: choose anoth"
    ),
    Case("erase", "approver", " ADA ", "ApprovalRequired", "the approver,  ADA , must be another one than ada"),
    Case("erase", "approver", "", "InvalidRequest", "length >= 1 - at `$.approver`"),
    Case("merge", "member_id", "blocked", "CannotMerge", "points are blocked (b-0); release the blocks first"),
]


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def programme() -> Programme:
    there = Programme(world("points-calculation"))
    there.calculate(calculation())
    return there


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.capability} {case.place} {str(case.value)[:30]}")
def test_bad_input_is_refused_by_name_with_what_is_wrong_and_nothing_is_written(
    ledger: Ledger, programme: Programme, case: Case
):
    contract, handler = HANDLERS[case.capability]
    ledger.post(calculated(points=39))
    _others(ledger)
    there = ledger.world if contract.unit == points_ledger.UNIT else programme.world
    before = _without_refused_holds(there.store)
    call = {"metadata": {"correlation_id": "c", "actor": "ada"}, "data": _with(REQUESTS[case.capability], case)}
    reply = handler.answer(call, there.runtime)

    refusal = reply["refusal"]
    assert (refusal["error"], case.message in refusal["message"]) == (case.error, True), refusal
    assert len(refusal["message"].splitlines()) == 1
    assert _without_refused_holds(there.store) == before


def _others(ledger: Ledger) -> None:
    """Members who stand in each other's way: one who was merged into another, one with a hold, one with a block."""
    for member_id in ("m-2", "former", "heir", "closed", "holding", "blocked"):
        ledger.post(calculated(f"p-{member_id}", member_id, points=9))
    ledger.merge("former", "heir", "case-0")
    ledger.close("closed")
    ledger.hold("h-0", 5, "holding")
    ledger.block("b-0", "blocked")


def _without_refused_holds(items: list[Item]) -> list[Item]:
    """That a hold was refused is itself kept, for whoever asks again and for the member's export."""
    return [item for item in items if not item["pk"].startswith("hold#") and not _lists_a_refused_hold(item)]


def _lists_a_refused_hold(item: Item) -> bool:
    return item.get("sk", "").startswith("refused-hold#")


@pytest.mark.parametrize(
    ("place", "value", "reason"),
    [
        ("posted_at", "0001-01-01T00:00:00Z", "InstantOutOfRange: posted_at of purchase p-1 is 0001-01-01"),
        (
            "posted_at",
            "2026-05-31T23:59:59",
            'ValidationError: posted_at is "2026-05-31T23:59:59"; allowed: RFC 3339 date-time with an offset',
        ),
        ("points", -1, "ValidationError: points is -1; allowed: whole points (Expected `int` >= 0)"),
        ("points", 10**40, "ValidationError: points is 1000"),
        ("member_id", "no id", 'ValidationError: member_id is "no id"; allowed: 1 to 64 letters'),
    ],
)
def test_an_event_that_cannot_be_booked_is_set_aside_at_once_with_its_reason(
    ledger: Ledger, place: str, value: object, reason: str
):
    body = json.loads(bus_event(calculated()))
    body["detail"]["data"][place] = value
    ledger.deliver(json.dumps(body))

    (said,) = ledger.refusals()
    assert said.startswith(reason)
    assert ledger.all_members() == []


def test_a_correction_of_more_points_than_an_amount_may_have_is_set_aside(ledger: Ledger):
    ledger.post(calculated())
    ledger.post(adjusted("a-1", points=-(9 * 10**12) - 1))
    assert [one.split(":")[0] for one in ledger.refusals()] == ["ValidationError"]
    assert ledger.balance().balance_points == 5


def _with(request: dict[str, Any], case: Case) -> dict[str, Any]:
    changed = json.loads(json.dumps(request))
    part = changed
    *way, last = case.place.split(".")
    for name in way:
        part = part[name]
    part[last] = case.value
    return changed
