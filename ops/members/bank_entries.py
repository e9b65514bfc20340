"""Card entries of bank statements, and what makes purchases and refunds of them.

A statement names an account and a shop; rewards needs a member, a card product, a merchant category. A map, which the
operator writes, says whose account it is, and what a statement leaves out about its merchants.
"""

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import yaml

from contracts.cards import PurchasePosted, PurchaseRefunded
from contracts.vocabulary import Country, InstantOutOfRange, Mcc
from ops.members.posted_at import require_possible
from ops.members.purchase_file import InvalidRow, RefusedRow, minor_units
from pbckit.cli.errors import OperatorError
from pbckit.contracts.decoding import converted
from pbckit.contracts.vocabulary import Identifier, Key

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*")
_MOST_OF_A_REFERENCE = 40
_LONGEST_NAME = 120


class Account(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose account it is."""

    member_id: Identifier
    card_product: Key
    country: Country | None = None
    """Country of merchants of which the statement does not say it."""


class KnownMerchant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of a merchant. It wins over what the statement says."""

    id: Identifier | None = None
    mcc: Mcc | None = None
    country: Country | None = None


class BankMap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a bank's statements leave out."""

    accounts: dict[str, Account]
    """By IBAN, account number or masked card number, as it stands in the statement; spaces do not count."""
    merchants: dict[str, KnownMerchant] = {}
    """By the merchant's name as it stands in the statement; case and spaces do not count."""

    def account(self, number: str) -> Account:
        """Whose account it is.

        Raises:
            InvalidRow: the map does not say.
        """
        found = {_compact(name): account for name, account in self.accounts.items()}.get(_compact(number))
        if found is None:
            raise InvalidRow(f"account {_masked(number)}: not among the map's {len(self.accounts)} accounts")
        return found

    def merchant(self, name: str) -> KnownMerchant:
        """What is known of a merchant; nothing for one whom the map does not name."""
        known = {_folded(one): merchant for one, merchant in self.merchants.items()}
        return known.get(_folded(name), KnownMerchant())


def read_map(file: Path) -> BankMap:
    """Read a map of accounts and merchants, in YAML.

    Raises:
        OperatorError: it cannot be read, or is no such map.
    """
    try:
        return converted(yaml.safe_load(file.read_text(encoding="utf-8")), BankMap)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise OperatorError(f"{file}: {' '.join(str(error).split())}") from error
    except (msgspec.ValidationError, TypeError) as error:
        raise OperatorError(f"{file}: {error}") from error


@dataclass(frozen=True, kw_only=True)
class CardEntry:
    """A booked card transaction, as its statement says it. None is what the statement does not say."""

    line: int
    account: str
    reference: str | None
    """Identity of this entry."""
    purchase: str | None
    """Identity of the purchase that it books or, of a refund, gives back from."""
    refund: bool
    amount: str
    """Without a sign, in major units."""
    currency: str
    booked_at: str
    """RFC 3339."""
    merchant_name: str | None
    merchant_id: str | None
    mcc: str | None
    country: str | None


@dataclass(kw_only=True)
class Entries:
    """What a statement has."""

    cards: list[CardEntry] = field(default_factory=list[CardEntry])
    refused: list[RefusedRow] = field(default_factory=list[RefusedRow])
    """Card transactions that cannot be read."""
    skipped: list[RefusedRow] = field(default_factory=list[RefusedRow])
    """Entries that are no card transaction: fees, payments, what is not booked yet."""


def event_of(entry: CardEntry, known: BankMap, kind: str) -> PurchasePosted | PurchaseRefunded:
    """A card entry as a purchase or a refund. `kind` is the file's format: ids begin with it.

    Raises:
        InvalidRow: something is missing or wrong; names it, and where it is looked for.
    """
    account = known.account(entry.account)
    amount = {"minor_units": minor_units(entry.amount, entry.currency), "currency": entry.currency}
    if entry.purchase is None:
        raise InvalidRow("names no purchase that it gives back from" if entry.refund else "has no reference")
    purchase_id = _id(kind, account.member_id, entry.purchase)
    values: dict[str, object]
    if entry.refund:
        if entry.reference is None:
            raise InvalidRow("the refund has no reference of its own")
        refund_id = _id(f"{kind}-refund", account.member_id, entry.reference)
        values = {"id": refund_id, "purchase_id": purchase_id, "amount": amount, "refunded_at": entry.booked_at}
    else:
        values = {
            "id": purchase_id,
            "member_id": account.member_id,
            "card_product": account.card_product,
            "merchant": _merchant(entry, known, account),
            "amount": amount,
            "posted_at": entry.booked_at,
        }
    try:
        event = converted(values, PurchaseRefunded if entry.refund else PurchasePosted)
        if isinstance(event, PurchasePosted):
            require_possible("posted_at", event.posted_at)
        else:
            require_possible("refunded_at", event.refunded_at)
    except (msgspec.ValidationError, InstantOutOfRange) as error:
        raise InvalidRow(str(error)) from error
    return event


def _merchant(entry: CardEntry, known: BankMap, account: Account) -> dict[str, str]:
    if entry.merchant_name is None:
        raise InvalidRow("merchant's name: missing")
    merchant = known.merchant(entry.merchant_name)
    mcc = merchant.mcc or entry.mcc
    country = merchant.country or entry.country or account.country
    if mcc is None:
        raise InvalidRow(f"merchant {entry.merchant_name!r}: no merchant category code in the entry or the map")
    if country is None:
        raise InvalidRow(f"merchant {entry.merchant_name!r}: no country in the entry or the map")
    known_id = merchant.id or entry.merchant_id
    if known_id is None or not _IDENTIFIER.fullmatch(known_id):
        known_id = f"merchant-{_digest(_folded(entry.merchant_name), country)}"
    return {"id": known_id, "name": entry.merchant_name[:_LONGEST_NAME].rstrip(), "mcc": mcc, "country": country}


def _id(kind: str, member_id: str, reference: str) -> str:
    """Banks give references anew for each account, so the member is part of the id; no account number is."""
    fits = _IDENTIFIER.fullmatch(reference) and len(reference) <= _MOST_OF_A_REFERENCE
    return f"{kind}-{_digest(member_id)[:8]}-{reference if fits else _digest(reference)}"


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def _compact(number: str) -> str:
    return "".join(number.split()).upper()


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _masked(number: str) -> str:
    """An account number as it may stand in a log: card numbers must not (PCI DSS 3.4)."""
    return f"…{_compact(number)[-4:]}"
