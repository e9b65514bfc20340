"""Queries over all their pages."""

from dataclasses import replace

from pbckit.runtime.ports import Item, Query, Tables


def all_items(tables: Tables, query: Query) -> list[Item]:
    """Every item of a query, however many pages it takes. For partitions whose size is bounded by what they are."""
    page = tables.query(query)
    items = page.items
    while page.next is not None:
        page = tables.query(replace(query, after=page.next))
        items += page.items
    return items
