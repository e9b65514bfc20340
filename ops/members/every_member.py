"""All members who have an account."""

from collections.abc import Iterator

from contracts.points_ledger import MEMBERS, ListMembers
from pbckit.cli.client.capabilities import CapabilityClient

_PAGE = 1000


def every_member(capabilities: CapabilityClient) -> Iterator[str]:
    """Ids of all members who have an account, page by page."""
    after: str | None = None
    while True:
        page = capabilities.ask(MEMBERS, ListMembers(limit=_PAGE, after=after))
        yield from page.member_ids
        after = page.next
        if after is None:
            return
