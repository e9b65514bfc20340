"""Orders and the guard on a store: what is kept, what is told, and what the guard does by itself."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from contracts.categorization_facade import MigrationRolledBack, RoutingChanged
from pbckit.contracts.definitions import Event
from pbckit.contracts.migration import Advance, Answered, NotPossible, NotReady, Order, Pause, Setting, Start, Verdict
from pbckit.strangler.steering import DELAY, GUARD, Steering
from pbckit.strangler.store import MigrationStore
from pbckit.testing.world import STORE, World, world
from tests.pbckit.strangler.samples import PLANS, answered, cause, observation


def told(setting: Setting, rolled_back: bool) -> Event:
    kind = MigrationRolledBack if rolled_back else RoutingChanged
    return kind(
        capability="categorize",
        before=setting.before,
        routing=setting.routing,
        effective_at=setting.effective_at,
        changed_by=setting.changed_by,
        reason=setting.reason,
    )


class Ramping:
    """A facade's steering, with time and observations made to order."""

    def __init__(self, *, automatic: bool = False) -> None:
        self.world: World = world("categorization-facade")
        self.steering = Steering(PLANS, told)
        self.order(Start(automatic=automatic))

    def order(self, order: Order) -> Setting:
        setting = self.steering.steer(order, "said so", self.world.runtime, cause())
        self.pass_time(DELAY)
        return setting

    def pass_time(self, span: timedelta = timedelta(seconds=61)) -> None:
        self.world.clock.sleep(span.total_seconds())

    def observe(self, count: int, verdict: Verdict = "same", candidate: Answered | None = None) -> None:
        store = MigrationStore(self.world.runtime)
        version = store.setting().routing.version
        start = len(self.world.tables.all(STORE))
        for number in range(start, start + count):
            one = observation(number, version=version, verdict=verdict, candidate=candidate, served="candidate")
            store.observe(one, None)

    def ready(self) -> None:
        self.observe(5)
        self.pass_time()

    def guard(self) -> Setting:
        return self.steering.guard(self.world.runtime, cause(GUARD))

    def events(self) -> list[dict[str, Any]]:
        return [
            {"type": item["detail_type"], **msgspec.json.decode(item["detail"])["data"]} for item in self.world.outbox
        ]


def test_every_change_is_kept_with_who_when_and_why_and_is_told_in_sequence():
    ramp = Ramping()
    ramp.ready()
    ramp.order(Advance())
    ramp.order(Pause())
    changes = MigrationStore(ramp.world.runtime).changes(10)
    assert [one.routing.version for one in changes] == [3, 2, 1]
    assert {(one.changed_by, one.reason) for one in changes} == {("ada", "said so")}
    assert [one["type"] for one in ramp.events()] == ["RoutingChanged"] * 3
    sequences = [msgspec.json.decode(item["detail"])["metadata"]["sequence"] for item in ramp.world.outbox]
    assert sequences == [1, 2, 3]


def test_advancing_without_evidence_is_refused_and_changes_nothing():
    ramp = Ramping()
    with pytest.raises(NotReady, match=r"soaked for \d+ s of 60 s; compared 0 answers of 5"):
        ramp.order(Advance())
    assert len(ramp.events()) == 1


def test_advancing_against_the_evidence_is_refused():
    ramp = Ramping()
    ramp.ready()
    ramp.observe(5, "different")
    with pytest.raises(NotReady, match="answers differ"):
        ramp.order(Advance())


def test_evidence_of_the_step_before_is_no_evidence_of_this_one():
    ramp = Ramping()
    ramp.ready()
    ramp.order(Advance())
    ramp.pass_time()
    with pytest.raises(NotReady, match="compared 0 answers of 5"):
        ramp.order(Advance())


def at_25() -> Ramping:
    ramp = Ramping()
    for _ in range(2):
        ramp.ready()
        ramp.order(Advance())
    assert MigrationStore(ramp.world.runtime).setting().routing.share == 25
    return ramp


@pytest.mark.parametrize(
    ("verdict", "candidate", "why"),
    [
        ("failed", answered(None), "the candidate fails"),
        ("different", answered(), "answers differ"),
        ("same", answered(milliseconds=400), "p99 of the candidate"),
    ],
    ids=["errors", "mismatches", "latency"],
)
def test_the_guard_takes_the_share_back_tells_why_and_stops_the_ramp(verdict: Verdict, candidate: Answered, why: str):
    ramp = at_25()
    ramp.observe(10, verdict, candidate)
    setting = ramp.guard()
    assert (setting.routing.mode, setting.routing.share, setting.changed_by) == ("canary", 5, GUARD)
    assert setting.ramp is not None
    assert setting.ramp.state == "stopped"
    event = ramp.events()[-1]
    assert (event["type"], event["routing"]["share"], why in event["reason"]) == ("MigrationRolledBack", 5, True)


def test_the_guard_goes_on_back_while_it_stays_bad_and_ends_in_shadow():
    ramp = at_25()
    shares: list[int] = []
    for _ in range(4):
        ramp.observe(10, "failed", answered(None))
        shares.append(ramp.guard().routing.share)
        ramp.pass_time(DELAY)
    assert shares == [5, 0, 0, 0]
    assert MigrationStore(ramp.world.runtime).setting().routing.mode == "shadow"


def test_a_rolled_back_ramp_does_not_go_on_by_itself_when_all_is_well_again():
    ramp = Ramping(automatic=True)
    ramp.ready()
    ramp.guard()
    ramp.pass_time(DELAY)
    ramp.observe(10, "failed", answered(None))
    ramp.guard()
    ramp.pass_time(DELAY)
    ramp.ready()
    assert ramp.guard().routing.share == 0


def test_all_is_well_nothing_happens_where_people_take_the_steps():
    ramp = Ramping()
    ramp.ready()
    assert ramp.guard().routing.version == 1


def test_an_automatic_ramp_goes_to_its_last_step_by_the_guard_alone_and_not_faster_than_the_evidence():
    ramp = Ramping(automatic=True)
    assert ramp.guard().routing.share == 0
    shares: list[int] = []
    for _ in range(5):
        ramp.ready()
        shares.append(ramp.guard().routing.share)
        ramp.pass_time(DELAY)
    assert shares == [5, 25, 100, 100, 100]


def test_the_guard_does_nothing_twice_where_somebody_was_faster():
    ramp = at_25()
    ramp.observe(10, "failed", answered(None))

    def somebody() -> None:
        ramp.steering.steer(Pause(), "wait", ramp.world.runtime, cause())

    ramp.world.tables.before_transaction = somebody
    setting = ramp.guard()
    assert (setting.routing.share, setting.ramp and setting.ramp.state) == (25, "paused")


def test_in_shadow_a_bad_candidate_is_nobodys_harm_and_nothing_is_rolled_back():
    ramp = Ramping()
    ramp.observe(10, "failed", answered(None))
    assert ramp.guard().routing.version == 1


def test_what_stands_is_told_with_its_history():
    ramp = at_25()
    migration = ramp.steering.look(ramp.world.runtime, history=5)
    assert [one.setting.routing.share for one in (migration.now, *migration.history)] == [25, 5, 0]
    assert migration.history[0].evidence.observed == 5
    assert migration.missing[-1] == "the candidate answered 0 calls of 1"
    with pytest.raises(NotPossible):
        ramp.order(Start())


def test_the_setting_that_nobody_made_holds_since_ever():
    there = world("categorization-facade")
    setting = MigrationStore(there.runtime).setting()
    assert (setting.routing.mode, setting.effective_at < there.clock.time - timedelta(days=365)) == ("legacy", True)
