"""A member's books under a pseudonym: the same postings, points and lots, and nothing that says whose they are.

Times become the first instant of their month, texts one fixed text, and ids that people or partners chose hashes with a
salt that nobody keeps. Ids of purchases and of their corrections stay: by them a late duplicate is known.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from contracts.points_ledger import EraseMember
from lambdas.points_ledger.model.account import Account
from lambdas.points_ledger.model.membership import CLOSED, ENROLLED
from lambdas.points_ledger.model.postings import (
    Draft,
    Erasing,
    Line,
    chained,
    held_account,
    member_account,
)

ERASED = "erased"
"""The id of the last posting of an erased member's books, and the text of all of them."""

_OF_PURCHASES = ("earned", "adjusted")
_FIXED = (CLOSED, ENROLLED, ERASED)
_READABLE = 24
_LISTED = 3


def obstacles(account: Account, pending_purchases: int) -> list[str]:
    """All that stands in the way of an erasure, each with what to do first."""
    some_holds, some_blocks = (", ".join(sorted(found)[:_LISTED]) for found in (account.holds, account.blocks))
    is_not_closed = "the account is open: close it (`rewards member close`)"
    found = {
        is_not_closed: account.closed is None,
        f"holds are open ({some_holds}): post or void them": bool(account.holds),
        f"{account.balance_points} points are left: spend them, correct them, or wait until they expire": bool(
            account.lots
        ),
        f"{account.debt_points} points are owed: give them by a correction": account.debt_points > 0,
        f"points are blocked ({some_blocks}): release the blocks": bool(account.blocks),
        f"{pending_purchases} purchases are pending: wait until they are posted or over": pending_purchases > 0,
    }
    return [what for what, is_so in found.items() if is_so]


def erased(request: EraseMember, actor: str, now: datetime) -> Draft:
    """That a member is erased: a posting without points, after which nothing is booked."""
    return Draft(
        id=ERASED,
        kind="corrected",
        points=0,
        text=ERASED,
        at=now,
        erasing=Erasing(reference=request.reference, actor=actor, approver=request.approver),
    )


def moved(line: Line, account: Account, pseudonyms: Mapping[str, str], salt: str) -> tuple[Line, Account]:
    """A line as it stands under a pseudonym, and the account there with it.

    Args:
        line: as it was booked.
        account: under the pseudonym, with all lines before.
        pseudonyms: by member: of all accounts of the erasure.
        salt: what ids are hashed with.
    """
    names = {
        name(member_id): name(pseudonym)
        for member_id, pseudonym in pseudonyms.items()
        for name in (member_account, held_account)
    }
    bare = msgspec.structs.replace(
        line,
        id=_id(line, salt),
        text=ERASED,
        at=_month(line.at),
        booked_at=_month(line.booked_at),
        until=_month(line.until) if line.until else None,
        entries=[msgspec.structs.replace(one, account=names.get(one.account, one.account)) for one in line.entries],
        corrects=_hashed(line.corrects, salt) if line.corrects and line.kind == "reversed" else line.corrects,
        merging=msgspec.structs.replace(
            line.merging,
            reference=_hashed(line.merging.reference, salt),
            into=pseudonyms[line.merging.into] if line.merging.into else None,
            source=pseudonyms[line.merging.source] if line.merging.source else None,
        )
        if line.merging
        else None,
        reported_for=pseudonyms[line.reported_for] if line.reported_for else None,
        hash="",
    )
    there = msgspec.structs.replace(bare, hash=chained(bare, account.head))
    return there, account.after(there)


def _id(line: Line, salt: str) -> str:
    is_kept = line.kind in _OF_PURCHASES or (line.kind == "expired") or line.id in _FIXED
    return line.id if is_kept else _hashed(line.id, salt)


def _hashed(identity: str, salt: str) -> str:
    """The same for the same id in one erasure: a hold and its end belong together."""
    return f"{ERASED}-{hmac.new(salt.encode(), identity.encode(), hashlib.sha256).hexdigest()[:_READABLE]}"


def _month(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
