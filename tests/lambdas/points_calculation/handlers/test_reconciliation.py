"""What the ledger posts is compared with what it was told, posting by posting."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from contracts.points_calculation import ReportedPosting
from contracts.points_ledger import PointsPosted
from lambdas.points_calculation.handlers import confirm_posting, reconcile
from pbckit.runtime.keys import shard_of
from pbckit.runtime.observability import metrics
from pbckit.runtime.ports import Delete, Put
from pbckit.testing.calls import RefusedCall
from pbckit.testing.deliveries import bus_event
from pbckit.testing.world import STORE, world
from tests.lambdas.points_calculation.programme import Programme, refund_of
from tests.lambdas.points_calculation.purchases import RATE, purchase, request

HOUR = 60 * 60


@pytest.fixture
def programme() -> Programme:
    """A purchase of 39 points."""
    there = Programme(world("points-calculation"))
    there.calculate(request())
    return there


def confirm(
    programme: Programme,
    posting_id: str = "p-1",
    points: int = 39,
    member_id: str = "m-1",
    reported_for: str | None = None,
) -> None:
    event = PointsPosted(
        posting_id=posting_id,
        member_id=member_id,
        points=points,
        balance_points=points,
        reported_for=reported_for,
    )
    body = bus_event(event, event_id=f"{posting_id} {points} {member_id}")
    confirm_posting.handler.consume(body, programme.world.runtime)


def kinds(programme: Programme) -> list[tuple[str, str, int | None, int | None]]:
    return [(one.posting_id, one.kind, one.reported_points, one.posted_points) for one in programme.differences()]


def counted(programme: Programme) -> float:
    metrics.clear_metrics()
    found = reconcile.reconcile(programme.world.runtime)
    (value,) = metrics.metric_set[reconcile.METRIC]["Value"]
    assert found == value
    return value


def test_what_is_posted_as_told_is_no_difference_however_late(programme: Programme):
    confirm(programme)
    programme.world.clock.sleep(2 * HOUR)

    assert (kinds(programme), counted(programme)) == ([], 0)


def test_what_is_not_posted_within_an_hour_is_a_difference_until_it_is(programme: Programme):
    programme.world.clock.sleep(HOUR - 60)
    assert counted(programme) == 0
    programme.world.clock.sleep(120)
    assert (kinds(programme), counted(programme)) == ([("p-1", "not-posted", 39, None)], 1)

    confirm(programme)

    assert (kinds(programme), counted(programme)) == ([], 0)


def test_what_was_told_while_there_were_few_shards_is_confirmed_where_it_stands(programme: Programme):
    """An earlier version kept it in one of four partitions; digit 0 of the hash of p-1 is another one of 64."""
    tables = programme.world.tables
    (told,) = [item for item in tables.all(STORE) if item["pk"].startswith("unconfirmed#")]
    former = {**told, "pk": f"unconfirmed#{shard_of('p-1', 4)}"}
    assert former["pk"] != told["pk"]
    tables.transact(
        [
            Put(table=STORE, item=former, read_as=ReportedPosting),
            Delete(table=STORE, key={"pk": told["pk"], "sk": told["sk"]}, expect={"posting_id": "p-1"}),
        ]
    )

    confirm(programme)

    assert (kinds(programme), counted(programme)) == ([], 0)
    assert not [item for item in tables.all(STORE) if item["pk"].startswith("unconfirmed#")]


@pytest.mark.parametrize(
    ("posted", "difference"),
    [
        ({"points": 40}, ("p-1", "other-points", 39, 40)),
        ({"member_id": "m-2"}, ("p-1", "other-member", 39, 39)),
        ({"posting_id": "p-404"}, ("p-404", "not-reported", None, 39)),
    ],
)
def test_what_is_posted_otherwise_is_a_difference_at_once(
    programme: Programme, posted: dict[str, Any], difference: tuple[object, ...]
):
    confirm(programme, **posted)

    assert (kinds(programme), counted(programme)) == ([difference], 1)


def test_what_is_posted_to_the_account_that_the_members_was_merged_into_is_no_difference(programme: Programme):
    confirm(programme, member_id="m-2", reported_for="m-1")

    assert (kinds(programme), counted(programme)) == ([], 0)


def test_a_confirmation_that_comes_again_is_no_difference(programme: Programme):
    confirm(programme)
    confirm(programme)

    assert kinds(programme) == []


def test_the_same_purchase_posted_twice_is_a_difference(programme: Programme):
    confirm(programme)
    event = PointsPosted(posting_id="p-1", member_id="m-1", points=39, balance_points=78)
    confirm_posting.handler.consume(bus_event(event, event_id="another"), programme.world.runtime)

    assert kinds(programme) == [("p-1", "not-reported", None, 39)]


def refunded(programme: Programme) -> None:
    programme.refund(refund_of(purchase(), 1000))


def re_rated(programme: Programme) -> None:
    programme.recalculate(programme.basis("p-1"), rate=msgspec.structs.replace(RATE, points_per_unit="1"))


@pytest.mark.parametrize("adjust", [refunded, re_rated])
def test_adjustments_are_confirmed_like_purchases(programme: Programme, adjust: Callable[[Programme], None]):
    confirm(programme)
    adjust(programme)
    programme.world.clock.sleep(2 * HOUR)
    (made,) = programme.adjusted()
    assert kinds(programme) == [(made.adjustment_id, "not-posted", -20, None)]

    confirm(programme, made.adjustment_id, -20)

    assert kinds(programme) == []


def test_a_difference_that_was_mended_is_settled_with_a_name_and_a_reason(programme: Programme):
    confirm(programme, points=40)
    settled = programme.settle("p-1", "corrected by posting c-1")

    assert (settled.kind, kinds(programme), counted(programme)) == ("other-points", [], 0)
    (record,) = [item for item in programme.world.store if item["pk"] == "settled#p-1"]
    assert (record["settled_by"], record["reason"]) == ("earn-points", "corrected by posting c-1")
    with pytest.raises(RefusedCall, match="UnknownDifference"):
        programme.settle("p-1")


def test_what_is_not_posted_cannot_be_settled(programme: Programme):
    programme.world.clock.sleep(2 * HOUR)

    with pytest.raises(RefusedCall, match="UnknownDifference"):
        programme.settle("p-1")
