"""The settings that only rewards has: one clear line for whatever is wrong."""

from collections.abc import Iterator

import pulumi
import pytest

from pbckit.infra.configuration import InvalidConfiguration
from settings import RewardsSettings


@pytest.fixture(autouse=True)
def _project(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(pulumi, "get_project", lambda: "rewards")
    yield
    pulumi.runtime.set_all_config({})


def load(values: dict[str, str]) -> RewardsSettings:
    pulumi.runtime.set_all_config({f"rewards:{key}": value for key, value in values.items()})
    return RewardsSettings.load()


def test_what_is_not_set_has_a_default_but_for_the_base_rate():
    assert load({"baseRate": "0.5"}) == RewardsSettings(base_rate="0.5", expiry_months="24", shortfall="debt")


def test_how_far_purchases_may_be_reaches_functions_by_their_environment():
    assert load({"baseRate": "1"}).instant_bounds() == {"DAYS_BACK": "3650", "DAYS_AHEAD": "2"}
    given = load({"baseRate": "1", "postedDaysBack": "30", "postedDaysAhead": "1"}).instant_bounds()
    assert given == {"DAYS_BACK": "30", "DAYS_AHEAD": "1"}


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("baseRate", "one", "a decimal"),
        ("pointsExpiryMonths", "0", "1 to 60, or never"),
        ("pointsExpiryMonths", "61", "1 to 60, or never"),
        ("shortfall", "forgive", "debt, clamp"),
        ("correctionLimit", "0", "1 to 9000000000000"),
        ("pointsOnClosing", "keep", "keep-until-expiry, forfeit"),
        ("postedDaysBack", "0", "1 to 36500"),
        ("postedDaysBack", "36501", "1 to 36500"),
        ("postedDaysAhead", "367", "1 to 366"),
        ("postedDaysAhead", "soon", "1 to 366"),
    ],
)
def test_a_wrong_value_is_one_line_with_key_value_and_what_is_allowed(key: str, value: str, allowed: str):
    with pytest.raises(InvalidConfiguration) as error:
        load({"baseRate": "1", key: value})
    line = str(error.value)
    assert line == f"rewards:{key} is {value!r}; allowed: {line.partition('; allowed: ')[2]}"
    assert allowed in line


def test_a_missing_base_rate_is_one_line():
    with pytest.raises(InvalidConfiguration, match=r"^rewards:baseRate is missing; allowed: a decimal"):
        load({})
