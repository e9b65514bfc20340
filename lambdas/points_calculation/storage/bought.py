"""The index of a member's purchases at a merchant, in the PBC's table.

| pk | sk | what |
|---|---|---|
| `bought#<member id>#<merchant id>` | `<posted at>#<purchase id>` | by what a refund without a purchase is matched |

Purchases that were calculated before there was this index are not in it: a refund of them names its purchase.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import msgspec

from contracts.cards import PurchasePosted
from lambdas.points_calculation.storage.records import BoughtPurchase
from pbckit.runtime.keys import sortable
from pbckit.runtime.ports import Delete, Operation, Put, Query
from pbckit.runtime.runtime import Runtime

_OF_A_PAGE = 100


class BoughtStore:
    """Reads the index, and gives the operation that adds to it."""

    def __init__(self, runtime: Runtime) -> None:
        self._tables = runtime.tables
        self._table = runtime.store_table

    def listed(self, purchase: PurchasePosted) -> Operation:
        """Put a purchase into the index."""
        entry = BoughtPurchase(
            purchase_id=purchase.id,
            card_product=purchase.card_product,
            currency=purchase.amount.currency,
            minor_units=purchase.amount.minor_units,
        )
        item = {**_key(purchase), **msgspec.to_builtins(entry)}
        return Put(table=self._table, item=item, read_as=BoughtPurchase)

    def forget(self, purchase: PurchasePosted) -> Operation:
        """Take a purchase out of the index."""
        return Delete(table=self._table, key=_key(purchase))

    def between(self, member_id: str, merchant_id: str, since: datetime, until: datetime) -> Iterator[BoughtPurchase]:
        """A member's purchases at a merchant, oldest first, from one instant up to another, read page by page."""
        partition = _partition(member_id, merchant_id)
        query = Query(
            table=self._table,
            key_name="pk",
            key_value=partition,
            sort_name="sk",
            sort_at_most=f"{sortable(until)}~",
            limit=_OF_A_PAGE,
            after={"pk": partition, "sk": sortable(since)},
        )
        while True:
            page = self._tables.query(query)
            yield from (msgspec.convert(item, BoughtPurchase) for item in page.items)
            if page.next is None:
                return
            query = replace(query, after=page.next)


def _key(purchase: PurchasePosted) -> dict[str, str]:
    return {
        "pk": _partition(purchase.member_id, purchase.merchant.id),
        "sk": f"{sortable(purchase.posted_at)}#{purchase.id}",
    }


def _partition(member_id: str, merchant_id: str) -> str:
    return f"bought#{member_id}#{merchant_id}"
