"""What the ledger answers by pages, read whole."""

from collections import Counter
from collections.abc import Iterator

from contracts.points_ledger import MEMBERS, STATEMENT, TOTALS, AccountTotal, GetStatement, GetTotals, ListMembers
from pbckit.cli.client.capabilities import CapabilityClient, every_page
from pbckit.cli.errors import Refused

PAGE = 1000
_OF_PURCHASES = ("earned", "adjusted")


def every_member(capabilities: CapabilityClient) -> Iterator[str]:
    """Ids of all members who have an account."""
    for page in every_page(capabilities, MEMBERS, ListMembers(limit=PAGE), lambda page: page.next):
        yield from page.member_ids


def total(capabilities: CapabilityClient) -> list[AccountTotal]:
    """Debits and credits of all members together, by account."""
    debits, credits_ = Counter[str](), Counter[str]()
    for page in every_page(capabilities, TOTALS, GetTotals(limit=PAGE), lambda page: page.next):
        for one in page.accounts:
            debits[one.account] += one.debits_points
            credits_[one.account] += one.credits_points
    return [
        AccountTotal(account=name, debits_points=debits[name], credits_points=credits_[name]) for name in sorted(debits)
    ]


def postings(capabilities: CapabilityClient, member_id: str) -> Iterator[tuple[str, int]]:
    """Ids and points of what is posted of a member's purchases; nothing for one whom the ledger does not know. What is
    held, spent or corrected by hand has ids of its own, which may be a purchase's.
    """
    request = GetStatement(member_id=member_id, limit=PAGE)
    try:
        for page in every_page(capabilities, STATEMENT, request, lambda page: page.next, cursor="before"):
            yield from ((line.posting_id, line.points) for line in page.lines if line.kind in _OF_PURCHASES)
    except Refused as refusal:
        if refusal.error != "UnknownMember":
            raise
