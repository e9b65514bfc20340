"""Whether a member's books are in order: computed anew, line by line, from nothing but the lines."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from contracts.points_ledger import Fault
from lambdas.points_ledger.model.account import Account, BrokenBooks
from lambdas.points_ledger.model.postings import Line, chained


def verified(member_id: str, stored: Iterable[Mapping[str, Any]], account: Account) -> tuple[Account, Fault | None]:
    """Go through a member's lines, oldest first, up to where the account stands.

    Args:
        member_id: whose they are.
        stored: the lines as they are stored.
        account: as it is stored.

    Returns:
        The account as the lines that are in order give it, and the first thing that is wrong.
    """
    computed = Account(member_id=member_id)
    for item in stored:
        if computed.version == account.version:
            break
        try:
            line = msgspec.convert(item, Line)
            after = computed.after(line)
        except (BrokenBooks, msgspec.ValidationError) as error:
            return computed, _fault(item, str(error))
        if line.hash != chained(line, computed.head):
            return computed, _fault(item, "it is not what was booked: its hash differs")
        computed = after
    if computed.version < account.version:
        return computed, Fault(sequence=computed.version + 1, posting_id=None, what="the line is missing")
    differing = [name for name in Account.__struct_fields__ if getattr(computed, name) != getattr(account, name)]
    if differing:
        what = f"the account has another {', '.join(differing)} than its lines"
        return computed, Fault(sequence=None, posting_id=None, what=what)
    return computed, None


def _fault(item: Mapping[str, Any], what: str) -> Fault:
    sequence, posting_id = item.get("sequence"), item.get("id")
    return Fault(
        sequence=sequence if isinstance(sequence, int) else None,
        posting_id=posting_id if isinstance(posting_id, str) else None,
        what=what,
    )
