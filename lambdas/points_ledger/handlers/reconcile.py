"""Scheduled: adds up all members' accounts, and looks whether each is what its newest line says."""

from datetime import datetime, timedelta
from functools import partial

import msgspec

from lambdas.points_ledger.model.account import Account
from lambdas.points_ledger.storage.ledger import SHARDS, Ledger
from pbckit.runtime.observability import count, logger, observed
from pbckit.runtime.resumable import LASTS, Job, Step, go_on
from pbckit.runtime.runtime import Runtime, lambda_runtime

UNBALANCED, BROKEN = "UnbalancedPoints", "BrokenBooks"
BEHIND = "ReconciliationBehind"
OF_A_STEP = 100
_PAUSE = timedelta(minutes=55)
"""Rounds of a ledger that one run can go through begin every hour."""
_MEMBERS, _POINTS, _BOOKS = "members", "unbalanced_points", "broken_books"


class Reconciliation(msgspec.Struct, frozen=True, kw_only=True):
    """What a run did, and what is known after it: of the last whole round, or more in the one that is under way."""

    members: int
    """Whom the run looked at."""
    unbalanced_points: int
    """How far debits and credits of members' accounts are apart, together. 0 in a ledger that is one."""
    broken_books: int
    """Members whose account is not what their newest line says, or cannot be read."""


def handler(_event: object, context: object) -> dict[str, int]:
    """What the scheduler calls."""
    with observed(context):
        return msgspec.to_builtins(reconcile(lambda_runtime("STORE_TABLE")))


def reconcile(runtime: Runtime) -> Reconciliation:
    """Go on through all members, and send what is wrong as metrics, which must be 0.

    Every line's place in the chain is what the capability `verify` looks at, member by member.
    """
    job = Job(
        name="reconcile", behind=BEHIND, shards=SHARDS, step=partial(_step, Ledger(runtime)), lasts=LASTS, pause=_PAUSE
    )
    progress = go_on(job, runtime)
    unbalanced, broken = progress.worst(_POINTS), progress.worst(_BOOKS)
    count(UNBALANCED, unbalanced)
    count(BROKEN, broken)
    return Reconciliation(members=progress.done.get(_MEMBERS, 0), unbalanced_points=unbalanced, broken_books=broken)


def _step(ledger: Ledger, shard: int, place: str | None, _began_at: datetime) -> Step:
    page, following = ledger.members_of(shard, place, OF_A_STEP)
    accounts = [account for member_id in page if (account := _in_order(ledger, member_id)) is not None]
    found = {
        _MEMBERS: len(page),
        _POINTS: sum(map(_apart, accounts)),
        _BOOKS: len(page) - len(accounts),
    }
    return Step(place=following, found=found)


def _apart(account: Account) -> int:
    """How far a member's debits and credits are apart: each posting is whole in one member's books."""
    return abs(sum(sides.debits - sides.credits for sides in account.totals.values()))


def _in_order(ledger: Ledger, member_id: str) -> Account | None:
    """A member's account, or None where it is not what the newest line says."""
    try:
        account = ledger.account(member_id)
        newest = ledger.newest_lines(member_id, limit=1, before=None)
    except msgspec.ValidationError as error:
        logger.error("books are not in order", member_id=member_id, reason=str(error))
        return None
    said = (newest[0].sequence, newest[0].hash, newest[0].balance_points) if newest else None
    if account is None or said != (account.version, account.head, account.balance_points):
        # Somebody may have booked between the two reads: who did has moved the account, too.
        again = ledger.account(member_id)
        if again is None or account is None or again.version == account.version:
            logger.error("books are not in order", member_id=member_id, reason="the account is not its newest line's")
            return None
        return again
    return account
