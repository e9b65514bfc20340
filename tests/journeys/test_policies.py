"""What was really deployed is judged by its export, in which everything that AWS computes is known."""

import json
from pathlib import Path

from typer.testing import CliRunner

from ops.main import app
from pbckit.sandbox.deploy import Deployment
from pbckit.sandbox.graph import UNKNOWN


def test_an_export_after_the_deployment_passes(deployment: Deployment, tmp_path: Path):
    export = tmp_path / "export.json"
    deployment.graph.save(export)
    assert UNKNOWN not in export.read_text()
    assert '"arn": "arn:aws:dynamodb' in export.read_text()
    result = CliRunner().invoke(app, ["policy", "check", str(export), "--json"])
    assert json.loads(result.stdout)["violations"] == []
    assert result.exit_code == 0


def test_a_leak_in_what_was_deployed_is_found(deployment: Deployment, tmp_path: Path):
    body = deployment.graph.export()
    policy = next(
        one for one in body["deployment"]["resources"] if one["urn"].endswith("campaigns-bonuses-role-policy")
    )
    boundary = next(one for one in body["deployment"]["resources"] if one["urn"].endswith("::campaigns-boundary"))
    everything = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
    for state in (policy, boundary):
        for side in ("inputs", "outputs"):
            state[side] = {**state[side], "policy": everything}
    export = tmp_path / "export.json"
    export.write_text(json.dumps(body))
    result = CliRunner().invoke(app, ["policy", "check", str(export), "--json"])
    found = {one["rule"] for one in json.loads(result.stdout)["violations"]}
    assert found >= {"isolation-direct-read", "isolation-streams", "isolation-pass-role", "boundary-confines"}
    assert result.exit_code == 1
