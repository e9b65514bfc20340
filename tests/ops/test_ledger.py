"""Reconciling: what the ledger was told against what stands in its members' statements."""

from datetime import UTC, datetime

import msgspec

from contracts.points_calculation import DIFFERENCES, TOLD, Difference, Differences, Told, ToldPage
from contracts.points_ledger import STATEMENT, Statement, StatementLine
from tests.ops.aws import Aws, arn
from tests.ops.conftest import Rewards

JUNE = datetime(2026, 6, 1, tzinfo=UTC)


def told(posting_id: str, points: int, member_id: str = "m-1") -> Told:
    return Told(posting_id=posting_id, purchase_id="p-1", member_id=member_id, points=points, told_at=JUNE)


def statement(*lines: tuple[str, int], following: int | None = None) -> Statement:
    return Statement(
        member_id="m-1",
        balance_points=0,
        lines=[
            StatementLine(
                sequence=1,
                posting_id=posting_id,
                kind="earned",
                points=points,
                balance_points=0,
                text="",
                posted_at=JUNE,
            )
            for posting_id, points in lines
        ],
        next=following,
    )


def test_books_that_agree_are_said_to(aws: Aws, rewards: Rewards):
    pages = ToldPage(told=[told("p-1", 39)], next="1#"), ToldPage(told=[told("p-1.v1", -20)])
    aws.lambda_.answers(TOLD, *pages)
    aws.lambda_.answers(STATEMENT, statement(("p-1.v1", -20), following=2), statement(("p-1", 39)))
    result = rewards("ledger", "reconcile", "2026-06")

    assert (result.exit_code, result.stdout) == (0, "2026-06: 2 postings compared, 0 differ\n")
    asked = [(one.function, one.data) for one in aws.lambda_.asked]
    assert asked == [
        (arn(TOLD), {"month": "2026-06", "limit": 1000, "after": None}),
        (arn(TOLD), {"month": "2026-06", "limit": 1000, "after": "1#"}),
        (arn(STATEMENT), {"member_id": "m-1", "limit": 1000, "before": None}),
        (arn(STATEMENT), {"member_id": "m-1", "limit": 1000, "before": 2}),
    ]


def test_what_is_posted_otherwise_or_not_at_all_is_named(aws: Aws, rewards: Rewards):
    aws.lambda_.answers(TOLD, ToldPage(told=[told("p-1", 39), told("p-2", 5), told("p-3", 7, "m-2")]))
    aws.lambda_.answers(STATEMENT, statement(("p-1", 40)), statement())
    result = rewards("ledger", "reconcile", "2026-06", "--json")

    assert (result.exit_code, result.stderr) == (1, "error: 3 postings of 2026-06 are not as the ledger was told\n")
    mismatches = msgspec.json.decode(result.stdout)["mismatches"]
    assert [(one["posting_id"], one["told_points"], one["posted_points"]) for one in mismatches] == [
        ("p-1", 39, 40),
        ("p-2", 5, None),
        ("p-3", 7, None),
    ]


def test_of_a_member_whom_the_ledger_does_not_know_nothing_is_posted(aws: Aws, rewards: Rewards):
    aws.lambda_.answers(TOLD, ToldPage(told=[told("p-1", 39)]))
    aws.lambda_.refuses(STATEMENT, "UnknownMember", "no account")

    assert rewards("ledger", "reconcile", "2026-06").stdout.endswith("2026-06: 1 postings compared, 1 differ\n")


def test_a_ledger_that_does_not_answer_is_no_difference(aws: Aws, rewards: Rewards):
    aws.lambda_.answers(TOLD, ToldPage(told=[told("p-1", 39)]))
    aws.lambda_.fails(STATEMENT, "no such table")
    result = rewards("ledger", "reconcile", "2026-06")

    assert (result.exit_code, "no such table" in result.stderr) == (2, True)


def test_a_month_that_is_none_is_refused_before_anything_is_asked(aws: Aws, rewards: Rewards):
    result = rewards("ledger", "reconcile", "June")

    assert result.exit_code == 2
    assert "$.month" in result.stderr
    assert aws.lambda_.asked == []


def test_open_differences_are_exit_code_1(aws: Aws, rewards: Rewards):
    found = Difference(
        posting_id="p-1", member_id="m-1", kind="not-posted", told_points=39, posted_points=None, found_at=JUNE
    )
    aws.lambda_.answers(DIFFERENCES, Differences(differences=[found]))
    result = rewards("ledger", "differences")

    assert result.exit_code == 1
    assert all(text in result.stdout for text in ("p-1", "m-1", "not-posted", "39"))
    assert result.stderr == "error: 1 postings are not as the ledger was told\n"
