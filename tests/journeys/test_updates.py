"""What was really deployed, with all that AWS computed, is not updated by the program that deployed it."""

import json
from pathlib import Path

from typer.testing import CliRunner

from ops.main import app
from pbckit.sandbox.deploy import Deployment
from pbckit.sandbox.graph import UNKNOWN


def test_a_deployed_program_has_nothing_to_update(deployment: Deployment, tmp_path: Path):
    export = tmp_path / "export.json"
    deployment.graph.save(export)
    assert UNKNOWN not in export.read_text()
    result = CliRunner().invoke(app, ["updates", "plan", str(export), "--json"])
    told = json.loads(result.stdout)
    assert (result.exit_code, told["steps"], told["findings"], told["renamed"]) == (0, [], [], [])
    assert told["unchanged"] == sum(one.custom for one in deployment.graph.resources)
