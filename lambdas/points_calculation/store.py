"""Calculations in the PBC's table.

| pk | sk | what |
|---|---|---|
| `purchase#<purchase id>` | `calculation` | the purchase as it came, and what it earns |
"""

import msgspec

from contracts.cards import PurchasePosted
from contracts.points_calculation import Calculation
from lambdas.kit.ports import Operation, Put
from lambdas.kit.runtime import Runtime


class Calculated(msgspec.Struct, frozen=True, kw_only=True):
    """A purchase and its calculation, as stored."""

    purchase: PurchasePosted
    calculation: Calculation


class CalculationStore:
    """Reads calculations, and gives the operation that keeps one."""

    def __init__(self, runtime: Runtime) -> None:
        self._tables = runtime.tables
        self._table = runtime.store_table

    def find(self, purchase_id: str) -> Calculated | None:
        """What was calculated for a purchase, or None."""
        item = self._tables.get(self._table, _key(purchase_id))
        return msgspec.convert(item, Calculated) if item else None

    def keep(self, calculated: Calculated) -> Operation:
        """Store the one calculation of a purchase."""
        item = {**_key(calculated.purchase.id), **msgspec.to_builtins(calculated)}
        return Put(table=self._table, item=item, expect={"pk": None})


def _key(purchase_id: str) -> dict[str, str]:
    return {"pk": f"purchase#{purchase_id}", "sk": "calculation"}
