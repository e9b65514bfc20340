"""Whether a member's books are in order: computed anew, line by line, from nothing but the lines."""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

import msgspec

from contracts.points_ledger import Fault
from lambdas.points_ledger.model.account import Account, BrokenBooks
from lambdas.points_ledger.model.diff import differences
from lambdas.points_ledger.model.postings import Line, chained


def verified(member_id: str, stored: Iterable[Mapping[str, Any]], account: Account) -> tuple[Account, Fault | None]:
    """Go through a member's lines, oldest first, up to where the account stands.

    Args:
        member_id: whose they are.
        stored: the lines as they are stored. Those after the account's last are left in it.
        account: as it is stored.

    Returns:
        The account as the lines that are in order give it, and the first thing that is wrong.
    """
    computed, fault = computed_from(member_id, islice(stored, account.version))
    if fault is not None:
        return computed, fault
    if computed.version < account.version:
        return computed, Fault(sequence=computed.version + 1, posting_id=None, what="the line is missing")
    what = differing(account, computed)
    return computed, None if what is None else Fault(sequence=None, posting_id=None, what=what)


def differing(account: Account, computed: Account) -> str | None:
    """What an account has that its lines do not give it, in words; None where it is what they say."""
    names = differences(computed, account)
    return f"the account has another {', '.join(names)} than its lines" if names else None


def computed_from(member_id: str, stored: Iterable[Mapping[str, Any]]) -> tuple[Account, Fault | None]:
    """The account as lines give it, up to the first one that is not in order, and what is wrong with that one."""
    computed = Account(member_id=member_id)
    for item in stored:
        try:
            line = msgspec.convert(item, Line)
            after = computed.after(line)
        except (BrokenBooks, msgspec.ValidationError) as error:
            return computed, _fault(item, computed.version + 1, str(error))
        if line.hash != chained(line, computed.head):
            return computed, _fault(item, computed.version + 1, "it is not what was booked: its hash differs")
        computed = after
    return computed, None


def surplus(item: Mapping[str, Any], account: Account) -> Fault:
    """The fault of a line that stands after the last one of which the account knows."""
    return _fault(item, account.version + 1, "the account does not know of this line")


def _fault(item: Mapping[str, Any], place: int, what: str) -> Fault:
    """What is wrong at a place, where some item stands: not the number that it gives itself, which may be the lie."""
    number, posting_id = item.get("sequence"), item.get("id")
    if isinstance(number, int) and number > place:
        what = f"the line is missing, or another stands in its place: line {number} is there"
    return Fault(sequence=place, posting_id=posting_id if isinstance(posting_id, str) else None, what=what)
