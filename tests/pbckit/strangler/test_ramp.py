"""What each order makes of a setting, and which it refuses."""

from datetime import timedelta
from pathlib import Path
from typing import Literal

import msgspec
import pytest

from pbckit.contracts.migration import (
    Advance,
    Finish,
    NotPossible,
    NotReady,
    Order,
    Pause,
    Plan,
    Ramp,
    Resume,
    RollBack,
    Routing,
    Setting,
    Start,
    Steer,
)
from pbckit.strangler.ramp import Change, ordered, read_plans, untouched
from tests.pbckit.strangler.samples import AT, PLAN, PLANS, setting

DELAY = timedelta(seconds=6)
LATER = AT + timedelta(minutes=5)
State = Literal["running", "paused", "stopped", "finished"]


def change(at: timedelta = timedelta()) -> Change:
    return Change(by="grace", at=LATER + at, reason="because", delay=DELAY)


def at_step(step: int, state: State = "running") -> Setting:
    """A setting at a step of the plan."""
    there = PLAN.steps[step]
    routing = Routing(version=7, mode=there.mode, share=there.share, compares=True)
    return setting(routing, Ramp(plan="standard", step=step, state=state, automatic=False))


def follow(before: Setting, order: Order, hindrances: tuple[str, ...] = ()) -> Setting:
    return ordered(before, order, change(), PLANS, hindrances)


def where(after: Setting) -> tuple[str, int, str]:
    return after.routing.mode, after.routing.share, after.ramp.state if after.ramp else "none"


def test_nobody_has_set_anything_all_is_legacys():
    routing = untouched(AT).routing
    assert (routing.version, routing.mode, routing.share, routing.compares) == (0, "legacy", 0, False)


def test_a_start_begins_at_the_first_step_and_says_who_when_why_and_from_when_on():
    after = follow(untouched(AT), Start())
    assert where(after) == ("shadow", 0, "running")
    assert (after.routing.version, after.before.version) == (1, 0)
    assert (after.changed_by, after.reason, after.changed_at) == ("grace", "because", LATER)
    assert after.effective_at == LATER + DELAY


def test_step_by_step_to_the_end_and_no_further():
    now, shares = at_step(0), [0]
    for _ in PLAN.steps[1:]:
        now = ordered(now, Advance(), change(at=(now.effective_at - LATER) + DELAY), PLANS, [])
        shares.append(now.routing.share)
    assert shares == [0, 5, 25, 100]
    with pytest.raises(NotPossible, match="last step"):
        ordered(now, Advance(), change(at=timedelta(hours=1)), PLANS, [])


@pytest.mark.parametrize("order", [Advance(), Finish()])
def test_without_the_evidence_nothing_goes_on(order: Order):
    with pytest.raises(NotReady, match="compared 3 answers of 5; too slow"):
        follow(at_step(3 if order == Finish() else 1), order, ("compared 3 answers of 5", "too slow"))


def test_a_rollback_goes_to_the_last_good_step_and_stops_whatever_the_evidence():
    after = follow(at_step(2), RollBack(), ("broken",))
    assert where(after) == ("canary", 5, "stopped")
    assert where(follow(at_step(1), RollBack())) == ("shadow", 0, "stopped")
    assert where(follow(at_step(2), RollBack(to="shadow"))) == ("shadow", 0, "stopped")
    assert where(follow(at_step(2), RollBack(to="legacy"))) == ("legacy", 0, "none")
    assert not follow(at_step(2), RollBack(to="legacy")).routing.compares


def test_a_stopped_ramp_takes_no_step_until_it_is_resumed():
    stopped = at_step(1, "stopped")
    with pytest.raises(NotPossible, match="it is stopped"):
        follow(stopped, Advance())
    assert where(follow(stopped, Resume())) == ("canary", 5, "running")


def test_paused_it_keeps_its_share_and_resumed_it_collects_evidence_anew():
    paused = follow(at_step(1), Pause())
    assert where(paused) == ("canary", 5, "paused")
    resumed = ordered(paused, Resume(), change(at=DELAY), PLANS, [])
    assert (where(resumed), resumed.routing.version) == (("canary", 5, "running"), paused.routing.version + 1)


def test_finished_nobody_asks_legacy_any_more():
    after = follow(at_step(3), Finish())
    assert (where(after), after.routing.compares) == (("new", 100, "finished"), False)


@pytest.mark.parametrize(
    ("before", "order", "said"),
    [
        (untouched(AT), Advance(), "no ramp is running"),
        (untouched(AT), Finish(), "no ramp is running at its last step"),
        (untouched(AT), Pause(), "no ramp is running"),
        (untouched(AT), RollBack(), "nothing to take back: the mode is legacy"),
        (untouched(AT), Start(plan="sprint"), "no plan 'sprint'; there are standard"),
        (at_step(0), RollBack(), "nothing to take back: the mode is shadow"),
        (at_step(1), Start(), "a ramp is running already, at step 2"),
        (at_step(1, "stopped"), Start(), "roll back to shadow or legacy first"),
        (at_step(1), Resume(), "no ramp is paused or stopped: it is running"),
        (at_step(2), Finish(), "no ramp is running at its last step"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else None,
)
def test_what_makes_no_sense_is_refused_and_says_why(before: Setting, order: Order, said: str):
    with pytest.raises(NotPossible, match=said):
        follow(before, order)


def test_nothing_but_a_rollback_overtakes_a_change_that_does_not_hold_yet():
    """Otherwise two instances could see the changes in different orders, and a merchant would flip."""
    pending = follow(at_step(1), Advance())
    for order in (Advance(), Pause(), Resume(), Finish()):
        with pytest.raises(NotReady, match="takes effect at"):
            follow(pending, order)
    back = follow(pending, RollBack())
    assert (back.routing.share, back.before.share) == (5, 5)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"share": 101}, "`int` <= 100"),
        ({"share": -1}, "`int` >= 0"),
        ({"share": 12.5}, "Expected `int`"),
        ({"mode": "sideways"}, "Invalid enum value 'sideways'"),
        ({"minimum_samples": 0}, "`int` >= 1"),
    ],
)
def test_a_plan_outside_its_form_is_refused_and_the_place_is_named(
    tmp_path: Path, broken: dict[str, object], said: str
):
    plan = msgspec.to_builtins(PLAN)
    plan["steps"][1] |= broken
    file = tmp_path / "plans.json"
    file.write_bytes(msgspec.json.encode({"standard": plan}))
    with pytest.raises(msgspec.ValidationError) as error:
        read_plans(file)
    assert said in str(error.value)
    assert f"steps[1].{next(iter(broken))}" in str(error.value)


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ({"order": "sideways"}, "Invalid value 'sideways'"),
        ({"order": "roll-back", "to": "moon"}, "Invalid enum value 'moon'"),
        ({"order": "advance", "share": 50}, "unknown field `share`"),
    ],
)
def test_an_order_outside_its_form_is_refused(order: dict[str, object], said: str):
    with pytest.raises(msgspec.ValidationError, match=said):
        msgspec.convert({"order": order, "reason": "try"}, Steer)


@pytest.mark.parametrize("plan", [PLAN], ids=["sample"])
def test_a_plan_only_ever_moves_forward(plan: Plan):
    shares = [step.share for step in plan.steps]
    assert shares == sorted(shares)
