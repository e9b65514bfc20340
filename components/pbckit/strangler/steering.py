"""Changing the setting: by order of people, and by the guard."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from pbckit.contracts.definitions import Event
from pbckit.contracts.migration import Advance, Migration, Order, Period, Plan, RollBack, Setting
from pbckit.runtime.observability import count, logger
from pbckit.runtime.runtime import Runtime
from pbckit.runtime.unit_of_work import MessageContext, UnitOfWork, retry_on_conflict
from pbckit.strangler import evidence, ramp
from pbckit.strangler.facade import SETTING_KEPT
from pbckit.strangler.store import MigrationStore

DELAY = SETTING_KEPT + timedelta(seconds=1)
"""From a change to its effect: an instance that read just before it has read again by then."""
GUARD = "guard"
_HISTORY_WINDOW = 500
"""Observations of a routing that holds no more, and of one without a plan."""

Telling = Callable[[Setting, bool], Event]
"""Makes the event of a change; the flag says whether it was rolled back."""


class Steering:
    """One facade's setting, changed and told."""

    def __init__(self, plans: Mapping[str, Plan], tell: Telling) -> None:
        self._plans = plans
        self._tell = tell

    def steer(
        self, order: Order, reason: str, runtime: Runtime, cause: MessageContext, *, only: Setting | None = None
    ) -> Setting:
        """Follow an order.

        Args:
            order: what is to happen.
            reason: why; stands in the audit trail.
            runtime: the world.
            cause: who asks.
            only: change nothing where the setting is another one by now.

        Raises:
            NotReady: the evidence does not allow it.
            NotPossible: it makes no sense as things stand.
        """
        return retry_on_conflict(lambda: self._steered(order, reason, runtime, cause, only), runtime)

    def guard(self, runtime: Runtime, cause: MessageContext) -> Setting:
        """Look at the evidence: roll back what is worse than allowed, take the next step where that is automatic."""
        migration = self.look(runtime)
        setting = migration.now.setting
        _report(migration)
        if migration.broken and setting.routing.share > 0:
            logger.warning("rolled back", reason="; ".join(migration.broken))
            return self.steer(RollBack(), "; ".join(migration.broken), runtime, cause, only=setting)
        if self._goes_on_by_itself(migration):
            return self.steer(Advance(), "the evidence is there", runtime, cause, only=setting)
        return setting

    def look(self, runtime: Runtime, history: int = 0) -> Migration:
        """How the migration stands."""
        store = MigrationStore(runtime)
        now = self._now(store, store.setting())
        before = [one for one in store.changes(history + 1) if one.routing.version != now.setting.routing.version]
        broken, missing = self._hindrances(now, runtime)
        return Migration(
            now=now,
            broken=broken,
            missing=missing,
            history=[_period(store, one, _HISTORY_WINDOW) for one in before[:history]],
            plans=dict(self._plans),
        )

    def _steered(
        self, order: Order, reason: str, runtime: Runtime, cause: MessageContext, only: Setting | None
    ) -> Setting:
        store = MigrationStore(runtime)
        before = store.setting()
        if only is not None and only.routing.version != before.routing.version:
            return before
        broken, missing = self._hindrances(self._now(store, before), runtime)
        change = ramp.Change(by=cause.actor, at=runtime.clock.now(), reason=reason, delay=DELAY)
        after = ramp.ordered(before, order, change, self._plans, [*broken, *missing])
        work = UnitOfWork(runtime, cause)
        work.add(*store.change(before, after))
        work.publish(self._tell(after, isinstance(order, RollBack)), sequence=after.routing.version)
        work.commit()
        return after

    def _goes_on_by_itself(self, migration: Migration) -> bool:
        at = migration.now.setting.ramp
        if at is None or at.state != "running" or not at.automatic or migration.missing or migration.broken:
            return False
        return at.step + 1 < len(self._plans[at.plan].steps)

    def _now(self, store: MigrationStore, setting: Setting) -> Period:
        plan = self._plans.get(setting.ramp.plan) if setting.ramp else None
        return _period(store, setting, plan.window if plan else _HISTORY_WINDOW)

    def _hindrances(self, now: Period, runtime: Runtime) -> tuple[list[str], list[str]]:
        """Limits that are broken, and what is missing for the next step."""
        step = ramp.step_of(now.setting, self._plans)
        if now.setting.ramp is None or step is None:
            return [], []
        limits = self._plans[now.setting.ramp.plan].limits
        return (
            evidence.broken(now.evidence, limits),
            evidence.missing(now.evidence, step, now.setting, runtime.clock.now()),
        )


def _period(store: MigrationStore, setting: Setting, window: int) -> Period:
    seen = store.observations(setting.routing.version, window)
    return Period(setting=setting, evidence=evidence.summarise(seen))


def _report(migration: Migration) -> None:
    """The measures that alarms look at: each compares the candidate with the legacy side."""
    seen = migration.now.evidence
    count("MismatchPercent", seen.mismatch_percent)
    excess = evidence.error_percent(seen.candidate) - evidence.error_percent(seen.legacy)
    count("ExcessErrorPercent", max(0.0, excess))
    if seen.legacy.p99_ms and seen.candidate.p99_ms:
        count("LatencyRatio", seen.candidate.p99_ms / seen.legacy.p99_ms)
    count("CandidateShare", migration.now.setting.routing.share)
