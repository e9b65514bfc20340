"""Scheduled: adds up all members' accounts, and looks whether each is what its newest line says."""

import msgspec

from lambdas.points_ledger.model.account import Account, Sides
from lambdas.points_ledger.model.totals import sums
from lambdas.points_ledger.storage.ledger import Ledger
from pbckit.runtime.observability import count, logger, observed
from pbckit.runtime.runtime import Runtime, lambda_runtime

UNBALANCED, BROKEN = "UnbalancedPoints", "BrokenBooks"
_OF_A_PAGE = 100


class Reconciliation(msgspec.Struct, frozen=True, kw_only=True):
    """What a run found."""

    members: int
    unbalanced_points: int
    """How far all debits and all credits of the ledger are apart. 0 in a ledger that is one."""
    broken_books: int
    """Members whose account is not what their newest line says, or cannot be read."""


def handler(_event: object, context: object) -> dict[str, int]:
    """What the scheduler calls."""
    with observed(context):
        return msgspec.to_builtins(reconcile(lambda_runtime("STORE_TABLE")))


def reconcile(runtime: Runtime) -> Reconciliation:
    """Go through all members, and send what is wrong as metrics, which must be 0.

    Every line's place in the chain is what the capability `verify` looks at, member by member.
    """
    ledger, total, broken, members = Ledger(runtime), Sides(), 0, 0
    following: str | None = "0#"
    while following is not None:
        page, following = ledger.members(following, _OF_A_PAGE)
        accounts = [account for member_id in page if (account := _in_order(ledger, member_id)) is not None]
        for sides in sums(accounts).values():
            total = Sides(total.debits + sides.debits, total.credits + sides.credits)
        members += len(page)
        broken += len(page) - len(accounts)
    unbalanced = abs(total.debits - total.credits)
    count(UNBALANCED, unbalanced)
    count(BROKEN, broken)
    return Reconciliation(members=members, unbalanced_points=unbalanced, broken_books=broken)


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
