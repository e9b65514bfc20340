"""Pending points in the PBC's table, beside accounts and lines.

| pk | sk | what |
|---|---|---|
| `authorisation#<id>` | `authorisation` | an authorisation as it came, and how it ended |
| `member#<member id>` | `pending` | a member's purchases that are authorised and not posted |

DynamoDB deletes both when all that they say is over, some time later: who reads them looks at the clock, too.
"""

from datetime import datetime
from typing import Literal

import msgspec

from contracts.cards import PurchaseAuthorised
from lambdas.points_ledger.model.pending import Pendings
from pbckit.runtime.ports import Delete, Operation, Put
from pbckit.runtime.runtime import Runtime

Ending = Literal["posted", "reversed"]

_DAY_SECONDS = 86_400
_REMEMBERED_SECONDS = 90 * _DAY_SECONDS
"""How long an ending is remembered whose authorisation has not come. One that comes later has ended by its own time."""


class KeptAuthorisation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An authorisation, and how it ended."""

    authorisation: PurchaseAuthorised | None = None
    """None where its end came first."""
    ended: Ending | None = None
    """None while nothing but time ends it."""
    revision: int
    """Counts every change. No default: defaults are not stored."""
    expires_at: int
    """When DynamoDB may delete it, in epoch seconds."""


class KeptPending(msgspec.Struct, frozen=True, kw_only=True):
    """A member's pending purchases."""

    pending: Pendings
    revision: int
    expires_at: int


class PendingStore:
    """Reads what is pending, and gives the operations that change it."""

    def __init__(self, runtime: Runtime) -> None:
        self._tables = runtime.tables
        self._table = runtime.store_table

    def authorisation(self, authorisation_id: str) -> KeptAuthorisation | None:
        """What is known of an authorisation, or None."""
        item = self._tables.get(self._table, _authorisation_key(authorisation_id))
        return msgspec.convert(item, KeptAuthorisation) if item else None

    def of_member(self, member_id: str) -> KeptPending | None:
        """A member's pending purchases, also such as have ended by now; None where there never were any."""
        item = self._tables.get(self._table, _pending_key(member_id))
        return msgspec.convert(item, KeptPending) if item else None

    def came(self, before: KeptAuthorisation | None, authorisation: PurchaseAuthorised) -> Operation:
        """Keep an authorisation as it came."""
        after = KeptAuthorisation(
            authorisation=authorisation,
            ended=before.ended if before else None,
            revision=before.revision + 1 if before else 1,
            expires_at=max(_after(authorisation.expires_at, _DAY_SECONDS), before.expires_at if before else 0),
        )
        return self._keep(_authorisation_key(authorisation.id), before, after)

    def ended(
        self, before: KeptAuthorisation | None, authorisation_id: str, ending: Ending, now: datetime
    ) -> Operation:
        """Keep how an authorisation ended, whether it came before or not."""
        after = KeptAuthorisation(
            authorisation=before.authorisation if before else None,
            ended=ending,
            revision=before.revision + 1 if before else 1,
            expires_at=before.expires_at if before else _after(now, _REMEMBERED_SECONDS),
        )
        return self._keep(_authorisation_key(authorisation_id), before, after)

    def changed(
        self, member_id: str, before: KeptPending | None, pendings: Pendings, now: datetime | None = None
    ) -> Operation:
        """Replace a member's pending purchases. The item stays where none is left, until DynamoDB deletes it.

        Args:
            member_id: whose they are.
            before: as read.
            pendings: those that there are now.
            now: given, the item stays for another day in any case.
        """
        ends = [_after(one.until, _DAY_SECONDS) for one in pendings.values()]
        after = KeptPending(
            pending=pendings,
            revision=before.revision + 1 if before else 1,
            expires_at=max([*ends, before.expires_at if before else 0, _after(now, _DAY_SECONDS) if now else 0]),
        )
        return self._keep(_pending_key(member_id), before, after)

    def forget(self, member_id: str) -> Operation:
        """Delete a member's pending purchases."""
        return Delete(table=self._table, key=_pending_key(member_id))

    def _keep(
        self,
        key: dict[str, str],
        before: KeptAuthorisation | KeptPending | None,
        after: KeptAuthorisation | KeptPending,
    ) -> Put:
        # The time to live, too: an item that was deleted and made anew counts its revisions from 1 again.
        is_as_read = {"revision": before.revision, "expires_at": before.expires_at} if before else {"revision": None}
        item = {**key, **msgspec.to_builtins(after)}
        return Put(table=self._table, item=item, read_as=type(after), expect=is_as_read)


def _authorisation_key(authorisation_id: str) -> dict[str, str]:
    return {"pk": f"authorisation#{authorisation_id}", "sk": "authorisation"}


def _pending_key(member_id: str) -> dict[str, str]:
    return {"pk": f"member#{member_id}", "sk": "pending"}


def _after(instant: datetime, seconds: int) -> int:
    """Epoch seconds: an instant so late that none comes after it has them, too."""
    return int(instant.timestamp()) + seconds
