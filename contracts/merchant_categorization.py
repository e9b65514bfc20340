"""merchant-categorization: which reward category a merchant belongs to."""

from collections.abc import Iterable
from typing import ClassVar, Literal

from contracts.vocabulary import Merchant, no_such_name
from pbckit.contracts.definitions import Capability, ContractError, Event, Message, Request
from pbckit.contracts.vocabulary import Identifier, Instant, Key, Name, PageSize

UNIT = "merchant-categorization"
UNCATEGORIZED = "uncategorized"
CATEGORIES = (
    "airlines",
    "beauty",
    "business",
    "business-goods",
    "car-rental",
    "cash-like",
    "charity",
    "digital",
    "drugstores",
    "education",
    "electronics",
    "entertainment",
    "fashion",
    "finance",
    "fuel",
    "government",
    "groceries",
    "health",
    "home",
    "insurance",
    "lodging",
    "membership",
    "other",
    "personal-services",
    "pets",
    "restaurants",
    "shopping",
    "telecom",
    "transit",
    "travel",
    "uncategorized",
    "utilities",
    "vehicles",
)
"""Every reward category, by name. Units that name a category refuse one that is not among them."""


class MerchantRecategorized(Event, frozen=True, kw_only=True):
    """A merchant's category was set by hand, changed, or given back to the MCC table."""

    source: ClassVar[str] = UNIT
    aggregate: ClassVar[str] = "merchant_id"

    merchant_id: Identifier
    category_before: Key | None
    """The override that stood before; None when the MCC decided."""
    category: Key | None
    """The override that stands now; None when the MCC decides again."""
    changed_by: Name
    """Who changed it: a person or a unit."""
    changed_at: Instant


class UnknownCategory(ContractError):
    """No reward category is called so. The message names the nearest one."""


def require_categories(names: Iterable[str], where: str) -> None:
    """Refuse names that no reward category has. `*` stands for all and passes.

    Args:
        names: categories, or `*`.
        where: what names them, for the message.

    Raises:
        UnknownCategory: no category is called so. The message names the nearest one.
    """
    for name in names:
        if name != "*" and name not in CATEGORIES:
            problem = no_such_name("category", name, CATEGORIES, f"allowed are {', '.join(CATEGORIES)}")
            raise UnknownCategory(f"{where}: {problem}")


class Categorize(Request, frozen=True, kw_only=True):
    merchant: Merchant


class Categorization(Message, frozen=True, kw_only=True):
    category: Key
    basis: Literal["override", "mcc", "unknown-mcc", "fallback"]
    """`unknown-mcc` answers `uncategorized`: a known fact. `fallback` means that categorization was not available."""


class SetMerchantOverride(Request, frozen=True, kw_only=True):
    merchant_id: Identifier
    category: Key | None
    """None removes the override."""
    reason: Name


class MerchantOverride(Message, frozen=True, kw_only=True):
    merchant_id: Identifier
    category: Key | None
    reason: str
    changed_by: str
    changed_at: Instant
    version: int
    """Counts the changes to this merchant's override, from 1."""


class ListMerchantOverrides(Request, frozen=True, kw_only=True):
    limit: PageSize = 100
    after: str | None = None
    """`next` of the page before."""


class MerchantOverrides(Message, frozen=True, kw_only=True):
    overrides: list[MerchantOverride]
    next: str | None = None


class GetOverrideHistory(Request, frozen=True, kw_only=True):
    merchant_id: Identifier


class OverrideChange(Message, frozen=True, kw_only=True):
    """One change: who made it, when and why stands in `after`."""

    before: MerchantOverride | None
    """None where nothing had been said of the merchant."""
    after: MerchantOverride


class OverrideHistory(Message, frozen=True, kw_only=True):
    changes: list[OverrideChange]
    """Oldest first; empty for a merchant of which nothing was ever said."""


CATEGORIZE = Capability(
    unit=UNIT,
    name="categorize",
    request=Categorize,
    response=Categorization,
    callers=("earn-points", "true-up", "operations", "categorization-facade"),
)
SET_OVERRIDE = Capability(
    unit=UNIT,
    name="set-override",
    request=SetMerchantOverride,
    response=MerchantOverride,
    callers=("operations",),
    errors=(UnknownCategory,),
    changes_state=True,
)
LIST_OVERRIDES = Capability(
    unit=UNIT,
    name="list-overrides",
    request=ListMerchantOverrides,
    response=MerchantOverrides,
    callers=("operations",),
)
OVERRIDE_HISTORY = Capability(
    unit=UNIT,
    name="override-history",
    request=GetOverrideHistory,
    response=OverrideHistory,
    callers=("operations",),
)
