"""What a person can mend is one line and exit code 2, never a traceback."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from pbckit.cli.main import app
from pbckit.infra import packaging

Pbc = Callable[..., Result]
CONFIGURED = """config:
  aws:region: eu-central-1
  aws:allowedAccountIds: ["111111111111"]
  shop:environment: dev
  shop:account: "111111111111"
  shop:logRetentionDays: 7
  shop:archiveRetentionDays: 7
  shop:architecture: arm64
  shop:maximumConcurrency: 3
"""


@pytest.fixture
def pbc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pbc:
    """Runs the command in an empty folder. What ends in a traceback fails the test."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Result:
        result = CliRunner().invoke(app, list(arguments))
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


def told(result: Result) -> str:
    """The one line on standard error."""
    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    return line


@pytest.mark.parametrize("command", [["preview"], ["sandbox", "up"], ["contracts", "generate"], ["judge"], ["status"]])
def test_a_folder_without_a_program(pbc: Pbc, tmp_path: Path, command: list[str]):
    hint = "go to a Pulumi program, or name its folder with --root"
    assert told(pbc(*command)) == f"error: no Pulumi.yaml in {tmp_path} or above it; {hint}"
    assert (
        told(pbc("--root", "elsewhere", *command))
        == f"error: no Pulumi.yaml in {tmp_path}/elsewhere or above it; {hint}"
    )


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("def broken(:", "SyntaxError: invalid syntax"),
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("number = 1 / 0", "ZeroDivisionError: division by zero"),
    ],
)
@pytest.mark.parametrize("root", [[], ["--root", "shop"]])
def test_code_of_the_program_that_does_not_run(tmp_path: Path, code: str, reason: str, root: list[str]):
    shop = tmp_path / "shop"
    (shop / "contracts").mkdir(parents=True)
    (shop / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (shop / "contracts/__init__.py").write_text('"""Contracts."""\n')
    (shop / "contracts/orders.py").write_text(f'"""Orders."""\n\n{code}\n')
    command = [Path(sys.executable).with_name("pbc"), *root, "contracts", "generate"]
    done = subprocess.run(command, cwd=tmp_path if root else shop, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"error: contracts/orders.py:3: {reason}\n"


def test_a_program_without_a_name(pbc: Pbc, tmp_path: Path):
    (tmp_path / "Pulumi.yaml").write_text("runtime: python\n")
    assert told(pbc("preview")) == "error: Pulumi.yaml: name is None; allowed: the name of the project"


def test_a_stack_that_does_not_exist(pbc: Pbc, tmp_path: Path):
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (tmp_path / "Pulumi.dev.yaml").write_text(CONFIGURED)
    assert told(pbc("preview", "--stack", "prod")) == "error: stack 'prod' does not exist; there are: dev"


def test_a_program_that_says_what_is_wrong_with_it(pbc: Pbc, tmp_path: Path):
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (tmp_path / "Pulumi.dev.yaml").write_text(CONFIGURED)
    (tmp_path / "Pulumi.local.yaml").write_text(CONFIGURED)
    (tmp_path / "__main__.py").write_text("import pulumi\nraise pulumi.RunError('no such thing')\n")
    assert told(pbc("preview")) == "error: the program does not run for dev: no such thing"
    up = pbc("sandbox", "up", "--port", "0")
    assert told(up) == "error: no such thing"
    assert "no sandbox is running" in told(pbc("sandbox", "status"))


def test_an_installation_without_its_data_files(pbc: Pbc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (tmp_path / "Pulumi.dev.yaml").write_text(CONFIGURED)
    (tmp_path / "__main__.py").write_text(
        "from pbckit.infra.packaging import Target, layer\nlayer('x', Target(None))\n"
    )
    missing = Path(packaging.__file__).with_name("missing")
    monkeypatch.setattr(packaging, "_RUNTIME_CODE", missing)
    remedy = "the installation is incomplete; install pbckit and pbc-isolation anew"
    assert told(pbc("preview")) == f"error: {missing}/requirements.txt is missing: {remedy}"
