"""What the ledger should say, point by point: a few lists and rules, and nothing of the ledger's own code.

Each point is the name of the lot that it is in: the month at whose beginning it is gone, or `never`.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

NEVER = "never"
_LONGEST_HOLD = timedelta(days=30)


def end_of(lot: str) -> datetime:
    """The first instant without the lot's points."""
    if lot == NEVER:
        return datetime.max.replace(tzinfo=UTC)
    year, month = lot.split("-")
    return datetime(int(year), int(month), 1, tzinfo=UTC)


@dataclass
class Hold:
    """A hold as it was asked for, and what became of it."""

    asked: tuple[str, int, datetime]
    refusal: str | None = None
    points: list[str] = field(default_factory=list[str])
    state: str = "open"
    spent: list[str] = field(default_factory=list[str])
    redeemed: int = 0


@dataclass
class Member:
    """One member."""

    free: list[str] = field(default_factory=list[str])
    debt: int = 0
    expired: Counter[str] = field(default_factory=Counter[str])

    def become_free(self, points: list[str], at: datetime) -> None:
        """Points that live repay the debt first, those that end first before the others."""
        for lot in sorted(points):
            if self.debt and at < end_of(lot):
                self.debt -= 1
            else:
                self.free.append(lot)


class Oracle:
    """All members."""

    def __init__(self, *, clamp: bool = False) -> None:
        self.members: dict[str, Member] = {}
        self.holds: dict[str, Hold] = {}
        self._clamp = clamp
        self._posted: dict[str, tuple[str, int, str]] = {}
        self._reversals: dict[str, tuple[str, int | None]] = {}

    def earn(self, posting_id: str, member_id: str, points: int, lot: str, now: datetime) -> None:
        """A purchase. Once by its id, and as it came first."""
        if posting_id not in self._posted:
            self._posted[posting_id] = (member_id, points, lot)
            self._at(member_id, now).become_free([lot] * points, now)

    def correct(self, posting_id: str, purchase_id: str, points: int, now: datetime) -> bool:
        """A correction of a purchase; False where that purchase is not known yet."""
        if purchase_id not in self._posted:
            return False
        if posting_id in self._posted:
            return True
        member_id, _, lot = self._posted[purchase_id]
        self._posted[posting_id] = (member_id, points, lot)
        member = self._at(member_id, now)
        member.become_free([lot] * max(0, points), now)
        for _ in range(-points):
            living = sorted(one for one in member.free if now < end_of(one))
            if member.expired[lot]:
                member.expired[lot] -= 1
            elif lot in living:
                member.free.remove(lot)
            elif living:
                member.free.remove(living[0])
            elif not self._clamp:
                member.debt += 1
        return True

    def hold(self, hold_id: str, member_id: str, points: int, until: datetime, now: datetime) -> str:
        """What the answer is: `ok`, or the name of the refusal."""
        asked = (member_id, points, until)
        if hold_id in self.holds:
            before = self.holds[hold_id]
            return "ConflictingHold" if before.asked != asked else before.refusal or "ok"
        refusal = None
        known = member_id in self.members
        living = sorted(one for one in self._at(member_id, now).free if now < end_of(one)) if known else []
        if not known:
            refusal = "UnknownMember"
        elif until <= now:
            refusal = "HoldExpired"
        elif until > now + _LONGEST_HOLD:
            refusal = "HoldTooLong"
        elif len(living) < points:
            refusal = "InsufficientPoints"
        self.holds[hold_id] = Hold(asked, refusal)
        if refusal is None:
            self.holds[hold_id].points = living[:points]
            for lot in living[:points]:
                self.members[member_id].free.remove(lot)
        return refusal or "ok"

    def post(self, hold_id: str, points: int | None, now: datetime) -> str:
        """Spend what is held."""
        hold = self.holds.get(hold_id)
        if hold is None or hold.refusal:
            return "UnknownHold"
        member = self._at(hold.asked[0], now)
        wanted = hold.asked[1] if points is None else points
        if hold.state == "posted":
            return "ok" if hold.redeemed == wanted else "HoldSettled"
        if hold.state == "voided":
            return "HoldSettled"
        if hold.state == "timed out":
            return "HoldExpired"
        if wanted > len(hold.points):
            return "ExceedsHold"
        hold.state, hold.redeemed = "posted", wanted
        hold.points.sort()
        hold.spent = hold.points[:wanted]
        member.become_free(hold.points[wanted:], now)
        return "ok"

    def void(self, hold_id: str, now: datetime) -> str:
        """Let go of what is held."""
        hold = self.holds.get(hold_id)
        if hold is None or hold.refusal:
            return "UnknownHold"
        member = self._at(hold.asked[0], now)
        if hold.state == "open":
            hold.state = "voided"
            member.become_free(hold.points, now)
        return {"voided": "ok", "posted": "HoldSettled", "timed out": "HoldExpired"}[hold.state]

    def reverse(self, reversal_id: str, hold_id: str, points: int | None, now: datetime) -> str:
        """Give spent points back, those that end last before the others."""
        if reversal_id in self._reversals:
            return "ok" if self._reversals[reversal_id] == (hold_id, points) else "ConflictingReversal"
        hold = self.holds.get(hold_id)
        if hold is None or hold.state != "posted":
            return "UnknownRedemption"
        wanted = len(hold.spent) if points is None else points
        if not hold.spent or wanted > len(hold.spent):
            return "ExceedsRedemption"
        self._reversals[reversal_id] = (hold_id, points)
        hold.spent.sort()
        kept, back = hold.spent[: len(hold.spent) - wanted], hold.spent[len(hold.spent) - wanted :]
        hold.spent = kept
        self._at(hold.asked[0], now).become_free(back, now)
        return "ok"

    def standing(self, member_id: str, now: datetime) -> tuple[int, int, int, Counter[str]]:
        """Spendable, held, owed, and what can be spent by lot."""
        member = self._at(member_id, now)
        living = Counter(lot for lot in member.free if now < end_of(lot))
        held = sum(len(one.points) for one in self.holds.values() if one.asked[0] == member_id and one.state == "open")
        return living.total(), held, member.debt, living

    def _at(self, member_id: str, now: datetime) -> Member:
        """The member, after everything that time has done: the earliest first, ends of holds before ends of lots."""
        member = self.members.setdefault(member_id, Member())
        while True:
            ends = [
                (hold.asked[2], 0, hold_id)
                for hold_id, hold in self.holds.items()
                if hold.asked[0] == member_id and hold.state == "open" and not hold.refusal
            ]
            due = [one for one in [*ends, *((end_of(lot), 1, lot) for lot in set(member.free))] if one[0] <= now]
            if not due:
                return member
            at, order, name = min(due)
            if order:
                member.expired[name] += member.free.count(name)
                member.free = [lot for lot in member.free if lot != name]
            else:
                self.holds[name].state = "timed out"
                member.become_free(self.holds[name].points, at)
