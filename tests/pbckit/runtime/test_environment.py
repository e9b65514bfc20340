"""What a function is told by its environment."""

import pytest

from pbckit.runtime.environment import InvalidEnvironment, environment, read
from pbckit.runtime.runtime import lambda_runtime

VARIABLES = {"UNIT": "points-ledger", "STORE_TABLE": "rewards-dev-points-ledger_store", "INBOX_DAYS": "31", "PATH": "x"}


def test_variables_have_their_types_and_defaults():
    here = read(VARIABLES)

    assert (here.unit, here.store_table) == ("points-ledger", "rewards-dev-points-ledger_store")
    assert (here.inbox_days, here.pending_minutes, here.maximum_receives) == (31, 5, 5)
    assert here.required("STORE_TABLE") == here.store_table


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({}, "UNIT"),
        ({**VARIABLES, "INBOX_DAYS": "many"}, "INBOX_DAYS"),
        ({**VARIABLES, "INBOX_DAYS": "0"}, "INBOX_DAYS"),
        ({**VARIABLES, "PENDING_MINUTES": "1.5"}, "PENDING_MINUTES"),
        ({**VARIABLES, "MAXIMUM_RECEIVES": ""}, "MAXIMUM_RECEIVES"),
    ],
)
def test_a_variable_that_makes_no_sense_is_named(variables: dict[str, str], named: str):
    with pytest.raises(InvalidEnvironment, match=named):
        read(variables)


@pytest.mark.parametrize("variables", [VARIABLES, {**VARIABLES, "OUTBOX_TABLE": ""}])
def test_a_variable_that_a_function_cannot_do_without_is_named(variables: dict[str, str]):
    with pytest.raises(InvalidEnvironment, match="OUTBOX_TABLE is not set"):
        read(variables).required("OUTBOX_TABLE")


def test_a_function_that_was_deployed_wrongly_says_so_at_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("UNIT", "points-ledger")
    environment.cache_clear()
    try:
        with pytest.raises(InvalidEnvironment, match="DLQ_URL"):
            lambda_runtime("DLQ_URL")
    finally:
        environment.cache_clear()
