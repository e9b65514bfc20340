"""Refunds without a purchase, and chargebacks: as rows of a file, and as commands."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contracts.cards import AuthorisationReversed, PurchaseAuthorised
from contracts.points_calculation import CHARGE_BACK, EXPLAIN, MATCH_REFUND, RefundedPoints
from contracts.points_ledger import BALANCE, PENDING, Balance, PendingPurchase, PendingPurchases
from contracts.vocabulary import Money
from ops.members.event_rows import event_of_row
from ops.members.purchase_file import COLUMNS, InvalidRow, purchase_of, read_purchases
from tests.ops.aws import Aws
from tests.ops.conftest import Rewards
from tests.ops.test_purchase_file import ROW
from tests.ops.test_purchases import explained, posts

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
REFUND = {**ROW, "kind": "refund", "refund_id": "r-1"}
CHARGEBACK = {
    "kind": "chargeback",
    "refund_id": "cb-1",
    "purchase_id": "p-1",
    "reason": "fraud",
    "posted_at": "2026-06-01T00:00:00Z",
}
ANSWER = RefundedPoints(refund_id="r-1", purchase_id="p-1", adjustment_id="a-1", points=-19, text="refund of 19.99 EUR")


AUTHORISATION = {
    **{name: cell for name, cell in ROW.items() if name != "purchase_id"},
    "kind": "authorisation",
    "authorisation_id": "au-1",
    "expires_at": "2026-06-20T00:00:00Z",
}
REVERSAL = {"kind": "reversal", "authorisation_id": "au-1", "posted_at": "2026-06-02T00:00:00Z"}


def write(folder: Path, *rows: dict[str, str]) -> Path:
    columns = (*COLUMNS, "kind", "refund_id", "reason", "authorisation_id", "expires_at")
    file = folder / "purchases.csv"
    lines = (",".join(row.get(column, "").replace(",", "") for column in columns) for row in rows)
    file.write_text("\n".join([",".join(columns), *lines]))
    return file


def test_a_row_says_what_it_is():
    assert event_of_row({**ROW}) == event_of_row({**ROW, "kind": "purchase"}) == purchase_of({**ROW})
    named = event_of_row({**REFUND})
    assert (type(named).__name__, named.id) == ("PurchaseRefunded", "r-1")
    unnamed = event_of_row({**REFUND, "purchase_id": "", "merchant_name": "", "mcc": ""})
    assert (type(unnamed).__name__, unnamed.id) == ("RefundPosted", "r-1")
    back = event_of_row({**CHARGEBACK})
    assert (type(back).__name__, back.id) == ("PurchaseChargedBack", "cb-1")
    authorised, purchase = event_of_row({**AUTHORISATION}), purchase_of({**ROW})
    assert isinstance(authorised, PurchaseAuthorised)
    assert (authorised.id, authorised.authorised_at, authorised.amount) == ("au-1", purchase.posted_at, purchase.amount)
    taken_back = event_of_row({**REVERSAL})
    assert isinstance(taken_back, AuthorisationReversed)
    assert taken_back.authorisation_id == "au-1"
    assert purchase.authorisation_id is None
    assert purchase_of({**ROW, "authorisation_id": ""}) == purchase
    assert purchase_of({**ROW, "authorisation_id": "au-1"}).authorisation_id == "au-1"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({**ROW, "kind": "refnud"}, "kind 'refnud': allowed are purchase, refund, chargeback, authorisation, reversal"),
        ({**REFUND, "refund_id": ""}, "refund_id: missing"),
        ({**REFUND, "purchase_id": "", "merchant_id": ""}, "merchant_id: missing"),
        ({**REFUND, "amount": "-5"}, "amount '-5': must be above zero"),
        ({**CHARGEBACK, "reason": ""}, "reason: missing"),
        ({**CHARGEBACK, "reason": "anger"}, r"Invalid enum value 'anger' - at `\$.reason`"),
        ({**CHARGEBACK, "posted_at": "9999-01-01T00:00:00Z"}, "posted_at is 9999-01-01"),
        ({**CHARGEBACK, "purchase_id": "p 1"}, "purchase_id is"),
        ({**ROW, "authorisation_id": "au 1"}, "authorisation_id is"),
        ({**AUTHORISATION, "authorisation_id": ""}, "authorisation_id: missing"),
        ({**AUTHORISATION, "expires_at": ""}, "expires_at: missing"),
        ({**AUTHORISATION, "expires_at": "tomorrow"}, "expires_at"),
        ({**AUTHORISATION, "mcc": ""}, "mcc: missing"),
        ({**AUTHORISATION, "amount": "-5"}, "amount '-5': must be above zero"),
        ({**REVERSAL, "posted_at": ""}, "posted_at: missing"),
    ],
)
def test_a_wrong_row_is_refused_by_its_column(row: dict[str | None, str], reason: str):
    with pytest.raises(InvalidRow, match=reason):
        event_of_row(row)


def test_where_only_purchases_are_read_another_row_is_refused(tmp_path: Path):
    purchases, (refused,) = read_purchases(write(tmp_path, ROW, CHARGEBACK))
    assert (len(purchases), refused.row, refused.reason) == (1, 3, "kind 'chargeback': here only purchases are read")


def test_a_file_of_all_kinds_is_published_purchases_first(aws: Aws, rewards: Rewards, tmp_path: Path):
    posts(aws)
    aws.lambda_.decides(EXPLAIN, lambda request: explained(request, ["r-1", "cb-1"]))
    unnamed = {**REFUND, "purchase_id": "", "refund_id": "r-2"}
    file = write(tmp_path, CHARGEBACK, unnamed, REFUND, ROW)
    result = rewards("purchases", "ingest", str(file), "--json")
    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["accepted"], answer["refunds"], answer["chargebacks"]) == (0, 1, 2, 1)
    kinds = [entry["DetailType"] for entry in aws.events.taken]
    assert kinds == ["PurchasePosted", "PurchaseChargedBack", "RefundPosted", "PurchaseRefunded"]
    shown = rewards("purchases", "ingest", str(file), "--dry-run")
    assert (
        shown.stdout == "1 purchases and 2 refunds and 1 chargebacks accepted, 0 rows refused; nothing was published\n"
    )


def test_authorisations_are_published_before_all_else_and_not_waited_for(aws: Aws, rewards: Rewards, tmp_path: Path):
    posts(aws)
    file = write(tmp_path, {**ROW, "authorisation_id": "au-1"}, REVERSAL, AUTHORISATION)
    answer = json.loads(rewards("purchases", "ingest", str(file), "--json").stdout)
    assert [answer[name] for name in ("accepted", "authorisations", "reversals", "refunds")] == [1, 1, 1, 0]
    assert [entry["DetailType"] for entry in aws.events.taken] == [
        "AuthorisationReversed",
        "PurchaseAuthorised",
        "PurchasePosted",
    ]
    assert rewards("purchases", "ingest", str(file), "--dry-run").stdout == (
        "1 purchases and 1 authorisations and 1 reversals accepted, 0 rows refused; nothing was published\n"
    )


def test_a_member_s_pending_purchases_are_shown_and_said_not_to_be_spendable(aws: Aws, rewards: Rewards):
    waiting = [
        PendingPurchase(
            authorisation_id=f"au-{number}",
            points=points,
            merchant="Trattoria",
            amount=Money(minor_units=1999, currency=currency),
            authorised_at=AT,
            expires_at=AT,
        )
        for number, points, currency in ((1, 39, "EUR"), (2, 1, "JPY"), (3, 0, "XQX"))
    ]
    aws.lambda_.answers(PENDING, PendingPurchases(member_id="m-1", pending_points=40, purchases=waiting))
    shown = rewards("member", "pending", "m-1").stdout
    assert "m-1: 40 points pending, not spendable" in shown
    for cell in ("au-1", "Trattoria", "19.99 EUR", "1999 JPY", "1999 minor units of XQX", "2026-06-01 12:00"):
        assert cell in shown
    assert json.loads(rewards("member", "pending", "m-1", "--json").stdout)["pending_points"] == 40
    aws.lambda_.answers(BALANCE, Balance(member_id="m-1", balance_points=5, version=1, pending_points=40))
    assert rewards("member", "balance", "m-1").stdout == "m-1: 5 points after 1 postings; 40 pending\n"


def test_a_refund_is_matched_at_once(aws: Aws, rewards: Rewards):
    aws.lambda_.answers(MATCH_REFUND, ANSWER)
    arguments = ["m-1", "shop-1", "19.99", "EUR", "--card-product", "gold", "--refund-id", "r-1"]
    result = rewards("purchases", "match-refund", *arguments)
    assert (result.exit_code, result.stdout) == (0, "r-1: -19 points of purchase p-1: refund of 19.99 EUR\n")
    assert json.loads(rewards("purchases", "match-refund", *arguments, "--json").stdout)["purchase_id"] == "p-1"


def test_a_refund_that_is_none_is_said_before_anything_is_asked(aws: Aws, rewards: Rewards):
    arguments = ["m-1", "shop-1", "19.999", "EUR", "--card-product", "gold", "--refund-id", "r-1"]
    result = rewards("purchases", "match-refund", *arguments)
    assert result.exit_code == 2
    assert "refund r-1: amount '19.999': EUR has 2 digits" in result.stderr
    assert aws.lambda_.asked == []


def test_a_purchase_is_charged_back_at_once(aws: Aws, rewards: Rewards):
    aws.lambda_.answers(CHARGE_BACK, ANSWER)
    result = rewards("purchases", "charge-back", "p-1", "--chargeback-id", "cb-1", "--reason", "fraud")
    assert result.exit_code == 0
    wrong = rewards("purchases", "charge-back", "p-1", "--chargeback-id", "cb-1", "--reason", "anger")
    assert wrong.exit_code == 2
    assert "Invalid enum value 'anger'" in wrong.stderr
