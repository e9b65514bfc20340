"""Estimates of authorised purchases: what a purchase would earn now, with nothing counted and nothing kept."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from contracts.points_calculation import EstimatePoints
from pbckit.testing.calls import RefusedCall
from pbckit.testing.world import BEGIN, world
from tests.lambdas.points_calculation.programme import Programme
from tests.lambdas.points_calculation.purchases import (
    RATE,
    authorisation,
    estimating,
    fixed,
    multiplying,
    purchase,
    request,
)


@pytest.fixture
def programme() -> Programme:
    return Programme(world("points-calculation"))


def refusal(programme: Programme, asked: EstimatePoints) -> tuple[str, str]:
    with pytest.raises(RefusedCall) as refused:
        programme.estimate(asked)
    name, message = refused.value.args
    return name, message


@pytest.mark.parametrize("bonuses", [[], [multiplying("2")], [fixed(5, points_per_purchase=3)]])
@pytest.mark.parametrize("minor_units", [1, 1999, 1_000_000_000_000])
def test_an_estimate_is_what_the_purchase_then_earns(programme: Programme, bonuses: list[Any], minor_units: int):
    found = programme.estimate(estimating(authorisation(minor_units), *bonuses))
    then = programme.calculate(request(purchase(minor_units), *bonuses))

    assert (found.authorisation_id, found.points, found.lines) == ("au-1", then.points, then.lines)
    assert found.points == sum(line.points for line in found.lines)
    (event,) = programme.estimated()
    assert (event.authorisation_id, event.points) == ("au-1", found.points)
    assert event.authorisation == authorisation(minor_units)


def test_an_estimate_reserves_no_budget_and_no_cap_and_sees_what_is_used(programme: Programme):
    bonus = fixed(7, budget_points=10)
    assert [programme.estimate(estimating(None, bonus)).points for _ in range(3)] == [39 + 7] * 3
    assert programme.world.store == []
    assert programme.calculate(request(purchase(), bonus)).points == 39 + 7
    assert programme.estimate(estimating(None, bonus)).points == 39 + 3
    assert programme.calculate(request(purchase(id="p-2"), bonus)).points == 39 + 3


def test_a_settlement_tells_the_ledger_which_authorisation_it_settles(programme: Programme):
    programme.calculate(request(purchase(authorisation_id="au-1")))
    programme.calculate(request(purchase(id="p-2")))
    assert [event.authorisation_id for event in programme.calculated()] == ["au-1", None]


@pytest.mark.parametrize(
    ("asked", "error", "message"),
    [
        (
            estimating(authorisation(currency="JPY"), rate=msgspec.structs.replace(RATE, billing_currency="EUR")),
            "ForeignCurrency",
            "purchase au-1: its amount is in JPY, and gold bills in EUR",
        ),
        (estimating(authorisation(currency="XQX")), "UnknownCurrency", "'XQX' is not a currency of ISO 4217"),
        (
            estimating(authorisation(authorised_at=BEGIN + timedelta(days=3), expires_at=BEGIN + timedelta(days=4))),
            "InstantOutOfRange",
            "authorised_at of authorisation au-1 is 2026-06-04T12:00:00+00:00; allowed: from 2016-06-03",
        ),
        (
            estimating(authorisation(expires_at=BEGIN + timedelta(days=31, seconds=1))),
            "InstantOutOfRange",
            (
                "expires_at of authorisation au-1 is 2026-07-02T12:00:01+00:00; allowed: "
                "from 2026-06-01T12:00:00+00:00 to 2026-07-02T12:00:00+00:00, 0 days back and 31 ahead"
            ),
        ),
        (
            estimating(authorisation(expires_at=BEGIN - timedelta(seconds=1))),
            "InstantOutOfRange",
            "expires_at of authorisation au-1 is 2026-06-01T11:59:59+00:00; allowed: from 2026-06-01T12:00:00",
        ),
    ],
)
def test_what_is_no_authorisation_is_refused_by_name_and_not_told(
    programme: Programme, asked: EstimatePoints, error: str, message: str
):
    name, said = refusal(programme, asked)
    assert (name, said[: len(message)]) == (error, message)
    assert programme.estimated() == []
