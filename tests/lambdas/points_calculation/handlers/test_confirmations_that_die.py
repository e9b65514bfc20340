"""A confirmation is two single writes. Wherever its function dies, the same event again ends what it began."""

import json
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import pytest

from contracts.points_ledger import MemberErased, PointsPosted
from lambdas.points_calculation.handlers import confirm_posting, forget_member, reconcile
from pbckit.runtime.ports import Delete, Put
from pbckit.runtime.unit_of_work import InboxMarker, fingerprint
from pbckit.testing.deliveries import bus_event, changed
from pbckit.testing.world import STORE, world
from tests.lambdas.points_calculation.programme import Programme
from tests.lambdas.points_calculation.purchases import request

HOUR = 60 * 60
DEATHS = range(5)
"""Before the first write, before the second, after it …; more than there are change nothing."""


class Killed(Exception):
    """A function is no more."""


@dataclass
class Dying:
    """Tables that end the function after so many writes."""

    inner: Any
    left: int

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def put(self, put: Put) -> None:
        self._write(lambda: self.inner.put(put))

    def delete(self, delete: Delete) -> None:
        self._write(lambda: self.inner.delete(delete))

    def transact(self, operations: Any) -> None:
        self._write(lambda: self.inner.transact(operations))

    def _write(self, write: Any) -> None:
        if not self.left:
            raise Killed
        self.left -= 1
        write()


@pytest.fixture
def programme() -> Programme:
    """A purchase of 39 points."""
    return calculated()


def calculated() -> Programme:
    there = Programme(world("points-calculation"))
    there.calculate(request())
    return there


def event(event_id: str, points: int = 39) -> str:
    posted = PointsPosted(posting_id="p-1", member_id="m-1", points=points, balance_points=points)
    return bus_event(posted, event_id=event_id)


def deliver(programme: Programme, body: str, dies_after: int | None = None) -> None:
    """Deliver it once more where its function dies. The queue may have others to deliver before that."""
    runtime = programme.world.runtime
    if dies_after is None:
        confirm_posting.handler.consume(body, runtime)
        return
    try:
        confirm_posting.handler.consume(body, replace(runtime, tables=Dying(runtime.tables, dies_after)))
    except Killed:
        return


def kinds(programme: Programme) -> list[tuple[str, int | None]]:
    return [(one.kind, one.posted_points) for one in programme.differences()]


def unconfirmed(programme: Programme) -> list[str]:
    return [item["sk"] for item in programme.world.store if item["pk"].startswith("unconfirmed#")]


@pytest.mark.parametrize("dies_after", DEATHS)
@pytest.mark.parametrize(("points", "differences"), [(39, []), (40, [("other-points", 40)])])
def test_wherever_it_dies_the_same_event_ends_it(
    programme: Programme, dies_after: int, points: int, differences: list[tuple[str, int]]
):
    deliver(programme, event("e-1", points), dies_after)
    deliver(programme, event("e-1", points))
    deliver(programme, event("e-1", points))

    assert (kinds(programme), unconfirmed(programme), programme.world.dead_letters.sent) == (differences, [], [])


@pytest.mark.parametrize(("first", "second"), list(product(DEATHS, DEATHS)))
def test_what_is_posted_twice_is_a_difference_wherever_functions_die(programme: Programme, first: int, second: int):
    """Both events meet the entry of what was told, if the first one's function dies before it removes it."""
    deliver(programme, event("e-1"), first)
    deliver(programme, event("e-2"), second)
    for body in (event("e-2"), event("e-1"), event("e-2")):
        deliver(programme, body)

    assert (kinds(programme), unconfirmed(programme), programme.world.dead_letters.sent) == (
        [("not-reported", 39)],
        [],
        [],
    )


@pytest.mark.parametrize("dies_after", DEATHS)
def test_a_settled_difference_stays_settled_when_its_event_comes_again(programme: Programme, dies_after: int):
    deliver(programme, event("e-1"), dies_after)
    for body in (event("e-1"), event("e-2")):
        deliver(programme, body)
    programme.settle("p-1")
    for body in (event("e-1"), event("e-2")):
        deliver(programme, body)

    assert kinds(programme) == []


@pytest.mark.parametrize("dies_after", [1, None])
def test_other_content_under_its_id_is_set_aside(programme: Programme, dies_after: int | None):
    deliver(programme, event("e-1"), dies_after)
    deliver(programme, changed(event("e-1"), points=40, balance_points=40))

    ((_, attributes),) = programme.world.dead_letters.sent
    assert attributes["reason"].startswith("ConflictingMessage")
    assert kinds(programme) == []


def test_what_a_former_release_confirmed_is_known_by_its_marker(programme: Programme):
    marked = PointsPosted(posting_id="p-1", member_id="m-1", points=39, balance_points=39)
    (told,) = [item for item in programme.world.store if item["pk"].startswith("unconfirmed#")]
    content = bus_event(marked, event_id="e-1")
    marker = {"pk": "inbox#e-1", "sk": "marker", "fingerprint": _content(content), "expires_at": 2_000_000_000}
    programme.world.tables.transact(
        [
            Put(table=STORE, item=marker, read_as=InboxMarker),
            Delete(table=STORE, key={"pk": told["pk"], "sk": told["sk"]}),
        ]
    )

    deliver(programme, content)
    assert kinds(programme) == []
    deliver(programme, event("e-2"))
    assert kinds(programme) == [("not-reported", 39)]


def test_an_entry_that_was_left_behind_is_no_difference_and_is_removed(programme: Programme):
    deliver(programme, event("e-1"), dies_after=1)
    programme.world.clock.sleep(2 * HOUR)
    assert unconfirmed(programme) == ["p-1"]

    assert (kinds(programme), programme.of_member("m-1").unconfirmed) == ([], [])
    assert reconcile.reconcile(programme.world.runtime) == 0

    assert unconfirmed(programme) == []


def test_what_is_not_confirmed_is_not_removed(programme: Programme):
    programme.world.clock.sleep(2 * HOUR)

    assert reconcile.reconcile(programme.world.runtime) == 1

    assert unconfirmed(programme) == ["p-1"]


def test_an_entry_that_was_left_behind_does_not_hinder_an_erasure(programme: Programme):
    deliver(programme, event("e-1"), dies_after=1)
    erased = MemberErased(
        reference="letter-7", member_id="m-1", purchase_ids=["p-1"], posting_ids=["p-1"], corrections=[]
    )

    forget_member.handler.consume(bus_event(erased, event_id="erased-1"), programme.world.runtime)
    deliver(programme, event("e-1"))

    assert (kinds(programme), unconfirmed(programme)) == ([], [])
    assert [item for item in programme.world.store if "m-1" in str(item)] == []


def _content(body: str) -> str:
    return fingerprint(json.dumps(json.loads(body)["detail"]["data"]).encode())
