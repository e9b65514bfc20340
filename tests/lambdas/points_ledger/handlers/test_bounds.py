"""Every number and instant of the ledger's events and capabilities, at its bounds and past: refused by name or booked,
and whatever it was, all books can be read afterwards, add up to zero and verify.

`LEDGER_HISTORIES=20000 pytest tests/lambdas/points_ledger/handlers/test_bounds.py` tries as many as are asked for.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import starmap
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import points_ledger as contract
from contracts.cards import AuthorisationReversed
from contracts.points_calculation import PointsAdjusted, PointsCalculated, PointsEstimated
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
    statement,
    totals,
    verify,
    void_hold,
)
from lambdas.points_ledger.handlers.reconcile import reconcile
from pbckit.contracts.definitions import AnyCapability
from pbckit.runtime.subscriber import NotYet, Subscriber
from pbckit.testing.deliveries import bus_event
from pbckit.testing.world import BEGIN
from tests.lambdas import schema_fields
from tests.lambdas.points_ledger.outside import Ledger, adjusted, authorised, calculated

_HISTORIES = int(os.environ.get("LEDGER_HISTORIES", "300"))
_IN_A_WHILE = (BEGIN + timedelta(minutes=10)).isoformat()


@dataclass(frozen=True)
class Ask:
    """A capability, and a request that it answers."""

    capability: AnyCapability
    handler: Any
    request: dict[str, Any]


ASKS = [
    Ask(contract.BALANCE, balance.handler, {"member_id": "m-1", "at": _IN_A_WHILE}),
    Ask(contract.STATEMENT, statement.handler, {"member_id": "m-1", "limit": 5, "before": 9}),
    Ask(contract.PENDING, pending.handler, {"member_id": "m-1"}),
    Ask(contract.FORECAST, forecast.handler, {"member_id": "m-1"}),
    Ask(contract.VERIFY, verify.handler, {"member_id": "m-1"}),
    Ask(contract.MEMBERS, members.handler, {"limit": 5}),
    Ask(contract.TOTALS, totals.handler, {"limit": 5}),
    Ask(contract.ENROL, enrol.handler, {"member_id": "m-1", "enrolled_at": BEGIN.isoformat()}),
    Ask(contract.CLOSE, close.handler, {"member_id": "m-1", "reason": "fraud", "points": "forfeit"}),
    Ask(
        contract.MERGE,
        merge.handler,
        {
            "reference": "NEW",
            "member_id": "m-2",
            "into_member_id": "m-1",
            "reason": "duplicate",
            "approver": "Grace",
        },
    ),
    Ask(
        contract.ERASE,
        erase.handler,
        {"reference": "NEW", "member_id": "m-0", "approver": "Grace", "apply": True},
    ),
    Ask(contract.MEMBER_RECORDS, member_records.handler, {"member_id": "m-1", "limit": 5, "before": 9}),
    Ask(contract.REPAIR, repair.handler, {"member_id": "m-1", "apply": True}),
    Ask(
        contract.HOLD,
        hold.handler,
        {"hold_id": "NEW", "member_id": "m-1", "points": 5, "expires_at": _IN_A_WHILE, "reason": "x"},
    ),
    Ask(
        contract.BLOCK,
        block.handler,
        {"block_id": "NEW", "member_id": "m-1", "purchase_id": "p-1", "reason": "fraud", "note": "x"},
    ),
    Ask(contract.RELEASE_BLOCK, release_block.handler, {"block_id": "b-0", "note": "x"}),
    Ask(contract.POST_HOLD, post_hold.handler, {"hold_id": "h-1", "points": 5}),
    Ask(contract.VOID_HOLD, void_hold.handler, {"hold_id": "h-2"}),
    Ask(contract.REVERSE_REDEMPTION, reverse_redemption.handler, {"reversal_id": "NEW", "hold_id": "h-0", "points": 1}),
    Ask(
        contract.CORRECT,
        correct.handler,
        {
            "reference": "NEW",
            "member_id": "m-1",
            "points": 5,
            "reason": "goodwill",
            "note": "x",
            "approver": "Grace",
        },
    ),
]
Told = PointsCalculated | PointsAdjusted | PointsEstimated | AuthorisationReversed
EVENTS: list[tuple[Told, Subscriber]] = [
    (calculated("NEW", authorisation_id="au-0"), post_points.handler),
    (adjusted("NEW"), post_points.handler),
    (PointsEstimated(authorisation_id="NEW", points=5, authorisation=authorised("NEW")), keep_pending.handler),
    (AuthorisationReversed(authorisation_id="NEW", reversed_at=BEGIN), release_pending.handler),
]

Step = Callable[["Fuzz"], None]


class Fuzz:
    """A ledger with points that are free, held and spent, and what is done to it."""

    def __init__(self) -> None:
        self.ledger, self.number = Ledger(), 0
        self.ledger.post(calculated(points=100))
        self.ledger.post(calculated("p-0", "m-2", points=7))
        self.ledger.enrol("m-0")
        self.ledger.close("m-0")
        self.ledger.redeem("h-0", 10)
        self.ledger.hold("h-1", 10)
        self.ledger.hold("h-2", 10)
        self.ledger.block("b-0", purchase_id="p-1")
        self.ledger.authorise(authorised("au-0"))

    def ask(self, asked: Ask, place: schema_fields.Place | None, value: object) -> None:
        request = self._new(asked.request)
        if place is not None:
            request = schema_fields.changed(request, place, value)
        call = {"metadata": {"correlation_id": "c", "actor": "ada"}, "data": request}
        reply = asked.handler.answer(call, self.ledger.world.runtime)
        if "refusal" in reply:
            named = {"InvalidRequest", *(error.__name__ for error in asked.capability.errors)}
            assert reply["refusal"]["error"] in named
        else:
            msgspec.convert(reply["answer"], asked.capability.response)

    def tell(self, event: Told, handler: Subscriber, place: schema_fields.Place, value: object) -> None:
        body = json.loads(bus_event(event, event_id=f"event-{self.number + 1}", occurred_at=self.ledger.now))
        detail = schema_fields.changed(body["detail"], place, value)
        body["detail"] = {**detail, "data": self._new(detail["data"])}
        try:
            handler.consume(json.dumps(body), self.ledger.world.runtime)
        except NotYet:
            assert isinstance(event, PointsAdjusted)

    def require_sound(self) -> None:
        for wait in (0, 40, 4000):
            self.ledger.wait(days=wait)
            self.ledger.settle_due()
            for member_id in self.ledger.all_members():
                found = self.ledger.balance(member_id)
                assert min(found.balance_points, found.held_points, found.debt_points) >= 0
                self.ledger.statement(member_id, limit=1000)
                assert self.ledger.pending(member_id).pending_points >= 0
                self.ledger.forecast(member_id)
                assert self.ledger.verify(member_id).fault is None
            accounts = self.ledger.totals().accounts
            assert sum(one.credits_points - one.debits_points for one in accounts) == 0
            found = reconcile(self.ledger.world.runtime)
            assert (found.unbalanced_points, found.broken_books) == (0, 0)
        assert max(self.ledger.transactions) <= 40

    def _new(self, message: dict[str, Any]) -> dict[str, Any]:
        self.number += 1
        return json.loads(json.dumps(message).replace('"NEW"', f'"n-{self.number}"'))


def asking(asked: Ask) -> st.SearchStrategy[Step]:
    document = schema_fields.document(f"{asked.capability.unit}.{asked.capability.name}")
    request = document["definitions"][asked.capability.request.__name__]
    found = [*schema_fields.fields(request, document, asked.request)] or [(None, (None,))]
    return schema_fields.mutations(found).map(lambda one: lambda fuzz: fuzz.ask(asked, *one))


def telling(event: Told, handler: Subscriber) -> st.SearchStrategy[Step]:
    document = schema_fields.document(f"{type(event).source}.{event.detail_type()}")
    detail = json.loads(bus_event(event))["detail"]
    found = [*schema_fields.fields(document, document, detail)]
    return schema_fields.mutations(found).map(lambda one: lambda fuzz: fuzz.tell(event, handler, *one))


steps = st.one_of(*map(asking, ASKS), *starmap(telling, [*EVENTS, *EVENTS]))


@settings(max_examples=_HISTORIES)
@given(steps=st.lists(steps, min_size=1, max_size=8))
def test_no_value_of_any_field_spoils_the_books(steps: list[Step]):
    fuzz = Fuzz()
    for step in steps:
        step(fuzz)
    fuzz.require_sound()


def test_every_capability_of_the_ledger_is_tried():
    capabilities = {one for one in vars(contract).values() if isinstance(one, AnyCapability.__origin__)}
    assert {one.capability.name for one in ASKS} == {one.name for one in capabilities}


def test_numbers_and_instants_are_found_wherever_they_stand():
    document = schema_fields.document("points-calculation.PointsCalculated")
    detail = json.loads(bus_event(calculated()))["detail"]
    places = {place for place, _ in schema_fields.fields(document, document, detail)}
    assert places >= {
        ("data", "points"),
        ("data", "posted_at"),
        ("data", "lines", 0, "points"),
        ("data", "lines", 0, "uncapped_points"),
        ("metadata", "occurred_at"),
        ("metadata", "sequence"),
    }
