"""What is booked, and what is refused. Every function gives the next posting of an account on which nothing is due.

Points that become free, whichever way, first repay what the member owes: who owes has nothing to spend.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from contracts.points_calculation import PointsAdjusted, PointsCalculated
from contracts.points_ledger import (
    CorrectPoints,
    ExceedsHold,
    ExceedsRedemption,
    HoldExpired,
    HoldTooLong,
    InsufficientPoints,
    PlaceHold,
    PointsAreBlocked,
    ReleaseReason,
    TooManyHolds,
)
from lambdas.points_ledger.model.account import Account, OpenHold
from lambdas.points_ledger.model.lots import Lots, live, lot_of, plus, taken
from lambdas.points_ledger.model.policy import LONGEST_HOLD_DAYS, MOST_OPEN_HOLDS, Policy
from lambdas.points_ledger.model.postings import (
    CORRECTED,
    DEBT,
    EXPIRED,
    FORFEITED,
    FORGIVEN,
    ISSUED,
    REDEEMED,
    Draft,
    MadeByHand,
)

_LONGEST_TEXT = 500


def earned(account: Account, told: PointsCalculated, lot: str, now: datetime) -> Draft:
    """Points that a purchase earns: the programme issues them, the member has them."""
    text = "; ".join(line.text for line in told.lines)
    return _issued(
        account, Draft(id=told.purchase_id, kind="earned", points=told.points, text=text, at=told.posted_at), lot, now
    )


def corrected(account: Account, told: PointsAdjusted, lot: str, now: datetime, policy: Policy) -> Draft:
    """A correction of a purchase's points. What it adds lives as long as the purchase's own points.

    What it takes back comes from the purchase's lot first, then from the others, earliest expiry first. What expired of
    the purchase's lot, and what was forfeited, is not taken a second time; what was spent is owed or forgiven.
    """
    draft = Draft(
        id=told.adjustment_id,
        kind="adjusted",
        points=told.points,
        text=told.text,
        at=told.adjusted_at,
        corrects=told.purchase_id,
    )
    if told.points >= 0:
        return _issued(account, draft, lot, now)
    gone = min(-told.points, account.expired.get(lot, 0))
    asked = -told.points - gone
    parts, forfeited = _taken_back(account, lot, asked, now)
    lost = sum(forfeited.values())
    missing = asked - lost - sum(parts.values())
    return msgspec.structs.replace(
        draft,
        programme={ISSUED: -told.points, EXPIRED: -gone, FORFEITED: -lost, _shortfall(policy): -missing},
        lots=plus({}, parts, sign=-1),
        refused_lot=lot if gone else None,
        forfeited=plus({}, forfeited, sign=-1),
    )


def corrected_by_hand(
    account: Account, request: CorrectPoints, by_hand: MadeByHand, now: datetime, policy: Policy
) -> Draft:
    """Points that a person gives or takes. What is given lives like what is earned now; what is taken comes from what
    can be spent, earliest expiry first, and what is not there is owed or forgiven.
    """
    draft = Draft(
        id=request.reference,
        kind="corrected",
        points=request.points,
        text=f"correction ({request.reason}): {request.note}",
        at=now,
        by_hand=by_hand,
    )
    if request.points > 0:
        return _issued(account, draft, lot_of(now, policy), now, by=CORRECTED)
    spendable = account.spendable(now)
    parts = taken(spendable, -request.points, spendable)
    missing = -request.points - sum(parts.values())
    return msgspec.structs.replace(
        draft,
        programme={CORRECTED: -request.points, _shortfall(policy): -missing},
        lots=plus({}, parts, sign=-1),
    )


def repaired(account: Account, problem: str, actor: str, now: datetime) -> Draft:
    """A posting without points: the account was computed anew from its lines."""
    return Draft(
        id=f"repair-{account.version + 1}",
        kind="corrected",
        points=0,
        text=f"account computed anew from {account.version} lines: {problem}"[:_LONGEST_TEXT],
        at=now,
        by_hand=MadeByHand(reason="repair", actor=actor),
    )


def held(account: Account, request: PlaceHold, now: datetime) -> Draft:
    """Points set aside for a redemption, earliest expiry first. They do not expire while they are held.

    Raises:
        HoldExpired: its end is in the past.
        HoldTooLong: its end is too far in the future.
        TooManyHolds: the member has too many open ones.
        InsufficientPoints: there are too few points.
        PointsAreBlocked: there are enough, and too few that are not blocked.
    """
    if request.expires_at <= now:
        raise HoldExpired(f"hold {request.hold_id}: its end, {request.expires_at.isoformat()}, is over")
    if request.expires_at > now + timedelta(days=LONGEST_HOLD_DAYS):
        raise HoldTooLong(f"hold {request.hold_id}: points are held for {LONGEST_HOLD_DAYS} days at most")
    if len(account.holds) >= MOST_OPEN_HOLDS:
        raise TooManyHolds(f"member {account.member_id} has {len(account.holds)} open holds: as many as there can be")
    spendable = account.spendable(now)
    if sum(spendable.values()) < request.points:
        has = sum(spendable.values())
        merged = f": it is merged into {account.merged_into}" if account.merged_into else ""
        raise InsufficientPoints(f"member {account.member_id} can spend {has} points, not {request.points}{merged}")
    free = account.free_points(now)
    if free < request.points:
        raise PointsAreBlocked(
            f"member {account.member_id} can spend {free} points, not {request.points}: "
            f"{account.blocked_points(now)} are blocked"
        )
    return Draft(
        id=request.hold_id,
        kind="held",
        points=0,
        text=f"{request.points} points held: {request.reason}",
        at=now,
        held=request.points,
        lots=plus({}, taken(spendable, request.points, spendable), sign=-1),
        until=request.expires_at,
    )


def released(account: Account, hold_id: str, reason: ReleaseReason, at: datetime) -> Draft:
    """The points of a hold go back to their lots. One whose expiry has passed meanwhile is due at once."""
    hold = account.holds[hold_id]
    freed = _freed(account, hold.parts, at)
    return Draft(
        id=hold_id,
        kind="released",
        points=0,
        text=f"{hold.points} points free again: hold {reason}",
        at=at,
        programme=freed.programme,
        held=-hold.points,
        lots=freed.lots,
        reason=reason,
        forfeited=freed.forfeited,
    )


def spent_parts(hold_id: str, hold: OpenHold, points: int | None) -> Lots:
    """Which of the held points are spent: all, or so many, earliest expiry first.

    Raises:
        ExceedsHold: there are not so many.
    """
    if points is not None and points > hold.points:
        raise ExceedsHold(f"hold {hold_id}: {hold.points} points are held, not {points}")
    return taken(hold.parts, hold.points if points is None else points, sorted(hold.parts))


def redeemed(account: Account, hold_id: str, spent: Mapping[str, int], text: str, now: datetime) -> Draft:
    """Held points are spent; the rest goes back to its lots."""
    hold = account.holds[hold_id]
    freed = _freed(account, plus(hold.parts, spent, sign=-1), now)
    points = sum(spent.values())
    return Draft(
        id=hold_id,
        kind="redeemed",
        points=-points,
        text=text,
        at=now,
        programme={REDEEMED: points, **freed.programme},
        held=-hold.points,
        lots=freed.lots,
        forfeited=freed.forfeited,
    )


def given_back(hold_id: str, left: Mapping[str, int], points: int | None) -> Lots:
    """Where the points of a redemption go back to: to the lots that they came from, latest expiry first.

    Args:
        hold_id: the redemption.
        left: what was spent and not given back yet, by lot.
        points: how many; None for all.

    Raises:
        ExceedsRedemption: there are not so many.
    """
    most = sum(left.values())
    if most == 0 or (points is not None and points > most):
        raise ExceedsRedemption(f"redemption {hold_id}: {most} points are left to give back")
    return taken(left, most if points is None else points, sorted(left, reverse=True))


def reversed_(account: Account, reversal_id: str, hold_id: str, parts: Mapping[str, int], now: datetime) -> Draft:
    """Points that were spent under a hold's id are given back, with the expiry that they had."""
    freed = _freed(account, parts, now)
    points = sum(parts.values())
    return Draft(
        id=reversal_id,
        kind="reversed",
        points=points,
        text=f"{points} points given back: {hold_id}",
        at=now,
        programme={REDEEMED: -points, **freed.programme},
        lots=freed.lots,
        corrects=hold_id,
        forfeited=freed.forfeited,
    )


def expired(account: Account, lot: str, at: datetime) -> Draft:
    """What is left of a lot is gone."""
    points = account.lots[lot]
    return Draft(
        id=lot,
        kind="expired",
        points=-points,
        text=f"{points} points expired",
        at=at,
        programme={EXPIRED: points},
        lots={lot: -points},
    )


class _Freed(msgspec.Struct, frozen=True):
    """What becomes of points that become free."""

    lots: Lots
    repaid: int
    forfeited: Lots

    @property
    def programme(self) -> dict[str, int]:
        """Amounts of the programme's accounts."""
        return {DEBT: self.repaid, FORFEITED: sum(self.forfeited.values())}


def _freed(account: Account, parts: Mapping[str, int], now: datetime, *, issued: bool = False) -> _Freed:
    """Points that become free: what goes to lots, what repays a debt, and what a closed account does not get.

    What is expired repays nothing and is not forfeited: it goes to its lot, and expires there. A closed account gets no
    points that are issued; those that it had it gets back where its points are kept.
    """
    usable = live(parts, now)
    repaid = taken(usable, account.debt_points, usable)
    is_lost = account.closed is not None and (issued or account.closed.points == "forfeit")
    forfeited = plus(usable, repaid, sign=-1) if is_lost else Lots()
    lots = plus(plus(parts, repaid, sign=-1), forfeited, sign=-1)
    return _Freed(lots, sum(repaid.values()), forfeited)


def _taken_back(account: Account, lot: str, points: int, now: datetime) -> tuple[Lots, Lots]:
    """From which lots a purchase's points are taken back, and from which forfeited ones: what was forfeited of the
    purchase's lot first, then what can be spent, then what else was forfeited.
    """
    own = taken(account.forfeited, points, [lot])
    spendable = account.spendable(now)
    parts = taken(spendable, points - sum(own.values()), [lot, *(other for other in spendable if other != lot)])
    left = points - sum(own.values()) - sum(parts.values())
    others = taken(account.forfeited, left, [other for other in sorted(account.forfeited) if other != lot])
    return parts, plus(own, others)


def _issued(account: Account, draft: Draft, lot: str, now: datetime, by: str = ISSUED) -> Draft:
    freed = _freed(account, {lot: draft.points}, now, issued=True)
    return msgspec.structs.replace(
        draft, programme={by: -draft.points, **freed.programme}, lots=freed.lots, forfeited=freed.forfeited
    )


def _shortfall(policy: Policy) -> str:
    """The account of what is to be taken and is not there."""
    return DEBT if policy.shortfall == "debt" else FORGIVEN
