"""What the ledger answers by pages, read whole."""

from collections import Counter
from collections.abc import Iterator

from contracts.points_ledger import (
    MEMBERS,
    STATEMENT,
    TOTALS,
    AccountTotal,
    GetStatement,
    GetTotals,
    ListMembers,
    Statement,
    StatementLine,
)
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
    held, spent or corrected by hand has ids of its own, which may be a purchase's. Where the account is merged into
    another one, what came to that one's for the member is among them.
    """
    merged_into = None
    try:
        for page in _statement(capabilities, member_id):
            yield from ((line.posting_id, line.points) for line in page.lines if line.kind in _OF_PURCHASES)
            merged_into = page.merged_into
        if merged_into is not None:
            later = reported_later(capabilities, merged_into, member_id)
            yield from ((line.posting_id, line.points) for line in later)
    except Refused as refusal:
        if refusal.error != "UnknownMember":
            raise


def reported_later(capabilities: CapabilityClient, merged_into: str, member_id: str) -> Iterator[StatementLine]:
    """Lines of the account that a member's was merged into: those of what was reported for the member after it."""
    for page in _statement(capabilities, merged_into):
        yield from (line for line in page.lines if line.reported_for == member_id)


def _statement(capabilities: CapabilityClient, member_id: str) -> Iterator[Statement]:
    request = GetStatement(member_id=member_id, limit=PAGE)
    return every_page(capabilities, STATEMENT, request, lambda page: page.next, cursor="before")
