"""A member's account: what the lines of their books add up to."""

from datetime import datetime

import msgspec

from contracts.points_ledger import PointsOnClosing
from lambdas.points_ledger.model.blocks import Blocks, blocked, corrected
from lambdas.points_ledger.model.lots import Lots, live, plus
from lambdas.points_ledger.model.postings import (
    BEGINNING,
    DEBT,
    EXPIRED,
    FORFEITED,
    Draft,
    Line,
    chained,
    entries,
    held_account,
    member_account,
)

HELD, MEMBERS = "held", "members"
"""How the totals of all members' accounts are called."""


class BrokenBooks(ValueError):
    """A line does not fit what stands before it. The message says what is wrong."""


class OpenHold(msgspec.Struct, frozen=True, kw_only=True):
    """Points that are set aside, with the lots that they came from and go back to."""

    until: datetime
    parts: Lots

    @property
    def points(self) -> int:
        """How many."""
        return sum(self.parts.values())


class Closed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """That an account is closed."""

    at: datetime
    points: PointsOnClosing
    sequence: int
    """The line that closed it."""
    merged_into: str | None = None
    """The member whose account got all that it had; None where it was not merged."""


class Sides(msgspec.Struct, frozen=True, array_like=True):
    """What was debited and credited so far, both as positive numbers."""

    debits: int = 0
    credits: int = 0

    def plus(self, amount: int) -> "Sides":
        """With one more amount."""
        return Sides(self.debits + max(0, -amount), self.credits + max(0, amount))


class Account(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A member's account as it stands. Small, because every posting writes it: lots, not purchases."""

    member_id: str
    version: int = 0
    """How many lines it has had."""
    events: int = 0
    """How many events they were."""
    head: str = BEGINNING
    """Hash of the last line."""
    booked_at: datetime | None = None
    lots: Lots = msgspec.field(default_factory=Lots)
    """What is neither held nor booked as expired."""
    holds: dict[str, OpenHold] = msgspec.field(default_factory=dict[str, OpenHold])
    expired: Lots = msgspec.field(default_factory=Lots)
    """What expired of each lot and was not given back since: a correction does not take it a second time."""
    forfeited: Lots = msgspec.field(default_factory=Lots)
    """What was forfeited of each lot, and not taken back since."""
    debt_points: int = 0
    enrolled_at: datetime | None = None
    enrolled_by: str | None = None
    closed: Closed | None = None
    blocks: Blocks = msgspec.field(default_factory=Blocks)
    """What an operator keeps from being spent."""
    merged_from: list[str] = msgspec.field(default_factory=list[str])
    """Members whose accounts were merged into this one, in their order."""
    erased: bool = False
    """Whether its member was erased, or is being erased: nothing is booked any more."""
    totals: dict[str, Sides] = msgspec.field(default_factory=dict[str, Sides])

    @property
    def held_points(self) -> int:
        """What is set aside."""
        return sum(hold.points for hold in self.holds.values())

    @property
    def balance_points(self) -> int:
        """What can be spent and what is held."""
        return sum(self.lots.values()) + self.held_points

    @property
    def merged_into(self) -> str | None:
        """The member whose account got all that this one had; None where it was not merged."""
        return self.closed.merged_into if self.closed else None

    def spendable(self, now: datetime) -> Lots:
        """The lots that can be spent now, earliest expiry first."""
        return live(self.lots, now)

    def blocked_points(self, now: datetime) -> int:
        """How many of the points that could be spent now are blocked."""
        return blocked(self.blocks, sum(self.spendable(now).values()))

    def free_points(self, now: datetime) -> int:
        """What can be spent now and is not blocked."""
        return sum(self.spendable(now).values()) - self.blocked_points(now)

    def booked(self, draft: Draft, now: datetime) -> tuple[Line, "Account"]:
        """The next line, and the account with it.

        Raises:
            BrokenBooks: the account cannot take it.
            UnbalancedPosting: it does not add up to zero.
        """
        bare = Line(
            sequence=self.version + 1,
            id=draft.id,
            kind=draft.kind,
            points=draft.points,
            text=draft.text,
            at=draft.at,
            # Clocks of two machines differ; the books go forward.
            booked_at=max(now, self.booked_at or now),
            entries=entries(draft, self.member_id),
            balance_points=self.balance_points + sum(draft.lots.values()) + draft.held,
            held_points=self.held_points + draft.held,
            debt_points=self.debt_points - draft.programme.get(DEBT, 0),
            lots=draft.lots,
            until=draft.until,
            corrects=draft.corrects,
            refused_lot=draft.refused_lot,
            reason=draft.reason,
            by_hand=draft.by_hand,
            forfeited=draft.forfeited,
            enrolling=draft.enrolling,
            closing=draft.closing,
            block=draft.block,
            merging=draft.merging,
            erasing=draft.erasing,
            reported_for=draft.reported_for,
        )
        line = msgspec.structs.replace(bare, hash=chained(bare, self.head))
        return line, self.after(line)

    def after(self, line: Line) -> "Account":
        """The account with one more line.

        Raises:
            BrokenBooks: the line is not one that could stand here. Its hash is not looked at.
        """
        after = msgspec.structs.replace(
            self,
            version=line.sequence,
            events=self.events + (2 if takes_back(line) else 1),
            head=line.hash,
            booked_at=line.booked_at,
            lots=plus(self.lots, line.lots),
            holds=self._holds_after(line),
            expired=self._expired_after(line),
            forfeited=plus(self.forfeited, line.forfeited),
            enrolled_at=line.at if line.enrolling else self.enrolled_at,
            enrolled_by=line.enrolling.actor if line.enrolling else self.enrolled_by,
            closed=self._closed_after(line),
            debt_points=self.debt_points - line.amount(DEBT),
            blocks=self._blocks_after(line),
            merged_from=self._merged_after(line),
            erased=self.erased or line.erasing is not None,
            totals=self._totals_after(line),
        )
        self._require_sound(after, line)
        return after

    def _holds_after(self, line: Line) -> dict[str, OpenHold]:
        match line.kind:
            case "held":
                parts = {lot: -points for lot, points in line.lots.items()}
                if line.until is None or line.id in self.holds:
                    raise BrokenBooks(f"hold {line.id} has no end, or is open already")
                return {**self.holds, line.id: OpenHold(until=line.until, parts=parts)}
            case "released" | "redeemed":
                if line.id not in self.holds:
                    raise BrokenBooks(f"hold {line.id} is not open")
                return {hold_id: hold for hold_id, hold in self.holds.items() if hold_id != line.id}
            case _:
                return self.holds

    def _expired_after(self, line: Line) -> Lots:
        if line.kind == "expired":
            return plus(self.expired, line.lots, sign=-1)
        if line.refused_lot is not None:
            return plus(self.expired, {line.refused_lot: line.amount(EXPIRED)})
        if line.merging is not None:
            return plus(self.expired, line.merging.expired, sign=-1 if line.merging.into else 1)
        return self.expired

    def _closed_after(self, line: Line) -> Closed | None:
        if line.closing is None:
            return self.closed
        if self.closed is not None:
            raise BrokenBooks("the account is closed already")
        into = line.merging.into if line.merging else None
        return Closed(at=line.at, points=line.closing.points, sequence=line.sequence, merged_into=into)

    def _merged_after(self, line: Line) -> list[str]:
        source = line.merging.source if line.merging else None
        return self.merged_from if source is None else [*self.merged_from, source]

    def _blocks_after(self, line: Line) -> Blocks:
        if line.block is None:
            is_correction = line.kind == "adjusted" and line.corrects is not None
            return corrected(self.blocks, line.corrects or "", line.points) if is_correction else self.blocks
        if (line.block.opened is None) != (line.id in self.blocks):
            raise BrokenBooks(f"block {line.id} is open already, or not open")
        others = {block_id: block for block_id, block in self.blocks.items() if block_id != line.id}
        return {**others, line.id: line.block.opened} if line.block.opened else others

    def _totals_after(self, line: Line) -> dict[str, Sides]:
        names = {member_account(self.member_id): MEMBERS, held_account(self.member_id): HELD}
        totals = dict(self.totals)
        for entry in line.entries:
            name = names.get(entry.account, entry.account)
            totals[name] = totals.get(name, Sides()).plus(entry.amount_points)
        return totals

    def _require_sound(self, after: "Account", line: Line) -> None:
        """What must hold after every line, whatever it is."""
        problems = {
            f"its number is not {self.version + 1}": line.sequence != self.version + 1,
            "it was booked before the line before it": self.booked_at is not None and line.booked_at < self.booked_at,
            "lots and entries differ": line.amount(member_account(self.member_id)) != sum(line.lots.values()),
            "holds and entries differ": line.amount(held_account(self.member_id))
            != after.held_points - self.held_points,
            "a lot is below zero": any(points < 0 for points in after.lots.values()),
            "more expired points are given back than expired": any(points < 0 for points in after.expired.values()),
            "forfeited lots and entries differ": line.amount(FORFEITED) != line.forfeited_points,
            "more forfeited points are taken back than forfeited": any(
                points < 0 for points in after.forfeited.values()
            ),
            "the debt is below zero": after.debt_points < 0,
            f"the balance is {after.balance_points}": line.balance_points != after.balance_points,
            f"the held points are {after.held_points}": line.held_points != after.held_points,
            f"the debt is {after.debt_points}": line.debt_points != after.debt_points,
        }
        wrong = [problem for problem, is_so in problems.items() if is_so]
        if wrong:
            raise BrokenBooks("; ".join(wrong))


def takes_back(line: Line) -> bool:
    """Whether a line is a correction that takes points back: of it two events tell."""
    return line.kind == "adjusted" and line.points < 0
