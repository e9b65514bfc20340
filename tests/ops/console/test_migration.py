"""The page `Migration`: what is asked of a facade, by how many pages, and the orders that it gives."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from contracts.categorization_facade import LIST_MISMATCHES, MIGRATION, STEER, UNIT
from ops.console.migration.orders import KINDS, Given
from ops.console.migration.watch import QUESTIONS, NoFacade, Watch
from pbckit.cli.client.capabilities import LambdaCapabilities
from pbckit.cli.client.session import Session
from pbckit.cli.migration.command import steer
from pbckit.cli.migration.facade import facade_of
from pbckit.console import connection
from pbckit.console.connection import Connection
from pbckit.contracts.migration import Mismatches
from tests.ops.aws import Aws
from tests.ops.test_migrate import MIGRATED, MISMATCH, setting
from tests.pbckit.console.event_loops import run

GIVEN = Given(plan="rehearsal", automatic=True, to="legacy")


@pytest.fixture
def aws() -> Aws:
    scripted = Aws()
    scripted.lambda_.answers(MIGRATION, MIGRATED)
    scripted.lambda_.answers(LIST_MISMATCHES, Mismatches(mismatches=[MISMATCH]))
    return scripted


def watch(aws: Aws, monkeypatch: pytest.MonkeyPatch, *units: str) -> Watch:
    def open_session(_stack: str, _folder: Path) -> Session:
        return replace(aws.session(), units=units)

    monkeypatch.setattr(connection, "open_session", open_session)
    return Watch(connection=Connection(stack="dev", folder=Path(".sandbox")), of=facade_of(UNIT))


@pytest.mark.parametrize(
    ("name", "order"),
    [
        ("start", {"order": "start", "plan": "rehearsal", "automatic": True}),
        ("advance", {"order": "advance"}),
        ("pause", {"order": "pause"}),
        ("resume", {"order": "resume"}),
        ("rollback", {"order": "roll-back", "to": "legacy"}),
        ("finish", {"order": "finish"}),
    ],
)
def test_an_order_is_the_one_that_the_command_gives(aws: Aws, name: str, order: dict[str, Any]):
    aws.lambda_.answers(STEER, setting(5, "canary", 25))
    steer(LambdaCapabilities(aws.session()), facade_of(UNIT), KINDS[name].make(GIVEN), "a test")
    (asked,) = aws.lambda_.asked
    assert asked.data == {"order": order, "reason": "a test"}


def test_every_order_of_the_command_is_there():
    assert list(KINDS) == ["start", "advance", "pause", "resume", "rollback", "finish"]


def test_pages_that_look_at_once_share_one_question(aws: Aws, monkeypatch: pytest.MonkeyPatch):
    seen = watch(aws, monkeypatch, UNIT)

    async def three_pages() -> None:
        for found in await asyncio.gather(*(seen.look() for _ in range(3))):
            assert msgspec.json.encode(found.migration) == msgspec.json.encode(MIGRATED)
            assert found.mismatches == [MISMATCH]

    run(three_pages())
    assert len(aws.lambda_.asked) == QUESTIONS
    run(seen.look())
    assert len(aws.lambda_.asked) == 2 * QUESTIONS


def test_a_stack_without_a_facade_is_not_asked_and_says_what_to_do(aws: Aws, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(NoFacade, match=r"Stack dev has no facade .*`rewards sandbox up --stack migration`"):
        run(watch(aws, monkeypatch, "points-ledger").look())
    assert aws.lambda_.asked == []
