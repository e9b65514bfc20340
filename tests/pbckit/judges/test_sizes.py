"""Documents, archives and counts above AWS's quotas are found, with the size and what is allowed."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from pbckit.judges.sizes import JUDGE, sizes
from pbckit.sandbox.graph import UNKNOWN, Graph, Resource


def found(*resources: tuple[str, dict[str, Any]]) -> list[tuple[str, str, str, str]]:
    made = [
        Resource(urn=f"{token}-{index}", type=token, name=f"r{index}", custom=True, inputs=inputs)
        for index, (token, inputs) in enumerate(resources)
    ]
    graph = Graph(project="rewards", stack="dev", resources=made)
    return [(one.property, one.problem, one.value, one.allowed) for one in JUDGE.judge(graph)]


def document(length: int) -> str:
    """A document of a length, with white space that IAM does not count."""
    frame = len('{"Statement":""}')
    return json.dumps({"Statement": "x" * (length - frame)}, indent=8)


POLICY, INLINE = "aws:iam/policy:Policy", "aws:iam/rolePolicy:RolePolicy"
QUEUE_POLICY, FUNCTION = "aws:sqs/queuePolicy:QueuePolicy", "aws:lambda/function:Function"


@pytest.mark.parametrize(
    ("token", "inputs", "finding"),
    [
        (POLICY, {"policy": document(5529)}, None),
        (POLICY, {"policy": document(5530)}, ("policy", "has 5530 characters", "5530", "at most 6144, and 10% to spare: 5529")),
        ("aws:iam/role:Role", {"assumeRolePolicy": document(1844)}, ("assumeRolePolicy", "has 1844 characters", "1844", "at most 2048, and 10% to spare: 1843")),
        (QUEUE_POLICY, {"policy": document(7373)}, ("policy", "has 7373 bytes", "7373", None)),
        (QUEUE_POLICY, {"policy": json.dumps({"Statement": [{}] * 21})}, ("policy", "has 21 statements", "21", "at most 20")),
        (QUEUE_POLICY, {"policy": json.dumps({"Statement": [{"Action": ["a"] * 8}]})}, ("policy", "has 8 actions", "8", "at most 7")),
        (FUNCTION, {"environment": {"variables": {"A": "x" * 3679}}}, ("environment.variables", "has 3687 bytes", "3687", "at most 4096, and 10% to spare: 3686")),
        ("aws:cloudwatch/eventRule:EventRule", {"eventPattern": "x" * 2049}, ("eventPattern", "has 2049 characters", "2049", "at most 2048")),
        ("aws:kms/key:Key", {"policy": UNKNOWN}, None),
        ("aws:sqs/queue:Queue", {"tags": dict.fromkeys(map(str, range(51)))}, ("tags", "has 51 items", "51", "at most 50")),
        ("aws:sqs/queue:Queue", {"tags": {"AWS:owner": "x"}}, ("tags.AWS:owner", "is reserved for AWS", "AWS:owner", "a key without aws:")),
    ],
)  # fmt: skip
def test_one_resource(token: str, inputs: dict[str, Any], finding: tuple[str, str, str, str | None] | None):
    if token == QUEUE_POLICY and inputs["policy"].startswith("{\n"):
        inputs = {"policy": json.dumps(json.loads(inputs["policy"]), separators=(",", ":"))}
    if finding is None:
        assert found((token, inputs)) == []
    else:
        (one,) = found((token, inputs))
        assert one[:3] == finding[:3]
        assert finding[3] is None or one[3] == finding[3]


def test_inline_policies_of_a_role_add_up():
    policy = document(4700)
    assert found((INLINE, {"role": "a", "policy": policy}), (INLINE, {"role": "b", "policy": policy})) == []
    (one,) = found((INLINE, {"role": "a", "policy": policy}), (INLINE, {"role": "a", "policy": policy}))
    assert one[1] == "has 9400 characters with all of the same role"


def test_targets_of_a_rule_are_counted():
    target = ("aws:cloudwatch/eventTarget:EventTarget", {"rule": "one"})
    assert found(*[target] * 5) == []
    assert found(*[target] * 6)[0][1] == "is one of 6 resources with all of the same rule"


def test_archives_are_measured_as_they_are_and_unzipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "code.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("big", bytes(262_144_001))
    (one,) = found((FUNCTION, {"code": {"path": str(path)}}))
    assert one[:3] == ("code", "has 262144001 bytes unzipped", "262144001")


def test_every_limit_is_of_a_unit_that_is_known():
    from pbckit.judges.sizes import _MEASURES

    known = {*_MEASURES, "resources", "bytes zipped", "bytes unzipped"}
    assert {limit.unit for limit in sizes().limits} <= known
