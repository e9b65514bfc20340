"""Who answers a call in each mode, what is noted, and that the other side can do no harm."""

from datetime import timedelta

import msgspec
import pytest

from pbckit.contracts.migration import Mode, Routing, Setting
from pbckit.strangler.comparer import Comparer
from pbckit.strangler.evidence import Observation
from pbckit.strangler.facade import SETTING_KEPT, Facade, NoAnswer, Note, SettingCache
from pbckit.strangler.ramp import untouched
from pbckit.strangler.routing import bucket
from pbckit.strangler.store import MigrationStore
from pbckit.testing.world import STORE, World, world
from tests.pbckit.strangler.samples import (
    FUEL,
    GROCERIES,
    ScriptedNotes,
    ScriptedSide,
    asked,
    failing,
    request,
    saying,
    setting,
    sides,
)

UNIT = "categorization-facade"


@pytest.fixture
def there() -> World:
    return world(UNIT)


def put(there: World, mode: Mode, share: int = 0, *, compares: bool = True, version: int = 1) -> Setting:
    """Set the routing, as of long ago."""
    routing = Routing(version=version, mode=mode, share=share, compares=compares)
    made = setting(routing, at=there.clock.time - timedelta(hours=1))
    store = MigrationStore(there.runtime)
    there.tables.transact(store.change(store.setting() if version > 1 else untouched(there.clock.time), made))
    return made


def facade(legacy: ScriptedSide, candidate: ScriptedSide, notes: ScriptedNotes | None = None) -> Facade:  # type: ignore[type-arg]
    return Facade(sides=sides(legacy, candidate), notes=notes or ScriptedNotes(), settings=SettingCache())


def moved(share: int) -> str:
    """A merchant that the candidate answers for at a share."""
    return next(key for key in map("shop-{}".format, range(1000)) if bucket(key, UNIT) < share * 100)


def kept(share: int) -> str:
    """A merchant that legacy still answers for."""
    return next(key for key in map("shop-{}".format, range(1000)) if bucket(key, UNIT) >= share * 100)


@pytest.mark.parametrize(
    ("mode", "share", "key", "answer"),
    [
        ("legacy", 0, moved(1), GROCERIES),
        ("shadow", 0, moved(1), GROCERIES),
        ("canary", 5, moved(5), FUEL),
        ("canary", 5, kept(5), GROCERIES),
        ("canary", 0, moved(1), GROCERIES),
        ("canary", 100, kept(99), FUEL),
        ("new", 100, kept(99), FUEL),
    ],
)
def test_one_side_answers_and_on_the_callers_path_nobody_else_is_asked(
    there: World, mode: Mode, share: int, key: str, answer: object
):
    legacy, candidate = saying(GROCERIES), saying(FUEL)
    put(there, mode, share)
    assert facade(legacy, candidate).answer(request(key), asked(there)) == answer
    assert (len(legacy.asked), len(candidate.asked)) == ((1, 0) if answer == GROCERIES else (0, 1))


def test_without_any_setting_legacy_answers_and_nothing_is_noted(there: World):
    notes = ScriptedNotes()
    assert facade(saying(GROCERIES), saying(FUEL), notes).answer(request(), asked(there)) == GROCERIES
    assert notes.kept == []


def test_what_was_answered_is_noted_for_the_comparer(there: World):
    notes = ScriptedNotes()
    put(there, "shadow")
    facade(saying(GROCERIES), saying(FUEL), notes).answer(request("shop-9"), asked(there))
    (note,) = (msgspec.json.decode(body, type=Note) for body in notes.kept)
    assert (note.key, note.served, note.routing.version) == ("shop-9", "legacy", 1)
    assert note.legacy is not None
    assert note.legacy.answer == {"category": "groceries", "basis": "mcc"}
    assert note.candidate is None
    assert note.call.correlation_id == "correlation-1"


def test_a_queue_that_refuses_notes_costs_the_caller_nothing(there: World):
    put(there, "shadow")
    notes = ScriptedNotes(takes=False)
    assert facade(saying(GROCERIES), saying(FUEL), notes).answer(request(), asked(there)) == GROCERIES


def test_a_candidate_that_fails_for_its_share_is_rescued_by_legacy_and_counts_as_failed(there: World):
    notes = ScriptedNotes()
    put(there, "canary", 5)
    answer = facade(saying(GROCERIES), failing("timeout"), notes).answer(request(moved(5)), asked(there))
    assert answer == GROCERIES
    (note,) = (msgspec.json.decode(body, type=Note) for body in notes.kept)
    assert note.served == "legacy"
    assert note.candidate is not None
    assert note.candidate.error == "timeout"


@pytest.mark.parametrize(
    "body",
    [b"not json", b'{"answer": {"category": "Not A Key", "basis": "mcc"}}', b'{"answer": {}}', b"{}", b"[]"],
)
def test_a_candidates_answer_outside_its_contract_is_a_failure_and_no_answer(there: World, body: bytes):
    put(there, "canary", 100)
    candidate = ScriptedSide(says=lambda _payload: body)
    assert facade(saying(GROCERIES), candidate).answer(request(), asked(there)) == GROCERIES


def test_a_refusal_of_the_candidate_is_a_failure(there: World):
    put(there, "canary", 100)
    refusing = ScriptedSide(says=lambda _payload: b'{"refusal": {"error": "InvalidRequest", "message": "no"}}')
    notes = ScriptedNotes()
    assert facade(saying(GROCERIES), refusing, notes).answer(request(), asked(there)) == GROCERIES
    assert b"InvalidRequest: no" in notes.kept[0]


@pytest.mark.parametrize(("mode", "share"), [("legacy", 0), ("shadow", 0), ("canary", 0)])
def test_where_legacy_fails_the_caller_falls_back_as_it_always_did(there: World, mode: Mode, share: int):
    """In shadow nobody's answer may come from the candidate."""
    put(there, mode, share)
    candidate = saying(FUEL)
    with pytest.raises(NoAnswer, match="legacy: outside its schema"):
        facade(failing("outside its schema"), candidate).answer(request(), asked(there))
    assert candidate.asked == []


def test_a_setting_is_read_once_in_a_while_and_then_again(there: World):
    legacy, candidate = saying(GROCERIES), saying(FUEL)
    one = facade(legacy, candidate)
    put(there, "shadow")
    one.answer(request(), asked(there))
    put(there, "new", 100, version=2)
    assert one.answer(request(), asked(there)) == GROCERIES
    there.clock.sleep(SETTING_KEPT.total_seconds())
    assert one.answer(request(), asked(there)) == FUEL


class TestComparing:
    """What becomes of a note."""

    def noted(self, there: World, mode: Mode = "shadow", share: int = 0) -> str:
        notes = ScriptedNotes()
        put(there, mode, share)
        facade(saying(GROCERIES), saying(FUEL), notes).answer(request(), asked(there))
        return notes.kept[0].decode()

    def observations(self, there: World) -> list[Observation]:
        return MigrationStore(there.runtime).observations(1, 100)

    def test_the_other_side_is_asked_and_both_answers_are_kept(self, there: World):
        legacy, candidate = saying(GROCERIES), saying(FUEL)
        Comparer(sides(legacy, candidate)).consume(self.noted(there), there.runtime)
        (seen,) = self.observations(there)
        assert (seen.verdict, seen.served, seen.correlation_id) == ("different", "legacy", "correlation-1")
        assert (legacy.asked, len(candidate.asked)) == ([], 1)
        ((mismatch,), _) = MigrationStore(there.runtime).mismatches(10, None)
        assert (mismatch.key, mismatch.difference) == ("shop-1", "category: groceries → fuel")
        assert mismatch.legacy.answer == {"category": "groceries", "basis": "mcc"}
        assert mismatch.candidate.answer == {"category": "fuel", "basis": "mcc"}

    def test_in_new_legacy_is_asked_as_the_other_side(self, there: World):
        legacy, candidate = saying(GROCERIES), saying(FUEL)
        Comparer(sides(legacy, candidate)).consume(self.noted(there, "new", 100), there.runtime)
        assert (len(legacy.asked), candidate.asked) == (1, [])

    def test_a_candidate_that_hangs_is_counted_and_is_no_mismatch(self, there: World):
        Comparer(sides(saying(GROCERIES), failing("timeout"))).consume(self.noted(there), there.runtime)
        (seen,) = self.observations(there)
        assert (seen.verdict, seen.candidate.error) == ("failed", "timeout")
        assert MigrationStore(there.runtime).mismatches(10, None) == ([], None)

    def test_a_note_that_comes_twice_is_observed_once(self, there: World):
        note, comparer = self.noted(there), Comparer(sides(saying(GROCERIES), saying(FUEL)))
        comparer.consume(note, there.runtime)
        comparer.consume(note, there.runtime)
        assert len(self.observations(there)) == 1

    def test_the_same_mismatch_again_replaces_the_one_before(self, there: World):
        comparer = Comparer(sides(saying(GROCERIES), saying(FUEL)))
        notes = ScriptedNotes()
        put(there, "shadow")
        one = facade(saying(GROCERIES), saying(FUEL), notes)
        for _ in range(3):
            one.answer(request(), asked(there))
        for note in notes.kept:
            comparer.consume(note.decode(), there.runtime)
        assert len([item for item in there.tables.all(STORE) if item["pk"] == "mismatch"]) == 1
        assert len(self.observations(there)) == 3

    @pytest.mark.parametrize("body", ["", "not json", "{}", '{"id": 1}'])
    def test_what_is_no_note_is_put_aside_with_its_reason(self, there: World, body: str):
        Comparer(sides(saying(GROCERIES), saying(FUEL))).consume(body, there.runtime)
        ((kept_body, attributes),) = there.dead_letters.sent
        assert kept_body == body
        assert attributes["reason"].startswith("no note: ")
