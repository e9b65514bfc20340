"""Resource types: none is unplaced, files add to them, and what is derived is what is committed."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from pbc_isolation.stack.explanation import UnknownType, of_type
from pbc_isolation.stack.type_data import HARMLESS, JUDGED, REFUSED, InvalidTypes, shipped
from pbc_isolation.types import derive
from tests.conftest import ROOT

FOLDER = ROOT / "policies" / "pbc_isolation" / "types"
DERIVE = FOLDER / "derive.py"
SDK = next(Path(one) for one in __import__("pulumi_aws").__path__)


def _run(script: Path, *arguments: str):
    return subprocess.run([sys.executable, str(script), *arguments], capture_output=True, text=True, check=False)


def test_every_type_of_the_sdk_is_placed():
    """Counted by the tokens that the SDK hands to the engine, not by the pattern that `derive.py` looks for."""
    named = re.compile(r"super\(\w+, __self__\)\.__init__\(\s*'(aws:[^']+)'")
    tokens = {token for path in SDK.rglob("*.py") for token in named.findall(path.read_text())}
    assert len(tokens) > 1700
    types = shipped()
    assert {token for token in tokens if token not in types.known} == set()
    assert {types.of(token).verdict for token in tokens} == {JUDGED, HARMLESS, REFUSED}


def test_what_a_program_must_set_is_not_taken_for_what_aws_computes():
    """Read from the message of the SDK itself, whatever it calls the class of a type's arguments."""
    token = re.compile(r"super\(\w+, __self__\)\.__init__\(\s*'(aws:[^']+)'")
    required = re.compile(r"Missing required property '(\w+)'")
    wrong: set[str] = set()
    for text in (path.read_text() for path in SDK.rglob("*.py")):
        for named in token.findall(text):
            keys = {re.sub("_([a-z0-9])", lambda found: found[1].upper(), key) for key in required.findall(text)}
            wrong |= {f"{named} {key}" for key in keys & set(shipped().of(named).computed)}
    assert wrong == set()


def test_every_property_of_the_sdk_is_read():
    """Also those that are deprecated: a bucket's replication in its older words copies as well."""
    paths = [path for path in SDK.glob("*/*.py") if path.name != "outputs.py"]
    texts = {path: path.read_text() for path in paths}
    missed = {
        path.name for path, text in texts.items() if text.count("@pulumi.getter") != len(derive.GETTER.findall(text))
    }
    assert missed == set()
    assert shipped().of("aws:s3/bucket:Bucket").refers["replicationConfiguration.rules.destination.bucket"] == "bucket"


@pytest.mark.parametrize(
    ("token", "path"),
    [
        ("aws:autoscaling/group:Group", "launchTemplate.name"),
        ("aws:ec2/spotFleetRequest:SpotFleetRequest", "launchTemplateConfigs.launchTemplateSpecification.id"),
        ("aws:batch/computeEnvironment:ComputeEnvironment", "computeResources.launchTemplate.launchTemplateId"),
    ],
)
def test_a_pattern_with_a_dot_is_of_a_path(token, path):
    """`name` alone says nothing: below a launch template it means that template."""
    assert shipped().of(token).refers[path] == "launch-template"
    assert "launch-template" not in shipped().of("aws:ec2/launchTemplate:LaunchTemplate").refers.values()


def test_who_is_not_judged_has_a_reason():
    types = shipped()
    silent = [token for token in types.known if types.of(token).verdict != JUDGED and not types.of(token).reason]
    assert silent == []


def test_what_is_committed_is_what_is_derived():
    run = _run(DERIVE, "--check")
    assert (run.returncode, run.stdout) == (0, "")


def test_a_type_that_is_new_in_the_sdk_fails_the_check(tmp_path):
    for name in ("derive.py", "reviewed.yaml", "derived.json"):
        (tmp_path / name).write_text((FOLDER / name).read_text())
    lines = (tmp_path / "derived.json").read_text().splitlines(keepends=True)
    without = [line for line in lines if not line.startswith('"aws:sqs/queue:Queue"')]
    (tmp_path / "derived.json").write_text("".join(without))
    run = subprocess.run(
        [sys.executable, str(tmp_path / "derive.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert "aws:sqs/queue:Queue" in run.stdout


def test_a_pattern_for_a_type_that_is_gone_is_told(tmp_path):
    (tmp_path / "derive.py").write_text(DERIVE.read_text())
    reviewed = yaml.safe_load((FOLDER / "reviewed.yaml").read_text())
    reviewed["refused"].append({"types": ["aws:gone/*"], "reason": "x"})
    (tmp_path / "reviewed.yaml").write_text(json.dumps(reviewed))
    run = _run(tmp_path / "derive.py")
    assert run.returncode == 1
    assert "aws:gone/*" in run.stderr


@pytest.mark.parametrize(
    ("token", "path", "kind"),
    [
        ("aws:ec2/instance:Instance", "iamInstanceProfile", "instance-profile"),
        ("aws:s3/objectCopy:ObjectCopy", "source", "object"),
        ("aws:rds/instance:Instance", "replicateSourceDb", "same"),
        ("aws:dynamodb/table:Table", "importTable.s3BucketSource.bucket", "bucket"),
        ("aws:dynamodb/table:Table", "restoreSourceName", "same"),
        ("aws:dynamodb/tableExport:TableExport", "s3Bucket", "bucket"),
        ("aws:glue/job:Job", "roleArn", "role"),
        ("aws:ebs/snapshotCopy:SnapshotCopy", "sourceSnapshotId", "same"),
        ("aws:ec2/instance:Instance", "subnetId", "shared"),
        ("aws:apigateway/integration:Integration", "credentials", "role"),
    ],
)
def test_references_are_derived(token, path, kind):
    assert shipped().of(token).refers[path] == kind


def test_a_name_of_its_own_is_no_reference():
    known = shipped().of("aws:rds/cluster:Cluster")
    assert tuple(known.names) == ("clusterIdentifier",)
    assert "clusterIdentifier" not in known.refers


def _added(tmp_path: Path, text: str):
    path = tmp_path / "more.yaml"
    path.write_text(text)
    return shipped().adding(path)


def test_a_file_places_a_type(tmp_path):
    types = _added(tmp_path, "types: [{types: ['acme:*'], is: harmless, why: it is ours}]")
    assert types.of("acme:index/vault:Vault").verdict == HARMLESS
    assert shipped().of("acme:index/vault:Vault").verdict == REFUSED


def test_a_file_adds_a_reference_to_a_type_that_is_known(tmp_path):
    types = _added(tmp_path, "types: [{types: ['aws:sqs/queue:*'], is: judged, refers: {name: bucket}}]")
    assert types.of("aws:sqs/queue:Queue").refers["name"] == "bucket"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "cannot be read"),
        ("[]", "no list 'types'"),
        ("types: [7]", "without a list 'types'"),
        ("types: [{types: [a], is: fine}]", "is 'fine'; allowed are judged, harmless, refused"),
        ("types: [{types: [a], is: harmless}]", "without a reason"),
        ("types: [{types: [a], is: judged, refer: {}}]", "'refer'; allowed are"),
    ],
)
def test_a_file_that_makes_no_sense_is_told(tmp_path, text, message):
    with pytest.raises(InvalidTypes, match=message):
        _added(tmp_path, text)


@pytest.mark.parametrize("name", ["aws:s3/objectCopy:ObjectCopy", "s3.ObjectCopy", "objectcopy"])
def test_a_type_is_explained(name):
    found = of_type(shipped(), name)
    assert found.lines[0].startswith("aws:s3/objectCopy:ObjectCopy is judged")
    assert any("source: an object" in line for line in found.lines)


@pytest.mark.parametrize(
    ("name", "message"), [("s3.Buket", "did you mean"), ("Cluster", "more than one"), ("aws:x/y:Y", "no type")]
)
def test_a_type_that_is_not_there_is_told(name, message):
    with pytest.raises(UnknownType, match=message):
        of_type(shipped(), name)
