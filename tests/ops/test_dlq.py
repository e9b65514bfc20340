"""`rewards dlq`: letters are found, shown, sent back or taken away as asked, and nothing besides."""

import json
from typing import Any

import pytest

from tests.ops.aws import Aws
from tests.ops.conftest import Rewards
from tests.ops.unit_admins import ScriptedAdmin, letter, record, unit_admins

QUEUE = "points-ledger/post-points-queue-dlq"
EARN = "earn-points/earn-queue-dlq"


@pytest.fixture
def there(aws: Aws) -> dict[str, ScriptedAdmin]:
    """Twelve letters in the ledger's queue, one in the workflow's, and empty queues elsewhere."""
    made = unit_admins(aws)
    made["points-ledger"].letters = {
        "post-points-queue-dlq": [letter(number) for number in range(12)],
        "relay-dlq": [],
    }
    made["earn-points"].letters = {"earn-queue-dlq": [letter(50, "earn-queue-dlq", source="earn", reason="Poison: no")]}
    return made


@pytest.fixture
def ledger(there: dict[str, ScriptedAdmin]) -> ScriptedAdmin:
    return there["points-ledger"]


def left(unit_admin: ScriptedAdmin) -> list[str]:
    return [one.id for one in unit_admin.letters["post-points-queue-dlq"]]


def answer(rewards: Rewards, *arguments: str) -> Any:
    result = rewards(*arguments, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_letters_of_all_queues_are_listed_with_all_that_is_known_of_them(rewards: Rewards, ledger: ScriptedAdmin):
    found = answer(rewards, "dlq", "list")

    assert [(one["queue"], one["id"]) for one in found] == [
        (EARN, "letter-50"),
        *((QUEUE, f"letter-{number}") for number in range(12)),
    ]
    assert found[0] == {
        "queue": EARN,
        "id": "letter-50",
        "set_aside_at": "2026-06-01T12:50:00Z",
        "attempts": 5,
        "source": "earn",
        "correlation_id": "correlation-50",
        "reason": "Poison: no",
        "body": '{"number": 50}',
    }
    assert len(left(ledger)) == 12


def test_looking_holds_nothing_back(rewards: Rewards, ledger: ScriptedAdmin):
    for _ in range(2):
        assert len(answer(rewards, "dlq", "list", "--queue", QUEUE)) == 12


FILTERS: dict[str, tuple[list[str], list[str]]] = {
    "reason": (["--reason", "storedown: 1"], ["letter-1", "letter-10", "letter-11"]),
    "source": (["--source", "earn"], ["letter-50"]),
    "correlation": (["--correlation-id", "correlation-3"], ["letter-3"]),
    "older": (["--older-than", "1s", "--reason", "StoreDown: 7"], ["letter-7"]),
    "newer": (["--newer-than", "1s"], []),
    "limit": (["--queue", QUEUE, "--limit", "2"], ["letter-0", "letter-1"]),
}


@pytest.mark.parametrize("case", FILTERS)
def test_filters_select(rewards: Rewards, ledger: ScriptedAdmin, case: str):
    arguments, expected = FILTERS[case]
    assert [one["id"] for one in answer(rewards, "dlq", "list", *arguments)] == expected


def test_people_get_a_table_and_are_told_where_there_is_nothing(rewards: Rewards, there: dict[str, ScriptedAdmin]):
    shown = rewards("dlq", "list").stdout
    assert f"{QUEUE}: 12 letters" in shown
    assert "StoreDown: 11" in shown
    for one in there.values():
        one.letters = {}
    assert rewards("dlq", "list").stdout == "no dead letters\n"


def test_a_letter_is_shown_whole(rewards: Rewards, ledger: ScriptedAdmin):
    assert answer(rewards, "dlq", "show", QUEUE, "letter-4")["body"] == '{"number": 4}'
    shown = rewards("dlq", "show", QUEUE, "letter-4").stdout
    assert "reason: StoreDown: 4\n" in shown
    assert 'body: {"number": 4}\n' in shown


def test_redriving_sends_back_what_is_selected_and_leaves_the_rest(rewards: Rewards, ledger: ScriptedAdmin):
    found = answer(rewards, "dlq", "redrive", QUEUE, "--reason", "StoreDown: 1")

    assert found == {"queue": QUEUE, "action": "redrive", "dry_run": False, "selected": 3, "done": 3}
    assert ledger.sent_back == ["letter-1", "letter-10", "letter-11"]
    assert len(left(ledger)) == 9


def test_redriving_without_a_filter_sends_back_all(rewards: Rewards, ledger: ScriptedAdmin):
    assert answer(rewards, "dlq", "redrive", QUEUE)["done"] == 12
    assert (len(ledger.sent_back), left(ledger)) == (12, [])


def test_a_dry_run_does_nothing(rewards: Rewards, ledger: ScriptedAdmin):
    found = answer(rewards, "dlq", "redrive", QUEUE, "--dry-run")

    assert (found["selected"], found["done"], ledger.sent_back, len(left(ledger))) == (12, 0, [], 12)


def test_a_limit_is_kept(rewards: Rewards, ledger: ScriptedAdmin):
    assert answer(rewards, "dlq", "redrive", QUEUE, "--limit", "3")["done"] == 3
    assert ledger.sent_back == ["letter-0", "letter-1", "letter-2"]


def test_discarding_takes_away_what_is_selected(rewards: Rewards, ledger: ScriptedAdmin):
    assert answer(rewards, "dlq", "discard", QUEUE, "--id", "letter-2")["done"] == 1
    assert (ledger.taken_away, ledger.sent_back, len(left(ledger))) == (["letter-2"], [], 11)


def test_discarding_everything_must_be_said(rewards: Rewards, ledger: ScriptedAdmin):
    result = rewards("dlq", "discard", QUEUE)
    assert (result.exit_code, "discard needs to know which" in result.stderr) == (2, True)
    assert ledger.taken_away == []
    assert answer(rewards, "dlq", "discard", QUEUE, "--all")["done"] == 12


def test_letters_that_somebody_else_took_are_said_to_be_gone(rewards: Rewards, ledger: ScriptedAdmin):
    ledger.vanishing = {"letter-5"}
    result = rewards("dlq", "redrive", QUEUE)

    assert (result.exit_code, f"{QUEUE}: 12 letters selected, 11 redriven" in result.stdout) == (0, True)
    assert "1 letters were not there any more" in result.stderr


WRONG: dict[str, tuple[list[str], int, str]] = {
    "unknown letter": (["dlq", "show", QUEUE, "letter-99"], 1, f"{QUEUE} has no letter letter-99"),
    "unknown letter to redrive": (["dlq", "redrive", QUEUE, "--id", "letter-99"], 1, "has no letter letter-99"),
    "one of two unknown": (["dlq", "redrive", QUEUE, "--id", "letter-1", "--id", "x"], 1, "has no letter x"),
    "unknown queue": (["dlq", "redrive", "points-ledger/nothing-dlq"], 1, "there is no queue 'nothing-dlq'"),
    "unknown unit": (["dlq", "redrive", "nowhere/a-dlq"], 2, "there is no unit nowhere"),
    "no queue": (["dlq", "redrive", "post-points-queue-dlq"], 2, "write it as unit/queue"),
    "no age": (["dlq", "list", "--older-than", "yesterday"], 2, "'yesterday' is no length of time"),
}


@pytest.mark.parametrize("case", WRONG)
def test_bad_input_is_one_clear_line_and_does_nothing(rewards: Rewards, ledger: ScriptedAdmin, case: str):
    arguments, code, reason = WRONG[case]
    result = rewards(*arguments)

    assert (result.exit_code, reason in result.stderr, result.stderr.count("\n")) == (code, True, 1)
    assert (ledger.sent_back, len(left(ledger))) == ([], 12)


def test_the_audit_tells_who_did_what(rewards: Rewards, there: dict[str, ScriptedAdmin]):
    act = record("redrive", "letter-1", kind="act", actor="ada", outcome="begun", detail="StoreDown")
    there["points-ledger"].records = [act, record("handled", "PointsCalculated")]

    assert [(one["actor"], one["what"], one["outcome"]) for one in answer(rewards, "dlq", "audit")] == [
        ("ada", "redrive", "begun")
    ]
    assert "letter-1" in rewards("dlq", "audit").stdout
