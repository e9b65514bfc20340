"""What members have bought towards bonuses that are earned once, in the PBC's table.

| pk | sk | what |
|---|---|---|
| `progress#<member id>#<campaign id>` | `progress` | the purchases that count, what was given, and on which purchase |
"""

import msgspec

from lambdas.points_calculation.model.awards import Counted
from pbckit.runtime.ports import Delete, Operation, Put
from pbckit.runtime.runtime import Runtime


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a member is towards a bonus."""

    purchases: dict[str, Counted]
    """Those that count, by id."""
    given_points: int
    """What the member was given and has."""
    carrier: str | None
    """The purchase of which the bonus is an adjustment, from when it was given first."""
    revision: int
    """Counts every change."""


NONE_YET = Progress(purchases={}, given_points=0, carrier=None, revision=0)


class ProgressStore:
    """Reads how far a member is, and gives the operation that says it anew."""

    def __init__(self, runtime: Runtime) -> None:
        self._tables = runtime.tables
        self._table = runtime.store_table

    def find(self, member_id: str, campaign_id: str) -> Progress:
        """How far a member is towards a campaign's bonus."""
        item = self._tables.get(self._table, _key(member_id, campaign_id))
        return msgspec.convert(item, Progress) if item else NONE_YET

    def keep(self, member_id: str, campaign_id: str, before: Progress, after: Progress) -> Operation:
        """Store it, if what was read still stands."""
        item = {**_key(member_id, campaign_id), **msgspec.to_builtins(after)}
        return Put(table=self._table, item=item, read_as=Progress, expect={"revision": before.revision or None})

    def forget(self, member_id: str, campaign_id: str) -> Operation:
        """Delete how far a member is towards a campaign's bonus."""
        return Delete(table=self._table, key=_key(member_id, campaign_id))


def _key(member_id: str, campaign_id: str) -> dict[str, str]:
    return {"pk": f"progress#{member_id}#{campaign_id}", "sk": "progress"}
