"""A member's purchases on the page `Trace`: pages of them, and the place of a time among them."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from contracts.points_ledger import STATEMENT, GetStatement, Statement, StatementLine
from ops.console.trace.purchases import PAGE, purchases, sequence_at
from pbckit.cli.client.capabilities import LambdaCapabilities
from pbckit.contracts.envelope import Reply
from tests.ops.aws import Aws
from tests.ops.unit_admins import AT

LINES = 5_000


def line(sequence: int) -> StatementLine:
    """Every second line is a purchase; each was booked a minute after the one before it."""
    return StatementLine(
        sequence=sequence,
        posting_id=f"p-{sequence}",
        kind="earned" if sequence % 2 else "adjusted",
        points=1,
        balance_points=sequence,
        text="",
        posted_at=AT,
        booked_at=AT + timedelta(minutes=sequence),
    )


@pytest.fixture
def aws() -> Aws:
    scripted = Aws()

    def decide(data: dict[str, Any]) -> Reply:
        asked = msgspec.convert(data, GetStatement)
        newest = min(LINES, (asked.before or LINES + 1) - 1)
        oldest = max(1, newest - asked.limit + 1)
        answer = Statement(
            member_id=asked.member_id,
            balance_points=LINES,
            lines=[line(number) for number in range(newest, oldest - 1, -1)],
            next=oldest if oldest > 1 else None,
        )
        return Reply(answer=msgspec.Raw(msgspec.json.encode(answer)))

    scripted.lambda_.decides(STATEMENT, decide)
    return scripted


def test_purchases_come_newest_first_without_other_lines_and_each_once(aws: Aws):
    capabilities = LambdaCapabilities(aws.session())
    found: list[StatementLine] = []
    before, pages = None, 0
    while pages == 0 or before is not None:
        page = purchases(capabilities, "m-1", before)
        assert page.before is None or len(page.lines) >= PAGE
        found, before, pages = [*found, *page.lines], page.before, pages + 1
    assert [one.sequence for one in found] == list(range(LINES - 1, 0, -2))


@pytest.mark.parametrize("minutes", [-1, 1, 2, 1_234, LINES, LINES + 1])
def test_the_place_of_a_time_is_found_in_few_questions(aws: Aws, minutes: int):
    capabilities = LambdaCapabilities(aws.session())
    sequence = sequence_at(capabilities, "m-1", AT + timedelta(minutes=minutes))
    assert len(aws.lambda_.asked) <= 1 + LINES.bit_length()
    expected = [number for number in range(1, LINES + 1) if number < minutes]
    assert sequence == (expected[-1] + 1 if expected else None)
