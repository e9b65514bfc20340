"""The shipped program, changed as people change it: the graph before and after, the plan, and what is said of it."""

import zipfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from contracts.campaigns import BONUSES, CAMPAIGN_HISTORY, LIST_CAMPAIGNS, SET_CAMPAIGN, CampaignChanged
from pbckit.infra import boundary, function, store, unit
from pbckit.infra.names import Names
from pbckit.infra.pbc import Pbc
from pbckit.infra.strangler import Strangler
from pbckit.sandbox.graph import Graph
from pbckit.sandbox.program import capture
from pbckit.updates.findings import Finding, findings
from pbckit.updates.plan import Plan, plan
from pbcs import campaigns
from tests.conftest import ROOT, captured

UNIT, STAGING, PROD = "dev-campaigns", "staging-campaigns", "prod-campaigns"
FUNCTION = "aws:lambda/function:Function"


@pytest.fixture(scope="module", autouse=True)
def shipped() -> None:
    """Capture every stack as it is shipped, before a test changes what the program imports."""
    for stack in (UNIT, STAGING, PROD, "dev", "prod"):
        captured(stack)


@pytest.fixture
def handlers_need_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test renames is not in the tree."""
    monkeypatch.setattr(function, "require_handler", lambda _unit, _handler: None)


def after(stack: str = UNIT, config: Mapping[str, str] | None = None) -> Graph:
    return capture(stack, preview=True, root=ROOT, config=config)


def update(before: Graph, wanted: Graph) -> tuple[Plan, list[Finding]]:
    found = plan(before, wanted)
    return found, findings(before, wanted, found)


def counted(found: Plan) -> dict[tuple[str, str], int]:
    """How many resources of a type have a step of a kind."""
    kinds = ((f"{one.kind} first" if one.delete_first else one.kind, one.resource.type) for one in found.steps)
    return dict(Counter((kind, token.rpartition(":")[2]) for kind, token in kinds))


def rules(told: list[Finding]) -> set[tuple[str, str, str]]:
    return {(one.severity, one.rule, one.resource) for one in told}


def changed(found: Plan, name: str) -> tuple[str, ...]:
    return next(one.changed for one in found.steps if one.resource.name == name)


@pytest.fixture
def defined(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Pbc], None]], None]:
    """Define the PBC campaigns otherwise."""
    return lambda define: monkeypatch.setattr(campaigns, "define", define)


def as_shipped(pbc: Pbc, *, history: bool = True, **options: Any) -> None:
    owned = pbc.store(**options)
    outbox = pbc.publishes(CampaignChanged)
    pbc.exposes(BONUSES, [owned.read()])
    pbc.exposes(LIST_CAMPAIGNS, [owned.read()])
    pbc.exposes(SET_CAMPAIGN, [owned.write(), outbox.append()])
    if history:
        pbc.exposes(CAMPAIGN_HISTORY, [owned.read()])


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_an_unchanged_program_has_nothing_to_do(stack: str):
    found, told = update(captured(stack), after(stack))
    assert (found.steps, told) == ([], [])


def test_new_code_is_a_new_version_and_then_the_alias_moves(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    def newer(name: str, folder: Path | None = None) -> Path:
        copy = tmp_path / f"{name}.zip"
        copy.write_bytes((ROOT / old(name, folder)).read_bytes())
        with zipfile.ZipFile(copy, "a") as archive:
            archive.writestr("lambdas/campaigns/added.py", "NEW = True\n")
        return copy

    before, old = captured(UNIT), unit.code
    monkeypatch.setattr(unit, "code", newer)
    found, told = update(before, after())
    functions = len(before.by_type(FUNCTION))
    assert counted(found) == {("update", "Function"): functions, ("update", "Alias"): functions}
    assert told == []
    order = [one.resource.name for one in found.steps]
    assert changed(found, "campaigns-bonuses-function") == ("code",)
    assert changed(found, "campaigns-bonuses-live") == ("functionVersion",)
    assert order.index("campaigns-bonuses-function") < order.index("campaigns-bonuses-live")
    assert all(one.inputs["publish"] is True for one in before.by_type(FUNCTION))


@pytest.mark.parametrize("stack", [UNIT, STAGING, PROD])
def test_an_outbox_of_a_former_release_keeps_its_table_and_loses_its_index(stack: str):
    """In place, and one index of a table: AWS makes or deletes no more at once. The way back is the same."""
    former, wanted = after(stack, {"rewards:outboxIndex": "kept"}), captured(stack)
    for before, then in ((former, wanted), (wanted, former)):
        found, told = update(before, then)
        assert {one.kind for one in found.steps} == {"update"}
        assert changed(found, "campaigns-outbox-table") == ("attributes", "globalSecondaryIndexes")
        assert [one for one in told if one.severity != "note"] == []


@pytest.mark.usefixtures("handlers_need_not_exist")
def test_where_releases_are_canaries_new_code_leaves_the_alias(monkeypatch: pytest.MonkeyPatch):
    canary = {"rewards:releases": "canary"}
    before = after(config=canary)
    monkeypatch.setattr(Pbc, "_handler", lambda _, module: f"lambdas.campaigns.newer.{module}.handler")
    found, told = update(before, after(config=canary))
    assert ({kind for _, kind in counted(found)}, told) == ({"Function"}, [])


@pytest.mark.usefixtures("handlers_need_not_exist")
def test_a_new_handler_moves_only_what_it_runs_in(monkeypatch: pytest.MonkeyPatch):
    old = Pbc._handler
    monkeypatch.setattr(Pbc, "_handler", lambda self, module: old(self, module).replace("bonuses.h", "bonuses.new_h"))
    found, told = update(captured(UNIT), after())
    assert [(one.kind, one.resource.name, one.changed) for one in found.steps] == [
        ("update", "campaigns-bonuses-function", ("handler",)),
        ("update", "campaigns-bonuses-live", ("functionVersion",)),
    ]
    assert told == []


def test_a_store_renamed_without_its_old_name_would_be_lost(defined: Callable[..., None]):
    defined(lambda pbc: as_shipped(pbc, thing="campaigns"))
    found, told = update(captured(UNIT), after())
    kinds = counted(found)
    assert (kinds["create", "Table"], kinds["delete", "Table"]) == (1, 1)
    assert rules(told) == {("error", "loss", "campaigns-store-table")}
    assert '"campaigns-store"' in told[0].fix


def test_a_store_renamed_with_its_old_name_keeps_its_table(defined: Callable[..., None]):
    defined(lambda pbc: as_shipped(pbc, thing="campaigns", formerly="store"))
    found, told = update(captured(UNIT), after())
    assert (found.steps, told) == ([], [])
    assert [new.rpartition("::")[2] for _, new in found.renamed] == ["campaigns-campaigns", "campaigns-campaigns-table"]


def test_a_store_renamed_without_its_old_name_is_refused_in_prod(defined: Callable[..., None]):
    defined(lambda pbc: as_shipped(pbc, thing="campaigns"))
    _, told = update(captured(PROD), after(PROD))
    assert rules(told) == {("error", "protected", "campaigns-store-table")}


@pytest.mark.usefixtures("handlers_need_not_exist")
def test_a_second_store_is_made_beside_the_first(defined: Callable[..., None]):
    """How the key of a store is changed: functions know both tables while items are moved."""

    def define(pbc: Pbc) -> None:
        as_shipped(pbc)
        second = pbc.store("store-2", variable="SECOND_STORE_TABLE")
        pbc.function("move", [second.write(), pbc.store("store-3").read()])

    defined(define)
    wanted = after()
    found, told = update(captured(UNIT), wanted)
    assert told == []
    assert {kind for kind, _ in counted(found)} <= {"create", "update"}
    variables = wanted.one(FUNCTION, "campaigns-move-function").inputs["environment"]["variables"]
    assert variables["SECOND_STORE_TABLE"] == "rewards-dev-campaigns_store-2"
    assert variables["STORE_TABLE"] == "rewards-dev-campaigns_store-3"


@pytest.mark.parametrize(("stack", "rule"), [(UNIT, "loss"), (STAGING, "deletion-protection"), (PROD, "protected")])
def test_a_changed_key_schema_never_passes_unseen(monkeypatch: pytest.MonkeyPatch, stack: str, rule: str):
    before = captured(stack)
    monkeypatch.setattr(store, "PARTITION_KEY", "id")
    found, told = update(before, after(stack))
    assert counted(found) == {("replace first", "Table"): 1}
    assert rules(told) == {("error", rule, "campaigns-store-table")}


def test_a_changed_retention_changes_log_groups_in_place():
    found, told = update(captured("dev"), after("dev", {"rewards:logRetentionDays": "7"}))
    assert counted(found) == {("update", "LogGroup"): len(captured("dev").by_type("aws:cloudwatch/logGroup:LogGroup"))}
    assert {(one.severity, one.rule) for one in told} == {("note", "in-place")}


def test_a_removed_capability_goes_with_everything_of_its_own(defined: Callable[..., None]):
    defined(lambda pbc: as_shipped(pbc, history=False))
    found, told = update(captured(UNIT), after())
    gone = {one.resource.type.rpartition(":")[2]: one.resource.name for one in found.steps if one.kind == "delete"}
    assert gone.keys() == {"Alias", "Function", "RolePolicy", "Role", "LogGroup", "MetricAlarm"}
    assert all("campaign-history" in name for name in gone.values())
    assert rules(told) == {("warning", "loss", "campaigns-campaign-history-logs")}
    deleted = [one.resource.name for one in found.steps if one.kind == "delete"]
    order = [
        deleted.index(f"campaigns-campaign-history-{name}") for name in ("live", "function", "role-policy", "role")
    ]
    assert order == sorted(order)


@pytest.mark.parametrize(("stack", "rule"), [("dev", "loss"), ("prod", "protected")])
def test_a_removed_unit_takes_its_stores_along_and_that_is_told(stack: str, rule: str):
    units = [name for name in captured(stack).outputs["units"] if name != "campaigns"]
    found, told = update(captured(stack), after(stack, {"rewards:units": str(units).replace("'", '"')}))
    assert {one.kind for one in found.steps} == {"delete"}
    errors = {(one.rule, one.resource) for one in told if one.severity == "error"}
    stores = {"campaigns-store-table", "campaigns-outbox-table", "campaigns-key"}
    assert errors == {(rule, name) for name in stores}, "roles go before the boundary, and policies before roles"


def test_a_changed_boundary_changes_in_place_and_its_roles_keep_it(monkeypatch: pytest.MonkeyPatch):
    def wider(names: Names, publishes_as: Sequence[str], *more: Any, **kinds: Any) -> str:
        return boundary.boundary(names, [*publishes_as, "one-more"], *more, **kinds)

    monkeypatch.setattr(unit, "boundary", wider)
    found, told = update(captured(UNIT), after())
    assert [(one.kind, one.resource.name, one.changed) for one in found.steps] == [
        ("update", "campaigns-boundary", ("policy",))
    ]
    assert told == []


@pytest.mark.usefixtures("handlers_need_not_exist")
def test_a_renamed_function_is_made_beside_the_old_one(monkeypatch: pytest.MonkeyPatch, defined: Callable[..., None]):
    """Names in AWS follow the logical name: nothing collides, and the old one answers until the new one is there."""

    def define(pbc: Pbc) -> None:
        as_shipped(pbc)
        pbc.function("tidied", [])

    defined(lambda pbc: (as_shipped(pbc), pbc.function("tidy", []))[0])
    before = after()
    defined(define)
    found, told = update(before, after())
    kinds = counted(found)
    assert kinds["create", "Function"] == kinds["delete", "Function"] == 1
    assert rules(told) == {("warning", "loss", "campaigns-tidy-logs")}
    assert [one.kind for one in found.steps].index("delete") > max(
        number for number, one in enumerate(found.steps) if one.kind == "create"
    )


def test_another_kind_of_unit_is_another_parent_for_all_of_it(monkeypatch: pytest.MonkeyPatch):
    """The type of a component is part of the URN of all that is in it."""
    before = captured(UNIT)
    monkeypatch.setattr(Pbc, "kind", Strangler.kind)
    _, told = update(before, after())
    collisions = {one.resource for one in told if one.rule == "collision"}
    assert {"campaigns-store-table", "campaigns-boundary", "campaigns-bonuses-role"} <= collisions
