"""Postings: what is decided (`Draft`), and how it stands in a member's books (`Line`), immutable and chained."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

import msgspec

from contracts.points_ledger import (
    ClosingReason,
    Entry,
    MergeReason,
    PointsOnClosing,
    PostingKind,
    RecordedReason,
    ReleaseReason,
)
from lambdas.points_ledger.model.blocks import BlockChange
from lambdas.points_ledger.model.lots import Lots

ISSUED = "programme:issued"
"""The programme's side of points that members earn."""
REDEEMED = "programme:redeemed"
EXPIRED = "programme:expired"
DEBT = "programme:debt"
"""What members owe: the programme's claim. Debited when a debt arises, credited when it is repaid."""
FORGIVEN = "programme:forgiven"
CORRECTED = "programme:corrected"
"""The programme's side of points that a person gave or took."""
FORFEITED = "programme:forfeited"
"""The programme's side of points that closed accounts lost, or were not credited."""
MERGED = "programme:merged"
"""What passes from one member's books to another's where accounts are merged: over all members it adds up to 0."""

BEGINNING = "0" * 64
"""What stands for the hash before the first line."""


class UnbalancedPosting(ValueError):
    """The entries of a posting do not add up to zero, or its lots do not say what its entries say."""


class MadeByHand(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who made a correction, and why."""

    reason: RecordedReason
    actor: str
    approver: str | None = None


class Enrolling(msgspec.Struct, frozen=True, kw_only=True):
    """Who enrolled a member."""

    actor: str


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """Who closed an account, why, and what becomes of its points."""

    reason: ClosingReason
    actor: str
    points: PointsOnClosing


class Merging(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """That two accounts were merged: in the books of the one that is closed by it, and of the one that goes on."""

    reference: str
    reason: MergeReason
    actor: str
    approver: str
    into: str | None = None
    """Where the account's points went; None in the books that got them."""
    source: str | None = None
    """Whose points came; None in the books that they left."""
    expired: Lots = msgspec.field(default_factory=Lots)
    """What had expired of each lot and was not given back: corrections that come later must know it."""


class Erasing(msgspec.Struct, frozen=True, kw_only=True):
    """That a member was erased: the last line of the books."""

    reference: str
    actor: str
    approver: str


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A posting as it is decided."""

    id: str
    kind: PostingKind
    points: int
    """What the statement says; see `StatementLine.points`."""
    text: str
    at: datetime
    """When it happened."""
    programme: dict[str, int] = msgspec.field(default_factory=dict[str, int])
    """Amounts of the programme's accounts."""
    held: int = 0
    """What the member's held points gain or lose."""
    lots: Lots = msgspec.field(default_factory=Lots)
    """What each lot gains or loses."""
    until: datetime | None = None
    """The end of a hold."""
    corrects: str | None = None
    """The purchase of a correction, the redemption of a reversal."""
    refused_lot: str | None = None
    """The expired lot of which points were not taken a second time, for a correction."""
    reason: ReleaseReason | None = None
    """Why a hold ended without being posted."""
    by_hand: MadeByHand | None = None
    """Of a correction that a person made."""
    forfeited: Lots = msgspec.field(default_factory=Lots)
    """What was forfeited of each lot; below zero for what a correction takes of it."""
    enrolling: Enrolling | None = None
    closing: Closing | None = None
    block: BlockChange | None = None
    """What it does to the block of its id."""
    merging: Merging | None = None
    erasing: Erasing | None = None
    reported_for: str | None = None
    """The member for whom it was reported, where that account is merged into this one."""


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A posting in a member's books. Never changed: a mistake is mended by another posting. Only an erasure deletes it,
    and writes another one for it.
    """

    sequence: int
    id: str
    kind: PostingKind
    points: int
    text: str
    at: datetime
    booked_at: datetime
    entries: list[Entry]
    balance_points: int
    held_points: int = 0
    debt_points: int = 0
    lots: Lots = msgspec.field(default_factory=Lots)
    until: datetime | None = None
    corrects: str | None = None
    refused_lot: str | None = None
    reason: ReleaseReason | None = None
    by_hand: MadeByHand | None = None
    forfeited: Lots = msgspec.field(default_factory=Lots)
    enrolling: Enrolling | None = None
    closing: Closing | None = None
    block: BlockChange | None = None
    merging: Merging | None = None
    erasing: Erasing | None = None
    reported_for: str | None = None
    hash: str = ""

    def __post_init__(self) -> None:
        total = sum(entry.amount_points for entry in self.entries)
        if total != 0:
            raise UnbalancedPosting(f"posting {self.id}: entries add up to {total}, not to 0")

    def amount(self, account: str) -> int:
        """What an account gains by it."""
        return sum(entry.amount_points for entry in self.entries if entry.account == account)

    @property
    def owed_points(self) -> int:
        """What was to be taken by it and was not there: a debt now."""
        return max(0, -self.amount(DEBT))

    @property
    def repaid_points(self) -> int:
        """The part of what was given by it that repaid a debt."""
        return max(0, self.amount(DEBT))

    @property
    def forgiven_points(self) -> int:
        """What was to be taken by it and was not there, and is not asked for."""
        return -self.amount(FORGIVEN)

    @property
    def forfeited_points(self) -> int:
        """What was forfeited by it; below zero for what was forfeited before and is taken back by it."""
        return sum(self.forfeited.values())


def member_account(member_id: str) -> str:
    """Name of the account of what a member can spend."""
    return f"member:{member_id}"


def held_account(member_id: str) -> str:
    """Name of the account of what is held for a member's redemptions."""
    return f"held:{member_id}"


def entries(draft: Draft, member_id: str) -> list[Entry]:
    """The legs of a posting. Those of 0 are left out."""
    amounts = {
        **draft.programme,
        held_account(member_id): draft.held,
        member_account(member_id): sum(draft.lots.values()),
    }
    return [Entry(account=account, amount_points=amount) for account, amount in amounts.items() if amount]


def chained(line: Line, previous: str) -> str:
    """Hash of a line and of the hash before it: SHA-256 over canonical JSON, the line's own hash left out."""
    content = msgspec.to_builtins(msgspec.structs.replace(line, hash=""))
    return hashlib.sha256(previous.encode() + msgspec.json.encode(content, order="sorted")).hexdigest()


def parts_text(parts: Mapping[str, int]) -> str:
    """Lots for a person: `2028-07: 40, never: 2`."""
    return ", ".join(f"{lot}: {points}" for lot, points in sorted(parts.items()))
