"""What this PBC stores beside accounts and lines, typed."""

import msgspec

from contracts.points_ledger import (
    HOLD,
    Block,
    BlockPoints,
    Correction,
    CorrectPoints,
    Merge,
    MergeMembers,
    PlaceHold,
    Redemption,
    Release,
    ReleasedBlock,
    Reversal,
    ReverseRedemption,
)
from lambdas.points_ledger.model.account import Account
from lambdas.points_ledger.model.lots import Lots
from pbckit.runtime.unit_of_work import ToldBy

_REFUSALS = {error.__name__: error for error in HOLD.errors}


class KeptPosting(msgspec.Struct, frozen=True, kw_only=True):
    """Where a posting stands that the ledger was told."""

    member_id: str
    sequence: int
    lot: str
    """Where its points went, and what corrections of it begin with."""
    told_by: ToldBy | None = None
    """The event that told of it. Former releases kept an inbox marker instead."""
    erased: bool = False
    """Whether its member was erased: it stands under a pseudonym."""


class KeptRefusal(msgspec.Struct, frozen=True, kw_only=True):
    """The refusal that a hold got, once and for all."""

    error: str
    message: str

    def again(self) -> Exception:
        """The refusal, to be raised again."""
        return _REFUSALS[self.error](self.message)


class KeptHold(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A hold as it was asked for, and what came of it. That its time is over is not kept: the account knows."""

    request: PlaceHold
    refusal: KeptRefusal | None = None
    redemption: Redemption | None = None
    release: Release | None = None
    left: Lots = msgspec.field(default_factory=Lots)
    """What was spent and not given back, by lot."""
    revision: int
    """Counts every change: who changes it expects the one that it read. No default: defaults are not stored."""

    @property
    def member_id(self) -> str:
        """Whose points they are."""
        return self.request.member_id

    def changed(self, **values: object) -> "KeptHold":
        """The next revision."""
        return msgspec.structs.replace(self, **values, revision=self.revision + 1)


class KeptCorrection(msgspec.Struct, frozen=True, kw_only=True):
    """A correction as it was asked for, and the answer that it got."""

    request: CorrectPoints
    answer: Correction


class KeptMerge(msgspec.Struct, frozen=True, kw_only=True):
    """A merge as it was asked for, and the answer that it got."""

    request: MergeMembers
    answer: Merge


class KeptReversal(msgspec.Struct, frozen=True, kw_only=True):
    """A reversal as it was asked for, and the answer that it got."""

    request: ReverseRedemption
    answer: Reversal


class KeptBlock(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A block as it was asked for, the answer that it got, and that to its release."""

    request: BlockPoints
    answer: Block
    release: ReleasedBlock | None = None
    revision: int
    """Counts every change: who changes it expects the one that it read. No default: defaults are not stored."""


class KeptErasure(msgspec.Struct, frozen=True, kw_only=True):
    """An erasure. Of whom is not kept."""

    reference: str
    actor: str
    approver: str
    accounts: int
    postings: int
    is_done: bool


class ErasedAccount(msgspec.Struct, frozen=True, kw_only=True):
    """One of the accounts of an erasure that is under way."""

    member_id: str
    pseudonym: str


class Erasing(msgspec.Struct, frozen=True, kw_only=True):
    """How far an erasure is. It is deleted with the last line: after it nothing links a member to a pseudonym."""

    kept: KeptErasure
    salt: str
    """What the ids that people and partners chose are hashed with."""
    accounts: list[ErasedAccount]
    """In the order in which they are erased: the member's own is the last."""
    place: int
    """The account that is being erased."""
    moved: Account
    """That account under its pseudonym, as far as its lines are moved."""
    postings: int
    """How many are erased, of all accounts."""
    parts: int
    """How many events told of it."""
    revision: int
