"""Carrying over what the legacy system knows and the PBC cannot know: categories that people set by hand.

It goes through the PBC's own capability, so that each gets its audit trail and its event. What is there already is left
alone: a backfill that broke off goes on where it stopped when it is run again.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from contracts.merchant_categorization import SET_OVERRIDE, SetMerchantOverride
from lambdas.categorization_facade.legacy import codes
from ops.migration.legacy import LegacySystem, assigned_shops
from ops.programme.merchants import every_override
from pbckit.cli.client.capabilities import CapabilityClient
from pbckit.cli.errors import OperatorError
from pbckit.cli.requests import request_of

REASON = "carried over from the legacy system"


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """A merchant that people put into different categories on the two sides."""

    merchant_id: str
    legacy: str
    here: str


@dataclass(frozen=True, kw_only=True)
class Backfill:
    """What a run did, and whether both sides now say the same."""

    exported: int
    set_now: int
    there_before: int
    conflicts: list[Conflict]
    """Left alone: somebody decided otherwise here. Decide, set one of them by hand, and run it again."""
    legacy_checksum: str
    here_checksum: str

    @property
    def verified(self) -> bool:
        """True where count and checksum agree: every exported merchant has its category here."""
        return self.legacy_checksum == self.here_checksum


def backfill(legacy: LegacySystem, capabilities: CapabilityClient, on_done: Callable[[], object]) -> Backfill:
    """Set every category that people gave a merchant on the legacy side.

    Args:
        legacy: where they are exported from.
        capabilities: asked to set them.
        on_done: told of each merchant.

    Raises:
        OperatorError: a code has no translation; nothing is set then. Or a side cannot be asked: run it again.
    """
    wanted = _exported(legacy)
    standing = _standing(capabilities)
    conflicts: list[Conflict] = []
    set_now = 0
    for merchant_id, category in wanted.items():
        here = standing.get(merchant_id)
        if here is None:
            request = request_of(SetMerchantOverride, merchant_id=merchant_id, category=category, reason=REASON)
            capabilities.ask(SET_OVERRIDE, request)
            set_now += 1
        elif here != category:
            conflicts.append(Conflict(merchant_id=merchant_id, legacy=category, here=here))
        on_done()
    # Both sides are read again: what is verified is what stands, not what was sent.
    wanted_now, standing_now = _exported(legacy), _standing(capabilities)
    return Backfill(
        exported=len(wanted_now),
        set_now=set_now,
        there_before=len(wanted) - set_now - len(conflicts),
        conflicts=conflicts,
        legacy_checksum=checksum(wanted_now),
        here_checksum=checksum({key: value for key, value in standing_now.items() if key in wanted_now}),
    )


def checksum(categories: Mapping[str, str]) -> str:
    """Count and SHA-256 of categories by merchant, whatever their order."""
    lines = "".join(f"{merchant_id}\t{category}\n" for merchant_id, category in sorted(categories.items()))
    return f"{len(categories)}:{hashlib.sha256(lines.encode()).hexdigest()}"


def _exported(legacy: LegacySystem) -> dict[str, str]:
    shops = list(assigned_shops(legacy))
    untranslated = sorted({shop.cat for shop in shops} - set(codes()))
    if untranslated:
        raise OperatorError(f"legacy categories without a translation: {', '.join(untranslated)}; nothing was set")
    return {shop.shop: codes()[shop.cat] for shop in shops}


def _standing(capabilities: CapabilityClient) -> dict[str, str]:
    return {one.merchant_id: one.category for one in every_override(capabilities) if one.category is not None}
