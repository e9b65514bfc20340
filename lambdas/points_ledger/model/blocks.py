"""Blocks: points that an operator keeps from being spent. None moves: a block limits what can be held, nothing else.

Blocked points expire, are taken back by corrections and repay debts like others. Holds that are open stay so.
"""

from collections.abc import Iterable, Mapping

import msgspec

from contracts.points_ledger import BlockReason

MOST_BLOCKS = 20
"""Of one member: they stand in the account's item, which every posting writes."""


class OpenBlock(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a block covers."""

    purchase_id: str | None = None
    """None for all of the member's points."""
    points: int = 0
    """What the purchase has left; for a block of all points 0, and of no meaning."""


class BlockChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a line in a member's books does to a block, and who did it."""

    actor: str
    opened: OpenBlock | None = None
    """The block that begins; None where it ends."""
    reason: BlockReason | None = None
    """Why it begins."""


Blocks = dict[str, OpenBlock]
"""Open blocks by id."""


def blocked(blocks: Blocks, spendable: int) -> int:
    """How many of the points that could be spent are blocked.

    A purchase that several blocks name counts once.
    """
    if any(block.purchase_id is None for block in blocks.values()):
        return spendable
    of_purchases = {block.purchase_id: block.points for block in blocks.values()}
    return min(spendable, sum(of_purchases.values()))


def corrected(blocks: Blocks, purchase_id: str, points: int) -> Blocks:
    """The blocks after a correction of a purchase's points."""
    return {
        block_id: msgspec.structs.replace(block, points=max(0, block.points + points))
        if block.purchase_id == purchase_id
        else block
        for block_id, block in blocks.items()
    }


def of_purchase(lines: Iterable[Mapping[str, object]], purchase_id: str) -> int | None:
    """Points that a purchase has left, by the stored lines of its member; None where it is in none of them."""
    found = [
        line["points"]
        for line in lines
        if (line["kind"] == "earned" and line["id"] == purchase_id)
        or (line["kind"] == "adjusted" and line.get("corrects") == purchase_id)
    ]
    return max(0, sum(int(str(points)) for points in found)) if found else None
