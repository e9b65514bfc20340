"""Scheduled: books what is due, for members who do nothing themselves.

Nothing depends on it: who reads an account sees what is due as booked. It makes the books say so, and tells it.
"""

import hashlib
from datetime import datetime
from functools import partial

import msgspec

from lambdas.points_ledger.model.account import BrokenBooks
from lambdas.points_ledger.services.member_ledger import MemberLedger
from lambdas.points_ledger.storage.ledger import SHARDS, Ledger
from pbckit.runtime.observability import count, logger, observed
from pbckit.runtime.ports import ConditionFailed, TransactionConflict
from pbckit.runtime.resumable import LASTS, Job, Step, go_on
from pbckit.runtime.runtime import Runtime, lambda_runtime
from pbckit.runtime.unit_of_work import MessageContext

BEHIND = "SettlementBehind"
OF_A_STEP = 50
_SETTLED = "settled"


def handler(_event: object, context: object) -> dict[str, int]:
    """What the scheduler calls."""
    with observed(context):
        return {"settled": settle(lambda_runtime("STORE_TABLE", "OUTBOX_TABLE"))}


def settle(runtime: Runtime) -> int:
    """Book what is due for as many members as one run can. The next one goes on.

    Returns:
        For how many members.
    """
    job = Job(name="settle-due", behind=BEHIND, shards=SHARDS, step=partial(_step, runtime), lasts=LASTS)
    booked = go_on(job, runtime).done.get(_SETTLED, 0)
    count("MembersSettled", booked)
    return booked


def _step(runtime: Runtime, shard: int, place: str | None, began_at: datetime) -> Step:
    """Those who could not be settled stay due, and are behind the cursor until the next round."""
    members, following = Ledger(runtime).due(shard, began_at, place, OF_A_STEP)
    return Step(place=following, found={_SETTLED: sum(_is_settled(member_id, runtime) for member_id in members)})


def _is_settled(member_id: str, runtime: Runtime) -> bool:
    occasion = f"{member_id} {runtime.clock.now().isoformat()}"
    cause = MessageContext(
        correlation_id=f"due-{hashlib.sha256(occasion.encode()).hexdigest()[:24]}", actor=runtime.unit
    )
    try:
        MemberLedger.of(member_id, runtime, cause)
    except (ConditionFailed, TransactionConflict):
        # Whoever it was has booked what was due, or the next run does.
        logger.info("somebody else is at it", member_id=member_id)
        return False
    except (BrokenBooks, msgspec.ValidationError) as error:
        # Books that somebody spoilt must not hold up those of others; `reconcile` counts them.
        logger.error("books are not in order", member_id=member_id, reason=str(error))
        return False
    return True
