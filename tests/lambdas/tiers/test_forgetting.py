"""The ledger erased a member: tiers keeps nothing that says whose the points were, and counts nothing twice."""

from datetime import UTC, datetime

import msgspec
import pytest

from pbckit.testing.calls import RefusedCall
from tests.lambdas.tiers.unit import Tiers

JUNE = datetime(2026, 6, 15, 12, tzinfo=UTC)
MEMBER = "card-holder-17"


@pytest.fixture
def tiers() -> Tiers:
    there = Tiers(JUNE)
    there.set(datetime(2026, 1, 1, tzinfo=UTC))
    there.post("p-1", 1200, JUNE, MEMBER)
    there.post("p-2", 10, JUNE, MEMBER)
    there.correct("c-1", 5, JUNE, "wrong-points", MEMBER)
    there.post("p-other", 7, JUNE, "m-2")
    return there


def said(tiers: Tiers) -> list[str]:
    items = [msgspec.json.encode(item).decode() for item in tiers.world.store]
    return [item for item in items if MEMBER in item]


def test_no_item_says_whose_the_points_were(tiers: Tiers):
    assert len(said(tiers)) == 5
    tiers.erase(MEMBER, "p-1", "p-2", "p-unknown", corrections=["c-1"])
    assert said(tiers) == []
    with pytest.raises(RefusedCall, match="no points of member 'card-holder-17' were counted"):
        tiers.ask(MEMBER)
    assert tiers.ask("m-2").qualifying_points == 7
    assert tiers.review() == 0


def test_a_member_is_erased_in_parts_and_a_part_again_changes_nothing(tiers: Tiers):
    tiers.erase(MEMBER, "p-1", corrections=[], event_id="part-1")
    tiers.erase(MEMBER, "p-2", corrections=["c-1"], event_id="part-2")
    before = tiers.world.store
    tiers.erase(MEMBER, "p-1", corrections=[], event_id="part-1")
    assert (said(tiers), tiers.world.store) == ([], before)


def test_what_was_counted_is_known_when_it_comes_again(tiers: Tiers):
    tiers.erase(MEMBER, "p-1", "p-2", corrections=["c-1"])
    before = tiers.world.store
    for event_id in ("posted-p-1", "once-more"):
        tiers.post("p-1", 1200, JUNE, MEMBER, event_id=event_id)
    tiers.correct("c-1", 5, JUNE, "wrong-points", MEMBER)
    assert tiers.world.store == before
    assert tiers.world.dead_letters.sent == []
    tiers.post("p-1", 1201, JUNE, MEMBER, event_id="otherwise")
    assert len(tiers.world.dead_letters.sent) == 1


def test_what_comes_later_begins_a_new_member(tiers: Tiers):
    tiers.erase(MEMBER, "p-1", "p-2", corrections=["c-1"])
    tiers.post("p-3", 6, JUNE, MEMBER)
    assert tiers.ask(MEMBER).qualifying_points == 6
