"""Rows of a file of purchases, by the column `kind`: what they are, and the events that they become.

| kind | cells | becomes |
|---|---|---|
| `purchase`, or empty | all columns of a purchase | `PurchasePosted` |
| `refund` | refund_id, purchase_id, amount, currency, posted_at | `PurchaseRefunded` |
| `refund` without it | refund_id, member_id, card_product, merchant_id, amount, currency, posted_at | `RefundPosted` |
| `chargeback` | refund_id, purchase_id, reason, posted_at | `PurchaseChargedBack` |
| `authorisation` | authorisation_id, expires_at, and those of a purchase but its id | `PurchaseAuthorised` |
| `reversal` | authorisation_id, posted_at | `AuthorisationReversed` |

A purchase names the authorisation that it settles in `authorisation_id`, if there is one.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from contracts.cards import (
    AuthorisationReversed,
    PurchaseAuthorised,
    PurchaseChargedBack,
    PurchasePosted,
    PurchaseRefunded,
    RefundPosted,
)
from contracts.vocabulary import InstantOutOfRange
from ops.members.posted_at import require_possible
from ops.members.purchase_file import KIND, PURCHASE, Cells, InvalidRow, minor_units, purchase_of, require_cells
from pbckit.contracts.decoding import converted
from pbckit.contracts.definitions import Event

GivenBack = PurchaseRefunded | RefundPosted | PurchaseChargedBack
Authorisation = PurchaseAuthorised | AuthorisationReversed
EventT = TypeVar("EventT", bound=Event)


def event_of_row(cells: Cells) -> PurchasePosted | GivenBack | Authorisation:
    """A row as the event that it is.

    Raises:
        InvalidRow: it is none. Names what is wrong and what is allowed.
    """
    kind = cells.get(KIND) or PURCHASE
    if kind not in _KINDS:
        raise InvalidRow(f"kind {kind!r}: allowed are {', '.join(_KINDS)}")
    return _KINDS[kind](cells)


def _refund(cells: Cells) -> PurchaseRefunded | RefundPosted:
    if cells.get("purchase_id"):
        given = _cells(cells, "refund_id", "purchase_id", "amount", "currency", "posted_at")
        values = {"id": given["refund_id"], "purchase_id": given["purchase_id"]}
        return _event(PurchaseRefunded, {**values, "amount": _money(given)}, "refunded_at", given["posted_at"])
    names = ("member_id", "card_product", "merchant_id")
    given = _cells(cells, "refund_id", *names, "amount", "currency", "posted_at")
    values = {"id": given["refund_id"], **{name: given[name] for name in names}}
    return _event(RefundPosted, {**values, "amount": _money(given)}, "refunded_at", given["posted_at"])


def _chargeback(cells: Cells) -> PurchaseChargedBack:
    given = _cells(cells, "refund_id", "purchase_id", "reason", "posted_at")
    values = {"id": given["refund_id"], "purchase_id": given["purchase_id"], "reason": given["reason"]}
    return _event(PurchaseChargedBack, values, "charged_back_at", given["posted_at"])


def _authorisation(cells: Cells) -> PurchaseAuthorised:
    given = _cells(cells, "authorisation_id", "expires_at")
    purchase = purchase_of({**cells, KIND: PURCHASE, "purchase_id": given["authorisation_id"]})
    values = msgspec.to_builtins(purchase)
    return _event(
        PurchaseAuthorised, {**values, "expires_at": given["expires_at"]}, "authorised_at", values["posted_at"]
    )


def _reversal(cells: Cells) -> AuthorisationReversed:
    given = _cells(cells, "authorisation_id", "posted_at")
    values = {"authorisation_id": given["authorisation_id"]}
    return _event(AuthorisationReversed, values, "reversed_at", given["posted_at"])


def _cells(cells: Cells, *columns: str) -> dict[str, str]:
    require_cells(cells, columns)
    return {column: cells[column] for column in columns}


def _money(given: dict[str, str]) -> dict[str, Any]:
    return {"minor_units": minor_units(given["amount"], given["currency"]), "currency": given["currency"]}


def _event(kind: type[EventT], values: dict[str, Any], instant: str, at: str) -> EventT:
    try:
        event = converted({**values, instant: at}, kind)
        require_possible("posted_at", getattr(event, instant))
    except (InstantOutOfRange, msgspec.ValidationError) as error:
        raise InvalidRow(str(error)) from error
    return event


_KINDS: dict[str, Callable[[Cells], PurchasePosted | GivenBack | Authorisation]] = {
    PURCHASE: purchase_of,
    "refund": _refund,
    "chargeback": _chargeback,
    "authorisation": _authorisation,
    "reversal": _reversal,
}
