"""Each unit has its own pipeline, which starts when its own folders change, and only then."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from ops.main import app
from tests.conftest import ROOT

WORKFLOWS = ROOT / ".github/workflows"
ROOMS = ("pbcs", "offerings")
FOLDERS = sorted(folder for room in ROOMS for folder in (ROOT / room).iterdir() if (folder / "__init__.py").is_file())


def unit_of(folder: Path) -> str:
    return folder.name.replace("_", "-")


def pipeline(unit: str) -> dict[Any, Any]:
    return yaml.safe_load((WORKFLOWS / f"{unit}.yml").read_text())


def paths_of(unit: str) -> list[str]:
    # YAML reads the bare word `on` as true.
    return pipeline(unit)[True]["push"]["paths"]


def owned(folder: Path) -> set[str]:
    """What belongs to a unit alone, as path filters."""
    unit = folder.name
    others = [f"lambdas/{unit}_{one.stem}" for one in folder.glob("*.py") if one.stem != "__init__"]
    folders = [f"{folder.parent.name}/{unit}", f"lambdas/{unit}", *others]
    found = {f"{one}/**" for one in folders if (ROOT / one).is_dir()}
    contract = f"contracts/{unit}.py"
    return found | ({contract} if (ROOT / contract).is_file() else set()) | {f".github/workflows/{unit_of(folder)}.yml"}


@pytest.mark.parametrize("folder", FOLDERS, ids=unit_of)
def test_a_pipeline_starts_for_all_that_is_its_units_and_nothing_else(folder: Path):
    unit = unit_of(folder)
    assert set(paths_of(unit)) == owned(folder)
    assert pipeline(unit)[True]["pull_request"]["paths"] == paths_of(unit)


@pytest.mark.parametrize("folder", FOLDERS, ids=unit_of)
def test_a_pipeline_hands_on_its_own_unit(folder: Path):
    (job,) = pipeline(unit_of(folder))["jobs"].values()
    assert (job["uses"], job["with"]) == ("./.github/workflows/unit.yml", {"unit": unit_of(folder)})


def test_every_pipeline_has_its_unit():
    users = {path.stem for path in WORKFLOWS.glob("*.yml") if "workflows/unit.yml" in path.read_text()}
    assert users == {unit_of(folder) for folder in FOLDERS}


def test_a_unit_goes_through_every_environment_in_order():
    jobs = pipeline("unit")["jobs"]
    assert [(name, job.get("needs")) for name, job in jobs.items()] == [
        ("test", None), ("dev", "test"), ("staging", "dev"), ("prod", "staging")
    ]  # fmt: skip


def steps(workflow: str, job: str) -> list[dict[str, Any]]:
    return pipeline(workflow)["jobs"][job]["steps"]


def test_what_is_deployed_is_released_in_part_and_then_asked_by_contract():
    done = [step.get("run") or step["uses"].partition("@")[0] for step in steps("unit-environment", "up")]
    up, canary, smoke = (
        next(place for place, what in enumerate(done) if word in what)
        for word in ("pulumi/actions", "rewards release", "rewards smoke")
    )
    assert up < canary < smoke


@pytest.mark.parametrize(
    ("workflow", "unit"), [("unit-environment", "inputs.unit"), ("deploy-environment", "matrix.unit")]
)
def test_every_stack_that_is_deployed_is_of_one_unit(workflow: str, unit: str):
    """Nobody deploys a stack of all units beside them: two stacks would manage each."""
    stacks = [step["with"]["stack-name"] for step in steps(workflow, "up") if "stack-name" in step.get("with", {})]
    assert stacks == [f"${{{{ inputs.environment }}}}-${{{{ {unit} }}}}"]


@pytest.mark.parametrize("command", ["release", "smoke", "stacks check"])
def test_the_pipelines_use_commands_that_there_are(command: str):
    runs = [path.read_text() for path in WORKFLOWS.glob("*.yml")]
    assert any(f"rewards {command} " in text for text in runs)
    assert CliRunner().invoke(app, [*command.split(), "--help"]).exit_code == 0


def test_an_unknown_unit_has_no_tests_to_run():
    make = shutil.which("make")
    assert make is not None
    ran = subprocess.run([make, "test-unit", "UNIT=vouchers"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "No unit 'vouchers'. There are:" in ran.stdout
    assert "points-ledger" in ran.stdout
