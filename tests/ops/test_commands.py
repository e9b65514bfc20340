"""Each command asks the right capability for the right thing, and prints the answer for people or for machines."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from contracts.campaigns import (
    CAMPAIGN_HISTORY,
    LIST_CAMPAIGNS,
    SET_CAMPAIGN,
    CampaignChange,
    CampaignHistory,
    Campaigns,
)
from contracts.earning_rates import (
    LIST_EARNING_RULES,
    LIST_RATES,
    RATE_HISTORY,
    SET_EARNING_RULES,
    SET_RATE,
    EarningRulesChange,
    EarningRulesList,
    RateChange,
    RateHistory,
    Rates,
)
from contracts.merchant_categorization import (
    LIST_OVERRIDES,
    OVERRIDE_HISTORY,
    SET_OVERRIDE,
    MerchantOverrides,
    OverrideChange,
    OverrideHistory,
)
from contracts.points_calculation import (
    DIFFERENCES,
    EXPLAIN,
    SETTLE_DIFFERENCE,
    Adjustment,
    Calculation,
    Difference,
    Differences,
    Line,
)
from contracts.points_ledger import (
    BALANCE,
    FORECAST,
    STATEMENT,
    Balance,
    ExpiringPoints,
    Forecast,
    Statement,
    StatementLine,
)
from pbckit.cli.output import out
from pbckit.contracts import catalogue
from pbckit.contracts.definitions import AnyCapability, Message
from tests.ops.aws import Aws, arn
from tests.ops.conftest import Rewards
from tests.ops.test_programme import CAMPAIGN, OVERRIDE, RATE, RULES

JUNE = datetime(2026, 6, 1, tzinfo=UTC)
LINE = StatementLine(
    sequence=3,
    posting_id="p-1",
    kind="earned",
    points=70,
    balance_points=170,
    text="purchase at Bistro",
    posted_at=JUNE,
)
CALCULATION = Calculation(
    purchase_id="p-1",
    member_id="m-1",
    points=70,
    category="fuel",
    fallbacks=["rate"],
    lines=[Line(kind="base", text="1 point per EUR", points=70)],
    calculated_at=JUNE,
    net_points=60,
    adjustments=[
        Adjustment(
            adjustment_id="p-1.v1.x",
            number=1,
            points=-10,
            reason="refund",
            text="refund of 10.00 EUR",
            adjusted_at=JUNE,
        )
    ],
)
DIFFERENCE = Difference(
    posting_id="p-1", member_id="m-1", kind="other-points", reported_points=39, posted_points=40, found_at=JUNE
)

Case = tuple[list[str], AnyCapability, Message, dict[str, Any], list[str]]
CASES: dict[str, Case] = {
    "balance": (
        ["member", "balance", "m-1"],
        BALANCE,
        Balance(member_id="m-1", balance_points=170, version=3),
        {"member_id": "m-1", "at": None},
        ["m-1: 170 points after 3 postings"],
    ),
    "balance at an instant": (
        ["member", "balance", "m-1", "--at", "2026-06-01T00:00:00Z"],
        BALANCE,
        Balance(member_id="m-1", balance_points=170, version=3, held_points=20, debt_points=5),
        {"member_id": "m-1", "at": "2026-06-01T00:00:00Z"},
        ["m-1: 170 points after 3 postings, 20 of them held; owes 5"],
    ),
    "forecast": (
        ["member", "forecast", "m-1"],
        FORECAST,
        Forecast(member_id="m-1", expiring=[ExpiringPoints(expires_at=JUNE, points=40)], lasting_points=2),
        {"member_id": "m-1"},
        ["2026-06-01", "40", "never", "2"],
    ),
    "statement": (
        ["member", "statement", "m-1", "--limit", "1", "--before", "4"],
        STATEMENT,
        Statement(member_id="m-1", balance_points=170, lines=[LINE], next=3),
        {"member_id": "m-1", "limit": 1, "before": 4},
        ["m-1: 170 points", "2026-06-01 00:00", "p-1", "purchase at Bistro", "older: --before 3"],
    ),
    "explain": (
        ["purchase", "explain", "p-1"],
        EXPLAIN,
        CALCULATION,
        {"purchase_id": "p-1"},
        [
            "p-1 of m-1: 70 points at fuel", "1 point per EUR", "adjustments; 60 points are left",
            "refund of 10.00 EUR", "answered by fallback: rate",
        ],
    ),
    "explain to a member": (
        ["member", "explain", "p-1"],
        EXPLAIN,
        CALCULATION,
        {"purchase_id": "p-1"},
        ["p-1 of m-1: 70 points at fuel", "60 points are left"],
    ),
    "no differences": (
        ["ledger", "differences"],
        DIFFERENCES,
        Differences(differences=[]),
        {"limit": 1000},
        ["Differences"],
    ),
    "settle a difference": (
        ["ledger", "settle", "p-1", "--reason", "corrected"],
        SETTLE_DIFFERENCE,
        DIFFERENCE,
        {"posting_id": "p-1", "reason": "corrected"},
        ["p-1: settled"],
    ),
    "rates list": (
        ["rates", "list", "--card-product", "gold"],
        LIST_RATES,
        Rates(rates=[RATE]),
        {"card_product": "gold", "category": None},
        ["gold", "1.5", "2026-06-01 00:00", "ada"],
    ),
    "rates set": (
        [
            "rates", "set", "gold", "*", "1.5", "--effective-from", "2026-06-01T00:00:00Z", "--replace",
            "--points-per-member-month", "900",
        ],
        SET_RATE,
        RATE,
        {
            "card_product": "gold",
            "category": "*",
            "points_per_unit": "1.5",
            "effective_from": "2026-06-01T00:00:00Z",
            "points_per_purchase": None,
            "points_per_member_month": 900,
            "replace": True,
        },
        ["gold", "1.5"],
    ),
    "earning-rules list": (
        ["earning-rules", "list"],
        LIST_EARNING_RULES,
        EarningRulesList(rules=[RULES], changes=[]),
        {},
        ["cash-like", "gold=500", "2026-06-01 00:00", "ada"],
    ),
    "earning-rules history": (
        ["earning-rules", "history"],
        LIST_EARNING_RULES,
        EarningRulesList(
            rules=[],
            changes=[
                EarningRulesChange(before=None, after=RULES),
                EarningRulesChange(before=RULES, after=msgspec.structs.replace(RULES, minimums=[], changed_by="bob")),
            ],
        ),
        {},
        ["excluded_categories: none → cash-like", "minimums: gold=500 → none", "bob"],
    ),
    "earning-rules set": (
        [
            "earning-rules", "set", "--effective-from", "2026-06-01T00:00:00Z", "--exclude", "cash-like",
            "--minimum", "gold=500", "--replace",
        ],
        SET_EARNING_RULES,
        RULES,
        {
            "effective_from": "2026-06-01T00:00:00Z",
            "excluded_categories": ["cash-like"],
            "minimums": [{"card_product": "gold", "minor_units": 500}],
            "replace": True,
        },
        ["cash-like", "gold=500"],
    ),
    "campaigns list": (
        ["campaigns", "list", "--at", "2026-06-01T00:00:00Z"],
        LIST_CAMPAIGNS,
        Campaigns(campaigns=[CAMPAIGN]),
        {"at": "2026-06-01T00:00:00Z"},
        ["june", "+ 50", "stacking"],
    ),
    "campaigns set": (
        [
            "campaigns", "set", "june", "--name", "June", "--starts-at", "2026-06-01T00:00:00Z",
            "--ends-at", "2026-07-01T00:00:00Z", "--category", "fuel", "--category", "groceries", "--multiplier", "2",
            "--exclusive", "--priority", "5",
            "--points-per-purchase", "100", "--budget-points", "5000",
        ],
        SET_CAMPAIGN,
        msgspec.structs.replace(CAMPAIGN, multiplier="2", fixed_points=None),
        {
            "campaign_id": "june",
            "name": "June",
            "starts_at": "2026-06-01T00:00:00Z",
            "ends_at": "2026-07-01T00:00:00Z",
            "categories": ["fuel", "groceries"],
            "card_products": ["*"],
            "multiplier": "2",
            "fixed_points": None,
            "combination": "exclusive",
            "priority": 5,
            "points_per_purchase": 100,
            "points_per_member_month": None,
            "budget_points": 5000,
            "first_purchase": False,
            "threshold": None,
        },
        ["june", "x 2"],
    ),
    "campaigns set for all": (
        [
            "campaigns", "set", "june", "--name", "June", "--starts-at", "2026-06-01T00:00:00Z",
            "--ends-at", "2026-07-01T00:00:00Z", "--fixed-points", "50",
        ],
        SET_CAMPAIGN,
        CAMPAIGN,
        {
            "campaign_id": "june",
            "name": "June",
            "starts_at": "2026-06-01T00:00:00Z",
            "ends_at": "2026-07-01T00:00:00Z",
            "categories": ["*"],
            "card_products": ["*"],
            "multiplier": None,
            "fixed_points": 50,
            "combination": "stacking",
            "priority": 0,
            "points_per_purchase": None,
            "points_per_member_month": None,
            "budget_points": None,
            "first_purchase": False,
            "threshold": None,
        },
        ["june", "+ 50"],
    ),
    "rates history": (
        ["rates", "history", "gold", "*"],
        RATE_HISTORY,
        RateHistory(
            changes=[
                RateChange(before=None, after=RATE),
                RateChange(before=RATE, after=msgspec.structs.replace(RATE, points_per_unit="2", changed_by="bob")),
            ]
        ),
        {"card_product": "gold", "category": "*"},
        ["gold at *", "ada", "points_per_unit: none → 1.5", "bob", "points_per_unit: 1.5 → 2"],
    ),
    "campaigns history": (
        ["campaigns", "history", "june"],
        CAMPAIGN_HISTORY,
        CampaignHistory(
            changes=[CampaignChange(before=CAMPAIGN, after=msgspec.structs.replace(CAMPAIGN, budget_points=5000))]
        ),
        {"campaign_id": "june"},
        ["june", "budget_points: none → 5000"],
    ),
    "merchants history": (
        ["merchants", "history", "shop-1"],
        OVERRIDE_HISTORY,
        OverrideHistory(changes=[OverrideChange(before=None, after=OVERRIDE)]),
        {"merchant_id": "shop-1"},
        ["shop-1", "category: none → fuel", "reason: none → said so"],
    ),
    "merchants set": (
        ["merchants", "set", "shop-1", "fuel", "--reason", "said so"],
        SET_OVERRIDE,
        OVERRIDE,
        {"merchant_id": "shop-1", "category": "fuel", "reason": "said so"},
        ["shop-1", "fuel", "said so"],
    ),
    "merchants set back": (
        ["merchants", "set", "shop-1"],
        SET_OVERRIDE,
        msgspec.structs.replace(OVERRIDE, category=None),
        {"merchant_id": "shop-1", "category": None, "reason": "set by hand"},
        ["shop-1", "(by MCC)"],
    ),
}  # fmt: skip


@pytest.fixture(params=CASES, ids=str)
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


def test_it_asks_for_the_right_thing_and_prints_the_answer(aws: Aws, rewards: Rewards, case: Case):
    arguments, capability, answer, request, printed = case
    aws.lambda_.answers(capability, answer)
    result = rewards(*arguments)
    assert result.exit_code == 0
    (asked,) = aws.lambda_.asked
    assert (asked.function, asked.data) == (arn(capability), request)
    assert [text for text in printed if text not in result.stdout] == []


def test_for_machines_it_prints_the_answer_and_nothing_else(aws: Aws, rewards: Rewards, case: Case):
    arguments, capability, answer, _, _ = case
    aws.lambda_.answers(capability, answer)
    result = rewards(*arguments, "--json")
    assert msgspec.json.decode(result.stdout, type=capability.response) == answer
    assert result.stderr == ""


def test_a_refusal_is_one_line_and_exit_code_1(aws: Aws, rewards: Rewards, case: Case):
    arguments, capability, _, _, _ = case
    aws.lambda_.refuses(capability, "SomeRefusal", "for a [good] reason")
    result = rewards(*arguments, "--json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "error: SomeRefusal: for a [good] reason\n"


def test_a_function_that_fails_is_one_line_and_exit_code_2(aws: Aws, rewards: Rewards, case: Case):
    arguments, capability, _, _, _ = case
    aws.lambda_.fails(capability, "no such table")
    result = rewards(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert "no such table" in result.stderr


def test_a_function_that_is_missing_is_one_line_and_exit_code_2(rewards: Rewards, case: Case):
    arguments, capability, _, _, _ = case
    result = rewards(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"error: cannot ask {arn(capability)}: ")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (["member", "balance", "not an id"], "member_id is"),
        (["member", "statement", "-"], "member_id is"),
        (["purchase", "explain", "not an id"], "purchase_id is"),
        (["rates", "list", "--category", "Fuel"], "category is"),
        (["earning-rules", "set", "--effective-from", "2026-06-01T00:00:00Z", "--minimum", "gold"], "--minimum 'gold'"),
        (["earning-rules", "set", "--effective-from", "2026-06-01T00:00:00Z", "--minimum", "g=0"], "minor_units"),
        (["rates", "set", "gold", "fuel", "1,5", "--effective-from", "2026-06-01T00:00:00Z"], "points_per_unit is"),
        (["rates", "set", "gold", "fuel", "1.5", "--effective-from", "2026-06-01"], "effective_from is"),
        (["campaigns", "list", "--at", "now"], "at is"),
        (["merchants", "set", "shop-1", "Fuel Stations"], "category is"),
    ],
)
def test_a_wrong_argument_is_named_and_nothing_is_asked(aws: Aws, rewards: Rewards, arguments: list[str], field: str):
    result = rewards(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert field in result.stderr
    assert aws.lambda_.asked == []


def test_overrides_are_listed_over_all_pages(aws: Aws, rewards: Rewards):
    other = msgspec.structs.replace(OVERRIDE, merchant_id="shop-2")
    aws.lambda_.answers(
        LIST_OVERRIDES,
        MerchantOverrides(overrides=[OVERRIDE], next="shop-1"),
        MerchantOverrides(overrides=[other], next=None),
    )
    answer = json.loads(rewards("merchants", "list", "--json").stdout)
    assert [one["merchant_id"] for one in answer["overrides"]] == ["shop-1", "shop-2"]
    assert [asked.data["after"] for asked in aws.lambda_.asked] == [None, "shop-1"]


def test_square_brackets_are_text_and_no_style(aws: Aws, rewards: Rewards):
    override = msgspec.structs.replace(OVERRIDE, reason="[red] herring")
    aws.lambda_.answers(LIST_OVERRIDES, MerchantOverrides(overrides=[override]))
    assert "[red] herring" in rewards("merchants", "list").stdout


def test_an_id_is_never_cut_however_narrow_the_terminal(aws: Aws, rewards: Rewards, monkeypatch: pytest.MonkeyPatch):
    override = msgspec.structs.replace(OVERRIDE, merchant_id="shop-" + "0123456789" * 4)
    aws.lambda_.answers(LIST_OVERRIDES, MerchantOverrides(overrides=[override]))
    monkeypatch.setattr(out, "_width", 60)
    first_cells = [
        line.split("│")[1].strip() for line in rewards("merchants", "list").stdout.splitlines() if "│" in line
    ]
    assert "".join(first_cells) == override.merchant_id


def test_overrides_are_listed_for_people(aws: Aws, rewards: Rewards):
    aws.lambda_.answers(LIST_OVERRIDES, MerchantOverrides(overrides=[OVERRIDE]))
    assert "shop-1" in rewards("merchants", "list").stdout


def test_a_statement_without_older_postings_offers_none(aws: Aws, rewards: Rewards):
    aws.lambda_.answers(STATEMENT, Statement(member_id="m-1", balance_points=170, lines=[LINE]))
    assert "--before" not in rewards("member", "statement", "m-1").stdout


def test_a_calculation_without_fallbacks_speaks_of_none(aws: Aws, rewards: Rewards):
    aws.lambda_.answers(EXPLAIN, msgspec.structs.replace(CALCULATION, fallbacks=[]))
    assert "fallback" not in rewards("purchase", "explain", "p-1").stdout


def test_operations_is_named_in_the_contract_of_everything_that_is_asked():
    asked = {capability.name for _, capability, _, _, _ in CASES.values()} | {LIST_OVERRIDES.name}
    assert asked <= {capability.name for capability in catalogue.callable_by("operations")}


def test_a_defect_keeps_its_traceback(aws: Aws, rewards: Rewards, monkeypatch: pytest.MonkeyPatch):
    def broken(**_request: object) -> Callable[[], None]:
        raise ZeroDivisionError

    monkeypatch.setattr(aws.lambda_, "invoke", broken)
    with pytest.raises(ZeroDivisionError):
        rewards("member", "balance", "m-1")
