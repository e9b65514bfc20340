"""The page that says how a PBC is added, followed to the letter."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/adding-a-pbc.md"
ROOMS = ("components", "contracts", "lambdas", "offerings", "ops", "pbcs", "sandbox")
ASK = """
import json, pathlib
from components.names import Names
from sandbox.deploy import deploy
from sandbox.embedded_aws import running
with running(pathlib.Path(".sandbox"), region="eu-central-1") as aws:
    deploy(aws)
    answer = aws.client("lambda").invoke(
        FunctionName="rewards-local-tiers_set-tier:live",
        Payload=json.dumps(
            {"metadata": {"correlation_id": "c"}, "data": {"member_id": "m", "tier": "gold"}}
        ),
    )
    print(json.dumps(json.loads(answer["Payload"].read())))
"""
LIST = """
import json
from sandbox.program import capture
graph = capture("dev")
print(json.dumps(sorted({one.inputs["name"] for one in graph.by_type("aws:lambda/function:Function")})))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with the page's PBC in it."""
    copy = tmp_path_factory.mktemp("project")
    for room in ROOMS:
        shutil.copytree(ROOT / room, copy / room, ignore=shutil.ignore_patterns("__pycache__"))
    for file in [ROOT / "__main__.py", *ROOT.glob("Pulumi*.yaml")]:
        shutil.copy(file, copy)
    page = PAGE.read_text()
    files = re.findall(r'```python title="([^"]+)"\n(.*?)```', page, re.DOTALL)
    assert len(files) == 4
    for name, content in files:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_text(content)
    (line,) = re.findall(r"^\+(.*)$", page, re.MULTILINE)
    main = (copy / "__main__.py").read_text()
    last = '    "points-ledger",\n'
    assert last in main
    (copy / "__main__.py").write_text(main.replace(last, f"{last}{line}\n", 1))
    return copy


def run(project: Path, code: str) -> object:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_the_program_makes_its_functions(project: Path):
    names = run(project, LIST)
    expected = {f"rewards-dev-tiers_{thing}" for thing in ("relay", "set-tier", "sweeper")}
    assert isinstance(names, list)
    assert expected <= set(names)


@pytest.mark.journey
def test_it_deploys_and_answers(project: Path):
    assert run(project, ASK) == {"answer": {"member_id": "m", "tier": "gold"}}
