"""The ledger seen from outside: events and calls in, events and answers out, in a world in memory."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from contracts.cards import AuthorisationReversed, PurchaseAuthorised
from contracts.points_calculation import Line, PointsAdjusted, PointsCalculated, PointsEstimated
from contracts.points_ledger import (
    BALANCE,
    BLOCK,
    CLOSE,
    CORRECT,
    ENROL,
    ERASE,
    FORECAST,
    HOLD,
    MEMBER_RECORDS,
    MEMBERS,
    MERGE,
    PENDING,
    POST_HOLD,
    RELEASE_BLOCK,
    REPAIR,
    REVERSE_REDEMPTION,
    STATEMENT,
    TOTALS,
    VERIFY,
    VOID_HOLD,
    AccountTotal,
    Balance,
    Block,
    Closure,
    Correction,
    Enrolment,
    Erasure,
    Forecast,
    Hold,
    MemberRecords,
    Members,
    Merge,
    PendingPurchases,
    Redemption,
    Release,
    ReleasedBlock,
    Repair,
    Reversal,
    Statement,
    Totals,
    Verification,
)
from contracts.vocabulary import Merchant, Money
from lambdas.points_ledger.handlers import (
    balance,
    block,
    close,
    correct,
    enrol,
    erase,
    forecast,
    hold,
    keep_pending,
    member_records,
    members,
    merge,
    pending,
    post_hold,
    post_points,
    release_block,
    release_pending,
    repair,
    reverse_redemption,
    settle_due,
    statement,
    totals,
    verify,
    void_hold,
)
from lambdas.points_ledger.model.policy import Policy
from lambdas.points_ledger.model.postings import Line as BookedLine
from pbckit.runtime.ports import Item, Operation
from pbckit.testing.calls import Caller
from pbckit.testing.deliveries import bus_event
from pbckit.testing.world import BEGIN, World, world


def calculated(
    purchase_id: str = "p-1",
    member_id: str = "m-1",
    points: int = 5,
    posted_at: datetime = BEGIN,
    authorisation_id: str | None = None,
) -> PointsCalculated:
    return PointsCalculated(
        purchase_id=purchase_id,
        member_id=member_id,
        points=points,
        category="fuel",
        fallbacks=[],
        lines=[
            Line(kind="base", text="2 points per EUR", points=points),
            Line(kind="campaign", text="Summer", points=0),
        ],
        posted_at=posted_at,
        authorisation_id=authorisation_id,
    )


def authorised(authorisation_id: str = "au-1", member_id: str = "m-1", **changes: Any) -> PurchaseAuthorised:
    given = PurchaseAuthorised(
        id=authorisation_id,
        member_id=member_id,
        card_product="gold",
        merchant=Merchant(id="shop-1", name="Trattoria", mcc="5812", country="IT"),
        amount=Money(minor_units=1999, currency="EUR"),
        authorised_at=BEGIN,
        expires_at=BEGIN + timedelta(days=7),
    )
    return msgspec.structs.replace(given, **changes)


def adjusted(adjustment_id: str, purchase_id: str = "p-1", member_id: str = "m-1", points: int = -5) -> PointsAdjusted:
    return PointsAdjusted(
        adjustment_id=adjustment_id,
        purchase_id=purchase_id,
        member_id=member_id,
        points=points,
        reason="refund" if points <= 0 else "true-up",
        text=f"correction {adjustment_id}",
        adjusted_at=BEGIN,
    )


FAR_AHEAD = Policy(days_ahead=366)
"""The programme's policy, but for how far ahead purchases may be posted."""


class Ledger:
    """The PBC in a world of its own."""

    def __init__(self) -> None:
        self.world: World = world("points-ledger")
        self.transactions: list[int] = []
        """How many operations each transaction had."""
        self._caller = Caller(self.world)
        self._count_operations(self.world.tables.transact)

    @property
    def now(self) -> datetime:
        return self.world.clock.time

    def wait(self, **duration: float) -> None:
        self.wait_until(self.now + timedelta(**duration))

    def wait_until(self, instant: datetime) -> None:
        self.world.clock.time = max(self.now, instant)

    def post(self, event: PointsCalculated | PointsAdjusted, **delivery: Any) -> None:
        identity = event.purchase_id if isinstance(event, PointsCalculated) else event.adjustment_id
        self.deliver(bus_event(event, **{"event_id": f"event-{identity}", "occurred_at": self.now, **delivery}))

    def deliver(self, body: str) -> None:
        post_points.handler.consume(body, self.world.runtime)

    def authorise(self, authorisation: PurchaseAuthorised, points: int = 5, **delivery: Any) -> None:
        event = PointsEstimated(authorisation_id=authorisation.id, points=points, authorisation=authorisation)
        given = {"event_id": f"event-{authorisation.id}", "occurred_at": self.now, **delivery}
        keep_pending.handler.consume(bus_event(event, **given), self.world.runtime)

    def reverse_authorisation(self, authorisation_id: str = "au-1", event_id: str = "event-reversed") -> None:
        event = AuthorisationReversed(authorisation_id=authorisation_id, reversed_at=self.now)
        body = bus_event(event, event_id=f"{event_id}-{authorisation_id}", occurred_at=self.now)
        release_pending.handler.consume(body, self.world.runtime)

    def pending(self, member_id: str = "m-1") -> PendingPurchases:
        return self._caller.ask(pending.handler, PENDING, member_id=member_id)

    def balance(self, member_id: str = "m-1", **request: Any) -> Balance:
        return self._caller.ask(balance.handler, BALANCE, member_id=member_id, **_plain(request))

    def statement(self, member_id: str = "m-1", **request: Any) -> Statement:
        return self._caller.ask(statement.handler, STATEMENT, member_id=member_id, **request)

    def forecast(self, member_id: str = "m-1") -> Forecast:
        return self._caller.ask(forecast.handler, FORECAST, member_id=member_id)

    def verify(self, member_id: str = "m-1") -> Verification:
        return self._caller.ask(verify.handler, VERIFY, member_id=member_id)

    def members(self, **request: Any) -> Members:
        return self._caller.ask(members.handler, MEMBERS, **request)

    def totals(self, **request: Any) -> Totals:
        return self._caller.ask(totals.handler, TOTALS, **request)

    def all_totals(self) -> list[AccountTotal]:
        """Of all pages, one after the other."""
        found: list[AccountTotal] = []
        after: str | None = None
        while True:
            page = self.totals(limit=10, after=after)
            found += page.accounts
            after = page.next
            if after is None:
                return found

    def hold(self, hold_id: str = "h-1", points: int = 5, member_id: str = "m-1", **request: Any) -> Hold:
        given = {"reason": "a toaster", "expires_at": BEGIN + timedelta(minutes=15), **request}
        return self._caller.ask(
            hold.handler, HOLD, hold_id=hold_id, member_id=member_id, points=points, **_plain(given)
        )

    def post_hold(self, hold_id: str = "h-1", **request: Any) -> Redemption:
        return self._caller.ask(post_hold.handler, POST_HOLD, hold_id=hold_id, **request)

    def void_hold(self, hold_id: str = "h-1") -> Release:
        return self._caller.ask(void_hold.handler, VOID_HOLD, hold_id=hold_id)

    def reverse(self, reversal_id: str = "r-1", hold_id: str = "h-1", **request: Any) -> Reversal:
        return self._caller.ask(
            reverse_redemption.handler, REVERSE_REDEMPTION, reversal_id=reversal_id, hold_id=hold_id, **request
        )

    def redeem(self, hold_id: str, points: int, member_id: str = "m-1") -> Redemption:
        """Hold and post at once."""
        self.hold(hold_id, points, member_id, expires_at=self.now + timedelta(minutes=1))
        return self.post_hold(hold_id)

    def correct(self, reference: str = "c-1", points: int = 5, member_id: str = "m-1", **request: Any) -> Correction:
        given = {"reason": "goodwill", "note": "a letter", **request}
        return self._caller.ask(
            correct.handler, CORRECT, reference=reference, member_id=member_id, points=points, **given
        )

    def block(self, block_id: str = "b-1", member_id: str = "m-1", **request: Any) -> Block:
        given = {"reason": "fraud", "note": "a call", **request}
        return self._caller.ask(block.handler, BLOCK, block_id=block_id, member_id=member_id, **given)

    def release_block(self, block_id: str = "b-1", note: str = "it was the member") -> ReleasedBlock:
        return self._caller.ask(release_block.handler, RELEASE_BLOCK, block_id=block_id, note=note)

    def repair(self, member_id: str = "m-1", *, apply: bool = False) -> Repair:
        return self._caller.ask(repair.handler, REPAIR, member_id=member_id, apply=apply)

    def enrol(self, member_id: str = "m-1", **request: Any) -> Enrolment:
        return self._caller.ask(enrol.handler, ENROL, member_id=member_id, **_plain(request))

    def close(self, member_id: str = "m-1", reason: str = "member-request", **request: Any) -> Closure:
        return self._caller.ask(close.handler, CLOSE, member_id=member_id, reason=reason, **request)

    def merge(self, member_id: str = "m-1", into: str = "m-2", reference: str = "merge-1", **request: Any) -> Merge:
        given = {"reason": "duplicate", "approver": "Grace", **request}
        return self._caller.ask(
            merge.handler, MERGE, reference=reference, member_id=member_id, into_member_id=into, **given
        )

    def erase(self, member_id: str = "m-1", reference: str = "letter-7", **request: Any) -> Erasure:
        """One call of it."""
        given = {"approver": "Grace", "apply": True, **request}
        return self._caller.ask(erase.handler, ERASE, reference=reference, member_id=member_id, **given)

    def records(self, member_id: str = "m-1", **request: Any) -> MemberRecords:
        return self._caller.ask(member_records.handler, MEMBER_RECORDS, member_id=member_id, **request)

    def settle_due(self) -> int:
        return settle_due.settle(self.world.runtime)

    def lots(self, member_id: str = "m-1") -> dict[str, int]:
        """What can be spent, by the month in which it expires."""
        found = self.forecast(member_id)
        lots = {f"{one.expires_at:%Y-%m}": one.points for one in found.expiring}
        return {**lots, "never": found.lasting_points} if found.lasting_points else lots

    def balances(self) -> dict[str, int]:
        """Of every member who has an account."""
        return {member: self.balance(member).balance_points for member in self.all_members()}

    def all_members(self) -> list[str]:
        """Page by page."""
        found: list[str] = []
        after: str | None = None
        while True:
            page = self.members(limit=10, after=after)
            found += page.member_ids
            after = page.next
            if after is None:
                return found

    def lines(self) -> list[BookedLine]:
        return [msgspec.convert(item, BookedLine) for item in self._items("line#")]

    def due(self) -> list[str]:
        """Entries of the index by time."""
        return sorted(item["sk"] for item in self.world.store if item["pk"].startswith("due#"))

    def published(self, kind: str | None = None) -> list[dict[str, Any]]:
        return [event for event in self._caller.published() if kind in (None, event["type"])]

    def refusals(self) -> list[str]:
        """Reasons of what was put aside."""
        return [attributes["reason"] for _, attributes in self.world.dead_letters.sent]

    def _count_operations(self, transact: Callable[[Sequence[Operation]], None]) -> None:
        def counted(operations: Sequence[Operation]) -> None:
            self.transactions.append(len(operations))
            transact(operations)

        self.world.tables.transact = counted

    def _items(self, prefix: str) -> list[Item]:
        return [item for item in self.world.store if item["sk"].startswith(prefix)]


def _plain(request: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in request.items()}
