"""Rates in the PBC's table.

| pk | sk | what |
|---|---|---|
| `rate#<card product>#<category>` | `<effective from>` | the rate that begins there |
| `head#<card product>#<category>` | `head` | how often this key was changed |
| `audit#<card product>#<category>` | `<number>` | every change, with who, when, before and after |
| `keys` | `<card product>#<category>` | which keys there are |
| `rules` | `<effective from>` | the earning rules that begin there |
| `rules-head` | `head` | how often earning rules were changed |
| `rules-audit` | `<number>` | every change of earning rules, with who, when, before and after |
| `card-products` | `<card product>` | a card product, with the currency that it bills in |
"""

from datetime import datetime
from typing import Any

import msgspec

from contracts.earning_rates import CardProduct, EarningRules, EarningRulesChange, RateChange, RateVersion
from pbckit.contracts.vocabulary import Key, Pattern
from pbckit.runtime.keys import sortable
from pbckit.runtime.ports import Operation, Put, Query, Update
from pbckit.runtime.queries import all_items
from pbckit.runtime.runtime import Runtime
from pbckit.runtime.settings import Settings

_KEYS = "keys"
_CARD_PRODUCTS = "card-products"
_RULES = "rules"
_RULES_HEAD = {"pk": "rules-head", "sk": "head"}
_RULES_AUDIT = "rules-audit"


class ChangeCounter(msgspec.Struct, frozen=True, kw_only=True):
    """How often a key was changed."""

    changes: int


class ChangedRate(RateVersion, frozen=True, kw_only=True):
    """A change of a rate: what it said afterwards, and before."""

    before: RateVersion | None


class RatedKey(msgspec.Struct, frozen=True, kw_only=True):
    """A card product and category that has rates."""

    card_product: Key
    category: Pattern


class RateStore:
    """Reads rates, and gives the operations that add one."""

    def __init__(self, runtime: Runtime) -> None:
        self._tables = runtime.tables
        self._table = runtime.store_table
        self._settings = Settings(runtime)

    def latest(self, card_product: str, category: str, at: datetime) -> RateVersion | None:
        """The rate of exactly this key that began last, at or before an instant."""
        item = self._settings.in_force(_partition(card_product, category), at)
        return _version(item) if item else None

    def starting_at(self, card_product: str, category: str, instant: datetime) -> RateVersion | None:
        """The rate that begins at exactly this instant."""
        item = self._tables.get(self._table, {"pk": _partition(card_product, category), "sk": sortable(instant)})
        return _version(item) if item else None

    def history(self, card_product: str, category: str) -> list[RateVersion]:
        """All rates of a key, by their beginning."""
        return [_version(item) for item in self._all(_partition(card_product, category))]

    def rated(self) -> list[tuple[str, str]]:
        """Card products and categories that have rates."""
        return [(item["card_product"], item["category"]) for item in self._all(_KEYS)]

    def changes(self, card_product: str, category: str) -> int:
        """How often a key was changed."""
        head = self._tables.get(self._table, _head(card_product, category))
        return head["changes"] if head else 0

    def audit(self, card_product: str, category: str) -> list[RateChange]:
        """Every change of a key, in the order in which they were made."""
        items = self._all(_audit(card_product, category))
        return [
            RateChange(before=_version(item["before"]) if item["before"] else None, after=_version(item))
            for item in items
        ]

    def change(self, before: RateVersion | None, after: RateVersion, number: int) -> list[Operation]:
        """Add or correct a rate, as the key's change of this number, if nobody else changes it meanwhile."""
        key = f"{after.card_product}#{after.category}"
        stored: dict[str, Any] = msgspec.to_builtins(after)
        partition = _audit(after.card_product, after.category)
        audit = {"pk": partition, "sk": f"{number:08d}", **stored, "before": msgspec.to_builtins(before)}
        names = {"card_product": after.card_product, "category": after.category}
        return [
            Update(
                table=self._table,
                key=_head(after.card_product, after.category),
                read_as=ChangeCounter,
                set={"changes": number},
                expect={"changes": number - 1 or None},
            ),
            Put(
                table=self._table,
                item={"pk": f"rate#{key}", "sk": sortable(after.effective_from), **stored},
                read_as=RateVersion,
            ),
            Put(table=self._table, item=audit, read_as=ChangedRate),
            Put(table=self._table, item={"pk": _KEYS, "sk": key, **names}, read_as=RatedKey),
        ]

    def latest_rules(self, at: datetime) -> EarningRules | None:
        """The earning rules that began last, at or before an instant."""
        item = self._settings.in_force(_RULES, at)
        return msgspec.convert(item, EarningRules) if item else None

    def rules(self) -> list[EarningRules]:
        """All earning rules, by their beginning."""
        return [msgspec.convert(item, EarningRules) for item in self._all(_RULES)]

    def rules_changes(self) -> list[EarningRulesChange]:
        """Every change of earning rules, in the order in which they were made."""
        return [msgspec.convert(item, EarningRulesChange) for item in self._all(_RULES_AUDIT)]

    def rules_changed(self) -> int:
        """How often earning rules were changed."""
        head = self._tables.get(self._table, _RULES_HEAD)
        return head["changes"] if head else 0

    def change_rules(self, before: EarningRules | None, after: EarningRules, number: int) -> list[Operation]:
        """Add or correct earning rules, as the change of this number, if nobody else changes them meanwhile."""
        change = EarningRulesChange(before=before, after=after)
        return [
            Update(
                table=self._table,
                key=_RULES_HEAD,
                read_as=ChangeCounter,
                set={"changes": number},
                expect={"changes": number - 1 or None},
            ),
            Put(
                table=self._table,
                item={"pk": _RULES, "sk": sortable(after.effective_from), **msgspec.to_builtins(after)},
                read_as=EarningRules,
            ),
            Put(
                table=self._table,
                item={"pk": _RULES_AUDIT, "sk": f"{number:08d}", **msgspec.to_builtins(change)},
                read_as=EarningRulesChange,
            ),
        ]

    def card_product(self, name: str) -> CardProduct | None:
        """A card product, or None where none of that name is registered."""
        item = self._tables.get(self._table, {"pk": _CARD_PRODUCTS, "sk": name})
        return msgspec.convert(item, CardProduct) if item else None

    def looked_up_card_product(self, name: str) -> CardProduct | None:
        """The same, as it was a moment ago."""
        item = self._settings.item(_CARD_PRODUCTS, name)
        return msgspec.convert(item, CardProduct) if item else None

    def card_products(self) -> list[CardProduct]:
        """All card products, by name."""
        return [msgspec.convert(item, CardProduct) for item in self._all(_CARD_PRODUCTS)]

    def keep_card_product(self, before: CardProduct | None, after: CardProduct) -> Operation:
        """Register a card product, or change one, if it still is what was read."""
        return Put(
            table=self._table,
            item={"pk": _CARD_PRODUCTS, "sk": after.card_product, **msgspec.to_builtins(after)},
            read_as=CardProduct,
            expect={"version": before.version if before else None},
        )

    def _all(self, partition: str) -> list[dict[str, Any]]:
        return all_items(self._tables, Query(table=self._table, key_name="pk", key_value=partition))


def _partition(card_product: str, category: str) -> str:
    return f"rate#{card_product}#{category}"


def _audit(card_product: str, category: str) -> str:
    return f"audit#{card_product}#{category}"


def _head(card_product: str, category: str) -> dict[str, str]:
    return {"pk": f"head#{card_product}#{category}", "sk": "head"}


def _version(item: dict[str, Any]) -> RateVersion:
    return msgspec.convert(item, RateVersion)
