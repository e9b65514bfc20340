"""A capability on its way out of a legacy system, beside the shared deployment: the migration demo in short form."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from contracts.categorization_facade import CATEGORIZE, MIGRATION, MigrationRolledBack
from contracts.merchant_categorization import Categorize
from ops.demo import migration as demo
from ops.demo.world import DeployedSystem
from ops.main import app
from ops.migration.backfill import backfill
from ops.migration.legacy import LegacyFunction
from pbckit.cli.errors import OperatorError
from pbckit.cli.migration.command import every_mismatch
from pbckit.cli.migration.facade import facade_of
from pbckit.contracts.migration import GetMigration, Migration, Resume, RollBack, Start
from pbckit.strangler.environment import ON_THE_PATH_SECONDS

ROOT = Path(__file__).parents[2]


@pytest.fixture
def rewards(moving: DeployedSystem, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, Any]]:
    monkeypatch.chdir(moving.aws.folder.parent)

    def run(*arguments: str) -> tuple[int, Any]:
        result = CliRunner().invoke(app, ["migrate", *arguments])
        return result.exit_code, result.stdout or result.stderr

    return run


def ask(world: DeployedSystem, count: int) -> None:
    """Ask the facade about merchants in turn, as earn-points does: once more where legacy was too slow."""
    for number in range(count):
        question = Categorize(merchant=demo.example("ask", number).merchant)
        try:
            world.capabilities.ask(CATEGORIZE, question)
        except OperatorError:
            world.capabilities.ask(CATEGORIZE, question)


def evidence(world: DeployedSystem, enough: Callable[[Migration], bool]) -> Migration:
    """Ask the facade until it observed enough."""

    def look() -> Migration:
        ask(world, 5)
        return world.capabilities.ask(MIGRATION, GetMigration())

    return demo.wait_for(look, enough, "the evidence")


def ready(one: Migration) -> bool:
    """What was observed allows the next step."""
    return not one.missing and not one.broken


@pytest.fixture
def legacy(moving: DeployedSystem) -> Iterator[None]:
    """Legacy answers before the test, and after it again, however it ends."""
    demo.settle(moving)
    yield
    if moving.capabilities.ask(MIGRATION, GetMigration()).now.setting.routing.mode != "legacy":
        demo.order(moving, RollBack(to="legacy"), "leave it as it was")


@pytest.fixture
def shadow(moving: DeployedSystem, legacy: None) -> None:
    """Legacy answers, and the candidate is asked beside it."""
    demo.order(moving, Start(plan=demo.PLAN), "begin")
    demo.settle(moving)


def mismatched(world: DeployedSystem) -> set[str]:
    """Merchants with a mismatch, after all of them were asked about once more."""
    ask(world, 14)
    return {one.key for one in every_mismatch(world.capabilities, facade_of())}


def guard(world: DeployedSystem) -> dict[str, Any]:
    """Run the guard now, as its schedule does every minute."""
    function = world.names("categorization-facade").physical("guard")
    answer = world.aws.client("lambda").invoke(FunctionName=f"{function}:live", Payload=b"{}")
    return json.loads(answer["Payload"].read())


@pytest.mark.usefixtures("legacy")
def test_from_legacy_into_a_ramp_and_back_by_itself(
    moving: DeployedSystem, rewards: Callable[..., tuple[int, Any]], tmp_path: Path
):
    purchases = [demo.example("journey", number) for number in range(6)]
    moving.ingest(purchases[:3])

    # In shadow what differs is found, and the ramp goes no further.
    assert rewards("start", "--plan", demo.PLAN)[0] == 0
    code, refusal = rewards("advance")
    assert (code, "NotReady" in refusal) == (1, True)
    demo.settle(moving)
    found = demo.wait_for(lambda: mismatched(moving), lambda keys: len(keys) >= len(demo.BY_HAND), "mismatches")
    assert found == set(demo.BY_HAND)
    seen = evidence(moving, lambda one: not one.missing).now.evidence
    assert seen.different >= len(demo.BY_HAND)
    assert seen.ignored > 0
    code, refusal = rewards("advance")
    assert (code, "answers differ" in refusal) == (1, True)

    # What people did by hand is carried over; run again, there is nothing left to do.
    assert rewards("pause")[0] == 0
    assert backfill(LegacyFunction(moving.session), moving.capabilities, lambda: None).set_now == len(demo.BY_HAND)
    code, again = rewards("backfill", "--json")
    assert (code, json.loads(again)["set_now"], json.loads(again)["verified"]) == (0, 0, True)
    demo.settle(moving)
    demo.order(moving, Resume(), "carried over")

    # The ramp goes on, step by step, to the share at which the candidate breaks.
    for share in (1, 5, 25):
        demo.settle(moving)
        evidence(moving, ready)
        assert json.loads(rewards("advance", "--json")[1])["routing"]["share"] == share
    demo.settle(moving)
    until = moving.capabilities.ask(MIGRATION, GetMigration()).now.setting.routing.version
    assert demo.went_back(demo.observations(moving, until)) == []
    with moving.tapped(MigrationRolledBack) as tap, moving.broken("merchant-categorization", "categorize"):
        moving.ingest(purchases[3:])
        ask(moving, 25)
        # The guard's schedule may be faster than this look, and leave nothing that is broken.
        demo.look_until(moving, lambda one: bool(one.broken) or one.now.setting.changed_by == "guard", "failures")
        assert guard(moving) == {"mode": "canary", "share": 5}
        told = demo.wait_for(lambda: demo.rollbacks_told(tap()), bool, "the event")
    status = json.loads(rewards("status", "--json")[1])["now"]["setting"]
    assert (status["changed_by"], status["ramp"]["state"], status["ramp"]["step"]) == ("guard", "stopped", 2)
    assert [one.routing.share for one in told] == [5]

    # Nobody lost anything by it.
    calculations = [moving.wait_for_calculation(one.id) for one in purchases]
    assert [one.fallbacks for one in calculations] == [[]] * len(purchases)
    assert demo.answered_in_two_ways(moving) == []
    code, _ = rewards("report", "--out", str(tmp_path / "migration.html"))
    assert (code, "MigrationRolledBack" in told[0].detail_type()) == (0, True)
    assert "shop-03" in (tmp_path / "migration.html").read_text()
    code, why = rewards("check-legacy")
    assert (code, "the facade may still ask it" in why) == (1, True)


@pytest.mark.usefixtures("shadow")
def test_a_legacy_answer_outside_its_schema_is_counted_and_fails_no_purchase(moving: DeployedSystem):
    """The monolith answers with a code that nobody has translated: the workflow falls back, and says so."""
    table = moving.names("legacy-rewards").physical("store")
    odd = demo.example("odd", 59)
    key = {"pk": {"S": "SHOP"}, "sk": {"S": odd.merchant.id}}
    dynamodb = moving.aws.client("dynamodb")
    dynamodb.put_item(TableName=table, Item={**key, "cat": {"S": "???"}})
    try:
        moving.ingest([odd])
        assert moving.wait_for_calculation(odd.id).fallbacks == ["category"]
        demo.look_until(moving, lambda one: one.now.evidence.legacy.errors > 0, "the failure")
    finally:
        dynamodb.delete_item(TableName=table, Key=key)


@pytest.mark.usefixtures("shadow")
def test_a_candidate_that_hangs_in_shadow_keeps_nobody_waiting(moving: DeployedSystem):
    ask(moving, 3)
    with moving.hanging("merchant-categorization", "categorize"):
        seconds = [timed(lambda: ask(moving, 1)) for _ in range(10)]
        demo.look_until(moving, lambda one: one.now.evidence.candidate.errors > 0, "a call that was given up")
    assert max(seconds) < ON_THE_PATH_SECONDS


def timed(work: Callable[[], object]) -> float:
    """Seconds that something takes."""
    begin = time.monotonic()
    work()
    return time.monotonic() - begin
