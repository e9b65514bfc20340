"""earning-rates: how many points a unit of currency earns, by card product and category, from when on."""

from collections.abc import Collection, Iterable
from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from contracts.merchant_categorization import UnknownCategory
from contracts.vocabulary import Currency, MinorUnits, Points, no_such_name
from pbckit.contracts.definitions import Capability, ContractError, Event, Message, Request
from pbckit.contracts.vocabulary import DecimalString, Instant, Key, Name, Pattern

UNIT = "earning-rates"


class NoRate(ContractError):
    """The card product has no rate there: neither for the category nor for `*`, or not at that time."""


class RateOverlap(ContractError):
    """Another rate of the same card product and category already starts at that instant."""


class RulesOverlap(ContractError):
    """Other earning rules already start at that instant."""


class RepeatedMinimum(ContractError):
    """A card product has two minimums. The message names it."""


class RatesAreFixed(ContractError):
    """Rates cannot be set here: they are deployed with the unit. An implementation may say so; others set them."""


class UnknownCardProduct(ContractError):
    """No card product of that name is registered. The message names the nearest one."""


def require_card_products(names: Iterable[str], known: Collection[str], where: str) -> None:
    """Refuse names that no registered card product has. `*` stands for all and passes.

    Args:
        names: card products, or `*`.
        known: those that are registered.
        where: what names them, for the message.

    Raises:
        UnknownCardProduct: no card product is called so. The message names the nearest one.
    """
    for name in names:
        if name != "*" and name not in known:
            problem = no_such_name("card product", name, known, "register it first (set-card-product)")
            raise UnknownCardProduct(f"{where}: {problem}")


class InvalidCardProduct(ContractError):
    """The billing currency is not in ISO 4217, or has no minor unit there (gold, for example)."""


class CardProductsAreFixed(ContractError):
    """Card products cannot be set here: they are deployed with the unit. An implementation may say so."""


class EarningRateChanged(Event, frozen=True, kw_only=True):
    """A rate takes effect from an instant on (which may lie in the past: re-rating follows)."""

    source: ClassVar[str] = UNIT
    aggregate: ClassVar[str] = "rate_key"

    rate_key: str
    """`card_product/category`."""
    card_product: Key
    category: Pattern
    points_per_unit: DecimalString
    effective_from: Instant
    effective_to: Instant | None
    """Where the next rate begins; None while none does."""
    changed_by: Name
    """Who changed it: a person or a unit."""
    changed_at: Instant


class CardProductChanged(Event, frozen=True, kw_only=True):
    """A card product was registered, or its billing currency changed."""

    source: ClassVar[str] = UNIT
    aggregate: ClassVar[str] = "card_product"

    card_product: Key
    billing_currency: Currency
    """The currency that it bills in."""
    version: int
    """Counts the card product's changes, from 1."""
    changed_by: Name
    """Who changed it: a person or a unit."""
    changed_at: Instant


class MinimumAmount(Message, frozen=True, kw_only=True):
    """The smallest amount that earns on a card product."""

    card_product: Key
    minor_units: MinorUnits
    """In the smallest unit of the billing currency: purchases below it earn nothing."""


Exclusions = Annotated[list[Key], Meta(max_length=100)]
Minimums = Annotated[list[MinimumAmount], Meta(max_length=100)]


class EarningRulesChanged(Event, frozen=True, kw_only=True):
    """Other purchases earn nothing from an instant on (which may lie in the past: re-rating follows)."""

    source: ClassVar[str] = UNIT
    aggregate: ClassVar[str] = "rules_key"

    rules_key: Key
    """There is one set of rules: always `earning-rules`."""
    excluded_categories: Exclusions
    """Categories whose purchases earn nothing, from no rate and no campaign."""
    minimums: Minimums
    """The smallest amounts that earn; a card product that is not named has none."""
    effective_from: Instant
    effective_to: Instant | None
    """Where the next rules begin; None while none do."""
    version: int
    """Counts the changes of rules, from 1."""
    changed_by: Name
    """Who changed them: a person or a unit."""
    changed_at: Instant


class FindRate(Request, frozen=True, kw_only=True):
    card_product: Key
    category: Key
    at: Instant


class Rate(Message, frozen=True, kw_only=True):
    card_product: Key
    category: Pattern
    """`*` where the card product's rate for all other categories answered."""
    points_per_unit: DecimalString
    """Points for one major unit of the billing currency, for example one euro."""
    effective_from: Instant
    points_per_purchase: Points | None = None
    """The most base points for one purchase; None for no cap."""
    points_per_member_month: Points | None = None
    """The most base points for one member, card product and category in a calendar month (UTC) of posting; None for no
    cap."""
    billing_currency: Currency | None = None
    """The currency that the card product bills in; None for a card product that is not registered."""
    basis: Literal["rate", "no-rate", "fallback"] = "rate"
    """Where the points come from. The unit answers with a rate. A caller that has none takes the programme's base rate:
    `no-rate` where the unit answered that there is none, `fallback` where it did not answer."""
    is_excluded: bool = False
    """True where purchases of the category that was asked for earn nothing, from no rate and no campaign."""
    minimum_minor_units: MinorUnits | None = None
    """Purchases of a smaller amount earn nothing. In the smallest unit of the billing currency; None for no minimum."""


class SetEarningRules(Request, frozen=True, kw_only=True):
    """Which purchases earn nothing, from an instant on until the next rules begin. They replace the ones before."""

    effective_from: Instant
    excluded_categories: Exclusions = msgspec.field(default_factory=list[Key])
    minimums: Minimums = msgspec.field(default_factory=list[MinimumAmount])
    replace: bool = False
    """True corrects the rules that start at the same instant; False refuses with `RulesOverlap`."""


class EarningRules(Message, frozen=True, kw_only=True):
    excluded_categories: Exclusions
    minimums: Minimums
    effective_from: Instant
    effective_to: Instant | None
    changed_by: str
    changed_at: Instant


class ListEarningRules(Request, frozen=True, kw_only=True):
    pass


class EarningRulesChange(Message, frozen=True, kw_only=True):
    """One change: who made it and when stands in `after`."""

    before: EarningRules | None
    """The rules that it corrected; None where none began at that instant."""
    after: EarningRules


class EarningRulesList(Message, frozen=True, kw_only=True):
    rules: list[EarningRules]
    """By their beginning."""
    changes: list[EarningRulesChange]
    """In the order in which they were made."""


class SetRate(Request, frozen=True, kw_only=True):
    card_product: Key
    category: Pattern
    points_per_unit: DecimalString
    effective_from: Instant
    points_per_purchase: Points | None = None
    points_per_member_month: Points | None = None
    replace: bool = False
    """True corrects the rate that starts at the same instant; False refuses with `RateOverlap`."""


class RateVersion(Message, frozen=True, kw_only=True):
    card_product: Key
    category: Pattern
    points_per_unit: DecimalString
    effective_from: Instant
    effective_to: Instant | None
    changed_by: str
    changed_at: Instant
    points_per_purchase: Points | None = None
    points_per_member_month: Points | None = None


class ListRates(Request, frozen=True, kw_only=True):
    card_product: Key | None = None
    category: Pattern | None = None


class Rates(Message, frozen=True, kw_only=True):
    rates: list[RateVersion]


class GetRateHistory(Request, frozen=True, kw_only=True):
    card_product: Key
    category: Pattern


class RateChange(Message, frozen=True, kw_only=True):
    """One change: who made it and when stands in `after`."""

    before: RateVersion | None
    """The rate that it corrected; None where none began at that instant."""
    after: RateVersion


class RateHistory(Message, frozen=True, kw_only=True):
    changes: list[RateChange]
    """In the order in which they were made."""


class SetCardProduct(Request, frozen=True, kw_only=True):
    card_product: Key
    billing_currency: Currency
    """The one currency that its purchases are in. A purchase in another one is refused."""


class CardProduct(Message, frozen=True, kw_only=True):
    """A kind of card, with the currency that it bills in."""

    card_product: Key
    billing_currency: Currency
    version: int
    """Counts its changes, from 1."""
    changed_by: str
    changed_at: Instant


class ListCardProducts(Request, frozen=True, kw_only=True):
    pass


class CardProducts(Message, frozen=True, kw_only=True):
    card_products: list[CardProduct]
    """By name."""


RATE = Capability(
    unit=UNIT,
    name="rate",
    request=FindRate,
    response=Rate,
    callers=("earn-points", "true-up", "operations"),
    errors=(NoRate,),
)
SET_RATE = Capability(
    unit=UNIT,
    name="set-rate",
    request=SetRate,
    response=RateVersion,
    callers=("operations",),
    errors=(UnknownCategory, UnknownCardProduct, RateOverlap, RatesAreFixed),
    changes_state=True,
)
LIST_RATES = Capability(unit=UNIT, name="list-rates", request=ListRates, response=Rates, callers=("operations",))
SET_EARNING_RULES = Capability(
    unit=UNIT,
    name="set-earning-rules",
    request=SetEarningRules,
    response=EarningRules,
    callers=("operations",),
    errors=(UnknownCategory, UnknownCardProduct, RepeatedMinimum, RulesOverlap, RatesAreFixed),
    changes_state=True,
)
LIST_EARNING_RULES = Capability(
    unit=UNIT,
    name="list-earning-rules",
    request=ListEarningRules,
    response=EarningRulesList,
    callers=("operations",),
)
RATE_HISTORY = Capability(
    unit=UNIT,
    name="rate-history",
    request=GetRateHistory,
    response=RateHistory,
    callers=("operations",),
    errors=(NoRate,),
)
SET_CARD_PRODUCT = Capability(
    unit=UNIT,
    name="set-card-product",
    request=SetCardProduct,
    response=CardProduct,
    callers=("operations",),
    errors=(InvalidCardProduct, CardProductsAreFixed),
    changes_state=True,
)
LIST_CARD_PRODUCTS = Capability(
    unit=UNIT,
    name="list-card-products",
    request=ListCardProducts,
    response=CardProducts,
    callers=("operations",),
)
