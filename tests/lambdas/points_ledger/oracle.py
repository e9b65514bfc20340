"""The ledger's rules once more, as simply as they can be written: every point is a thing of its own.

A point is the instant at which it expires. Nothing is stored, chained or retried, and nothing of the ledger's code is
used, so that a mistake would have to be made twice to stay unseen.
"""

from collections import Counter
from datetime import UTC, datetime

FOR_EVER = datetime.max.replace(tzinfo=UTC)

Point = datetime
Outcome = tuple[object, ...]
"""What was answered, or the name of the refusal."""


def expiry(earned_at: datetime, months: int | None) -> Point:
    """Month by month, to the first instant after the month in which the last of them ends."""
    if months is None:
        return FOR_EVER
    year, month = earned_at.year, earned_at.month
    for _ in range(months + 1):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return datetime(year, month, 1, tzinfo=UTC)


class Member:
    """Whose points are where."""

    def __init__(self) -> None:
        self.free: list[Point] = []
        self.held: dict[str, tuple[datetime, list[Point]]] = {}
        self.gone: list[Point] = []
        self.debt = 0
        self.lost: list[Point] = []
        self.enrolled: datetime | None = None
        self.merged_into: str | None = None
        self.has_merged = False
        self.closing: Outcome | None = None
        """How the account was closed: the reason, what becomes of points, and what was answered."""

    def let_free(self, points: list[Point], at: datetime, *, are_new: bool = False) -> int:
        """Points repay a debt if they are good for anything, or can be spent; how many repaid.

        A closed account loses them, but for those that it had before where it keeps them.
        """
        repaid = 0
        is_lost = self.closing is not None and (are_new or self.closing[1] == "forfeit")
        for point in sorted(points):
            if self.debt and point > at:
                self.debt -= 1
                repaid += 1
            elif is_lost and point > at:
                self.lost.append(point)
            else:
                self.free.append(point)
        return repaid

    def live_until(self, now: datetime) -> None:
        """Let what happens by itself happen, each at its time."""
        while True:
            ends = sorted((end, hold_id) for hold_id, (end, _) in self.held.items())
            expiries = sorted(self.free)
            first_end = ends[0][0] if ends else FOR_EVER
            first_expiry = expiries[0] if expiries else FOR_EVER
            if min(first_end, first_expiry) > now:
                return
            if first_end <= first_expiry:
                end, points = self.held.pop(ends[0][1])
                self.let_free(points, end)
            else:
                self.gone += [point for point in self.free if point == first_expiry]
                self.free = [point for point in self.free if point != first_expiry]


class Oracle:
    """What the ledger must say."""

    def __init__(self) -> None:
        self.members: dict[str, Member] = {}
        self.purchases: dict[str, tuple[str, int, Point]] = {}
        self.corrections: set[str] = set()
        self.holds: dict[str, tuple[Outcome, Outcome]] = {}
        """What was asked, and what was answered."""
        self.ends: dict[str, Outcome] = {}
        """How a hold ended: `posted` or `voided`, and with what answer."""
        self.spent: dict[str, list[Point]] = {}
        self.reversals: dict[str, tuple[Outcome, Outcome]] = {}
        self.by_hand: dict[str, tuple[Outcome, Outcome]] = {}
        self.authorised: dict[str, tuple[str, datetime, object, int]] = {}
        """Whose an authorisation is, when its time is over, what else it says, and what it is likely to earn."""
        self.ended: set[str] = set()
        """Authorisations that were posted or reversed."""
        self.merges: dict[str, tuple[Outcome, Outcome]] = {}
        self.issued = self.redeemed = self.forgiven = self.given_by_hand = 0

    def purchase(
        self, purchase_id: str, member_id: str, points: int, expires: Point, now: datetime, settles: str | None = None
    ) -> str:
        """A purchase is told: `booked`, `known`, or `refused` if it was told otherwise before."""
        if purchase_id in self.purchases:
            return "known" if self.purchases[purchase_id][:2] == (member_id, points) else "refused"
        if settles is not None:
            self.ended.add(settles)
        self.purchases[purchase_id] = member_id, points, expires
        member = self._owner(member_id, now)
        member.let_free([expires] * points, now, are_new=True)
        self.issued += points
        member.live_until(now)
        return "booked"

    def authorise(
        self, identity: str, member_id: str, end: datetime, content: object, points: int, now: datetime, most: int
    ) -> str:
        """A purchase is authorised: `kept`, `known`, or `refused` if it was told otherwise, or as one too many."""
        if identity in self.authorised:
            return "known" if self.authorised[identity][:3] == (member_id, end, content) else "refused"
        if identity not in self.ended and end > now and len(self.pending(self._owner_id(member_id), now)) == most:
            return "refused"
        self.authorised[identity] = member_id, end, content, points
        return "kept"

    def reverse_authorisation(self, identity: str) -> None:
        """An authorisation is taken back, whether it came or not."""
        self.ended.add(identity)

    def pending(self, member_id: str, now: datetime) -> dict[str, int]:
        """What a member's authorised purchases are likely to earn, of those that nothing and no time has ended."""
        return {
            identity: points
            for identity, (whose, end, _, points) in self.authorised.items()
            if self._owner_id(whose) == member_id and identity not in self.ended and now < end
        }

    def shown(self, member_id: str, now: datetime) -> dict[str, int]:
        """What is pending of a member to be shown: nothing where the account is closed."""
        is_closed = member_id in self.members and self.members[member_id].closing is not None
        return {} if is_closed else self.pending(member_id, now)

    def correction(self, correction_id: str, purchase_id: str, points: int, now: datetime, *, clamp: bool) -> str:
        """A correction is told: `booked`, `known`, or `early`."""
        if purchase_id not in self.purchases:
            return "early"
        if correction_id in self.corrections:
            return "known"
        self.corrections.add(correction_id)
        member_id, _, lot = self.purchases[purchase_id]
        member = self._owner(member_id, now)
        self.issued += points
        if points >= 0:
            member.let_free([lot] * points, now, are_new=True)
        for _ in range(-points):
            self._take_one(member, lot, clamp=clamp)
        member.live_until(now)
        return "booked"

    def correct_by_hand(
        self,
        reference: str,
        member_id: str,
        points: int,
        approver: str | None,
        lot: Point,
        now: datetime,
        *,
        clamp: bool,
    ) -> Outcome:
        """Somebody called Ada gives or takes points; above 20 somebody else must approve."""
        asked = (member_id, points, approver)
        if reference not in self.by_hand:
            answer = self._decide_by_hand(member_id, points, approver, lot, now, clamp=clamp)
            if answer[0] != "corrected":
                return answer
            self.by_hand[reference] = asked, answer
        before, answer = self.by_hand[reference]
        return answer if before == asked else ("ConflictingCorrection",)

    def _decide_by_hand(
        self, member_id: str, points: int, approver: str | None, lot: Point, now: datetime, *, clamp: bool
    ) -> Outcome:
        if points == 0:
            return ("InvalidRequest",)
        if approver == "Ada" or (approver is None and abs(points) > 20):
            return ("ApprovalRequired",)
        if member_id not in self.members:
            return ("UnknownMember",)
        member = self._member(member_id, now)
        if member.closing is not None and (member.merged_into or points > member.debt):
            return ("ClosedMember",)
        debt, forgiven = member.debt, self.forgiven
        repaid = member.let_free([lot] * points, now, are_new=True)
        for _ in range(-points):
            self._take_one(member, None, clamp=clamp)
        self.given_by_hand += points
        member.live_until(now)
        return "corrected", points, max(0, member.debt - debt), self.forgiven - forgiven, repaid

    def _take_one(self, member: Member, lot: Point | None, *, clamp: bool) -> None:
        if lot is not None and lot in member.gone:
            member.gone.remove(lot)
        elif lot is not None and lot in member.lost:
            member.lost.remove(lot)
        elif member.free:
            member.free.remove(lot if lot is not None and lot in member.free else min(member.free))
        elif lot is not None and member.lost:
            member.lost.remove(min(member.lost))
        elif clamp:
            self.forgiven += 1
        else:
            member.debt += 1

    def enrol(self, member_id: str, since: datetime, now: datetime) -> Outcome:
        """Somebody says since when a person is a member."""
        known = self.members.get(member_id)
        if known is not None and known.closing is not None:
            return ("ClosedMember",)
        if known is None or known.enrolled is None:
            self._member(member_id, now).enrolled = since
        return ("enrolled", since) if self.members[member_id].enrolled == since else ("ConflictingEnrolment",)

    def close(self, member_id: str, reason: str, points: str, now: datetime) -> Outcome:
        """Somebody closes an account."""
        if member_id not in self.members:
            return ("UnknownMember",)
        member = self._member(member_id, now)
        if member.closing is None:
            lost = len(member.free) if points == "forfeit" else 0
            if points == "forfeit":
                member.lost += member.free
                member.free = []
            held = sum(len(parts) for _, parts in member.held.values())
            member.closing = reason, points, ("closed", lost, len(member.free), held, member.debt)
        *before, answer = member.closing
        return answer if before == [reason, points] else ("ClosedMember",)

    def merge(
        self, reference: str, member_id: str, into: str, approver: str, now: datetime, most_pending: int
    ) -> Outcome:
        """Somebody called Ada lets a member's account be part of another's."""
        asked = (member_id, into, approver)
        if reference not in self.merges:
            answer = self._decide_merge(member_id, into, approver, now, most_pending)
            if answer[0] != "merged":
                return answer
            self.merges[reference] = asked, answer
        before, answer = self.merges[reference]
        return answer if before == asked else ("ConflictingMerge",)

    def _decide_merge(self, member_id: str, into: str, approver: str, now: datetime, most_pending: int) -> Outcome:
        if member_id == into:
            return ("CannotMerge",)
        if approver == "Ada":
            return ("ApprovalRequired",)
        if member_id not in self.members or into not in self.members:
            return ("UnknownMember",)
        source, target = self._member(member_id, now), self._member(into, now)
        if source.closing is not None or target.closing is not None:
            return ("ClosedMember",)
        moving = len(self.pending(member_id, now))
        if source.has_merged or source.held or (moving and moving + len(self.pending(into, now)) > most_pending):
            return ("CannotMerge",)
        points, debt = len(source.free), source.debt
        target.gone += source.gone
        target.debt += debt
        both = sorted([*target.free, *source.free])
        repaid = min(target.debt, len(both))
        target.debt -= repaid
        target.free = both[repaid:]
        source.free, source.gone, source.debt = [], [], 0
        source.closing, source.merged_into = ("merged", into), into
        target.has_merged = True
        held = sum(len(parts) for _, parts in target.held.values())
        return "merged", points, debt, repaid, moving, len(target.free) + held, target.debt

    def _owner_id(self, member_id: str) -> str:
        known = self.members.get(member_id)
        return (known.merged_into if known else None) or member_id

    def _owner(self, member_id: str, now: datetime) -> Member:
        return self._member(self._owner_id(member_id), now)

    def hold(self, hold_id: str, member_id: str, points: int, end: datetime, now: datetime) -> Outcome:
        """Ask for a hold."""
        asked = (member_id, points, end)
        if hold_id not in self.holds:
            self.holds[hold_id] = asked, self._decide(hold_id, member_id, points, end, now)
        before, answer = self.holds[hold_id]
        return answer if before == asked else ("ConflictingHold",)

    def _decide(self, hold_id: str, member_id: str, points: int, end: datetime, now: datetime) -> Outcome:
        if member_id not in self.members:
            return ("UnknownMember",)
        member = self._member(member_id, now)
        if end <= now:
            return ("HoldExpired",)
        if (end - now).total_seconds() > 30 * 86_400:
            return ("HoldTooLong",)
        if len(member.free) < points:
            return ("InsufficientPoints",)
        member.free.sort()
        member.held[hold_id] = end, member.free[:points]
        member.free = member.free[points:]
        return ("held", points)

    def post_hold(self, hold_id: str, points: int | None, now: datetime) -> Outcome:
        """Ask for held points to be spent."""
        if hold_id not in self.holds or self.holds[hold_id][1][0] != "held":
            return ("UnknownHold",)
        member_id, held, _ = self.holds[hold_id][0]
        amount = held if points is None else points
        answer: Outcome = ("posted", amount)
        if hold_id in self.ends:
            return answer if self.ends[hold_id] == answer else ("HoldSettled",)
        member = self._member(str(member_id), now)
        if hold_id not in member.held:
            return ("HoldExpired",)
        kept = sorted(member.held[hold_id][1])
        if amount > len(kept):
            return ("ExceedsHold",)
        del member.held[hold_id]
        self.spent[hold_id] = kept[:amount]
        self.redeemed += amount
        member.let_free(kept[amount:], now)
        member.live_until(now)
        self.ends[hold_id] = answer
        return answer

    def void_hold(self, hold_id: str, now: datetime) -> Outcome:
        """Ask for a hold to be let go."""
        if hold_id not in self.holds or self.holds[hold_id][1][0] != "held":
            return ("UnknownHold",)
        member_id, held, _ = self.holds[hold_id][0]
        answer: Outcome = ("voided", held)
        if hold_id in self.ends:
            return answer if self.ends[hold_id] == answer else ("HoldSettled",)
        member = self._member(str(member_id), now)
        if hold_id not in member.held:
            return ("HoldExpired",)
        _, points = member.held.pop(hold_id)
        member.let_free(points, now)
        member.live_until(now)
        self.ends[hold_id] = answer
        return answer

    def reverse(self, reversal_id: str, hold_id: str, points: int | None, now: datetime) -> Outcome:
        """Ask for spent points to be given back."""
        asked = (hold_id, points)
        if reversal_id in self.reversals:
            before, answer = self.reversals[reversal_id]
            return answer if before == asked else ("ConflictingReversal",)
        if hold_id not in self.spent:
            return ("UnknownRedemption",)
        spent = sorted(self.spent[hold_id])
        amount = len(spent) if points is None else points
        if not spent or amount > len(spent):
            return ("ExceedsRedemption",)
        member = self._owner(str(self.holds[hold_id][0][0]), now)
        self.spent[hold_id], back = spent[: len(spent) - amount], spent[len(spent) - amount :]
        repaid = member.let_free(back, now)
        self.redeemed -= amount
        member.live_until(now)
        self.reversals[reversal_id] = asked, ("reversed", amount, repaid)
        return "reversed", amount, repaid

    def lots(self, member_id: str, now: datetime) -> dict[Point, int]:
        """What a member can spend, by expiry."""
        return dict(Counter(self._member(member_id, now).free))

    def standing(self, member_id: str, now: datetime) -> tuple[int, int, int]:
        """What a member can spend, what is held, and what is owed."""
        member = self._member(member_id, now)
        return len(member.free), sum(len(points) for _, points in member.held.values()), member.debt

    def programme(self, now: datetime) -> dict[str, int]:
        """Credits less debits of the programme's accounts."""
        members = [self._member(member_id, now) for member_id in self.members]
        sums = {
            "programme:issued": -self.issued,
            "programme:redeemed": self.redeemed,
            "programme:expired": sum(len(member.gone) for member in members),
            "programme:debt": -sum(member.debt for member in members),
            "programme:forgiven": -self.forgiven,
            "programme:forfeited": sum(len(member.lost) for member in members),
            "programme:corrected": -self.given_by_hand,
        }
        return {name: amount for name, amount in sums.items() if amount}

    def _member(self, member_id: str, now: datetime) -> Member:
        member = self.members.setdefault(member_id, Member())
        member.live_until(now)
        return member
