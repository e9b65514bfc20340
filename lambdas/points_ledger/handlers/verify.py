"""Capability `verify`."""

import msgspec

from contracts.points_ledger import VERIFY, Fault, UnknownMember, Verification, Verify
from lambdas.points_ledger.model.postings import BEGINNING
from lambdas.points_ledger.model.verification import surplus, verified
from lambdas.points_ledger.storage.ledger import Ledger
from pbckit.runtime.capability import CallContext, capability

_UNDER_WAY = "if the member's erasure is under way, go on with it (`rewards member erase`)"


@capability(VERIFY)
def handler(request: Verify, call: CallContext) -> Verification:
    """Compute a member's books anew from their lines; name the first fault."""
    return verification(Ledger(call.runtime), request.member_id)


def verification(ledger: Ledger, member_id: str) -> Verification:
    """Compute a member's books anew.

    Raises:
        UnknownMember: there are none.
    """
    # The account first: lines that are booked meanwhile are not looked at.
    try:
        account = ledger.account(member_id)
    except msgspec.ValidationError as error:
        fault = Fault(sequence=None, posting_id=None, what=f"the account is none: {error}")
        return Verification(member_id=member_id, lines=0, hash=BEGINNING, fault=fault)
    if account is None:
        raise UnknownMember(f"the ledger has no account for member {member_id!r}")
    stored = ledger.stored_lines(member_id)
    computed, fault = verified(member_id, stored, account)
    beyond = next(stored, None) if fault is None else None
    # A line and its account are committed together: if the account has not moved by now, it is no line of its own.
    if beyond is not None and ledger.account(member_id) == account:
        fault = surplus(beyond, account)
    if fault is not None and account.erased:
        fault = msgspec.structs.replace(fault, what=f"{fault.what}; {_UNDER_WAY}")
    return Verification(member_id=member_id, lines=computed.version, hash=computed.head, fault=fault)
