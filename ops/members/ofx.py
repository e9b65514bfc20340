"""Bank statements by OFX: Open Financial Exchange 1.0.2 to 1.6 (SGML) and 2.0 to 2.3 (XML).

Both have the same elements, and no attributes. In SGML an element with a value needs no end tag, so one reader of tags
reads both. It knows no declarations and no entities beyond those of characters.
"""

import html
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

from ops.members.bank_entries import CardEntry, Entries
from ops.members.markup import MOST_LEVELS, InvalidMarkup, Node
from ops.members.purchase_file import InvalidRow, RefusedRow
from pbckit.cli.errors import OperatorError

_WESTERN = re.compile(r"CHARSET\s*:\s*1252|encoding=.(windows-1252|iso-8859-1)", re.IGNORECASE)
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[A-Za-z0-9._]+)\s*>(?P<text>[^<]*)")
_ANY_TAG = re.compile(r"<[^>]*>?")
_AMOUNT = re.compile(r"(?P<sign>[+-]?)(?P<digits>[0-9]+([.,][0-9]+)?)")
_DATE = re.compile(
    r"(?P<date>[0-9]{8})(?P<time>[0-9]{6})?(\.(?P<millis>[0-9]{3}))?"
    r"(\[(?P<hours>[+-]?[0-9]{1,2})(\.(?P<fraction>[0-9]{1,2}))?(:[^\]]*)?\])?"
)
_PURCHASES = frozenset({"DEBIT", "POS"})
_STATEMENTS = (
    ("CREDITCARDMSGSRSV1/CCSTMTTRNRS/CCSTMTRS", "CCACCTFROM/ACCTID"),
    ("BANKMSGSRSV1/STMTTRNRS/STMTRS", "BANKACCTFROM/ACCTID"),
)


def entries_of(content: bytes) -> Entries:
    """What an OFX file has.

    Raises:
        OperatorError: it is no such file.
    """
    try:
        root = read_ofx(content)
    except InvalidMarkup as error:
        raise OperatorError(str(error)) from error
    found = Entries()
    for path, account_path in _STATEMENTS:
        for statement in root.all(path):
            currency, account = statement.value("CURDEF"), statement.value(account_path)
            for transaction in statement.all("BANKTRANLIST/STMTTRN"):
                _read_transaction(transaction, currency, account, found)
    return found


def read_ofx(content: bytes) -> Node:
    """The element OFX of a file of either kind.

    Raises:
        InvalidMarkup: it has none, or its tags do not match.
    """
    header, text, line = _parts(content)
    if "<!DOCTYPE" in header.upper() or "<!ENTITY" in header.upper():
        raise InvalidMarkup("has a document type declaration or an entity, which is not allowed in a file")
    top = Node(name="", line=0)
    opened = [top]
    at = line
    for match, at in _tags(text, line):
        if match["end"]:
            _close(opened, match["name"].upper(), at)
            continue
        if len(opened) > MOST_LEVELS:
            raise InvalidMarkup(f"line {at}: more than {MOST_LEVELS} levels of elements")
        node = Node(name=match["name"].upper(), line=at, text=html.unescape(match["text"]).strip())
        opened[-1].children.append(node)
        # What has a value has no elements in it: without an end tag it ends where the next element begins.
        if not node.text:
            opened.append(node)
    if len(opened) > 1:
        raise InvalidMarkup(f"line {at}: the file ends inside of {opened[-1].name}")
    return top.children[0]


def _parts(content: bytes) -> tuple[str, str, int]:
    """The header, the body from <OFX> on, and the line at which that begins."""
    start = re.search(rb"<OFX>", content, re.IGNORECASE)
    if start is None:
        raise InvalidMarkup("no OFX file: there is no element OFX")
    header = content[: start.start()].decode("latin-1")
    western = _WESTERN.search(header)
    try:
        text = content[start.start() :].decode("cp1252" if western else "utf-8")
    except UnicodeDecodeError as error:
        raise InvalidMarkup(f"not the text that its header says: {error}") from error
    return header, text, header.count("\n") + 1


def _tags(text: str, line: int) -> Iterator[tuple[re.Match[str], int]]:
    position = 0
    for found in _ANY_TAG.finditer(text):
        line += text.count("\n", position, found.start())
        position = found.start()
        match = _TAG.match(text, found.start())
        if match is None:
            raise InvalidMarkup(f"line {line}: {found[0][:40]!r} is no element of OFX")
        yield match, line


def _close(opened: list[Node], name: str, line: int) -> None:
    if opened[-1].children and opened[-1].children[-1].name == name and opened[-1].children[-1].text:
        return
    if name not in {node.name for node in opened[1:]}:
        raise InvalidMarkup(f"line {line}: </{name}> ends nothing; open is {opened[-1].name or 'no element'}")
    while (ended := opened.pop()).name != name:
        # An element without a value and without an end tag: what follows it is no part of it.
        opened[-1].children.extend(ended.children)
        ended.children = []


def _read_transaction(transaction: Node, currency: str | None, account: str | None, found: Entries) -> None:
    said = f"transaction {transaction.value('FITID') or 'without FITID'}: "
    try:
        sign, amount = _amount(transaction)
        reason = _no_purchase(transaction, sign)
        if reason is not None:
            found.skipped.append(RefusedRow(row=transaction.line, reason=said + reason))
            return
        found.cards.append(_card_entry(transaction, currency, account, sign, amount))
    except InvalidRow as error:
        found.refused.append(RefusedRow(row=transaction.line, reason=said + str(error)))


def _no_purchase(transaction: Node, sign: str) -> str | None:
    """Why a transaction is neither a purchase nor a refund; None where it is one."""
    kind = transaction.value("TRNTYPE")
    if kind in _PURCHASES or transaction.value("CORRECTFITID") is not None:
        return None
    if kind == "CREDIT" and sign != "-":
        return None
    return f"TRNTYPE {kind} is no purchase"


def _card_entry(transaction: Node, currency: str | None, account: str | None, sign: str, amount: str) -> CardEntry:
    if account is None:
        raise InvalidRow("account: missing in ACCTID")
    refund, corrected = sign != "-", transaction.value("CORRECTFITID")
    if corrected is not None and transaction.value("CORRECTACTION") != "DELETE":
        raise InvalidRow(f"replaces {corrected} (CORRECTACTION): correct the purchase by hand")
    reference = transaction.value("FITID")
    return CardEntry(
        line=transaction.line,
        account=account,
        reference=reference,
        # A transaction that deletes another repeats its amount, whichever sign that had.
        purchase=corrected or (None if refund else reference),
        refund=refund or corrected is not None,
        amount=amount,
        currency=transaction.value("CURRENCY/CURSYM") or currency or "",
        booked_at=_instant(transaction),
        merchant_name=transaction.value("PAYEE/NAME", "NAME"),
        merchant_id=transaction.value("PAYEEID"),
        mcc=transaction.value("SIC"),
        country=None,
    )


def _amount(transaction: Node) -> tuple[str, str]:
    written = transaction.value("TRNAMT") or ""
    match = _AMOUNT.fullmatch(written)
    if match is None:
        raise InvalidRow(f"amount {written!r}: not a decimal such as -19.99 (TRNAMT)")
    return match["sign"], match["digits"].replace(",", ".")


def _instant(transaction: Node) -> str:
    """DTPOSTED as RFC 3339. Without a time it is the date's first instant, without an offset in UTC (OFX 3.2.8.2)."""
    written = transaction.value("DTPOSTED") or ""
    match = _DATE.fullmatch(written)
    if match is None:
        raise InvalidRow(f"date {written!r}: not as in 20260601120000[+2:CEST] (DTPOSTED)")
    hours = int(match["hours"] or 0)
    minutes = round(float(f"0.{match['fraction'] or 0}") * 60)
    offset = timedelta(hours=hours, minutes=-minutes if (match["hours"] or "").startswith("-") else minutes)
    try:
        local = datetime.strptime(match["date"] + (match["time"] or "000000"), "%Y%m%d%H%M%S")  # noqa: DTZ007
        return local.replace(microsecond=int(match["millis"] or 0) * 1000, tzinfo=timezone(offset)).isoformat()
    except ValueError as error:
        raise InvalidRow(f"date {written!r}: {error} (DTPOSTED)") from error
