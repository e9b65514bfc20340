"""Each unit has its own pipeline, which starts when its own folders change, and only then. No pipeline gives its rights
to whoever opens a pull request.
"""

import os
import re
import shutil
import subprocess
from functools import cache
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


@cache
def tracked() -> tuple[str, ...]:
    git = shutil.which("git")
    assert git is not None
    listed = subprocess.run([git, "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return tuple(listed.stdout.splitlines())


@cache
def owners(path: str) -> set[str]:
    """The units that a file belongs to by its name: by a folder, or by the beginning of a file's own name."""
    *folders, file = path.split("/")
    if folders[:1] not in (["pbcs"], ["offerings"], ["lambdas"], ["tests"], ["contracts"], [".github"]):
        return set()
    named = {*folders, file.partition(".")[0]}
    return {
        unit_of(folder)
        for folder in FOLDERS
        if {folder.name, unit_of(folder), *implementations(folder)} & named and folders[:2] != ["tests", "ops"]
    }


@cache
def implementations(folder: Path) -> set[str]:
    return {f"{folder.name}_{one.stem}" for one in folder.glob("*.py") if one.stem != "__init__"}


def matches(path: str, filters: list[str]) -> bool:
    """Whether GitHub starts a workflow with these filters for a file: `**` is any path, `*` any name."""
    patterns = (re.escape(one).replace(r"\*\*", ".*").replace(r"\*", "[^/]*") for one in filters)
    return any(re.fullmatch(pattern, path) for pattern in patterns)


@pytest.mark.parametrize("folder", FOLDERS, ids=unit_of)
def test_a_pipeline_starts_for_all_that_is_its_units_and_nothing_else(folder: Path):
    """Code, tests, contract, schemas, expectations and the pipeline itself."""
    unit = unit_of(folder)
    filters = paths_of(unit)
    started = {path for path in tracked() if matches(path, filters)}
    assert started == {path for path in tracked() if owners(path) == {unit}}
    assert pipeline(unit)[True]["pull_request"]["paths"] == paths_of(unit)


def test_the_units_of_an_environment_are_deployed_in_an_order_with_the_platform_first():
    listed = CliRunner().invoke(app, ["stacks", "units"]).stdout
    in_order = sorted(FOLDERS, key=lambda folder: (ROOMS.index(folder.parent.name), folder.name))
    assert yaml.safe_load(listed) == ["platform", "operations", *(unit_of(folder) for folder in in_order)]


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


def test_a_unit_is_judged_for_every_environment_before_it_is_deployed():
    """By the pack, and by the judges: a handler that is not in the zip, say, passes every other step."""
    done = "\n".join(step.get("run", "") for step in steps("unit", "test"))
    assert "rewards preview --stack" in done
    judged = next(line for line in done.splitlines() if "rewards judge" in line)
    assert set(re.findall("--stack ([a-z]+)", judged)) == set(pipeline("unit")["jobs"]) - {"test"}


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


@pytest.mark.parametrize("workflow", ["unit-environment", "deploy-environment"])
def test_a_stack_has_its_configuration_before_it_is_deployed(workflow: str):
    """`pulumi/actions` takes no configuration file: the CLI reads the one that is named after the stack."""
    stack = steps(workflow, "up")
    (configured,) = [place for place, step in enumerate(stack) if "stacks configure" in step.get("run", "")]
    (deployed,) = [place for place, step in enumerate(stack) if "stack-name" in step.get("with", {})]
    assert configured < deployed
    environment = {**(pipeline(workflow)["jobs"]["up"].get("env") or {}), **stack[configured].get("env", {})}
    assert stack[configured]["run"].endswith('stacks configure "$STACK"')
    assert environment["STACK"] == stack[deployed]["with"]["stack-name"]


def test_new_code_of_a_units_pipeline_waits_for_its_release():
    (deployed,) = [step for step in steps("unit-environment", "up") if "stack-name" in step.get("with", {})]
    assert yaml.safe_load(deployed["with"]["config-map"]) == {"rewards:releases": {"value": "canary", "secret": False}}


def actions() -> list[tuple[str, str, dict[str, Any]]]:
    """Every action that is used: where, the text of `uses`, and the inputs that it gets."""
    found: list[tuple[str, str, dict[str, Any]]] = []
    for path in (*WORKFLOWS.glob("*.yml"), *(ROOT / ".github/actions").glob("*/action.yml")):
        body = yaml.safe_load(path.read_text())
        groups = [body["runs"]["steps"]] if "runs" in body else [job.get("steps", []) for job in body["jobs"].values()]
        found += [(path.name, one["uses"], one.get("with", {})) for group in groups for one in group if "uses" in one]
    return found


def test_actions_are_pinned_by_commit_and_their_version_stands_beside():
    text = "".join(path.read_text() for path in (ROOT / ".github").rglob("*.yml"))
    used = {uses for _, uses, _ in actions() if not uses.startswith("./")}
    assert used
    for uses in used:
        assert re.search(rf"uses: {re.escape(uses)} # v\d+\.\d+\.\d+\n", text), uses
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", uses)


def test_actions_get_the_inputs_that_they_have():
    known = yaml.safe_load((ROOT / "tests/pinned_actions.yaml").read_text())
    text = "".join(path.read_text() for path in (ROOT / ".github").rglob("*.yml"))
    majors = dict(re.findall(r"uses: (\S+) # (v\d+)\.", text))
    for file, uses, given in actions():
        if uses.startswith("./"):
            own = yaml.safe_load((ROOT / uses / "action.yml").read_text())["inputs"]
            assert set(given) <= set(own), file
            continue
        assert set(given) <= set(known[f"{uses.partition('@')[0]}@{majors[uses]}"]), (file, uses)


def test_the_cli_that_pipelines_install_is_the_version_of_the_program():
    locked = re.search(r"^pulumi==([\d.]+) ", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert locked is not None
    versions = {given["pulumi-version"] for _, uses, given in actions() if uses.startswith("pulumi/")}
    assert versions == {locked[1]}


def test_no_credentials_are_left_in_a_checkout():
    checkouts = [given for _, uses, given in actions() if uses.startswith("actions/checkout@")]
    assert checkouts
    assert all(given["persist-credentials"] is False for given in checkouts)


JOBS = [(path.stem, name, job) for path in sorted(WORKFLOWS.glob("*.yml"))
        for name, job in yaml.safe_load(path.read_text())["jobs"].items()]  # fmt: skip


@pytest.mark.parametrize(("workflow", "name", "job"), JOBS, ids=[f"{one[0]}/{one[1]}" for one in JOBS])
def test_each_job_has_the_rights_that_it_names_and_no_others(workflow: str, name: str, job: dict[str, Any]):
    assert pipeline(workflow)["permissions"] == {}
    assert "secrets: inherit" not in (WORKFLOWS / f"{workflow}.yml").read_text()
    assert job["permissions"], name
    assert {key for key, value in job["permissions"].items() if value == "write"} <= {
        "id-token", "pull-requests", "security-events"
    }  # fmt: skip


@pytest.mark.parametrize("name", ["preview", "comment"])
def test_a_fork_gets_no_credentials_and_no_right_to_write(name: str):
    job = pipeline("pull-request")["jobs"][name]
    assert "github.event.pull_request.head.repo.full_name == github.repository" in job["if"]


def test_a_fork_does_not_upload_to_code_scanning():
    (upload,) = [one for one in steps("pull-request", "policies") if "upload-sarif" in one.get("uses", "")]
    assert "github.event.pull_request.head.repo.full_name == github.repository" in upload["if"]


def test_only_pushes_deploy_a_unit():
    assert pipeline("unit")["jobs"]["dev"]["if"] == "github.event_name == 'push'"


@pytest.mark.parametrize(("workflow", "name", "job"), JOBS, ids=[f"{one[0]}/{one[1]}" for one in JOBS])
def test_packages_are_kept_between_runs_only_where_there_are_no_credentials(
    workflow: str, name: str, job: dict[str, Any]
):
    del workflow, name
    cached = any(step.get("with", {}).get("cache") == "true" for step in job.get("steps", []))
    assert not (cached and "id-token" in job["permissions"])
    assert not (cached and "secrets." in str(job))


def test_two_deployments_of_one_stack_wait_for_each_other():
    groups = {
        workflow: pipeline(workflow)["jobs"]["up"]["concurrency"]["group"]
        for workflow in ("unit-environment", "deploy-environment")
    }
    assert groups == {
        "unit-environment": "${{ inputs.environment }}-${{ inputs.unit }}",
        "deploy-environment": "${{ inputs.environment }}-${{ matrix.unit }}",
    }


def test_a_pull_request_gets_one_comment_that_is_written_anew():
    text = (WORKFLOWS / "pull-request.yml").read_text()
    assert text.count("pull-requests: write") == 1
    assert "comment-on-pr" not in text
    (comment,) = [one["run"] for one in steps("pull-request", "comment") if "run" in one]
    assert "--method PATCH" in comment
    assert "checkout" not in str(steps("pull-request", "comment"))


def checked_workflows(project: Path, path: str) -> subprocess.CompletedProcess[str]:
    make = shutil.which("make")
    assert make is not None
    command = [make, "--old-file", ".venv/.installed", "check-workflows"]
    return subprocess.run(
        command, cwd=project, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """What the check of workflows reads."""
    shutil.copytree(ROOT / ".github", tmp_path / ".github")
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copy(ROOT / "requirements.txt", tmp_path)
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    return tmp_path


def test_without_go_the_check_says_so_and_goes_on(copy: Path):
    done = checked_workflows(copy, "/usr/bin:/bin")
    assert done.returncode == 0, done.stdout + done.stderr
    if shutil.which("go", path="/usr/bin:/bin") is None:
        assert "actionlint skipped: it needs Go" in done.stdout


def test_a_template_injection_fails_the_check(copy: Path):
    workflow = copy / ".github/workflows/unit.yml"
    workflow.write_text(workflow.read_text().replace('UNIT="$UNIT"', "UNIT=${{ inputs.unit }}"))
    done = checked_workflows(copy, "/usr/bin:/bin")
    assert done.returncode != 0
    assert "template-injection" in done.stdout + done.stderr


@pytest.mark.skipif(shutil.which("go") is None, reason="actionlint needs Go")
def test_an_unknown_property_fails_the_check(copy: Path):
    workflow = copy / ".github/workflows/unit.yml"
    workflow.write_text(workflow.read_text().replace("timeout-minutes", "timeout"))
    done = checked_workflows(copy, os.environ["PATH"])
    assert "skipped" in done.stdout or done.returncode != 0


@pytest.mark.parametrize("command", ["release", "smoke", "stacks check", "stacks configure", "stacks units"])
def test_the_pipelines_use_commands_that_there_are(command: str):
    runs = [path.read_text() for path in WORKFLOWS.glob("*.yml")]
    assert any(re.search(rf"rewards {command}\b", text) for text in runs)
    assert CliRunner().invoke(app, [*command.split(), "--help"]).exit_code == 0


def test_an_unknown_unit_has_no_tests_to_run():
    make = shutil.which("make")
    assert make is not None
    ran = subprocess.run([make, "test-unit", "UNIT=vouchers"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "No unit 'vouchers'. There are:" in ran.stdout
    assert "points-ledger" in ran.stdout
