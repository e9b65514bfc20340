"""Capability `repair`: an account that is not what its lines say is computed anew from them."""

from itertools import count

import msgspec

from contracts.points_ledger import REPAIR, CannotRepair, Repair, RepairMember, UnknownMember
from lambdas.points_ledger.model import booking
from lambdas.points_ledger.model.account import Account
from lambdas.points_ledger.model.verification import computed_from, differing
from lambdas.points_ledger.services.events import events
from lambdas.points_ledger.storage.ledger import Ledger
from pbckit.runtime.capability import CallContext, capability
from pbckit.runtime.ports import ConditionFailed, Item
from pbckit.runtime.unit_of_work import retry_on_conflict


@capability(REPAIR)
def handler(request: RepairMember, call: CallContext) -> Repair:
    """Say what is wrong with an account, and mend it where that is asked for. Lines are never changed."""
    return retry_on_conflict(lambda: _repaired(request, call), call.runtime)


def _repaired(request: RepairMember, call: CallContext) -> Repair:
    ledger = Ledger(call.runtime)
    stored, computed = _of_one_moment(ledger, request.member_id)
    problem = _problem(stored, computed)
    if problem is not None and request.apply:
        _apply(ledger, stored, computed, problem, call)
    return Repair(
        member_id=request.member_id,
        problem=problem,
        lines=computed.version,
        balance_points=computed.balance_points,
        applied=problem is not None and request.apply,
    )


def _of_one_moment(ledger: Ledger, member_id: str) -> tuple[Item | None, Account]:
    """The account as it is stored, and as the lines say it.

    Raises:
        ConditionFailed: somebody booked something meanwhile.
        UnknownMember: there is neither an account nor a line.
        CannotRepair: a line is not what was booked.
    """
    stored = ledger.stored_account(member_id)
    computed, fault = computed_from(member_id, ledger.stored_lines(member_id))
    if ledger.stored_account(member_id) != stored:
        raise ConditionFailed([])
    if fault is not None:
        raise CannotRepair(
            f"member {member_id}, line {fault.sequence}: {fault.what}; restore the line from a backup of the table"
        )
    if stored is None and computed.version == 0:
        raise UnknownMember(f"the ledger has no account for member {member_id!r}")
    return stored, computed


def _problem(stored: Item | None, computed: Account) -> str | None:
    if stored is None:
        return "the account is missing"
    try:
        account = msgspec.convert(stored, Account)
    except msgspec.ValidationError as error:
        return f"the account cannot be read: {error}"
    return differing(account, computed)


def _apply(ledger: Ledger, stored: Item | None, computed: Account, problem: str, call: CallContext) -> None:
    now = call.runtime.clock.now()
    line, after = computed.booked(booking.repaired(computed, problem, call.cause.actor, now), now)
    work = call.unit_of_work()
    work.add(*ledger.replace_account(stored, computed, after, line))
    for number, event in zip(count(computed.events + 1), events(line, computed.member_id)):
        work.publish(event, sequence=number)
    work.commit()
