"""Purchases go on the bus in tens, in their envelope; what is not taken is tried again alone."""

import itertools
import json
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from contracts.cards import PurchasePosted
from contracts.points_calculation import (
    EXPLAIN,
    LIST_REFUSED,
    Adjustment,
    Calculation,
    RefusedPurchase,
    RefusedPurchases,
)
from contracts.points_ledger import STATEMENT, Statement, StatementLine
from ops.members.purchase_file import COLUMNS, purchase_of, read_purchases
from pbckit.cli.client import event_publisher as publishing
from pbckit.cli.errors import OperatorError, Unreachable
from pbckit.contracts.definitions import Message
from pbckit.contracts.envelope import Envelope, Reply
from tests.conftest import ROOT
from tests.ops.aws import Aws, client_error
from tests.ops.conftest import Rewards
from tests.ops.test_purchase_file import ROW

STATEMENTS = ROOT / "examples/statements"
MOMENT = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    return slept


def some(count: int) -> list[PurchasePosted]:
    return [purchase_of({**ROW, "purchase_id": f"p-{number}"}) for number in range(count)]


def publish(aws: Aws, count: int) -> list[int]:
    accepted: list[int] = []
    publishing.publish(aws.session(), some(count), accepted.append)
    return accepted


def ids(details: list[dict[str, Any]]) -> list[str]:
    return [detail["data"]["id"] for detail in details]


def write(folder: Path, *rows: dict[str, str]) -> Path:
    file = folder / "purchases.csv"
    lines = [",".join(COLUMNS), *(",".join({**ROW, "merchant_name": "Bistro", **row}.values()) for row in rows)]
    file.write_text("\n".join(lines))
    return file


def test_ten_go_in_one_request(aws: Aws):
    assert publish(aws, 23) == [10, 10, 3]
    assert [len(request) for request in aws.events.requests] == [10, 10, 3]
    assert ids(aws.events.details()) == [f"p-{number}" for number in range(23)]


def test_an_entry_says_what_it_is_and_carries_the_envelope(aws: Aws):
    publish(aws, 1)
    (entry,) = aws.events.taken
    assert (entry["EventBusName"], entry["Source"], entry["DetailType"]) == (
        "rewards-dev-platform_bus",
        "cards",
        "PurchasePosted",
    )
    envelope = msgspec.json.decode(entry["Detail"], type=Envelope)
    metadata = envelope.metadata
    assert msgspec.json.decode(envelope.data, type=PurchasePosted) == some(1)[0]
    assert (metadata.aggregate_id, metadata.sequence, metadata.schema_version) == ("p-0", 1, 1)
    assert uuid.UUID(metadata.event_id).version == 7
    assert metadata.occurred_at == entry["Time"]
    assert metadata.trace_header == entry["TraceHeader"]


def test_every_purchase_has_an_event_id_a_correlation_id_and_a_trace_of_its_own(aws: Aws):
    publish(aws, 12)
    metadata = [detail["metadata"] for detail in aws.events.details()]
    for name in ("event_id", "correlation_id", "trace_header"):
        assert len({one[name] for one in metadata}) == 12


def test_only_what_was_not_taken_is_tried_again_with_its_id(aws: Aws, no_waiting: list[float]):
    aws.events.refuses = lambda attempt, entry: (
        "ThrottlingException" if attempt < 3 and '"id":"p-1"' in entry["Detail"] else None
    )
    assert publish(aws, 3) == [3]
    assert [len(request) for request in aws.events.requests] == [3, 1, 1]
    assert sorted(ids(aws.events.details())) == ["p-0", "p-1", "p-2"]
    tried = [entry["Detail"] for request in aws.events.requests for entry in request if '"id":"p-1"' in entry["Detail"]]
    assert len(set(tried)) == 1
    assert all(first < second for first, second in itertools.pairwise(no_waiting))


def test_what_is_never_taken_is_said_after_a_bounded_number_of_tries(aws: Aws, no_waiting: list[float]):
    aws.events.refuses = lambda _attempt, _entry: "InternalFailure"
    with pytest.raises(OperatorError, match="the bus does not take 2 events: InternalFailure: not now"):
        publish(aws, 2)
    assert len(aws.events.requests) == 5
    assert len(no_waiting) == 4


def test_a_bus_that_cannot_be_reached_is_said(aws: Aws, monkeypatch: pytest.MonkeyPatch):
    def denied(**_request: object) -> dict[str, Any]:
        raise client_error("AccessDeniedException", "not authorized to perform: events:PutEvents", "PutEvents")

    monkeypatch.setattr(aws.events, "put_events", denied)
    with pytest.raises(Unreachable, match=r"cannot publish: .*AccessDenied"):
        publish(aws, 1)


def posts(aws: Aws) -> None:
    """Let the ledger have posted whatever is on the bus, and refunds be corrected at once."""
    aws.lambda_.answers(LIST_REFUSED, RefusedPurchases(refused=[]))

    def statement(request: dict[str, Any]) -> Reply:
        purchases = [one["data"]["id"] for one in aws.events.details() if "member_id" in one["data"]]
        refunds = [f"adjusted-{one['data']['id']}" for one in aws.events.details() if "purchase_id" in one["data"]]
        lines = [
            StatementLine(
                sequence=number,
                posting_id=posting_id,
                kind="earned",
                points=1,
                balance_points=number,
                text="",
                posted_at=MOMENT,
            )
            for number, posting_id in enumerate([*purchases, *refunds], start=1)
        ]
        return reply(Statement(member_id=request["member_id"], balance_points=len(lines), lines=lines))

    aws.lambda_.decides(STATEMENT, statement)


def reply(answer: Message) -> Reply:
    return Reply(answer=msgspec.Raw(msgspec.json.encode(answer)))


def explained(request: dict[str, Any], refund_ids: list[str]) -> Reply:
    adjustments = [
        Adjustment(
            adjustment_id=f"adjusted-{refund_id}",
            number=number,
            points=-1,
            reason="refund",
            text="",
            adjusted_at=MOMENT,
            refund_id=refund_id,
        )
        for number, refund_id in enumerate(refund_ids, start=1)
    ]
    return reply(
        Calculation(
            purchase_id=request["purchase_id"],
            member_id="member-001",
            points=10,
            category="restaurants",
            fallbacks=[],
            lines=[],
            calculated_at=MOMENT,
            net_points=9,
            adjustments=adjustments,
        )
    )


def test_ingesting_waits_until_all_of_it_is_posted(aws: Aws, rewards: Rewards, tmp_path: Path, no_waiting: list[float]):
    file = write(tmp_path, {"purchase_id": "p-1"}, {"purchase_id": "p-2"})
    seen: list[int] = []
    aws.lambda_.answers(LIST_REFUSED, RefusedPurchases(refused=[]))

    def statement(request: dict[str, Any]) -> Reply:
        ids = [f"p-{number}" for number in range(1, len(seen) + 1)]
        seen.append(len(ids))
        lines = [
            StatementLine(
                sequence=1, posting_id=one, kind="earned", points=1, balance_points=1, text="", posted_at=MOMENT
            )
            for one in ids
        ]
        return reply(Statement(member_id=request["member_id"], balance_points=1, lines=lines))

    aws.lambda_.decides(STATEMENT, statement)
    assert rewards("purchases", "ingest", str(file)).exit_code == 0
    assert seen == [0, 1, 2]
    assert len(no_waiting) == 2


def test_a_statement_is_taken_in_and_its_refund_is_waited_for(aws: Aws, rewards: Rewards):
    posts(aws)
    refunds = ["camt-refund-2a2325e7-B260603-0003"]
    aws.lambda_.decides(EXPLAIN, lambda request: explained(request, refunds))
    file = str(STATEMENTS / "camt053.xml")
    result = rewards("purchases", "ingest", file, "--map", str(STATEMENTS / "map.yaml"), "--json")
    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["accepted"], answer["refunds"], answer["refused"]) == (0, 3, 1, [])
    assert (answer["format"], answer["published"], len(answer["skipped"])) == ("camt.053", True, 1)
    assert [entry["DetailType"] for entry in aws.events.taken] == ["PurchasePosted"] * 3 + ["PurchaseRefunded"]


def test_a_dry_run_publishes_nothing(aws: Aws, rewards: Rewards):
    result = rewards(
        "purchases", "ingest", str(STATEMENTS / "card.ofx"), "--map", str(STATEMENTS / "map.yaml"), "--dry-run"
    )
    expected = "2 purchases and 1 refunds accepted, 0 rows refused, 1 entries skipped; nothing was published\n"
    assert (result.exit_code, result.stdout) == (0, expected)
    assert "card.ofx:44: skipped: transaction 2026060200019: TRNTYPE FEE is no purchase" in result.stderr
    assert (aws.events.requests, aws.lambda_.asked) == ([], [])


def test_a_statement_of_accounts_nobody_is_named_for_asks_for_the_map(aws: Aws, rewards: Rewards):
    result = rewards("purchases", "ingest", str(STATEMENTS / "card.ofx"))
    assert result.exit_code == 2
    assert "give --map FILE" in result.stderr
    assert aws.events.requests == []


def test_a_file_of_another_format_than_is_said_is_refused(rewards: Rewards):
    result = rewards("purchases", "ingest", str(STATEMENTS / "card.ofx"), "--format", "camt.053")
    assert result.exit_code == 2
    assert "not well-formed XML" in result.stderr


def test_a_purchase_that_is_refused_is_not_waited_for(aws: Aws, rewards: Rewards, tmp_path: Path):
    posts(aws)
    file = write(tmp_path, {"purchase_id": "p-1"})
    (purchase,), _ = read_purchases(file)
    refused = RefusedPurchase(purchase=purchase, error="ForeignCurrency", message="no", refused_at=MOMENT)
    aws.lambda_.answers(LIST_REFUSED, RefusedPurchases(refused=[refused]))
    aws.lambda_.decides(STATEMENT, lambda _request: reply(Statement(member_id="m", balance_points=0, lines=[])))
    assert rewards("purchases", "ingest", str(file)).exit_code == 0

    listed = rewards("purchases", "refused", "--json")
    assert [one["error"] for one in json.loads(listed.stdout)["refused"]] == ["ForeignCurrency"]
    assert "p-1" in rewards("purchases", "refused").stdout


def test_ingesting_says_how_many_were_accepted(aws: Aws, rewards: Rewards, tmp_path: Path):
    posts(aws)
    result = rewards("purchases", "ingest", str(write(tmp_path, {"purchase_id": "p-1"}, {"purchase_id": "p-2"})))
    assert (result.exit_code, result.stdout) == (0, "2 purchases accepted, 0 rows refused\n")
    assert ids(aws.events.details()) == ["p-1", "p-2"]


def test_wrong_rows_are_named_the_rest_goes_on_and_the_exit_code_tells(aws: Aws, rewards: Rewards, tmp_path: Path):
    posts(aws)
    file = write(tmp_path, {"amount": "-5"}, {"purchase_id": "p-2"}, {"mcc": "742"})
    result = rewards("purchases", "ingest", str(file))
    assert result.exit_code == 1
    assert result.stdout == "1 purchases accepted, 2 rows refused\n"
    assert f"{file}:2: amount '-5': must be above zero" in result.stderr
    assert f"{file}:4: " in result.stderr
    assert "mcc is" in result.stderr
    assert f"error: 2 rows of {file} were refused" in result.stderr
    assert ids(aws.events.details()) == ["p-2"]


def test_for_machines_everything_is_in_one_json_document(aws: Aws, rewards: Rewards, tmp_path: Path):
    result = rewards("purchases", "ingest", str(write(tmp_path, {"amount": "x"}, {})), "--json", "--no-wait")
    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["accepted"]) == (1, 1)
    assert answer["refused"] == [{"row": 2, "reason": "amount 'x': not a decimal such as 19.99"}]
    assert aws.lambda_.asked == []


def test_a_file_that_lacks_a_column_publishes_nothing(aws: Aws, rewards: Rewards, tmp_path: Path):
    file = tmp_path / "purchases.csv"
    file.write_text("purchase_id,member_id\np-1,m-1\n")
    result = rewards("purchases", "ingest", str(file))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "columns card_product, merchant_id" in result.stderr
    assert aws.events.requests == []


def test_a_refund_is_published_as_the_card_system_would(aws: Aws, rewards: Rewards):
    moment = "2026-06-20T12:00:00Z"
    result = rewards("purchases", "refund", "p-1", "10.00", "EUR", "--refund-id", "r-1", "--refunded-at", moment)
    assert (result.exit_code, result.stdout) == (0, "refund r-1 of purchase p-1 accepted\n")
    (entry,) = aws.events.taken
    assert (entry["Source"], entry["DetailType"]) == ("cards", "PurchaseRefunded")
    assert json.loads(entry["Detail"])["data"] == {
        "id": "r-1",
        "purchase_id": "p-1",
        "amount": {"minor_units": 1000, "currency": "EUR"},
        "refunded_at": moment,
    }


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["p 1", "10.00", "EUR"], "purchase_id is"),
        (["p-1", "10.001", "EUR"], "'10.001': EUR has 2 digits"),
        (["p-1", "0", "EUR"], "must be above zero"),
        (["p-1", "10.00", "euro"], "'euro'"),
    ],
)
def test_a_refund_that_is_none_is_said_before_anything_is_published(
    aws: Aws, rewards: Rewards, arguments: list[str], named: str
):
    result = rewards("purchases", "refund", *arguments, "--refund-id", "r-1")
    assert result.exit_code == 2
    assert named in result.stderr
    assert aws.events.requests == []
