"""`pbc new`, from the wheels alone: a program with two PBCs that passes everything at once, and works."""

import json
import shutil
import sys
import time
from pathlib import Path

import pytest

from tests.examples.conftest import Program, leak_into

WAIT_SECONDS = 60


@pytest.fixture(scope="module")
def shop(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A program with two PBCs, the second of which consumes what the first publishes."""
    outside = Program(tmp_path_factory.mktemp("programs"), installed)
    assert succeeds(outside, "new", "program", "shop").endswith("Next: cd shop; pbc new pbc orders; pbc sandbox up\n")
    program = Program(outside.root / "shop", installed)
    # What `make install` makes: the environment that this runs in.
    (program.root / ".venv").symlink_to(sys.prefix)
    (program.root / "dist").mkdir()
    assert (program.root / ".github/workflows/unit.yml").is_file()
    succeeds(program, "new", "pbc", "orders")
    succeeds(program, "new", "pbc", "inventory", "--on", "orders.OrdersChanged")
    return program


@pytest.fixture
def copy(shop: Program, installed: Path, tmp_path: Path) -> Program:
    """A copy of it, to change."""
    shutil.copytree(shop.root, tmp_path / "shop", symlinks=True)
    return Program(tmp_path / "shop", installed)


def succeeds(program: Program, *arguments: str) -> str:
    done = program.pbc(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def make(program: Program, target: str) -> None:
    done = program.run("make", "--old-file", ".venv/.installed", target)
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_checks_pass_with_the_policy_pack_and_the_judges(shop: Program):
    make(shop, "check")


def test_its_tests_pass(shop: Program):
    make(shop, "test")


def test_a_program_without_a_pbc_passes_as_well(installed: Path, tmp_path: Path):
    program = Program(tmp_path / "empty", installed)
    succeeds(Program(tmp_path, installed), "new", "program", "empty")
    (program.root / ".venv").symlink_to(sys.prefix)
    make(program, "test")
    assert json.loads(succeeds(program, "preview", "--json"))["violations"] == []


def test_without_a_pack_of_its_own_it_is_judged_by_the_one_of_the_wheel(copy: Program):
    shutil.rmtree(copy.root / "policies")
    assert json.loads(succeeds(copy, "preview", "--json"))["violations"] == []


def test_a_leak_between_its_units_is_blocked_with_its_path(copy: Program):
    module = copy.root / "pbcs/inventory/__init__.py"
    leak_into(module, "count-events")
    told = copy.pbc("preview", "--json")
    assert told.returncode == 1, told.stderr
    (violation, *_) = json.loads(told.stdout)["violations"]
    assert violation["path"] == ["curious", "is attached to", "shop-dev-inventory_count-events"]


def test_an_event_flows_from_one_pbc_to_the_other_on_the_embedded_aws(copy: Program):
    up = copy.pbc("sandbox", "up", "--port", "0")
    try:
        assert up.returncode == 0, up.stderr
        for _ in range(2):
            succeeds(copy, "publish", "outside.ItemNoted", '{"item_id": "i-1"}')
        assert counted(copy, "orders") == 2
        assert counted(copy, "inventory") == 2
        refused = copy.pbc("ask", "inventory.tally", '{"item_id": "i-2"}')
        assert (refused.returncode, refused.stderr) == (1, "error: NothingCounted: no event of 'i-2' has come\n")
    finally:
        copy.pbc("sandbox", "down")


def counted(program: Program, unit: str) -> int:
    """How many events a unit has counted, once there were two."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        told = program.pbc("ask", f"{unit}.tally", '{"item_id": "i-1"}')
        events = json.loads(told.stdout)["events"] if told.returncode == 0 else 0
        if events == 2 or time.monotonic() > deadline:
            return events
        time.sleep(0.2)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["pbc", "orders"], "'orders' cannot be a PBC's name: there is a unit of that name."),
        (["pbc", "outside"], "'outside' cannot be a PBC's name: contracts/outside.py is there already."),
        (["pbc", "Orders"], "'Orders' cannot be a PBC's name: it is not kebab-case"),
        (
            ["pbc", "returns", "--on", "orders.Gone"],
            "no event 'orders.Gone' to consume; there are: ",
        ),
        (["pbc", "returns", "--by", "color"], "outside.ItemNoted has no field 'color'; there are: item_id"),
        (["program", "policies"], "'policies' cannot be a new program's name here: policies is there already"),
        (["program", "My Shop"], "'My Shop' cannot be a program's name: it is not kebab-case."),
        (["program", "a" * 25], "cannot be a program's name: it has 25 characters. Allowed: kebab-case, at most 24"),
    ],
)
def test_what_cannot_be_made_is_one_line_and_changes_nothing(shop: Program, arguments: list[str], problem: str):
    before = files(shop)
    told = shop.pbc("new", *arguments)
    assert (told.returncode, told.stdout) == (2, "")
    assert problem in told.stderr
    assert told.stderr.startswith("error: ")
    assert told.stderr.count("\n") == 1
    assert files(shop) == before


def test_where_documents_cannot_be_generated_nothing_stays(copy: Program):
    (copy.root / "contracts/history.yaml").write_text("orders.OrdersChanged: none\n")
    before = files(copy)
    told = copy.pbc("new", "pbc", "returns")
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.startswith("error: the documents cannot be generated: ")
    assert told.stderr.count("\n") == 1
    assert files(copy) == before
    assert (copy.root / "contracts/history.yaml").read_text() == "orders.OrdersChanged: none\n"


def files(program: Program) -> set[Path]:
    ignored = {".venv", "__pycache__", ".pytest_cache", ".hypothesis", ".ruff_cache", "dist"}
    return {path for path in program.root.rglob("*") if not ignored & {*path.relative_to(program.root).parts}}


@pytest.mark.parametrize(
    ("missing", "command", "told"),
    [
        ("pbckit/cli/new/templates", ["new", "program", "other"], "the installation is incomplete"),
        ("pbckit/runtime/requirements.txt", ["preview"], "the installation is incomplete"),
        ("pbc_isolation/iam/classes.yaml", ["preview"], "the policy pack broke down"),
    ],
)
def test_a_wheel_without_its_data_is_told_in_one_line(
    copy: Program, installed: Path, tmp_path: Path, missing: str, command: list[str], told: str
):
    broken = tmp_path / "installed"
    shutil.copytree(installed, broken)
    gone = broken / missing
    shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
    done = Program(copy.root, broken).pbc(*command)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert missing in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
