"""Bank statements by ISO 20022: messages camt.053.001.02 to .13, `BankToCustomerStatement`.

Elements are those of the message definition report; the same names hold in all versions, but a party's name, which
versions from .08 have one level deeper, below `Pty`.
"""

import re
from collections.abc import Iterator

from ops.members.bank_entries import CardEntry, Entries
from ops.members.markup import InvalidMarkup, Node, read_xml
from ops.members.purchase_file import InvalidRow, RefusedRow
from pbckit.cli.errors import OperatorError

NAMESPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.[0-9]{2}")
_MCC = re.compile(r"[0-9]{4}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_OFFSET = re.compile(r"(Z|[+-][0-9]{2}:[0-9]{2})$")
_NO_REFERENCE = "NOTPROVIDED"
"""What `EndToEndId` says where there is none."""
_CASH = frozenset({"CWDL", "CDPT", "CAJT"})
"""Sub-families of the bank transaction code that move cash: withdrawal, deposit, its adjustment."""
_GIVEN_BACK = "RIMB"
"""Sub-family of the bank transaction code: a merchant gives money back to a card."""


def entries_of(content: bytes) -> Entries:
    """What a camt.053 message has.

    Raises:
        OperatorError: it is no such message.
    """
    try:
        root = read_xml(content)
    except InvalidMarkup as error:
        raise OperatorError(str(error)) from error
    if root.name != "Document" or not any(NAMESPACE.fullmatch(one) for one in root.attributes.values()):
        raise OperatorError(
            "no camt.053 message: the root is not a Document of a namespace such as "
            "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
        )
    found = Entries()
    for statement in root.all("BkToCstmrStmt/Stmt"):
        account = statement.value("Acct/Id/IBAN", "Acct/Id/Othr/Id")
        for entry in statement.all("Ntry"):
            _read_entry(entry, account, found)
    return found


def _read_entry(entry: Node, account: str | None, found: Entries) -> None:
    details = list(entry.all("NtryDtls/TxDtls")) or [Node(name="TxDtls", line=entry.line)]
    for number, part in enumerate(details, start=1):
        reference = _reference(part, entry, number if len(details) > 1 else None)
        said = f"entry {reference or 'without reference'}: "
        reason = _no_purchase(entry, part)
        if reason is not None:
            found.skipped.append(RefusedRow(row=part.line, reason=said + reason))
            continue
        try:
            found.cards.append(_card_entry(entry, part, account, reference, alone=len(details) == 1))
        except InvalidRow as error:
            found.refused.append(RefusedRow(row=part.line, reason=said + str(error)))


def _no_purchase(entry: Node, part: Node) -> str | None:
    """Why an entry is neither a purchase nor a refund; None where it is one."""
    status = entry.value("Sts/Cd", "Sts")
    if status not in {None, "BOOK"}:
        return f"not booked, its status is {status}"
    codes = [*part.all("BkTxCd"), *entry.all("BkTxCd")]
    families = {value for code in codes if (value := code.value("Domn/Fmly/Cd"))}
    sub_families = {value for code in codes if (value := code.value("Domn/Fmly/SubFmlyCd"))}
    by_card = part.first("CardTx") or entry.first("CardTx") or _mcc(entry, part)
    if not by_card and "CCRD" not in families:
        return "no card transaction"
    if sub_families & _CASH:
        return f"moves cash ({', '.join(sorted(sub_families & _CASH))})"
    if _credited(entry, part) and not _reversed(entry) and _GIVEN_BACK not in sub_families:
        return "a credit that is no reversal: a payment to the account"
    return None


def _card_entry(entry: Node, part: Node, account: str | None, reference: str | None, *, alone: bool) -> CardEntry:
    if account is None:
        raise InvalidRow("account: missing in Acct/Id")
    refund = _credited(entry, part)
    if _reversed(entry) and not refund:
        raise InvalidRow("the reversal of a credit: correct the refund by hand")
    # What a whole entry moves is in the account's currency; an amount of its details may be in the shop's.
    amount = entry.first("Amt") if alone else part.first("Amt") or part.first("AmtDtls/TxAmt/Amt")
    if amount is None:
        raise InvalidRow("amount: missing in Amt of a transaction among several")
    party = "Dbtr" if refund else "Cdtr"
    transaction = part.value("CardTx/Tx/Indv/TxId/TxRef", "Refs/TxId") or _end_to_end(part)
    return CardEntry(
        line=part.line,
        account=account,
        reference=reference,
        purchase=transaction or (None if refund else reference),
        refund=refund,
        amount=amount.text.strip(),
        currency=amount.attributes.get("Ccy", ""),
        booked_at=_instant(entry),
        merchant_name=part.value(f"RltdPties/{party}/Pty/Nm", f"RltdPties/{party}/Nm", "CardTx/POI/Id/ShrtNm")
        or entry.value("CardTx/POI/Id/ShrtNm"),
        merchant_id=part.value("CardTx/POI/Id/Id"),
        mcc=_mcc(entry, part),
        country=part.value(f"RltdPties/{party}/Pty/PstlAdr/Ctry", f"RltdPties/{party}/PstlAdr/Ctry"),
    )


def _credited(entry: Node, part: Node) -> bool:
    return part.value("CdtDbtInd") == "CRDT" or (part.value("CdtDbtInd") is None and entry.value("CdtDbtInd") == "CRDT")


def _reversed(entry: Node) -> bool:
    return entry.value("RvslInd") in {"true", "1"}


def _reference(part: Node, entry: Node, number: int | None) -> str | None:
    """Identity of a booking; the entry's with a number where several transactions share it."""
    own, shared = part.value("Refs/AcctSvcrRef", "Refs/TxId"), entry.value("AcctSvcrRef", "NtryRef")
    if number is None:
        return shared or own
    return own or (f"{shared}.{number}" if shared else None)


def _end_to_end(part: Node) -> str | None:
    found = part.value("Refs/EndToEndId")
    return None if found == _NO_REFERENCE else found


def _mcc(entry: Node, part: Node) -> str | None:
    """ISO 18245's code: in the card transaction, or as the bank's own transaction code."""
    return next((code for code in _codes(entry, part) if _MCC.fullmatch(code)), None)


def _codes(entry: Node, part: Node) -> Iterator[str]:
    for place in (part, entry):
        for card in place.all("CardTx"):
            yield from (node.text.strip() for node in card.descendants("MrchntCtgyCd"))
            yield from (node.text.strip() for node in card.descendants("TxCtgy"))
    for place in (part, entry):
        yield from (node.text.strip() for node in place.all("BkTxCd/Prtry/Cd"))


def _instant(entry: Node) -> str:
    """When it was booked. A date is its first instant in UTC; a time without an offset is in UTC."""
    booked = entry.value("BookgDt/DtTm", "BookgDt/Dt")
    if booked is None:
        raise InvalidRow("booking date: missing in BookgDt")
    if _DATE.fullmatch(booked):
        return f"{booked}T00:00:00Z"
    return booked if _OFFSET.search(booked) else f"{booked}Z"
