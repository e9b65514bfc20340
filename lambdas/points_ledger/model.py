"""The ledger by double entry: postings whose entries add up to zero, and the balances that follow from them."""

from datetime import datetime
from typing import Literal

import msgspec

from contracts.points_ledger import Entry

ISSUED = "programme:issued"
"""The programme's side of points that members earn: what it owes."""


class UnbalancedPosting(ValueError):
    """The entries of a posting do not add up to zero."""


class Posting(msgspec.Struct, frozen=True, kw_only=True):
    """A booking. Never changed and never deleted: a mistake is mended by another posting."""

    id: str
    kind: Literal["earned", "adjusted"]
    member_id: str
    entries: list[Entry]
    text: str
    posted_at: datetime

    def __post_init__(self) -> None:
        total = sum(entry.amount_points for entry in self.entries)
        if total != 0:
            raise UnbalancedPosting(f"posting {self.id}: entries add up to {total}, not to 0")

    @property
    def points(self) -> int:
        """What the member's account gains."""
        return sum(entry.amount_points for entry in self.entries if entry.account == member_account(self.member_id))


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A member's account as it stands."""

    member_id: str
    balance_points: int = 0
    version: int = 0
    """How many postings it has had."""

    def after(self, posting: Posting) -> "Account":
        """The account with one more posting."""
        return Account(
            member_id=self.member_id,
            balance_points=self.balance_points + posting.points,
            version=self.version + 1,
        )


def member_account(member_id: str) -> str:
    """Name of a member's account."""
    return f"member:{member_id}"


def earned(posting_id: str, member_id: str, points: int, text: str, posted_at: datetime) -> Posting:
    """The posting of points that a member earned: the programme issues them, the member has them."""
    return Posting(
        id=posting_id,
        kind="earned",
        member_id=member_id,
        entries=[
            Entry(account=ISSUED, amount_points=-points),
            Entry(account=member_account(member_id), amount_points=points),
        ],
        text=text,
        posted_at=posted_at,
    )


def differences(before: Posting, now: Posting) -> list[str]:
    """Names of the fields in which two postings of one id differ."""
    return [name for name in Posting.__struct_fields__ if getattr(before, name) != getattr(now, name)]
