"""The command `rewards` as a person runs it, on scripted AWS clients."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from ops.main import app
from pbckit.cli.output import out
from pbckit.sandbox.graph import Graph
from pbckit.sandbox.program import capture
from tests.conftest import ROOT, captured
from tests.ops.aws import Aws

Rewards = Callable[..., Result]


@pytest.fixture
def aws() -> Aws:
    return Aws()


@pytest.fixture
def rewards(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Rewards:
    """Runs the command. What ends in a traceback fails the test."""
    for module in (  # what asks capabilities
        "pbckit.cli.client.capabilities",
        "ops.members.purchases",
        "pbckit.cli.incidents.events",
        "pbckit.cli.deployment.smoke",
        "pbckit.cli.incidents.status",
    ):
        monkeypatch.setattr(f"{module}.open_session", lambda _stack: aws.session())
    for module in (  # what runs the program
        "ops.capacity.command",
        "pbckit.cli.deployment.access",
        "pbckit.cli.deployment.judge",
    ):
        monkeypatch.setattr(f"{module}.capture", captured_once)
    # Wide, whatever terminal the tests run in: the console took the terminal's width when it was made.
    monkeypatch.setattr(out, "_width", 200)

    def run(*arguments: str) -> Result:
        result = CliRunner().invoke(app, list(arguments))
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


def captured_once(stack: str, *, preview: bool, root: Path) -> Graph:
    """What the program makes, run once for all tests; another program than ours each time."""
    return captured(stack) if preview and root.samefile(ROOT) else capture(stack, preview=preview, root=root)
