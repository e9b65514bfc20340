"""What an order makes of a setting. Pure: the evidence comes in, the next setting goes out, or a refusal."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

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
    Step,
)
from pbckit.strangler.routing import in_force

NOBODY = "nobody"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Who changes the setting, when, why, and how long all instances need to hear of it."""

    by: str
    at: datetime
    reason: str
    delay: timedelta


def untouched(at: datetime) -> Setting:
    """The setting before anybody set one: all is legacy's."""
    routing = Routing(version=0, mode="legacy", share=0, compares=False)
    return Setting(
        routing=routing, before=routing, effective_at=at, ramp=None, changed_by=NOBODY, changed_at=at, reason=""
    )


def read_plans(file: Path) -> dict[str, Plan]:
    """The plans of a data file, by name.

    Raises:
        msgspec.ValidationError: a plan is not one; names the place.
    """
    return msgspec.json.decode(file.read_bytes(), type=dict[str, Plan])


def ordered(
    setting: Setting, order: Order, change: Change, plans: Mapping[str, Plan], hindrances: Sequence[str]
) -> Setting:
    """The setting after an order.

    Args:
        setting: as it is.
        order: what is to happen.
        change: who, when and why.
        plans: the plans that there are.
        hindrances: what the evidence holds against the next step.

    Raises:
        NotReady: the evidence does not allow it, or the change before has not taken effect.
        NotPossible: it makes no sense as things stand.
    """
    if change.at < setting.effective_at and not isinstance(order, RollBack):
        raise NotReady(f"the change before takes effect at {setting.effective_at:%H:%M:%S}")
    match order:
        case Start():
            return _started(setting, order, change, plans)
        case Advance():
            return _advanced(setting, change, plans, hindrances)
        case Pause():
            return _in_state(setting, change, expected=("running",), state="paused")
        case Resume():
            return _in_state(setting, change, expected=("paused", "stopped"), state="running")
        case RollBack():
            return rolled_back(setting, order, change, plans)
        case Finish():
            return _finished(setting, change, plans, hindrances)


def step_of(setting: Setting, plans: Mapping[str, Plan]) -> Step | None:
    """The step that a ramp stands at; None without a ramp, and where the plan is not there any more."""
    if setting.ramp is None or setting.ramp.plan not in plans:
        return None
    steps = plans[setting.ramp.plan].steps
    return steps[setting.ramp.step] if setting.ramp.step < len(steps) else None


def rolled_back(setting: Setting, order: RollBack, change: Change, plans: Mapping[str, Plan]) -> Setting:
    """Back to the last good step, or further. A ramp stops there.

    Raises:
        NotPossible: there is nothing to take back.
    """
    routing, ramp = setting.routing, setting.ramp
    if routing.mode == "legacy" or (routing.mode == "shadow" and order.to != "legacy"):
        raise NotPossible(f"nothing to take back: the mode is {routing.mode}")
    if order.to == "legacy":
        return _changed(setting, change, mode="legacy", share=0, compares=False, ramp=None)
    plan = plans.get(ramp.plan) if ramp else None
    if ramp is None or plan is None or ramp.step == 0 or order.to == "shadow":
        stopped = msgspec.structs.replace(ramp, step=0, state="stopped") if ramp else None
        return _changed(setting, change, mode="shadow", share=0, compares=True, ramp=stopped)
    good = plan.steps[ramp.step - 1]
    stopped = msgspec.structs.replace(ramp, step=ramp.step - 1, state="stopped")
    return _changed(setting, change, mode=good.mode, share=good.share, compares=True, ramp=stopped)


def _started(setting: Setting, order: Start, change: Change, plans: Mapping[str, Plan]) -> Setting:
    if setting.ramp is not None and setting.ramp.state in ("running", "paused"):
        raise NotPossible(f"a ramp is {setting.ramp.state} already, at step {setting.ramp.step + 1}")
    if setting.routing.mode in ("canary", "new"):
        raise NotPossible(f"the mode is {setting.routing.mode}: roll back to shadow or legacy first")
    if order.plan not in plans:
        raise NotPossible(f"no plan {order.plan!r}; there are {', '.join(sorted(plans))}")
    ramp = Ramp(plan=order.plan, step=0, state="running", automatic=order.automatic)
    return _at_step(setting, change, plans[order.plan].steps[0], ramp)


def _advanced(setting: Setting, change: Change, plans: Mapping[str, Plan], hindrances: Sequence[str]) -> Setting:
    ramp = setting.ramp
    if ramp is None or ramp.state != "running":
        raise NotPossible(f"no ramp is running{f': it is {ramp.state}' if ramp else ''}")
    steps = plans[ramp.plan].steps
    if ramp.step + 1 >= len(steps):
        raise NotPossible("the ramp is at its last step; finish it")
    if hindrances:
        raise NotReady("; ".join(hindrances))
    return _at_step(setting, change, steps[ramp.step + 1], msgspec.structs.replace(ramp, step=ramp.step + 1))


def _finished(setting: Setting, change: Change, plans: Mapping[str, Plan], hindrances: Sequence[str]) -> Setting:
    ramp = setting.ramp
    if ramp is None or ramp.state != "running" or ramp.step + 1 < len(plans[ramp.plan].steps):
        raise NotPossible("no ramp is running at its last step")
    if setting.routing.mode != "new":
        raise NotPossible(f"the last step of {ramp.plan} leaves the mode {setting.routing.mode}")
    if hindrances:
        raise NotReady("; ".join(hindrances))
    ended = msgspec.structs.replace(ramp, state="finished")
    return _changed(setting, change, mode="new", share=100, compares=False, ramp=ended)


def _in_state(setting: Setting, change: Change, *, expected: Sequence[str], state: str) -> Setting:
    ramp = setting.ramp
    if ramp is None or ramp.state not in expected:
        raise NotPossible(f"no ramp is {' or '.join(expected)}{f': it is {ramp.state}' if ramp else ''}")
    routing = setting.routing
    return _changed(
        setting,
        change,
        mode=routing.mode,
        share=routing.share,
        compares=routing.compares,
        ramp=msgspec.convert({**msgspec.to_builtins(ramp), "state": state}, Ramp),
    )


def _at_step(setting: Setting, change: Change, step: Step, ramp: Ramp) -> Setting:
    return _changed(setting, change, mode=step.mode, share=step.share, compares=True, ramp=ramp)


def _changed(setting: Setting, change: Change, *, mode: str, share: int, compares: bool, ramp: Ramp | None) -> Setting:
    routing = {"version": setting.routing.version + 1, "mode": mode, "share": share, "compares": compares}
    return Setting(
        routing=msgspec.convert(routing, Routing),
        before=in_force(setting, change.at),
        effective_at=change.at + change.delay,
        ramp=ramp,
        changed_by=change.by,
        changed_at=change.at,
        reason=change.reason,
    )
