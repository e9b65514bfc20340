"""Scheduled: tells which calculations are to be made anew.

Those that fell back are told until the missing answer is there; those that a change of the programme touches are told
by going through the purchases in its window.
"""

from lambdas.points_calculation.services.outdated_events import outdate, recalculation_id
from lambdas.points_calculation.services.rerating import follow
from lambdas.points_calculation.storage.calculations import CalculationStore
from lambdas.points_calculation.storage.changes import ChangeStore
from lambdas.points_calculation.storage.fallbacks import KEPT_OPEN, FallbackStore
from lambdas.points_calculation.storage.records import OpenFallback
from pbckit.runtime.observability import count, logger, observed
from pbckit.runtime.ports import ConditionFailed
from pbckit.runtime.runtime import Runtime, lambda_runtime

GIVEN_UP = "TrueUpsGivenUp"

_OPEN_OF_A_SHARD = 100
_PAGES_OF_A_CHANGE = 500


def handler(_event: object, context: object) -> dict[str, int]:
    """What the scheduler calls."""
    with observed(context):
        told = find(lambda_runtime("STORE_TABLE", "OUTBOX_TABLE"))
        return {"outdated": told}


def find(runtime: Runtime) -> int:
    """Tell of outdated calculations: of as many as one run can. The next one goes on.

    Returns:
        How many were told.
    """
    told = _retry_open(runtime) + _follow_changes(runtime)
    count("CalculationsOutdated", told)
    return told


def _retry_open(runtime: Runtime) -> int:
    due = FallbackStore(runtime).due(runtime.clock.now(), _OPEN_OF_A_SHARD)
    given_up = 0
    told = 0
    for entry in due:
        try:
            if _is_answered(entry, runtime):
                continue
            if runtime.clock.now() - entry.opened_at > KEPT_OPEN:
                _give_up(entry, runtime)
                given_up += 1
            else:
                _retry(entry, runtime)
                told += 1
        except ConditionFailed:
            logger.info("another run is at it", purchase_id=entry.purchase_id)
    # Also when it is 0: an alarm that has never seen a value says nothing.
    count(GIVEN_UP, given_up)
    return told


def _is_answered(entry: OpenFallback, runtime: Runtime) -> bool:
    """Close an entry whose calculation has no fallback any more."""
    calculated = CalculationStore(runtime).find(entry.purchase_id)
    if calculated is not None and calculated.calculation.fallbacks:
        return False
    runtime.tables.transact([FallbackStore(runtime).closed(entry)])
    return True


def _give_up(entry: OpenFallback, runtime: Runtime) -> None:
    logger.error("no answer came", purchase_id=entry.purchase_id, opened_at=entry.opened_at.isoformat())
    runtime.tables.transact([FallbackStore(runtime).closed(entry)])


def _retry(entry: OpenFallback, runtime: Runtime) -> None:
    identity = recalculation_id(entry.purchase_id, f"{entry.opened_at.isoformat()} {entry.attempts}")
    work = outdate(runtime, entry.correlation_id, [(identity, entry.purchase_id)], lookups=[])
    work.add(*FallbackStore(runtime).put_off(entry, runtime.clock.now()))
    work.commit()


def _follow_changes(runtime: Runtime) -> int:
    told = 0
    for change in ChangeStore(runtime).due(runtime.clock.now()):
        try:
            told += follow(change, runtime, _PAGES_OF_A_CHANGE)
        except ConditionFailed:
            logger.info("another run is at it", change_id=change.change_id)
    return told
