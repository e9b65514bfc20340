"""Reconciling: what the ledger was told against what stands in its members' statements."""

from datetime import UTC, datetime

import msgspec

from contracts.points_calculation import (
    DIFFERENCES,
    REPORTED_POSTINGS,
    Difference,
    Differences,
    ReportedPosting,
    ReportedPostings,
)
from contracts.points_ledger import (
    MEMBERS,
    STATEMENT,
    TOTALS,
    VERIFY,
    AccountTotal,
    Fault,
    Members,
    Statement,
    StatementLine,
    Totals,
    Verification,
)
from tests.ops.aws import Aws, arn
from tests.ops.conftest import Rewards

JUNE = datetime(2026, 6, 1, tzinfo=UTC)


def told(posting_id: str, points: int, member_id: str = "m-1") -> ReportedPosting:
    return ReportedPosting(posting_id=posting_id, purchase_id="p-1", member_id=member_id, points=points, told_at=JUNE)


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
    pages = ReportedPostings(postings=[told("p-1", 39)], next="1#"), ReportedPostings(postings=[told("p-1.v1", -20)])
    aws.lambda_.answers(REPORTED_POSTINGS, *pages)
    aws.lambda_.answers(STATEMENT, statement(("p-1.v1", -20), following=2), statement(("p-1", 39)))
    result = rewards("ledger", "reconcile", "2026-06")

    assert (result.exit_code, result.stdout) == (0, "2026-06: 2 postings compared, 0 differ\n")
    asked = [(one.function, one.data) for one in aws.lambda_.asked]
    assert asked == [
        (arn(REPORTED_POSTINGS), {"month": "2026-06", "limit": 1000, "after": None}),
        (arn(REPORTED_POSTINGS), {"month": "2026-06", "limit": 1000, "after": "1#"}),
        (arn(STATEMENT), {"member_id": "m-1", "limit": 1000, "before": None}),
        (arn(STATEMENT), {"member_id": "m-1", "limit": 1000, "before": 2}),
    ]


def test_a_correction_by_hand_that_is_called_like_a_purchase_is_not_taken_for_it(aws: Aws, rewards: Rewards):
    aws.lambda_.answers(REPORTED_POSTINGS, ReportedPostings(postings=[told("p-1", 39)]))
    (by_hand,) = statement(("p-1", 5)).lines
    by_hand = msgspec.structs.replace(by_hand, kind="corrected")
    answer = msgspec.structs.replace(statement(("p-1", 39)), lines=[*statement(("p-1", 39)).lines, by_hand])
    aws.lambda_.answers(STATEMENT, answer)

    assert rewards("ledger", "reconcile", "2026-06").exit_code == 0


def test_what_is_posted_otherwise_or_not_at_all_is_named(aws: Aws, rewards: Rewards):
    aws.lambda_.answers(
        REPORTED_POSTINGS, ReportedPostings(postings=[told("p-1", 39), told("p-2", 5), told("p-3", 7, "m-2")])
    )
    aws.lambda_.answers(STATEMENT, statement(("p-1", 40)), statement())
    result = rewards("ledger", "reconcile", "2026-06", "--json")

    assert (result.exit_code, result.stderr) == (1, "error: 3 postings of 2026-06 are not as the ledger was told\n")
    mismatches = msgspec.json.decode(result.stdout)["mismatches"]
    assert [(one["posting_id"], one["reported_points"], one["posted_points"]) for one in mismatches] == [
        ("p-1", 39, 40),
        ("p-2", 5, None),
        ("p-3", 7, None),
    ]


def test_of_a_member_whom_the_ledger_does_not_know_nothing_is_posted(aws: Aws, rewards: Rewards):
    aws.lambda_.answers(REPORTED_POSTINGS, ReportedPostings(postings=[told("p-1", 39)]))
    aws.lambda_.refuses(STATEMENT, "UnknownMember", "no account")

    assert rewards("ledger", "reconcile", "2026-06").stdout.endswith("2026-06: 1 postings compared, 1 differ\n")


def test_a_ledger_that_does_not_answer_is_no_difference(aws: Aws, rewards: Rewards):
    aws.lambda_.answers(REPORTED_POSTINGS, ReportedPostings(postings=[told("p-1", 39)]))
    aws.lambda_.fails(STATEMENT, "no such table")
    result = rewards("ledger", "reconcile", "2026-06")

    assert (result.exit_code, "no such table" in result.stderr) == (2, True)


def test_a_month_that_is_none_is_refused_before_anything_is_asked(aws: Aws, rewards: Rewards):
    result = rewards("ledger", "reconcile", "June")

    assert result.exit_code == 2
    assert "month is" in result.stderr
    assert aws.lambda_.asked == []


def test_open_differences_are_exit_code_1(aws: Aws, rewards: Rewards):
    found = Difference(
        posting_id="p-1", member_id="m-1", kind="not-posted", reported_points=39, posted_points=None, found_at=JUNE
    )
    aws.lambda_.answers(DIFFERENCES, Differences(differences=[found]))
    result = rewards("ledger", "differences")

    assert result.exit_code == 1
    assert all(text in result.stdout for text in ("p-1", "m-1", "not-posted", "39"))
    assert result.stderr == "error: 1 postings are not as the ledger was told\n"


def verification(member_id: str, fault: Fault | None = None) -> Verification:
    return Verification(member_id=member_id, lines=3, hash="0" * 64, fault=fault)


def test_all_members_are_verified_page_by_page(aws: Aws, rewards: Rewards):
    aws.lambda_.answers(MEMBERS, Members(member_ids=["m-1"], next="1#"), Members(member_ids=["m-2"]))
    aws.lambda_.answers(VERIFY, verification("m-1"), verification("m-2"))
    result = rewards("ledger", "verify")

    assert result.exit_code == 0
    assert "2 members, 6 lines in order, 0 members with a fault" in result.stdout
    asked = [one.data for one in aws.lambda_.asked if one.function == arn(VERIFY)]
    assert asked == [{"member_id": "m-1"}, {"member_id": "m-2"}]


def test_a_line_that_was_changed_is_named(aws: Aws, rewards: Rewards):
    aws.lambda_.answers(VERIFY, verification("m-1", Fault(sequence=4, posting_id="p-9", what="its hash differs")))
    result = rewards("ledger", "verify", "m-1")

    assert result.exit_code == 1
    assert [text for text in ("m-1", "4", "p-9", "its hash differs") if text not in result.stdout] == []
    assert "members whose books are not what was booked: 1" in result.stderr


def test_a_member_whom_the_ledger_does_not_know_is_said(aws: Aws, rewards: Rewards):
    aws.lambda_.refuses(VERIFY, "UnknownMember", "the ledger has no account for member 'ghost'")
    result = rewards("ledger", "verify", "ghost")
    assert (result.exit_code, "no account for member 'ghost'" in result.stderr) == (1, True)


def totals(debits: int, credits_: int, following: str | None = None) -> Totals:
    account = AccountTotal(account="members", debits_points=debits, credits_points=credits_)
    return Totals(accounts=[account], members=1, postings=1, next=following)


def test_totals_of_all_pages_are_added(aws: Aws, rewards: Rewards):
    aws.lambda_.answers(TOTALS, totals(3, 5, "1#"), totals(4, 2))
    result = rewards("ledger", "totals", "--json")

    assert result.exit_code == 0
    assert msgspec.json.decode(result.stdout) == [{"account": "members", "debits_points": 7, "credits_points": 7}]


def test_debits_and_credits_that_differ_end_with_1(aws: Aws, rewards: Rewards):
    aws.lambda_.answers(TOTALS, totals(3, 5))
    result = rewards("ledger", "totals")
    assert (result.exit_code, "debits and credits differ by 2 points" in result.stderr) == (1, True)
