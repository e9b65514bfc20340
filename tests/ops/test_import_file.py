"""Bank statements become purchases and refunds; what does not is named by its line, its entry and the reason."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from contracts.cards import PurchasePosted
from ops.members.bank_entries import BankMap, read_map
from ops.members.import_file import FileFormat, Imported, detected, read_import
from ops.members.purchase_file import COLUMNS
from pbckit.cli.errors import OperatorError
from tests.conftest import ROOT

STATEMENTS = ROOT / "examples/statements"
MAP = read_map(STATEMENTS / "map.yaml")
CAMT = (STATEMENTS / "camt053.xml").read_text()
OFX = (STATEMENTS / "card.ofx").read_text()
OFX2 = """<?xml version="1.0" encoding="UTF-8"?>
<?OFX OFXHEADER="200" VERSION="211" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>
<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR</CURDEF>
<BANKACCTFROM><BANKID>1</BANKID><ACCTID>XXXXXXXXXXXX1234</ACCTID></BANKACCTFROM>
<BANKTRANLIST><STMTTRN><TRNTYPE>POS</TRNTYPE><DTPOSTED>20260630235959.999[-5.50:X]</DTPOSTED><TRNAMT>-1.00</TRNAMT>
<FITID>A/1</FITID><SIC>5812</SIC><NAME>Caf&#233; &lt;Mitte&gt;</NAME><MEMO></MEMO></STMTTRN></BANKTRANLIST>
</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""


def imported(folder: Path, text: str | bytes, known: BankMap = MAP) -> Imported:
    file = folder / "statement"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_import(file, known)


def summary(purchase: PurchasePosted) -> tuple[str, str, str, int, str]:
    return (
        purchase.id,
        purchase.merchant.name,
        purchase.merchant.mcc,
        purchase.amount.minor_units,
        purchase.posted_at.isoformat(),
    )


def test_a_camt_statement_becomes_purchases_and_a_refund():
    found = read_import(STATEMENTS / "camt053.xml", MAP)
    assert [summary(one) for one in found.purchases] == [
        ("camt-2a2325e7-CT-9001", "Bistro am Markt", "5812", 4820, "2026-06-01T19:42:10+02:00"),
        ("camt-2a2325e7-CT-9002", "Supermarkt Nord", "5411", 7115, "2026-06-02T00:00:00+00:00"),
        ("camt-2a2325e7-CT-9003", "BAHNHOFSBUCHHANDLUNG", "5942", 2425, "2026-06-02T00:00:00+00:00"),
    ]
    assert {(one.member_id, one.card_product) for one in found.purchases} == {("member-001", "gold")}
    (refund,) = found.refunds
    assert (refund.purchase_id, refund.amount.minor_units) == ("camt-2a2325e7-CT-9001", 820)
    assert found.refused == []
    assert [row.reason for row in found.skipped] == ["entry B260603-0004: no card transaction"]


def test_an_ofx_statement_becomes_purchases_and_a_refund():
    found = read_import(STATEMENTS / "card.ofx", MAP)
    assert [summary(one) for one in found.purchases] == [
        ("ofx-402c1458-2026060100017", "Elektro & Licht", "5732", 7638, "2026-06-01T14:30:00+02:00"),
        ("ofx-402c1458-2026060200018", "Bahnhofsbuchhandlung", "5942", 1250, "2026-06-02T00:00:00+00:00"),
    ]
    (refund,) = found.refunds
    assert (refund.purchase_id, refund.amount.minor_units) == ("ofx-402c1458-2026060100017", 7638)
    assert [(row.row, row.reason) for row in found.skipped] == [
        (44, "transaction 2026060200019: TRNTYPE FEE is no purchase")
    ]


def test_ofx_in_xml_is_read_by_the_same_names(tmp_path: Path):
    (purchase,) = imported(tmp_path, OFX2).purchases
    assert purchase.merchant.name == "Café <Mitte>"
    assert purchase.posted_at.isoformat() == "2026-06-30T23:59:59.999000-05:30"
    assert purchase.id.startswith("ofx-402c1458-")
    assert "/" not in purchase.id


def test_earlier_versions_of_camt_have_names_one_level_higher(tmp_path: Path):
    text = CAMT.replace("camt.053.001.08", "camt.053.001.02").replace("<Pty>", "").replace("</Pty>", "")
    found = imported(tmp_path, text.replace("<Sts><Cd>BOOK</Cd></Sts>", "<Sts>BOOK</Sts>"))
    assert found.purchases[0].merchant.name == "Bistro am Markt"
    assert (len(found.purchases), len(found.refunds), found.refused) == (3, 1, [])


def test_the_same_file_again_has_the_same_ids(tmp_path: Path):
    assert imported(tmp_path, CAMT) == imported(tmp_path, CAMT)


def test_no_account_number_is_in_what_is_published():
    found = read_import(STATEMENTS / "card.ofx", MAP)
    assert "1234" not in repr([*found.purchases, *found.refunds])


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (CAMT, FileFormat.CAMT053),
        ("\ufeff" + CAMT, FileFormat.CAMT053),
        (OFX, FileFormat.OFX),
        (OFX2, FileFormat.OFX),
        (",".join(COLUMNS), FileFormat.CSV),
        ("\ufeff" + ";".join(COLUMNS), FileFormat.CSV),
    ],
)
def test_the_format_is_detected(tmp_path: Path, content: str, expected: FileFormat):
    file = tmp_path / "any"
    file.write_text(content)
    assert detected(file) is expected


ROW = "p-1;m-1;gold;shop-1;Bistro;5812;DE;{};EUR;2026-06-01T00:00:00Z"


def test_semicolons_and_commas_of_spreadsheets_are_understood(tmp_path: Path):
    lines = [";".join(COLUMNS), ROW.format("19,99"), ROW.format("5").replace("p-1", "p-2")]
    found = imported(tmp_path, "\ufeff" + "\r\n".join(lines))
    assert [(one.id, one.amount.minor_units) for one in found.purchases] == [("p-1", 1999), ("p-2", 500)]


def test_semicolons_may_come_with_points(tmp_path: Path):
    found = imported(tmp_path, "\n".join([";".join(COLUMNS), ROW.format("19.99")]))
    assert [one.amount.minor_units for one in found.purchases] == [1999]


def test_a_file_has_one_decimal_sign(tmp_path: Path):
    lines = [";".join(COLUMNS), ROW.format("19,99"), ROW.format("1.234"), ROW.format("1.234,50")]
    found = imported(tmp_path, "\n".join(lines))
    assert [row.reason for row in found.refused] == [
        "amount '1.234 (decimal sign is ,)': not a decimal such as 19.99",
        "amount '1.234,50 (decimal sign is ,)': not a decimal such as 19.99",
    ]


def test_transactions_that_share_an_entry_have_ids_of_their_own(tmp_path: Path):
    text = CAMT.replace("<Refs><TxId>CT-9002</TxId></Refs>", "").replace("<Refs><TxId>CT-9003</TxId></Refs>", "")
    ids = [one.id for one in imported(tmp_path, text).purchases]
    assert ids[1:] == ["camt-2a2325e7-B260602-0002.1", "camt-2a2325e7-B260602-0002.2"]


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """An example with one thing changed, and what is said of it."""

    said: str
    text: str
    old: str
    new: str
    known: BankMap = MAP


WRONG_ENTRIES = [
    Wrong(
        said="entry B260601-0001: account …3000: not among the map's 1 accounts",
        text=CAMT, old="", new="", known=BankMap(accounts={"X": MAP.accounts["XXXXXXXXXXXX1234"]}),
    ),
    Wrong(
        said="merchant 'Bistro am Markt': no merchant category code in the entry or the map",
        text=CAMT, old="<TxCtgy>5812</TxCtgy>", new="",
    ),
    Wrong(
        said="merchant 'Bistro am Markt': no merchant category code in the entry or the map",
        text=CAMT, old="<TxCtgy>5812</TxCtgy>", new="<TxCtgy>581</TxCtgy>",
    ),
    Wrong(
        said="merchant 'Bistro am Markt': no country in the entry or the map",
        text=CAMT, old="<PstlAdr><Ctry>DE</Ctry></PstlAdr>", new="",
    ),
    Wrong(said="merchant.country is", text=CAMT, old="<Ctry>DE</Ctry>", new="<Ctry>DEU</Ctry>"),
    Wrong(said="merchant's name: missing", text=CAMT, old="<Nm>Bistro am Markt</Nm>", new=""),
    Wrong(said="booking date: missing in BookgDt", text=CAMT, old="<BookgDt><Dt>2026-06-02</Dt></BookgDt>", new=""),
    Wrong(said="posted_at is", text=CAMT, old="<Dt>2026-06-02</Dt>", new="<Dt>2026-06-32</Dt>"),
    Wrong(said="posted_at is 0001-06-02", text=CAMT, old="<Dt>2026-06-02</Dt>", new="<Dt>0001-06-02</Dt>"),
    Wrong(said="refunded_at is 9990-06-03", text=OFX, old="20260603090000", new="99900603090000"),
    Wrong(said="currency 'EURO': not in ISO 4217", text=CAMT, old='<Amt Ccy="EUR">48.20', new='<Amt Ccy="EURO">48.20'),
    Wrong(said="currency '': not in ISO 4217", text=CAMT, old='<Amt Ccy="EUR">48.20', new="<Amt>48.20"),
    Wrong(said="amount '48.205': EUR has 2 digits", text=CAMT, old="48.20<", new="48.205<"),
    Wrong(said="amount '-48.20': must be above zero", text=CAMT, old="48.20<", new="-48.20<"),
    Wrong(said="amount '': not a decimal", text=CAMT, old="48.20<", new="<"),
    Wrong(
        said="entry CT-9002: amount: missing in Amt of a transaction among several",
        text=CAMT, old='<Amt Ccy="EUR">71.15</Amt>', new="",
    ),
    Wrong(
        said="entry B260603-0003: names no purchase that it gives back from",
        text=CAMT, old="<TxRef>CT-9001</TxRef></TxId></Indv></Tx>\n            </CardTx>\n          </TxDtls>\n"
        "        </NtryDtls>\n      </Ntry>\n      <!-- What", new="</TxId></Indv></Tx>\n            </CardTx>\n"
        "          </TxDtls>\n        </NtryDtls>\n      </Ntry>\n      <!-- What",
    ),
    Wrong(
        said="the reversal of a credit: correct the refund by hand",
        text=CAMT, old="<CdtDbtInd>CRDT</CdtDbtInd>\n        <Rvsl", new="<CdtDbtInd>DBIT</CdtDbtInd>\n        <Rvsl",
    ),
    Wrong(said="account: missing in Acct/Id", text=CAMT, old="<IBAN>DE89370400440532013000</IBAN>", new=""),
    Wrong(
        said="entry CT-9003: another entry of the file has the same reference and other content",
        text=CAMT, old="CT-9002", new="CT-9003",
    ),
    Wrong(said="transaction 2026060100017: amount '-76.x'", text=OFX, old="-76.38", new="-76.x"),
    Wrong(said="date '1 June': not as in 20260601120000[+2:CEST]", text=OFX, old="20260602\n", new="1 June\n"),
    Wrong(said="date '20260231': day is out of range", text=OFX, old="20260602\n", new="20260231\n"),
    Wrong(said="replaces 2026060100017 (CORRECTACTION): correct the purchase", text=OFX, old="DELETE", new="REPLACE"),
    Wrong(
        said="entry 2026060300020: names no purchase that it gives back from",
        text=OFX, old="<CORRECTFITID>2026060100017\n<CORRECTACTION>DELETE\n", new="",
    ),
    Wrong(said="entry without reference: has no reference", text=OFX, old="<FITID>2026060200018\n", new=""),
    Wrong(said="merchant.mcc is", text=OFX, old="<SIC>5732", new="<SIC>57320"),
    Wrong(said="account: missing in ACCTID", text=OFX, old="<ACCTID>XXXXXXXXXXXX1234", new=""),
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG_ENTRIES, ids=lambda wrong: wrong.said)
def test_a_wrong_entry_is_named_and_the_rest_goes_on(tmp_path: Path, wrong: Wrong):
    assert wrong.old in wrong.text
    found = imported(tmp_path, wrong.text.replace(wrong.old, wrong.new, 1), wrong.known)
    assert any(wrong.said in row.reason for row in found.refused), found.refused
    lines = (tmp_path / "statement").read_text().splitlines()
    assert all(any(tag in lines[row.row - 1] for tag in ("<TxDtls>", "<Ntry>", "<STMTTRN>")) for row in found.refused)
    if "account" not in wrong.said:
        good = read_import(STATEMENTS / ("card.ofx" if wrong.text is OFX else "camt053.xml"), MAP)
        total = len(good.purchases) + len(good.refunds)
        assert len(found.purchases) + len(found.refunds) == total - len(found.refused)


BILLION_LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>',
    '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">',
)


@pytest.mark.parametrize("declaration", BILLION_LAUGHS)
def test_declarations_and_entities_are_refused(tmp_path: Path, declaration: str):
    head, body = CAMT.split("\n", 1)
    with pytest.raises(OperatorError, match="document type declaration or an entity, which is not allowed"):
        imported(tmp_path, f"{head}\n{declaration}\n{body}")
    with pytest.raises(OperatorError, match="document type declaration or an entity, which is not allowed"):
        imported(tmp_path, OFX2.replace("<OFX>", f"{declaration}<OFX>"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CAMT.replace("</Ntry>", "", 1), "line 105: not well-formed XML: mismatched tag"),
        (CAMT[:3000], "line 80: not well-formed XML: unclosed token"),
        (CAMT.replace("camt.053.001.08", "camt.053.001.x"), "no camt.053 message"),
        (CAMT.replace("<Document", "<Other").replace("</Document", "</Other"), "no camt.053 message"),
        (CAMT.replace('encoding="UTF-8"', 'encoding="nonsense"'), "not readable as XML|unknown encoding"),
        (f'<a xmlns="xsd:camt.053.">{"<b>" * 100}', "more than 64 levels"),
        ('<?xml version="1.0"?><html/>', "neither camt.053 nor OFX, and not CSV; allowed are csv, camt.053, ofx"),
        (OFX.replace("</STMTTRN>", "</STMTRS>", 1), "line 36: </STMTRS> ends nothing; open is STMTTRN"),
        (OFX[: OFX.index("</OFX>")], "the file ends inside of OFX"),
        (OFX.replace("<FITID>", "<!FITID>", 1), "line 33: '<!FITID>' is no element of OFX"),
        (OFX2.replace("Caf&#233;", "Caf\xe9").encode("latin-1"), "not the text that its header says"),
        (f"OFXHEADER:100\n<OFX>{'<A>' * 100}", "more than 64 levels"),
        ("OFXHEADER:100\nnothing", "there is no element OFX"),
    ],
)
def test_a_file_that_is_no_statement_is_refused_as_a_whole(tmp_path: Path, text: str | bytes, said: str):
    with pytest.raises(OperatorError, match=said):
        imported(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("accounts: [", "while parsing"),
        ("", "Expected `object`, got `null`"),
        ("accounts: {A: {member_id: m-1}}", "missing required field `card_product`"),
        ("accounts: {A: {member_id: m-1, card_product: Gold}}", r"\$\.accounts"),
        ("accounts: {A: {member_id: m-1, card_product: gold, contry: DE}}", "unknown field `contry`"),
        ("accounts: {}\nmerchants: {A: {mcc: 5812}}", "Expected `str.*`, got `int`"),
        ("accounts: {}\nmerchant: {}", "unknown field `merchant`"),
    ],
)
def test_a_map_that_is_none_is_refused(tmp_path: Path, text: str, said: str):
    file = tmp_path / "map.yaml"
    file.write_text(text)
    with pytest.raises(OperatorError, match=said):
        read_map(file)


def test_files_that_are_not_there_are_said_so(tmp_path: Path):
    with pytest.raises(OperatorError, match="No such file"):
        read_import(tmp_path / "nowhere.xml", MAP)
    with pytest.raises(OperatorError, match="No such file"):
        read_map(tmp_path / "nowhere.yaml")
