"""Purchases in another currency than the card bills in: refused by name, recorded, and worth nothing."""

from datetime import timedelta

import msgspec
import pytest

from contracts.points_calculation import Calculate
from pbckit.runtime.observability import metrics
from pbckit.testing.calls import RefusedCall
from pbckit.testing.world import World, world
from tests.lambdas.points_calculation.programme import Programme, refund_of
from tests.lambdas.points_calculation.purchases import RATE, fixed, purchase, request

EUR_CARD = msgspec.structs.replace(RATE, billing_currency="EUR")
YEN = purchase(10_000, "JPY")


@pytest.fixture
def there() -> World:
    return world("points-calculation")


@pytest.fixture
def programme(there: World) -> Programme:
    return Programme(there)


def foreign(**changes: object) -> Calculate:
    return request(msgspec.structs.replace(YEN, **changes), fixed(50), rate=EUR_CARD)


def refuse(programme: Programme, asked: Calculate) -> None:
    with pytest.raises(RefusedCall, match=r"ForeignCurrency"):
        programme.calculate(asked)


def test_a_purchase_in_another_currency_is_refused_and_recorded(programme: Programme, there: World):
    with pytest.raises(RefusedCall, match=r"ForeignCurrency.*p-1: its amount is in JPY, and gold bills in EUR"):
        programme.calculate(foreign())

    (refused,) = programme.refused()
    assert (refused.purchase, refused.error) == (YEN, "ForeignCurrency")
    assert programme.published() == []
    assert metrics.metric_set["PurchasesRefused"]["Value"] == [1.0]
    assert [item["pk"].partition("#")[0] for item in there.store] == ["refused"]


@pytest.mark.parametrize("currency", ["XQX", "XAU"])
def test_a_currency_that_no_card_can_bill_in_is_an_invalid_purchase(programme: Programme, currency: str):
    with pytest.raises(RefusedCall, match=r"UnknownCurrency"):
        programme.calculate(request(purchase(10_000, currency), fixed(50), rate=EUR_CARD))
    assert programme.refused() == []


def test_the_same_purchase_again_is_refused_again_and_recorded_once(programme: Programme):
    for _ in range(3):
        refuse(programme, foreign())
    assert len(programme.refused()) == 1


def test_the_latest_refusals_come_first_and_a_page_is_no_longer_than_asked(programme: Programme):
    for number in range(4):
        refuse(programme, foreign(id=f"p-{number}"))
    assert [one.purchase.id for one in programme.refused()] == ["p-3", "p-2", "p-1", "p-0"]
    assert [one.purchase.id for one in programme.refused(limit=2)] == ["p-3", "p-2"]


def test_explaining_and_refunding_it_say_that_it_was_refused(programme: Programme):
    refuse(programme, foreign())
    for asked in (lambda: programme.explain("p-1"), lambda: programme.refund(refund_of(YEN, 5_000))):
        with pytest.raises(RefusedCall, match=r"PurchaseWasRefused.*purchase p-1 earns nothing: ForeignCurrency: "):
            asked()


def test_when_the_billing_currency_is_mended_it_is_calculated_and_listed_no_more(programme: Programme):
    refuse(programme, foreign())
    mended = msgspec.structs.replace(foreign(), rate=msgspec.structs.replace(RATE, billing_currency="JPY"))
    assert programme.calculate(mended).points == 20_050
    assert programme.refused() == []
    assert programme.explain("p-1").points == 20_050


def test_one_that_was_calculated_with_a_fallback_earns_nothing_once_the_rate_is_known(programme: Programme):
    fallback = msgspec.structs.replace(RATE, points_per_unit="1")
    asked = msgspec.structs.replace(foreign(), rate=fallback, fallbacks=["rate"])
    assert programme.calculate(asked).points == 10_050

    known = programme.recalculate(programme.basis("p-1"), rate=EUR_CARD)
    assert (known.points, known.net_points) == (0, 0)
    assert [line.text for line in known.lines] == ["no points: its amount is in JPY, and gold bills in EUR"]
    assert [one.points for one in programme.adjusted()] == [-10_050]


@pytest.mark.parametrize("billing_currency", [None, "JPY"])
def test_the_billing_currency_and_an_unregistered_product_pass(programme: Programme, billing_currency: str | None):
    asked = msgspec.structs.replace(
        foreign(posted_at=YEN.posted_at + timedelta(days=1)),
        rate=msgspec.structs.replace(RATE, billing_currency=billing_currency),
    )
    assert programme.calculate(asked).points == 20_050
