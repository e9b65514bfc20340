"""Physical names: unambiguous, within limits, and the ARNs made of them."""

import fnmatch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbckit.infra.names import InvalidName, Names

KEBAB = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,8}){0,2}", fullmatch=True)


def names(unit: str = "points-ledger", region: str = "eu-central-1") -> Names:
    return Names(project="rewards", environment="dev", unit=unit, account="111111111111", region=region)


def test_a_name_says_project_environment_unit_and_thing():
    assert names().physical("store") == "rewards-dev-points-ledger_store"


@given(unit=KEBAB, other=KEBAB, thing=KEBAB)
def test_the_prefix_of_one_unit_never_covers_another(unit: str, other: str, thing: str):
    covered = fnmatch.fnmatchcase(names(other).physical(thing), f"{names(unit).prefix}*")
    assert covered == (unit == other)


@given(unit=KEBAB, thing=st.from_regex(r"[a-z][a-z0-9]{0,60}(-[a-z0-9]{1,30}){0,3}", fullmatch=True))
def test_a_long_name_is_cut_to_the_limit_and_stays_with_its_unit(unit: str, thing: str):
    name = names(unit).physical(thing)
    assert len(name) <= 64
    assert name.startswith(names(unit).prefix)


def test_two_long_things_stay_two_names():
    long = "categorize-everything-that-a-merchant-could-ever-sell-"
    assert names().physical(f"{long}today") != names().physical(f"{long}tomorrow")


@pytest.mark.parametrize("thing", ["", "Store", "my_store", "store-", "a b"])
def test_a_thing_that_is_not_kebab_case_is_refused(thing: str):
    with pytest.raises(InvalidName, match="must be kebab-case"):
        names().physical(thing)


@pytest.mark.parametrize("unit", ["", "Points", "points_ledger", "1st"])
def test_a_unit_that_is_not_kebab_case_is_refused(unit: str):
    with pytest.raises(InvalidName, match="must be kebab-case"):
        names(unit)


def test_a_prefix_that_fills_the_limit_is_refused():
    with pytest.raises(InvalidName, match="leaves no room"):
        names().physical("store", limit=28)


def test_arns():
    assert names().table("t") == "arn:aws:dynamodb:eu-central-1:111111111111:table/t"
    assert names().role("r") == "arn:aws:iam::111111111111:role/r"
    assert names().bus() == "arn:aws:events:eu-central-1:111111111111:event-bus/rewards-dev-platform_bus"
    assert names().capability("balance") == (
        "arn:aws:lambda:eu-central-1:111111111111:function:rewards-dev-points-ledger_balance:live"
    )


@pytest.mark.parametrize(
    ("region", "partition"), [("eu-central-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_the_partition_follows_the_region(region: str, partition: str):
    assert names(region=region).table("t").startswith(f"arn:{partition}:dynamodb:{region}:")
