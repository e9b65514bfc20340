"""The verdict sees what a campaign must not leave behind: each kind of damage fails what it should fail."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer

from devtools.faults.command import Report
from devtools.faults.plan import CALCULATION, LEDGER, Bad, Fault, Plan
from devtools.faults.verdict import expected_letter, findings
from ops.demo.expected import Earned, Expectation
from ops.demo.scenarios import Finding
from pbckit.cli.client.capabilities import LambdaCapabilities
from pbckit.cli.client.unit_admins import UnitAdmins
from pbckit.contracts.operating import DeadLetter
from tests.ops.aws import NAMES, Aws
from tests.ops.unit_admins import ScriptedAdmin, letter, unit_admins

PLAN = Plan(
    seed=1,
    rows=[],
    bad=[Bad(purchase_id="invalid-00000", changes={}, reason="minor_units")],
    poison=['{"poison": "poison-1-0"}'],
    strikes=[],
    expired=1,
    given_up=1,
)
EXPECTATION = Expectation(
    purchases={
        f"fault-{number:05d}": Earned(
            purchase_id=f"fault-{number:05d}", member_id="m", category="fuel", points=10 * (number + 1)
        )
        for number in range(2)
    }
)
INVALID = letter(1, body='{"detail": {"data": {"id": "invalid-00000"}}}', reason="InvalidRequest: $.minor_units")
POISON = letter(2, body=PLAN.poison[0], reason="ValidationError: no source")


class Tables:
    """Tables that somebody may read whole."""

    def __init__(self) -> None:
        ledger = NAMES.of(LEDGER)
        self.items: dict[str, list[dict[str, Any]]] = {
            ledger.physical("store"): [
                *posting(0, 10, sequence=1, balance=10),
                *posting(1, 20, sequence=2, balance=30),
                {"pk": "member#m", "sk": "account", "lots": {"2028-07": 30}, "version": 2},
                {"pk": "inbox#e", "sk": "marker"},
                {"pk": "seen#points-calculation#fault-00000", "sk": "sequence", "last": 1},
            ],
            ledger.physical("outbox"): [],
            NAMES.of(CALCULATION).physical("outbox"): [],
        }

    @property
    def books(self) -> list[dict[str, Any]]:
        return self.items[NAMES.of(LEDGER).physical("store")]

    def get_paginator(self, _operation: str) -> "Tables":
        return self

    def paginate(self, *, TableName: str) -> list[dict[str, Any]]:  # noqa: N803 boto3's own name
        serializer = TypeSerializer()
        items = self.items[TableName]
        return [{"Items": [{name: serializer.serialize(value) for name, value in item.items()} for item in items]}]


def posting(number: int, points: int, *, sequence: int, balance: int) -> list[dict[str, Any]]:
    """A line in the member's books, and its place by its id."""
    identity = f"fault-{number:05d}"
    entries = [
        {"account": "programme:issued", "amount_points": -points},
        {"account": "member:m", "amount_points": points},
    ]
    line = {"sequence": sequence, "id": identity, "points": points, "balance_points": balance, "entries": entries}
    return [
        {"pk": "member#m", "sk": f"line#{sequence:012d}", **line},
        {"pk": f"posting#{identity}", "sk": "posting", "member_id": "m", "sequence": sequence},
    ]


@pytest.fixture
def aws() -> Aws:
    return Aws()


@pytest.fixture
def tables() -> Tables:
    return Tables()


@pytest.fixture
def scripted(aws: Aws) -> dict[str, ScriptedAdmin]:
    return unit_admins(aws)


@pytest.fixture
def failing(tables: Tables, aws: Aws, scripted: dict[str, ScriptedAdmin]) -> Callable[..., list[str]]:
    """What does not hold."""
    world: Any = SimpleNamespace(aws=SimpleNamespace(client=lambda _service: tables), names=NAMES.of)
    asked = UnitAdmins(LambdaCapabilities(aws.session()))

    def look(letters: list[DeadLetter] | None = None) -> list[str]:
        left = [INVALID, POISON] if letters is None else letters
        return [one.what for one in findings(world, asked, PLAN, EXPECTATION, left) if not one.held]

    return look


def test_where_all_is_as_it_must_be_everything_holds(failing: Callable[..., list[str]]):
    assert failing() == []


def test_a_purchase_that_is_lost_is_missed(failing: Callable[..., list[str]], tables: Tables):
    tables.books[:] = [item for item in tables.books if "fault-00001" not in str(item)]

    assert "valid purchases posted" in failing()
    assert "postings that are known by their ids" in failing()


def test_a_line_too_many_is_seen(failing: Callable[..., list[str]], tables: Tables):
    tables.books.append({**posting(1, 20, sequence=3, balance=50)[0]})

    assert failing() == ["postings of anything else, or twice", "postings and balances that do not add up"]


def test_a_posting_of_something_else_is_seen(failing: Callable[..., list[str]], tables: Tables):
    tables.books.append(posting(9, 5, sequence=3, balance=35)[0])

    assert "postings of anything else, or twice" in failing()


def test_a_posting_that_does_not_add_up_is_seen(failing: Callable[..., list[str]], tables: Tables):
    tables.books[0]["entries"][0]["amount_points"] += 1

    assert failing() == ["sum over all entries", "postings and balances that do not add up"]


def test_points_other_than_recomputed_are_seen(failing: Callable[..., list[str]], tables: Tables):
    for entry, sign in zip(tables.books[0]["entries"], (-1, 1), strict=True):
        entry["amount_points"] = sign * 11

    assert failing() == ["postings with other points than recomputed"]


def test_a_balance_that_does_not_follow_is_seen(failing: Callable[..., list[str]], tables: Tables):
    tables.books[4]["lots"] = {"2028-07": 31}

    assert failing() == ["balances other than recomputed", "postings and balances that do not add up"]


@pytest.mark.parametrize("unit", [CALCULATION, LEDGER])
def test_an_event_that_was_not_removed_is_seen(failing: Callable[..., list[str]], tables: Tables, unit: str):
    tables.items[NAMES.of(unit).physical("outbox")].append({"event_id": "e"})

    assert failing() == ["items in an outbox"]


def test_what_is_pending_or_queued_is_seen(failing: Callable[..., list[str]], scripted: dict[str, ScriptedAdmin]):
    scripted["campaigns"].pending = 1
    scripted["earn-points"].queues = {"earn-queue": 2}

    assert failing() == ["events pending in an outbox", "messages in queues"]


@pytest.mark.parametrize(
    ("letters", "broken"),
    [
        ([POISON], ["invalid purchases in a dead-letter queue with their reason"]),
        ([INVALID], ["poison messages in a dead-letter queue with their reason"]),
        ([INVALID, POISON, letter(3)], ["dead letters of anything else"]),
        (
            [letter(1, body=INVALID.body, reason="nobody said why"), POISON],
            ["invalid purchases in a dead-letter queue with their reason"],
        ),
    ],
    ids=["lost", "poison lost", "one too many", "without its reason"],
)
def test_letters_are_those_that_must_be_with_their_reasons(
    failing: Callable[..., list[str]], letters: list[DeadLetter], broken: list[str]
):
    assert failing(letters) == broken


def test_letters_of_what_must_be_refused_are_told_apart():
    assert [expected_letter(PLAN, one) for one in (INVALID, POISON, letter(3))] == [True, True, False]


def report(*, found: bool = True, injected: int = 2, planned: int = 2) -> Report:
    return Report(
        naive=False,
        seed=1,
        purchases=20,
        faults=dict.fromkeys(Fault, (planned, injected)),
        redriven=0,
        seconds=1.0,
        findings=[Finding(what="x", expected="1", found="1" if found else "2")],
    )


def test_a_campaign_held_only_if_all_was_injected_and_all_was_found():
    assert report().held
    assert not report(found=False).held
    assert not report(injected=1).held
    assert not report(injected=0, planned=0).held
    assert not replace(report(), findings=[]).held
