"""Capability `balance`."""

from datetime import datetime

import msgspec

from contracts.points_ledger import BALANCE, Balance, GetBalance
from lambdas.points_ledger.model.account import Account
from lambdas.points_ledger.model.due import settled
from lambdas.points_ledger.model.postings import Line
from lambdas.points_ledger.services import answers, pending
from lambdas.points_ledger.services.member_ledger import standing
from lambdas.points_ledger.storage.ledger import Ledger
from pbckit.runtime.capability import CallContext, capability


@capability(BALANCE)
def handler(request: GetBalance, call: CallContext) -> Balance:
    """What a member has, now or at an instant."""
    ledger = Ledger(call.runtime)
    now = call.runtime.clock.now()
    at = request.at or now
    account = standing(ledger, request.member_id, max(at, now))
    if at < now:
        return answers.balance(_as_of(ledger, request.member_id, at), at)
    return answers.balance(account, at, pending.of_member(call.runtime, request.member_id, account, at))


def _as_of(ledger: Ledger, member_id: str, at: datetime) -> Account:
    """The account as it was: what was booked until then, and what was due then."""
    account = Account(member_id=member_id)
    for item in ledger.stored_lines(member_id):
        line = msgspec.convert(item, Line)
        if line.booked_at > at:
            break
        account = account.after(line)
    return settled(account, at)[0]
