"""A programme file is read whole before anything is set, and set through the owners' capabilities."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from contracts.campaigns import SET_CAMPAIGN, Campaign, Threshold
from contracts.earning_rates import (
    LIST_CARD_PRODUCTS,
    SET_CARD_PRODUCT,
    SET_EARNING_RULES,
    SET_RATE,
    CardProduct,
    CardProducts,
    EarningRules,
    MinimumAmount,
    RateVersion,
)
from contracts.merchant_categorization import SET_OVERRIDE, MerchantOverride
from contracts.tiers import SET_TIERS, Tier, TierSet
from ops.programme.file import read_programme
from pbckit.cli.errors import OperatorError
from tests.ops.aws import Aws, arn
from tests.ops.conftest import Rewards

JUNE, JULY = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
PROGRAMME = """
card_products:
  - { card_product: gold, billing_currency: EUR }
rates:
  - { card_product: gold, category: "*", points_per_unit: "1.5", effective_from: "2026-06-01T00:00:00Z" }
  - { card_product: gold, category: fuel, points_per_unit: "3", effective_from: 2026-06-01T00:00:00Z }
earning_rules:
  - effective_from: "2026-06-01T00:00:00Z"
    excluded_categories: [cash-like]
    minimums: [{ card_product: gold, minor_units: 500 }]
campaigns:
  - campaign_id: june
    name: June
    starts_at: "2026-06-01T00:00:00Z"
    ends_at: "2026-07-01T00:00:00Z"
    categories: ["*"]
    card_products: [gold]
    fixed_points: 50
    combination: stacking
overrides:
  - { merchant_id: shop-1, category: fuel, reason: said so }
tiers:
  - { effective_from: "2026-06-01T00:00:00Z", tiers: [{ name: bronze, threshold_points: 0 }] }
"""
PRODUCT = CardProduct(card_product="gold", billing_currency="EUR", version=1, changed_by="ada", changed_at=JUNE)
RATE = RateVersion(
    card_product="gold",
    category="*",
    points_per_unit="1.5",
    effective_from=JUNE,
    effective_to=None,
    changed_by="ada",
    changed_at=JUNE,
)
RULES = EarningRules(
    excluded_categories=["cash-like"],
    minimums=[MinimumAmount(card_product="gold", minor_units=500)],
    effective_from=JUNE,
    effective_to=None,
    changed_by="ada",
    changed_at=JUNE,
)
CAMPAIGN = Campaign(
    campaign_id="june",
    name="June",
    starts_at=JUNE,
    ends_at=JULY,
    categories=["*"],
    card_products=["gold"],
    multiplier=None,
    fixed_points=50,
    combination="stacking",
    priority=0,
    version=1,
    changed_by="ada",
    changed_at=JUNE,
)
OVERRIDE = MerchantOverride(
    merchant_id="shop-1", category="fuel", reason="said so", changed_by="ada", changed_at=JUNE, version=1
)
TIERS = TierSet(effective_from=JUNE, tiers=[Tier(name="bronze", threshold_points=0)], changed_by="ada", changed_at=JUNE)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "programme.yaml"
    path.write_text(PROGRAMME)
    return path


def let_all_answer(aws: Aws) -> None:
    aws.lambda_.answers(SET_CARD_PRODUCT, PRODUCT)
    aws.lambda_.answers(SET_RATE, RATE)
    aws.lambda_.answers(SET_EARNING_RULES, RULES)
    aws.lambda_.answers(SET_CAMPAIGN, CAMPAIGN)
    aws.lambda_.answers(SET_OVERRIDE, OVERRIDE)
    aws.lambda_.answers(SET_TIERS, TIERS)


def test_all_of_it_is_set_through_capabilities(aws: Aws, rewards: Rewards, file: Path):
    let_all_answer(aws)
    result = rewards("programme", "apply", str(file))
    counts = "1 card products, 2 rates, 1 earning rules, 1 campaigns, 1 overrides, 1 sets of tiers set\n"
    assert (result.exit_code, result.stdout) == (0, counts)
    assert [asked.function for asked in aws.lambda_.asked] == [
        arn(SET_CARD_PRODUCT),
        arn(SET_RATE),
        arn(SET_RATE),
        arn(SET_EARNING_RULES),
        arn(SET_CAMPAIGN),
        arn(SET_OVERRIDE),
        arn(SET_TIERS),
    ]
    assert [asked.data["points_per_unit"] for asked in aws.lambda_.asked[1:3]] == ["1.5", "3"]
    assert aws.lambda_.asked[3].data["minimums"] == [{"card_product": "gold", "minor_units": 500}]
    assert aws.lambda_.asked[4].data["fixed_points"] == 50
    assert aws.lambda_.asked[5].data == {"merchant_id": "shop-1", "category": "fuel", "reason": "said so"}


def test_applying_again_corrects_rates_instead_of_refusing_them(aws: Aws, rewards: Rewards, file: Path):
    let_all_answer(aws)
    rewards("programme", "apply", str(file))
    assert [asked.data["replace"] for asked in aws.lambda_.asked[1:4]] == [True, True, True]


def test_counts_for_machines(aws: Aws, rewards: Rewards, file: Path):
    let_all_answer(aws)
    result = rewards("programme", "apply", str(file), "--json")
    counts = {
        "card_products": 1,
        "rates": 2,
        "earning_rules": 1,
        "campaigns": 1,
        "overrides": 1,
        "sets_of_tiers": 1,
    }
    assert json.loads(result.stdout) == counts


def test_a_refusal_ends_it_with_the_reason(aws: Aws, rewards: Rewards, file: Path):
    let_all_answer(aws)
    aws.lambda_.refuses(SET_CAMPAIGN, "InvalidCampaign", "june: categories is empty")
    result = rewards("programme", "apply", str(file))
    assert result.exit_code == 1
    assert "error: InvalidCampaign: june: categories is empty" in result.stderr
    assert arn(SET_OVERRIDE) not in [asked.function for asked in aws.lambda_.asked]


@pytest.mark.parametrize(
    ("changed", "to", "reason"),
    [
        ('points_per_unit: "1.5"', "points_per_unit: 1.5", r"Expected `str`, got `float` - at `\$\.rates\[0\]\.points"),
        ("category: fuel, points", "category: Fuel, points", r"`\$\.rates\[1\]\.category`"),
        ("T00:00:00Z }", "T00:00:00 }", r"`\$\.rates\[\.*1\]\.effective_from`"),
        ("billing_currency: EUR", "billing_currency: Euro", r"`\$\.card_products\[\.*0\]\.billing_currency`"),
        ("combination: stacking", "combination: both", r"`\$\.campaigns\[0\]\.combination`"),
        ("    name: June\n", "", "`name`"),
        ("category: fuel, points", "category: fule, points", r"rates\[1\]: no category .*'fule'; did you mean fuel\?"),
        ("categories: [cash-like]", "categories: [cash]", r"earning_rules\[0\]: no category is called 'cash'"),
        ("minor_units: 500", "minor_units: 0", r"`\$\.earning_rules\[0\]\.minimums\[0\]\.minor_units`"),
        ('categories: ["*"]', "categories: [restaurant]", r"campaigns\[0\]: .*; did you mean restaurants\?"),
        ("category: fuel, reason", "category: feul, reason", r"overrides\[0\]: .*; did you mean fuel\?"),
        ("reason: said so", "reson: said so", r"`reson`"),
        ("overrides:", "override:", "`override`"),
        ("rates:", "rates: [", "while parsing"),
    ],
)
def test_a_wrong_file_is_refused_by_its_place_before_anything_is_set(
    aws: Aws, rewards: Rewards, file: Path, changed: str, to: str, reason: str
):
    file.write_text(PROGRAMME.replace(changed, to))
    with pytest.raises(OperatorError, match=reason):
        read_programme(file)
    assert rewards("programme", "apply", str(file)).exit_code == 2
    assert aws.lambda_.asked == []


@pytest.mark.parametrize("content", [b"", b"- a list", b"\xff\xfe\x00"])
def test_a_file_that_is_no_programme_is_refused(tmp_path: Path, content: bytes):
    path = tmp_path / "programme.yaml"
    path.write_bytes(content)
    with pytest.raises(OperatorError, match=r"programme\.yaml: "):
        read_programme(path)


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path):
    with pytest.raises(OperatorError, match="No such file"):
        read_programme(tmp_path / "nowhere.yaml")


@pytest.mark.parametrize(
    ("changed", "to", "reason"),
    [
        (
            "card_product: gold, category: fuel",
            "card_product: glod, category: fuel",
            r"rates\[1\]: .*'glod'; did you mean gold\?",
        ),
        (
            "card_product: gold, minor_units",
            "card_product: gould, minor_units",
            r"earning_rules\[0\]: .*'gould'; did you mean gold\?",
        ),
        ("card_products: [gold]", "card_products: [clasic]", r"campaigns\[0\]: .*'clasic'; did you mean classic\?"),
        ("card_products: [gold]", "card_products: [qq]", r"campaigns\[0\]: .*'qq'; register it first"),
    ],
)
def test_a_card_product_that_is_neither_in_the_file_nor_registered_is_refused(
    aws: Aws, rewards: Rewards, file: Path, changed: str, to: str, reason: str
):
    registered = CardProduct(
        card_product="classic", billing_currency="EUR", version=1, changed_by="ada", changed_at=JUNE
    )
    aws.lambda_.answers(LIST_CARD_PRODUCTS, CardProducts(card_products=[registered]))
    assert changed in PROGRAMME
    file.write_text(PROGRAMME.replace(changed, to))
    result = rewards("programme", "apply", str(file))
    assert result.exit_code == 2
    assert re.search(reason, result.stderr)
    assert [asked.function for asked in aws.lambda_.asked] == [arn(LIST_CARD_PRODUCTS)]


def test_the_categories_are_listed(rewards: Rewards):
    assert "restaurants" in rewards("categories", "list").stdout
    assert json.loads(rewards("categories", "list", "--json").stdout)["categories"][0] == "airlines"


def test_a_campaign_is_set_for_card_products_that_are_registered(aws: Aws, rewards: Rewards):
    aws.lambda_.answers(LIST_CARD_PRODUCTS, CardProducts(card_products=[PRODUCT]))
    aws.lambda_.answers(SET_CAMPAIGN, CAMPAIGN)
    command = ["campaigns", "set", "june", "--name", "June", "--starts-at", "2026-06-01T00:00:00Z"]
    command += ["--ends-at", "2026-07-01T00:00:00Z", "--fixed-points", "50", "--card-product"]

    result = rewards(*command, "glod")
    assert result.exit_code == 2
    assert result.stderr == "error: campaign june: no card product is called 'glod'; did you mean gold?\n"
    assert [asked.function for asked in aws.lambda_.asked] == [arn(LIST_CARD_PRODUCTS)]
    assert rewards(*command, "gold").exit_code == 0
    assert aws.lambda_.asked[-1].data["card_products"] == ["gold"]


def test_a_campaign_is_set_that_a_member_earns_once(aws: Aws, rewards: Rewards):
    spent = Threshold(minor_units=50_000, currency="EUR", days=90)
    aws.lambda_.answers(
        SET_CAMPAIGN, msgspec.structs.replace(CAMPAIGN, fixed_points=50, multiplier=None, threshold=spent)
    )
    command = ["campaigns", "set", "june", "--name", "June", "--starts-at", "2026-06-01T00:00:00Z"]
    command += ["--ends-at", "2026-07-01T00:00:00Z", "--fixed-points", "50"]

    shown = rewards(*command, "--threshold", "500.00 EUR", "--days", "90")
    assert aws.lambda_.asked[-1].data["threshold"] == {"minor_units": 50_000, "currency": "EUR", "days": 90}
    assert "once, 500.00 EUR in 90 days" in " ".join(shown.stdout.split())
    aws.lambda_.answers(
        SET_CAMPAIGN, msgspec.structs.replace(CAMPAIGN, fixed_points=50, multiplier=None, first_purchase=True)
    )
    assert "once, first purchase" in " ".join(rewards(*command, "--first-purchase").stdout.split())
    for arguments, said in (
        (["--threshold", "500.00 EUR"], "--threshold and --days belong together"),
        (["--threshold", "500", "--days", "9"], "--threshold '500': currency '': not in ISO 4217"),
        (["--threshold", "500.001 EUR", "--days", "9"], "EUR has 2 digits after the point"),
    ):
        result = rewards(*command, *arguments)
        assert (result.exit_code, said in result.stderr) == (2, True)


FAULTY = """\
card_products:
  - { card_product: gold, billing_currency: EUR }
  - { card_product: bullion, billing_currency: XAU }
  - { card_product: gold, billing_currency: USD }
rates:
  - card_product: glod
    category: resturants
    points_per_unit: 1.5
    effective_from: "2026-06-01"
  - { card_product: glod, category: "*", points_per_unit: "1", effective_from: "2026-06-01T00:00:00Z" }
  - { card_product: gold, category: feul, points_per_unit: "1", effective_from: "2026-06-01T00:00:00Z" }
  - { card_product: gold, category: fuel, points_per_unit: "1", effective_from: "2026-06-01T00:00:00Z", until: x }
campaigns:
  - campaign_id: june
    name: June
    starts_at: "2026-07-01T00:00:00Z"
    ends_at: "2026-06-01T00:00:00Z"
    categories: []
    card_products: [gold, silver]
    combination: exclusive
  - campaign_id: a
    name: A
    starts_at: "2026-06-01T00:00:00Z"
    ends_at: "2026-07-01T00:00:00Z"
    categories: ["*"]
    card_products: ["*"]
    fixed_points: 1
    combination: exclusive
  - campaign_id: b
    name: B
    starts_at: "2026-06-15T00:00:00Z"
    ends_at: "2026-07-15T00:00:00Z"
    categories: [fuel, Fuel]
    card_products: [gold]
    fixed_points: 1
    combination: exclusive
earning_rules:
  - effective_from: "2026-06-01T00:00:00Z"
    excluded_categories: [cashlike]
    minimums: [{ card_product: gold, minor_units: 1 }, { card_product: gold, minor_units: 2 }]
overrides:
  - { merchant_id: shop-1, category: fule }
ovverides: []
rates: []
"""


def test_every_fault_of_a_file_is_listed_with_its_line(aws: Aws, rewards: Rewards, file: Path):
    file.write_text(FAULTY.removesuffix("rates: []\n"))
    aws.lambda_.answers(LIST_CARD_PRODUCTS, CardProducts(card_products=[]))
    result = rewards("programme", "validate", str(file), "--json")
    assert result.exit_code == 1
    found = [(one["line"], one["where"], one["problem"]) for one in json.loads(result.stdout)["faults"]]
    expected = [
        (3, "card_products[1].billing_currency", "'XAU' is not a currency of ISO 4217 with a minor unit"),
        (4, "card_products[2]", "gold stands here a second time"),
        (8, "rates[0].points_per_unit", "points_per_unit is 1.5; allowed: "),
        (9, "rates[0].effective_from", "effective_from is "),
        (10, "rates[1].card_product", "no card product is called 'glod'; did you mean gold?"),
        (11, "rates[2].category", "no category is called 'feul'; did you mean fuel?"),
        (12, "rates[3].until", "no field is called 'until'; allowed are "),
        (14, "campaigns[0]", "ends_at 2026-06-01T00:00:00+00:00 is not after starts_at "),
        (14, "campaigns[0]", "exactly one of multiplier and fixed_points must be given"),
        (14, "campaigns[0]", "categories is empty"),
        (19, "campaigns[0].card_products", "no card product is called 'silver'; "),
        (33, "campaigns[2].categories[1]", "Expected `str` matching"),
        (39, "earning_rules[0].excluded_categories", "no category is called 'cashlike'; did you mean cash-like?"),
        (40, "earning_rules[0].minimums", "gold stands here twice"),
        (42, "overrides[0]", "reason is missing"),
        (43, "ovverides", "no section is called 'ovverides'; did you mean overrides?"),
    ]
    assert len(found) == len(expected), found
    for (line, where, problem), (expected_line, expected_where, begin) in zip(found, expected, strict=True):
        assert (line, where) == (expected_line, expected_where)
        assert problem.startswith(begin), problem
    assert result.stderr.endswith("has 16 faults\n")
    assert [asked.function for asked in aws.lambda_.asked] == [arn(LIST_CARD_PRODUCTS)]


def test_exclusive_campaigns_that_meet_and_sections_that_stand_twice_are_faults(rewards: Rewards, file: Path):
    file.write_text(FAULTY.replace("[fuel, Fuel]", "[fuel]"))
    found = rewards("programme", "validate", str(file), "--offline").stdout
    assert ":29: campaigns[2]: a is exclusive too, of the same priority 0" in found
    assert ":44: rates: rates stands here 2 times" in found


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("rates: [", ":1: no YAML: "),
        ("- a list", ":1: a programme is a mapping of card_products, rates, earning_rules, campaigns, overrides"),
        ("rates: 5", ":1: rates: a list is expected"),
        ("rates:\n  - 5", ":2: rates[0]: fields with values are expected"),
    ],
)
def test_a_file_of_another_form_is_one_fault(aws: Aws, rewards: Rewards, file: Path, text: str, fault: str):
    file.write_text(text)
    result = rewards("programme", "validate", str(file))
    assert (result.exit_code, result.stdout.startswith(f"{file}{fault}")) == (1, True), result.stdout
    assert aws.lambda_.asked == []


def test_a_file_without_faults_is_said_so_and_changes_nothing(aws: Aws, rewards: Rewards, file: Path):
    result = rewards("programme", "validate", str(file))
    assert (result.exit_code, result.stdout) == (0, f"{file} has no faults\n")
    assert json.loads(rewards("programme", "validate", str(file), "--json").stdout) == {"faults": []}
    assert rewards("programme", "validate", "examples/programme.yaml").exit_code == 0
    assert aws.lambda_.asked == []


def test_a_card_product_that_is_registered_is_no_fault_unless_nobody_is_asked(aws: Aws, rewards: Rewards, file: Path):
    aws.lambda_.answers(LIST_CARD_PRODUCTS, CardProducts(card_products=[PRODUCT]))
    file.write_text(PROGRAMME.replace("  - { card_product: gold, billing_currency: EUR }\n", "  []\n"))
    assert rewards("programme", "validate", str(file)).exit_code == 0
    result = rewards("programme", "validate", str(file), "--offline")
    assert (result.exit_code, result.stdout.count("no card product is called 'gold'")) == (1, 4)
    assert len(aws.lambda_.asked) == 1


def test_a_file_that_cannot_be_read_is_exit_code_2(rewards: Rewards, tmp_path: Path):
    assert rewards("programme", "validate", str(tmp_path / "nowhere.yaml")).exit_code == 2


def test_faults_of_tiers_are_listed(rewards: Rewards, file: Path):
    one = '  - { effective_from: "2026-06-01T00:00:00Z", tiers: [{ name: bronze, threshold_points: 0 }] }\n'
    twins = one.replace("2026-06", "2026-07").replace(" }] }", " }, { name: silver, threshold_points: 0 }] }")
    file.write_text(f"tiers:\n{one}{one}{twins}")
    result = rewards("programme", "validate", str(file), "--offline", "--json")
    found = [(fault["line"], fault["where"], fault["problem"]) for fault in json.loads(result.stdout)["faults"]]
    assert found == [
        (3, "tiers[1]", "a set of tiers from 2026-06-01T00:00:00+00:00 stands here a second time"),
        (4, "tiers[2].tiers", "threshold_points 0: given more than once; each tier has its own"),
    ]
