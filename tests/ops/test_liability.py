"""What is owed to members: by the ledger's own code in memory, against an oracle that uses none of it."""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.points_ledger import (
    BALANCE,
    FORECAST,
    MEMBERS,
    STATEMENT,
    TOTALS,
    AccountTotal,
    Balance,
    ExpiringPoints,
    Forecast,
    Members,
    Statement,
    StatementLine,
    Totals,
)
from lambdas.points_ledger.handlers import balance, forecast, members, totals
from ops.members.liability import HELD, NEVER, Liability, Valuation, liability_of
from pbckit.cli.errors import DifferencesFound
from pbckit.contracts.definitions import AnyCapability, Request
from tests.html_pages import HtmlPage
from tests.lambdas.points_ledger.handlers.test_histories import Play, Purchase, corrections, purchases, steps
from tests.lambdas.points_ledger.oracle import FOR_EVER
from tests.lambdas.points_ledger.outside import Ledger
from tests.ops.aws import Aws
from tests.ops.conftest import Rewards

VALUATION = Valuation(point_value=Decimal("0.005"), currency="EUR", breakage_percent=Decimal(15))
HANDLERS: dict[str, Any] = {"balance": balance, "forecast": forecast, "members": members, "totals": totals}
JULY = datetime(2026, 7, 1, tzinfo=UTC)


class InMemory:
    """Asks the ledger in memory, as the command asks the deployed one."""

    units = ("points-ledger",)

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def ask(self, capability: AnyCapability, request: Request) -> Any:
        handler = HANDLERS[capability.name].handler
        return self._ledger._caller.ask(handler, capability, **msgspec.to_builtins(request))


def found_in(play: Play) -> Liability:
    return liability_of(InMemory(play.ledger), play.ledger.all_members(), VALUATION, lambda: None)


def require_same_liability(play: Play) -> None:
    """Everything that the oracle says is left, and nothing else."""
    expected: Counter[str] = Counter()
    debt = 0
    for member_id in play.oracle.members:
        _, held, owed = play.oracle.standing(member_id, play.now)
        debt += owed
        expected[HELD] += held
        for point, points in play.oracle.lots(member_id, play.now).items():
            expected[NEVER if point == FOR_EVER else f"{point:%Y-%m-%d}"] += points
    play.ledger.wait_until(play.now)
    found = found_in(play)
    assert {part.gone_from: part.points for part in found.parts} == +expected
    assert (found.points, found.debt_points) == (expected.total(), debt)
    assert found.points == sum(play.ledger.balances().values())
    # By double entry, what members have is what the programme's accounts lack: with what is due in the oracle, without
    # it in what is booked.
    booked = sum(
        one.credits_points - one.debits_points
        for one in play.ledger.totals().accounts
        if one.account.startswith("programme:")
    )
    assert found.due_points == sum(play.oracle.programme(play.now).values()) - booked


@settings(max_examples=100)
@given(
    purchases=st.lists(purchases, min_size=1, max_size=6),
    corrections=st.lists(corrections, max_size=6),
    steps=st.lists(steps, max_size=15),
)
def test_the_liability_is_the_sum_of_balances_whatever_happened(
    purchases: list[Purchase], corrections: list[Any], steps: list[Callable[[Play], None]]
):
    play = Play(purchases, corrections)
    # Something to owe from the beginning, and something on hold.
    begin = [partial(Play.purchase, number=number) for number in range(len(purchases))]
    hold = partial(Play.hold, number=0, member_id=purchases[0].member_id, points=1, hours=24 * 20)
    for step in [*begin, hold, *steps]:
        play.step(step)
        require_same_liability(play)
    play.finish()
    require_same_liability(play)


def test_what_is_due_counts_before_it_is_booked():
    play = Play([Purchase("m-1", 20, -10), Purchase("m-1", 5, 0)], [])
    play.step(lambda play: play.purchase(0))
    play.step(lambda play: play.purchase(1))
    assert (found_in(play).points, found_in(play).due_points) == (25, 0)
    play.wait(24 * 35)
    require_same_liability(play)
    due = found_in(play).due_points
    assert due > 0
    play.settle_due()
    require_same_liability(play)
    assert found_in(play).due_points == 0


@pytest.mark.parametrize(
    ("currency", "points", "value", "expected"),
    [
        ("EUR", 1, "0.01", "0.00"),
        ("EUR", 1000, "5.00", "4.25"),
        ("JPY", 1000, "5", "4"),
        ("KWD", 1000, "5.000", "4.250"),
    ],
)
def test_amounts_are_rounded_half_up_to_the_currency(currency: str, points: int, value: str, expected: str):
    valuation = Valuation(point_value=Decimal("0.005"), currency=currency, breakage_percent=Decimal(15))
    assert (str(valuation.value(points)), str(valuation.expected(points))) == (value, expected)


def script(aws: Aws, *, spendable: int = 1000) -> None:
    """One member with a lot, a hold and what never expires."""
    aws.lambda_.answers(MEMBERS, Members(member_ids=["m-1"]))
    aws.lambda_.answers(
        BALANCE,
        Balance(
            member_id="m-1",
            balance_points=spendable + 40,
            version=3,
            held_points=40,
            spendable_points=spendable,
            debt_points=7,
        ),
    )
    aws.lambda_.answers(
        FORECAST,
        Forecast(member_id="m-1", expiring=[ExpiringPoints(expires_at=JULY, points=800)], lasting_points=200),
    )
    aws.lambda_.answers(
        TOTALS,
        Totals(
            accounts=[
                AccountTotal(account="members", debits_points=40, credits_points=1043),
                AccountTotal(account="held", debits_points=0, credits_points=40),
                AccountTotal(account="programme:issued", debits_points=1043, credits_points=0),
            ],
            members=1,
            postings=3,
        ),
    )


def test_the_command_prints_json_with_what_is_held_at_its_full_value(aws: Aws, rewards: Rewards):
    script(aws)
    result = rewards("ledger", "liability", "--json", "--point-value", "0.01", "--currency", "EUR", "--breakage", "10")
    found = json.loads(result.stdout)
    assert [(one["gone_from"], one["points"], one["value"], one["liability"]) for one in found["parts"]] == [
        ("2026-07-01", 800, "8.00", "7.20"),
        ("held", 40, "0.40", "0.40"),
        ("never", 200, "2.00", "1.80"),
    ]
    assert (found["points"], found["value"], found["liability"]) == (1040, "10.40", "9.40")
    assert (found["debt_points"], found["due_points"]) == (7, 3)


def test_the_value_is_the_stacks_unless_it_is_given(aws: Aws, rewards: Rewards):
    script(aws)
    found = json.loads(rewards("ledger", "liability", "--json").stdout)
    assert (found["point_value"], found["currency"], found["breakage_percent"]) == ("0.005", "EUR", "15")


def test_csv_and_table_say_the_same(aws: Aws, rewards: Rewards):
    script(aws)
    rows = list(csv.reader(io.StringIO(rewards("ledger", "liability", "--csv").stdout)))
    assert rows[0] == ["gone from", "points", "value", "liability", "currency"]
    assert ["2026-07-01", "800", "4.00", "3.40", "EUR"] in rows
    printed = rewards("ledger", "liability").stdout
    assert "Members owe 7 points, which are not taken off." in printed
    assert "1040" in printed


def test_the_page_needs_nothing_besides_itself(aws: Aws, rewards: Rewards, tmp_path: Path):
    script(aws)
    file = tmp_path / "liability.html"
    assert rewards("ledger", "liability", "--html", str(file)).exit_code == 0
    page = file.read_text()
    assert HtmlPage(page).loads == []
    assert "default-src 'none'" in page
    assert '<tr class="sum"><td>sum</td><td class="number">1040</td>' in page


def test_a_forecast_that_does_not_fit_its_balance_is_said(aws: Aws, rewards: Rewards):
    script(aws, spendable=999)
    result = rewards("ledger", "liability")
    assert result.exit_code == DifferencesFound.exit_code
    assert "m-1: balance and forecast differ" in result.stderr


BAD = [
    (["--point-value", "-1"], "point value '-1': not allowed; allowed is a decimal such as 0.005"),
    (["--point-value", "1e3"], "point value '1e3'"),
    (["--point-value", "NaN"], "point value 'NaN'"),
    (["--point-value", "0,005"], "point value '0,005'"),
    (["--point-value", "1" * 13], "point value"),
    (["--point-value", "."], "point value '.'"),
    (["--breakage", "101"], "breakage '101': not allowed; allowed is a decimal from 0 to 100"),
    (["--breakage", "15%"], "breakage '15%'"),
    (["--currency", "EURO"], "currency 'EURO': not in ISO 4217; allowed are codes such as EUR"),
    (["--json", "--csv"], "--json and --csv: give one of them"),
    (["--html", "/nowhere/page.html"], "/nowhere/page.html: No such file or directory"),
    (["--stack", "nowhere"], "stack 'nowhere' does not exist"),
]


@pytest.mark.parametrize(("options", "said"), BAD, ids=[" ".join(options) for options, _ in BAD])
def test_wrong_options_are_named(aws: Aws, rewards: Rewards, options: list[str], said: str):
    script(aws)
    result = rewards("ledger", "liability", *options)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())


def line(sequence: int, text: str) -> StatementLine:
    return StatementLine(
        sequence=sequence,
        posting_id=f"p-{sequence}",
        kind="earned",
        points=5,
        balance_points=5 * sequence,
        text=text,
        posted_at=JULY,
    )


def statements(aws: Aws) -> None:
    """Two pages."""
    pages = [
        Statement(member_id="m-1", balance_points=10, lines=[line(2, '=HYPERLINK("x"), 2 points per EUR')], next=2),
        Statement(member_id="m-1", balance_points=10, lines=[line(1, "<b>Bistro</b>")]),
    ]
    aws.lambda_.answers(STATEMENT, *pages, pages[0])


def test_a_statement_as_csv_has_all_pages_and_no_formulas(aws: Aws, rewards: Rewards):
    statements(aws)
    rows = list(csv.reader(io.StringIO(rewards("member", "statement", "m-1", "--csv").stdout)))
    assert rows == [
        ["number", "posted at", "posting", "points", "balance points", "why"],
        ["2", "2026-07-01 00:00", "p-2", "5", "10", '\'=HYPERLINK("x"), 2 points per EUR'],
        ["1", "2026-07-01 00:00", "p-1", "5", "5", "<b>Bistro</b>"],
    ]


def test_a_statement_as_page_shows_texts_as_they_are(aws: Aws, rewards: Rewards, tmp_path: Path):
    statements(aws)
    file = tmp_path / "statement.html"
    assert rewards("member", "statement", "m-1", "--html", str(file)).exit_code == 0
    page = file.read_text()
    assert "Statement of m-1" in page
    assert "&lt;b&gt;Bistro&lt;/b&gt;" in page
    assert "<b>" not in page
