"""A program deployed to the embedded AWS."""

import pytest
from botocore.exceptions import ClientError

from pbckit.sandbox.deploy import Deployment, deploy
from pbckit.sandbox.embedded_aws import EmbeddedAws
from pbckit.sandbox.graph import UNKNOWN, Resource, load
from pbckit.sandbox.provision import UnknownType
from tests.pbckit.sandbox.conftest import WriteProgram


def test_every_resource_is_there_and_nothing_is_unknown(deployment: Deployment):
    custom = [resource for resource in deployment.graph.resources if resource.custom]
    assert custom
    assert [resource.urn for resource in custom if not resource.id] == []
    assert UNKNOWN not in str(deployment.graph.export())


def test_progress_counts_every_resource_once(deployment: Deployment, progress: list[tuple[Resource, int]]):
    custom = {resource.urn for resource in deployment.graph.resources if resource.custom}
    assert {resource.urn for resource, _ in progress} == custom
    assert [count for _, count in progress] == list(range(1, len(custom) + 1))


def test_the_export_is_written(aws: EmbeddedAws, deployment: Deployment):
    assert load(aws.folder / "export.json") == deployment.graph


def test_outputs_are_what_was_made(aws: EmbeddedAws, deployment: Deployment):
    assert deployment.graph.outputs == {
        "table": f"arn:aws:dynamodb:{aws.region}:{aws.account}:table/boxes-local_plain",
        "prefix": "boxes-local",
    }


def test_what_is_not_modelled_is_named(deployment: Deployment):
    assert [(missing.name, missing.what) for missing in deployment.not_modelled] == [
        ("plain-lid-key", "deletionWindowInDays"),
        ("ranged-lid-key", "deletionWindowInDays"),
        ("registry", "the embedded AWS has no EventBridge schema registry"),
        ("schema", "the embedded AWS has no EventBridge schema registry"),
        ("workflow", "tracingConfiguration"),
    ]


def test_an_unknown_type_ends_the_deployment(aws: EmbeddedAws, write_program: WriteProgram):
    root = write_program("from pulumi_aws import s3\ns3.Bucket('files')\n")
    with pytest.raises(
        UnknownType, match=r"aws:s3/bucket:Bucket \(files\): .* add a function .* pbckit/sandbox/provision/"
    ):
        deploy(aws, stack="dev", root=root)


def test_a_failure_names_its_resource(aws: EmbeddedAws, write_program: WriteProgram):
    again = "from pulumi_aws import iam\none = iam.Role('one', name='a', assume_role_policy='{}')\n"
    again += "iam.Role('two', name='a', assume_role_policy='{}', opts=pulumi.ResourceOptions(depends_on=[one]))\n"
    with pytest.raises(ClientError, match="EntityAlreadyExists") as caught:
        deploy(aws, stack="dev", root=write_program("import pulumi\n" + again))
    assert caught.value.__notes__ == ["while making aws:iam/role:Role two"]
