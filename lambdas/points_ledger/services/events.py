"""The events that tell of a line in a member's books."""

from collections.abc import Callable, Mapping

from contracts.points_ledger import (
    HoldReleased,
    MemberClosed,
    MemberEnrolled,
    MemberMerged,
    PointsBlocked,
    PointsCorrected,
    PointsExpired,
    PointsHeld,
    PointsPosted,
    PointsRedeemed,
    PointsReversed,
    PointsUnblocked,
    PostingKind,
    RedemptionReversed,
)
from lambdas.points_ledger.model.account import takes_back
from lambdas.points_ledger.model.blocks import BlockChange
from lambdas.points_ledger.model.postings import EXPIRED, Line, Merging, held_account, member_account
from pbckit.contracts.definitions import Event


def _posted(line: Line, member_id: str) -> Event:
    return PointsPosted(
        posting_id=line.id,
        member_id=member_id,
        points=line.points,
        balance_points=line.balance_points,
        debt_points=line.debt_points,
        hash=line.hash,
        forfeited_points=max(0, line.forfeited_points),
        reported_for=line.reported_for,
    )


def _taken_back(line: Line, member_id: str) -> Event:
    return PointsReversed(
        posting_id=line.id,
        purchase_id=line.corrects or line.id,
        member_id=member_id,
        taken_points=-line.amount(member_account(member_id)),
        owed_points=line.owed_points,
        forgiven_points=line.forgiven_points,
        expired_points=-line.amount(EXPIRED),
        forfeited_points=-line.forfeited_points,
    )


def _held(line: Line, member_id: str) -> Event:
    points = line.amount(held_account(member_id))
    return PointsHeld(hold_id=line.id, member_id=member_id, points=points, expires_at=line.until or line.at)


def _released(line: Line, member_id: str) -> Event:
    points = -line.amount(held_account(member_id))
    return HoldReleased(
        hold_id=line.id,
        member_id=member_id,
        points=points,
        reason=line.reason or "voided",
        forfeited_points=line.forfeited_points,
    )


def _redeemed(line: Line, member_id: str) -> Event:
    held = -line.amount(held_account(member_id))
    return PointsRedeemed(
        hold_id=line.id,
        member_id=member_id,
        points=-line.points,
        released_points=held + line.points,
        balance_points=line.balance_points,
        forfeited_points=line.forfeited_points,
    )


def _reversed(line: Line, member_id: str) -> Event:
    return RedemptionReversed(
        reversal_id=line.id,
        hold_id=line.corrects or line.id,
        member_id=member_id,
        points=line.points,
        repaid_points=line.repaid_points,
        balance_points=line.balance_points,
        forfeited_points=line.forfeited_points,
    )


def _expired(line: Line, member_id: str) -> Event:
    return PointsExpired(
        member_id=member_id, points=-line.points, expired_at=line.at, balance_points=line.balance_points
    )


def _corrected(line: Line, member_id: str) -> Event:
    if line.by_hand is None:
        raise ValueError(f"correction {line.id} does not say who made it")
    return PointsCorrected(
        reference=line.id,
        member_id=member_id,
        points=line.points,
        reason=line.by_hand.reason,
        actor=line.by_hand.actor,
        approver=line.by_hand.approver,
        owed_points=line.owed_points,
        forgiven_points=line.forgiven_points,
        repaid_points=line.repaid_points,
        balance_points=line.balance_points,
        hash=line.hash,
    )


def _enrolled(line: Line, member_id: str) -> Event:
    if line.enrolling is None:
        raise ValueError(f"line {line.sequence} does not say who enrolled member {member_id}")
    return MemberEnrolled(member_id=member_id, enrolled_at=line.at, actor=line.enrolling.actor, hash=line.hash)


def _closed(line: Line, member_id: str) -> Event:
    if line.closing is None:
        raise ValueError(f"line {line.sequence} does not say who closed the account of member {member_id}")
    return MemberClosed(
        member_id=member_id,
        reason=line.closing.reason,
        actor=line.closing.actor,
        points=line.closing.points,
        forfeited_points=line.forfeited_points,
        balance_points=line.balance_points,
        debt_points=line.debt_points,
        closed_at=line.at,
        hash=line.hash,
        merged_into=line.merging.into if line.merging else None,
    )


def _merged(line: Line, merging: Merging, source: str, member_id: str) -> Event:
    return MemberMerged(
        reference=merging.reference,
        member_id=member_id,
        source_member_id=source,
        reason=merging.reason,
        actor=merging.actor,
        approver=merging.approver,
        points=line.points,
        balance_points=line.balance_points,
        debt_points=line.debt_points,
        hash=line.hash,
    )


def _block_changed(line: Line, change: BlockChange, member_id: str) -> Event:
    if change.opened is None or change.reason is None:
        return PointsUnblocked(block_id=line.id, member_id=member_id, actor=change.actor)
    return PointsBlocked(
        block_id=line.id,
        member_id=member_id,
        purchase_id=change.opened.purchase_id,
        reason=change.reason,
        actor=change.actor,
    )


_OF_A_KIND: Mapping[PostingKind, Callable[[Line, str], Event]] = {
    "earned": _posted,
    "adjusted": _posted,
    "held": _held,
    "released": _released,
    "redeemed": _redeemed,
    "reversed": _reversed,
    "expired": _expired,
    "corrected": _corrected,
    "enrolled": _enrolled,
    "closed": _closed,
}


def events(line: Line, member_id: str) -> list[Event]:
    """What is published of a line in a member's books."""
    if line.erasing is not None:
        return []  # Told in parts, as the lines are erased.
    if line.block is not None:
        return [_block_changed(line, line.block, member_id)]
    if line.merging is not None and line.merging.source is not None:
        return [_merged(line, line.merging, line.merging.source, member_id)]
    found = [_OF_A_KIND[line.kind](line, member_id)]
    return [*found, _taken_back(line, member_id)] if takes_back(line) else found
