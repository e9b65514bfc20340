"""Campaigns in the PBC's table.

| pk | sk | what |
|---|---|---|
| `campaigns` | `<campaign id>` | the campaign as it stands |
| `month#<2026-06>` | `<campaign id>` | the same, for each month that its window touches |
| `campaign#<campaign id>` | `change#<version>` | every change, with who, when, before and after |
| `exclusives` | `head` | how often an exclusive campaign was made or changed |

A purchase looks at one month only: what it reads grows with the campaigns that run then, not with all there ever were.
"""

from datetime import datetime
from typing import Any

import msgspec

from contracts.campaigns import Campaign, CampaignChange
from lambdas.campaigns.model import month_of, months_of
from pbckit.runtime.ports import Delete, Operation, Put, Query, Update
from pbckit.runtime.queries import all_items
from pbckit.runtime.runtime import Runtime
from pbckit.runtime.settings import Settings

_LIST = "campaigns"
_EXCLUSIVES = {"pk": "exclusives", "sk": "head"}


class ChangeCounter(msgspec.Struct, frozen=True, kw_only=True):
    """How often an exclusive campaign was made or changed."""

    changes: int


class ChangedCampaign(Campaign, frozen=True, kw_only=True):
    """A change of a campaign: what it said afterwards, and before."""

    before: Campaign | None


class CampaignStore:
    """Reads campaigns, and gives the operations that change one."""

    def __init__(self, runtime: Runtime) -> None:
        self._tables = runtime.tables
        self._table = runtime.store_table
        self._settings = Settings(runtime)

    def find(self, campaign_id: str) -> Campaign | None:
        """A campaign, or None."""
        item = self._tables.get(self._table, {"pk": _LIST, "sk": campaign_id})
        return _campaign(item) if item else None

    def all(self) -> list[Campaign]:
        """Every campaign, by id."""
        return self._in(_LIST)

    def around(self, at: datetime) -> list[Campaign]:
        """The campaigns whose window touches the month of an instant."""
        return self._in(_month(at))

    def looked_up_around(self, at: datetime) -> list[Campaign]:
        """The same, as they were a moment ago."""
        return [_campaign(item) for item in self._settings.all(_month(at))]

    def audit(self, campaign_id: str) -> list[CampaignChange]:
        """Every change of a campaign, oldest first."""
        items = all_items(self._tables, Query(table=self._table, key_name="pk", key_value=f"campaign#{campaign_id}"))
        return [
            CampaignChange(before=_campaign(item["before"]) if item["before"] else None, after=_campaign(item))
            for item in items
        ]

    def exclusive_changes(self) -> int:
        """How often an exclusive campaign was made or changed."""
        head = self._tables.get(self._table, _EXCLUSIVES)
        return head["changes"] if head else 0

    def exclusive_change(self, number: int) -> Operation:
        """Be the change of exclusive campaigns of this number: of two at once, one must look again."""
        return Update(
            table=self._table,
            key=_EXCLUSIVES,
            read_as=ChangeCounter,
            set={"changes": number},
            expect={"changes": number - 1 or None},
        )

    def change(self, before: Campaign | None, after: Campaign) -> list[Operation]:
        """Replace a campaign, if it still is what was read."""
        stored: dict[str, Any] = msgspec.to_builtins(after)
        history = {
            "pk": f"campaign#{after.campaign_id}",
            "sk": f"change#{after.version:08d}",
            **stored,
            "before": msgspec.to_builtins(before),
        }
        months = months_of(after.starts_at, after.ends_at)
        gone = set(months_of(before.starts_at, before.ends_at)) - set(months) if before else set[str]()
        return [
            Put(
                table=self._table,
                item={"pk": _LIST, "sk": after.campaign_id, **stored},
                read_as=Campaign,
                expect={"version": before.version if before else None},
            ),
            Put(table=self._table, item=history, read_as=ChangedCampaign),
            *(
                Put(
                    table=self._table,
                    item={"pk": f"month#{month}", "sk": after.campaign_id, **stored},
                    read_as=Campaign,
                )
                for month in months
            ),
            *(
                Delete(table=self._table, key={"pk": f"month#{month}", "sk": after.campaign_id})
                for month in sorted(gone)
            ),
        ]

    def _in(self, partition: str) -> list[Campaign]:
        items = all_items(self._tables, Query(table=self._table, key_name="pk", key_value=partition))
        return [_campaign(item) for item in items]


def _month(at: datetime) -> str:
    return f"month#{month_of(at)}"


def _campaign(item: dict[str, Any]) -> Campaign:
    return msgspec.convert(item, Campaign)
