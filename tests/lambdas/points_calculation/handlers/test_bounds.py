"""Every number and instant of the events and capabilities of points-calculation, at its bounds and past: refused by
name or calculated, and whatever it was, everything that is stored can be read afterwards.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import points_calculation as contract
from contracts.campaigns import Threshold
from contracts.points_ledger import PointsPosted
from lambdas.points_calculation.handlers import (
    basis,
    bonus_progress,
    calculate,
    charge_back,
    confirm_posting,
    differences,
    estimate,
    explain,
    list_refused,
    match_refund,
    member_purchases,
    note_campaign_change,
    note_rate_change,
    recalculate,
    refund,
    reported_postings,
    settle_difference,
)
from lambdas.points_calculation.handlers.find_outdated import find
from lambdas.points_calculation.handlers.reconcile import reconcile
from pbckit.contracts.definitions import AnyCapability, Event
from pbckit.runtime.subscriber import Subscriber
from pbckit.testing.deliveries import bus_event
from pbckit.testing.world import BEGIN, world
from tests.lambdas import schema_fields
from tests.lambdas.points_calculation.handlers.test_outdated import campaign_changed, rate_changed
from tests.lambdas.points_calculation.programme import Programme, chargeback_of, posted_refund_of, refund_of
from tests.lambdas.points_calculation.purchases import (
    RATE,
    authorisation,
    estimating,
    fixed,
    multiplying,
    purchase,
    request,
)

_CASES = int(os.environ.get("CALCULATION_CASES", "300"))
_CAPPED = fixed(5, points_per_purchase=5, points_per_member_month=9, budget_points=50)

_ONCE = fixed(5, "once", threshold=Threshold(minor_units=1, currency="EUR", days=1))


@dataclass(frozen=True)
class Ask:
    """A capability, and a request that it answers."""

    capability: AnyCapability
    handler: Any
    request: dict[str, Any]


def _plain(value: msgspec.Struct) -> dict[str, Any]:
    return msgspec.to_builtins(value)


_CALCULATE = _plain(request(purchase(id="NEW"), _CAPPED, multiplying("2"), _ONCE))
ASKS = [
    Ask(contract.CALCULATE, calculate.handler, _CALCULATE),
    Ask(contract.REFUND, refund.handler, {"refund": {**_plain(refund_of(purchase(), 5)), "id": "NEW"}}),
    Ask(
        contract.RECALCULATE,
        recalculate.handler,
        {
            "purchase_id": "p-1",
            "version": 1,
            **{name: _CALCULATE[name] for name in ("category", "rate", "bonuses", "asked_at")},
        },
    ),
    Ask(contract.BASIS, basis.handler, {"purchase_id": "p-1"}),
    Ask(contract.BONUS_PROGRESS, bonus_progress.handler, {"member_id": "m-1", "bonuses": [_plain(_ONCE)]}),
    Ask(contract.EXPLAIN, explain.handler, {"purchase_id": "p-1"}),
    Ask(contract.REPORTED_POSTINGS, reported_postings.handler, {"month": "2026-06", "limit": 5}),
    Ask(
        contract.MATCH_REFUND,
        match_refund.handler,
        {"refund": {**_plain(posted_refund_of(purchase(), 5)), "id": "NEW"}},
    ),
    Ask(contract.CHARGE_BACK, charge_back.handler, {"chargeback": {**_plain(chargeback_of(purchase())), "id": "NEW"}}),
    Ask(contract.DIFFERENCES, differences.handler, {"limit": 5}),
    Ask(contract.SETTLE_DIFFERENCE, settle_difference.handler, {"posting_id": "p-9", "reason": "mended"}),
    Ask(contract.MEMBER_PURCHASES, member_purchases.handler, {"member_id": "m-1", "purchase_ids": ["p-1"]}),
    Ask(contract.ESTIMATE, estimate.handler, _plain(estimating(authorisation(id="NEW"), _CAPPED, multiplying("2")))),
    Ask(contract.LIST_REFUSED, list_refused.handler, {"limit": 5}),
]
EVENTS: list[tuple[Event, Subscriber]] = [
    (rate_changed(BEGIN - timedelta(days=1)), note_rate_change.handler),
    (campaign_changed(BEGIN - timedelta(days=1), BEGIN + timedelta(days=1)), note_campaign_change.handler),
    (PointsPosted(posting_id="p-1", member_id="m-1", points=39, balance_points=39), confirm_posting.handler),
]

Step = Callable[["Fuzz"], None]


class Fuzz:
    """A calculation with a fallback, and what is done to it."""

    def __init__(self) -> None:
        self.programme, self.number = Programme(world("points-calculation")), 0
        self.purchases = ["p-1"]
        self.programme.calculate(request(purchase(), fallbacks=["rate"]))

    def ask(self, asked: Ask, place: schema_fields.Place | None, value: object) -> None:
        self.number += 1
        text = json.dumps(asked.request).replace('"NEW"', f'"n-{self.number}"')
        given = json.loads(text)
        if place is not None:
            given = schema_fields.changed(given, place, value)
        call = {"metadata": {"correlation_id": "c", "actor": "ada"}, "data": given}
        reply = asked.handler.answer(call, self.programme.world.runtime)
        if "refusal" in reply:
            named = {"InvalidRequest", *(error.__name__ for error in asked.capability.errors)}
            assert reply["refusal"]["error"] in named
            return
        msgspec.convert(reply["answer"], asked.capability.response)
        if asked.capability is contract.CALCULATE:
            self.purchases.append(f"n-{self.number}")

    def tell(self, event: Event, handler: Subscriber, place: schema_fields.Place, value: object) -> None:
        self.number += 1
        body = json.loads(bus_event(event, event_id=f"event-{self.number}"))
        body["detail"] = schema_fields.changed(body["detail"], place, value)
        handler.consume(json.dumps(body), self.programme.world.runtime)

    def require_readable(self) -> None:
        runtime = self.programme.world.runtime
        find(runtime)
        reconcile(runtime)
        self.programme.differences()
        self.programme.reported_postings("2026-06")
        for purchase_id in self.purchases:
            found = self.programme.explain(purchase_id)
            assert found.points + 5 >= found.net_points >= 0
            assert found.net_points == found.points or found.adjustments or found.refunded_minor_units
            self.programme.basis(purchase_id)
        self.programme.calculated()
        self.programme.adjusted()
        self.programme.outdated()


def asking(asked: Ask) -> st.SearchStrategy[Step]:
    document = schema_fields.document(f"{asked.capability.unit}.{asked.capability.name}")
    schema = document["definitions"][asked.capability.request.__name__]
    found = [*schema_fields.fields(schema, document, asked.request)] or [(None, (None,))]
    return schema_fields.mutations(found).map(lambda one: lambda fuzz: fuzz.ask(asked, *one))


def telling(event: Event, handler: Subscriber) -> st.SearchStrategy[Step]:
    document = schema_fields.document(f"{type(event).source}.{event.detail_type()}")
    detail = json.loads(bus_event(event))["detail"]
    found = [*schema_fields.fields(document, document, detail)]
    return schema_fields.mutations(found).map(lambda one: lambda fuzz: fuzz.tell(event, handler, *one))


steps = st.one_of(*map(asking, ASKS), *(telling(*one) for one in EVENTS), asking(ASKS[0]), asking(ASKS[1]))


@settings(max_examples=_CASES)
@given(steps=st.lists(steps, min_size=1, max_size=6))
def test_no_value_of_any_field_makes_anything_unreadable(steps: list[Step]):
    fuzz = Fuzz()
    for step in steps:
        step(fuzz)
    fuzz.require_readable()


def test_every_capability_of_points_calculation_is_tried():
    capabilities = {one for one in vars(contract).values() if isinstance(one, AnyCapability.__origin__)}
    assert {one.capability.name for one in ASKS} == {one.name for one in capabilities}


def test_a_rate_that_the_contract_takes_is_a_rate_that_can_be_read():
    """The base of the fuzz is a request that is answered: else all that it finds are refusals."""
    fuzz = Fuzz()
    for asked in ASKS[:9]:
        fuzz.ask(asked, None, None)
    assert fuzz.purchases == ["p-1", "n-1"]
    assert RATE.points_per_unit == "2"
