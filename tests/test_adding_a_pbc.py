"""A PBC made by `make new-pbc` passes everything at once, and works."""

import json
import os
import sys
from pathlib import Path

import pytest

from ops.docs.command import HISTORY
from ops.pbc_template.command import purchases
from pbckit.cli.new.naming import longest_name
from pbckit.cli.new.rendering import rendered
from tests.conftest import ROOT
from tests.project_copies import changes, copied, make, run

IN_FULL = "NEW_PBC_IN_FULL"
"""Set where all tests of the project are to be run on it too; `make test-new-pbc` sets it."""
AN_HOUR = 3600


def free(names: list[str]) -> str:
    """The first name that no PBC has: this test also runs where what it makes has been made."""
    return next(name for name in names if not (ROOT / "pbcs" / name.replace("-", "_")).exists())


NAME = free(["tiers", *(f"tiers-{number}" for number in range(2, 10))])
PACKAGE = NAME.replace("-", "_")
CODE = f"contracts/{PACKAGE}.py lambdas/{PACKAGE} pbcs/{PACKAGE}"
"""What it is made of, besides its tests, which are not checked for types."""
ASK = """
import importlib, json, pathlib, sys
from datetime import UTC, datetime

from contracts.cards import PurchasePosted
from contracts.vocabulary import Merchant, Money
from ops.demo.world import DeployedSystem
from pbckit.cli.errors import Refused
from pbckit.cli.waiting import wait_for
from pbckit.sandbox.deploy import deploy
from pbckit.sandbox.embedded_aws import running

contract = importlib.import_module("contracts." + sys.argv[1].replace("-", "_"))
purchase = PurchasePosted(
    id="p-1", member_id="m-1", card_product="gold", amount=Money(minor_units=1000, currency="EUR"),
    merchant=Merchant(id="shop-1", name="Shop", mcc="5411", country="DE"), posted_at=datetime(2026, 6, 1, tzinfo=UTC),
)

def ask():
    try:
        return world.capabilities.ask(contract.TALLY, contract.GetTally(member_id="m-1")).events
    except Refused as refusal:
        return refusal.error

with running(pathlib.Path(".sandbox"), region="eu-central-1") as aws:
    deploy(aws)
    world = DeployedSystem.of(aws)
    before = ask()
    world.ingest([purchase])
    print(json.dumps([before, wait_for(ask, lambda seen: seen != before, "the purchase")]))
"""
LIST = """
import json
from pbckit.sandbox.program import capture
graph = capture("migration")
print(json.dumps(sorted({one.inputs["name"] for one in graph.by_type("aws:lambda/function:Function")})))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in which a PBC was made."""
    copy = copied(tmp_path_factory.mktemp("copies") / "project")
    done = make(copy, "new-pbc", f"NAME={NAME}")
    assert done.returncode == 0, done.stderr
    return copy


def test_it_changes_no_file_but_generated_pages(project: Path):
    changed = {line[3:] for line in changes(project).splitlines() if not line.startswith("??")}
    before = {line[3:] for line in changes(ROOT).splitlines()}
    generated = ("docs/", "README.md", str(HISTORY))
    assert [path for path in changed - before if not path.startswith(generated)] == []


@pytest.mark.parametrize(
    "command",
    [
        "ruff check .",
        "ruff format --check .",
        "lint-imports --no-cache",
        f"basedpyright {CODE}",
        f"rewards judge --stack dev-{NAME}",
    ],
)
def test_it_passes_the_checks(project: Path, command: str):
    name, *arguments = command.split()
    done = run(project, str(Path(sys.prefix, "bin", name)), *arguments)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(IN_FULL not in os.environ, reason="takes as long as the project's checks: make test-new-pbc")
def test_all_checks_of_the_project_pass_with_it(project: Path):
    done = make(project, "check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_own_tests_pass(project: Path):
    done = make(project, "test-unit", f"UNIT={NAME}")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("stack", ["dev", f"dev-{NAME}"])
def test_the_policy_pack_finds_nothing(project: Path, stack: str):
    done = make(project, "preview", f"STACK={stack}")
    assert (done.returncode, f"rewards/{stack}: no violations" in done.stdout) == (0, True), done.stdout + done.stderr


def test_it_cannot_be_made_again(project: Path):
    before = changes(project)
    done = make(project, "new-pbc", f"NAME={NAME}")
    assert (done.returncode, f"'{NAME}' cannot be a PBC's name" in done.stderr) == (2, True)
    assert changes(project) == before


@pytest.mark.journey
def test_it_deploys_and_answers(project: Path):
    done = run(project, sys.executable, "-c", ASK, NAME)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == ["NothingCounted", 1]


@pytest.mark.skipif(IN_FULL not in os.environ, reason="takes as long as all tests: make test-new-pbc")
@pytest.mark.timeout(AN_HOUR)
def test_all_tests_of_the_project_pass_with_it(project: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(IN_FULL)
    done = make(project, "test")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_longest_name_fits_everywhere(tmp_path: Path):
    copy = copied(tmp_path / "project")
    longest = free([letter * longest_name(ROOT) for letter in "abc"])
    for path, text in rendered(copy, longest, purchases()).items():
        (copy / path).parent.mkdir(parents=True, exist_ok=True)
        (copy / path).write_text(text)

    done = run(copy, sys.executable, "-c", LIST)
    assert done.returncode == 0, done.stderr
    names = json.loads(done.stdout.splitlines()[-1])
    assert f"rewards-migration-{longest}_count-events" in names
    assert max(map(len, names)) == 64
    linted = run(copy, sys.executable, "-m", "ruff", "check", ".")
    assert linted.returncode == 0, linted.stdout


def test_where_documents_cannot_be_generated_nothing_stays(tmp_path: Path):
    copy = copied(tmp_path / "project")
    (copy / "__main__.py").write_text('raise ValueError("this program is broken")\n')
    before = changes(copy)

    done = make(copy, "new-pbc", f"NAME={NAME}")

    assert done.returncode == 2
    assert "the documents cannot be generated" in done.stderr
    assert "this program is broken" in done.stderr
    assert changes(copy) == before
    assert not (copy / "lambdas" / PACKAGE).exists()


def test_no_unit_is_called_as_deployment_roles_are(tmp_path: Path):
    copy = copied(tmp_path / "project")
    (copy / "pbcs/deploy").mkdir()
    (copy / "pbcs/deploy/__init__.py").write_text("def define(pbc):\n    pbc.store()\n")

    done = make(copy, "preview", "STACK=dev")

    assert done.returncode == 2
    assert "no unit can be called 'deploy'" in done.stderr
    assert "Traceback" not in done.stderr
