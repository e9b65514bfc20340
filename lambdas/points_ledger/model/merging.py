"""Two members' accounts become one: a posting that closes the one, and a posting by which the other takes over.

Both add up to zero on their own, by `programme:merged`, and are committed together. Points keep the months in which
they expire; what is owed moves along, and is repaid at once by what the two have.
"""

from datetime import datetime

from contracts.points_ledger import CannotMerge, MergeMembers
from lambdas.points_ledger.model.account import Account
from lambdas.points_ledger.model.lots import live, plus, taken
from lambdas.points_ledger.model.membership import CLOSED
from lambdas.points_ledger.model.postings import DEBT, MERGED, Closing, Draft, Merging

MOST_MERGED = 20
"""Accounts merged into one: their ids stand in its item, which every posting writes."""

_LISTED = 3


def require_mergeable(source: Account, target: Account) -> None:
    """Refuse what cannot be merged, or not yet.

    Raises:
        CannotMerge: others were merged into the account, or something of it is under way.
    """
    what = f"member {source.member_id} cannot be merged into {target.member_id}"
    if source.merged_from:
        others = ", ".join(source.merged_from[:_LISTED])
        raise CannotMerge(
            f"{what}: {others} was merged into {source.member_id}; merge {target.member_id} into {source.member_id}"
        )
    if len(target.merged_from) >= MOST_MERGED:
        raise CannotMerge(f"{what}: {MOST_MERGED} accounts were merged into it, as many as there can be")
    if source.holds:
        some = ", ".join(sorted(source.holds)[:_LISTED])
        last = max(hold.until for hold in source.holds.values())
        raise CannotMerge(
            f"{what}: {len(source.holds)} holds are open ({some}); post or void them, or wait until {last.isoformat()}"
        )
    if source.blocks:
        some = ", ".join(sorted(source.blocks)[:_LISTED])
        raise CannotMerge(f"{what}: points are blocked ({some}); release the blocks first")


def gives(source: Account, request: MergeMembers, actor: str, now: datetime) -> Draft:
    """The account gives all that it has and owes, and is closed by it. Nothing of it is held or blocked."""
    points, owed = sum(source.lots.values()), source.debt_points
    debt = f" and a debt of {owed}" if owed else ""
    return Draft(
        id=CLOSED,
        kind="closed",
        points=-points,
        text=f"account merged into {request.into_member_id} ({request.reason}): {points} points{debt} moved",
        at=now,
        programme={DEBT: owed, MERGED: points - owed},
        lots=plus({}, source.lots, sign=-1),
        closing=Closing(reason="duplicate", actor=actor, points="keep-until-expiry"),
        merging=Merging(
            reference=request.reference,
            reason=request.reason,
            actor=actor,
            approver=request.approver,
            into=request.into_member_id,
            expired=source.expired,
        ),
    )


def takes_over(target: Account, source: Account, request: MergeMembers, actor: str, now: datetime) -> Draft:
    """The account gets all that the other one had and owed. Points of both repay debts of both."""
    points, owed = sum(source.lots.values()), source.debt_points
    usable = live(plus(target.lots, source.lots), now)
    repaid = taken(usable, target.debt_points + owed, usable)
    lots = plus(source.lots, repaid, sign=-1)
    debt = f" and a debt of {owed}" if owed else ""
    settled = f"; {sum(repaid.values())} points repaid a debt" if repaid else ""
    return Draft(
        id=request.reference,
        kind="corrected",
        points=sum(lots.values()),
        text=f"account of {source.member_id} merged ({request.reason}): {points} points{debt} came{settled}",
        at=now,
        programme={DEBT: sum(repaid.values()) - owed, MERGED: owed - points},
        lots=lots,
        merging=Merging(
            reference=request.reference,
            reason=request.reason,
            actor=actor,
            approver=request.approver,
            source=source.member_id,
            expired=source.expired,
        ),
    )
