"""The program run without an engine."""

import contextvars
import hashlib
import json
import sys
import traceback
from pathlib import Path

import pulumi
import pytest
from pulumi.runtime import resource as sdk

from pbckit.sandbox import program
from pbckit.sandbox.graph import UNKNOWN, Graph, Resource, stack_urn
from pbckit.sandbox.program import DuplicateUrn, capture
from pbckit.sandbox.stack_config import InvalidStack
from tests.pbckit.sandbox.conftest import WriteProgram

QUEUE = "aws:sqs/queue:Queue"
POLICY = "aws:sqs/queuePolicy:QueuePolicy"

IMPORTS = """
import pulumi
from pulumi_aws import sqs
"""


class NoMocks(pulumi.runtime.Mocks):
    def new_resource(self, args: pulumi.runtime.MockResourceArgs):
        raise AssertionError(args.name)

    def call(self, args: pulumi.runtime.MockCallArgs):
        raise AssertionError(args.token)


NESTED = """
import pulumi
from pulumi_aws import sqs

class Outer(pulumi.ComponentResource):
    def __init__(self, name, opts=None):
        super().__init__("tiny:index:Outer", name, None, opts)
        self.inner = Inner(f"{name}-inner", pulumi.ResourceOptions(parent=self))
        self.register_outputs({"url": self.inner.queue.url})

class Inner(pulumi.ComponentResource):
    def __init__(self, name, opts=None):
        super().__init__("tiny:index:Inner", name, None, opts)
        self.queue = sqs.Queue(f"{name}-queue", name="jobs", opts=pulumi.ResourceOptions(parent=self, protect=True))
        self.register_outputs({})

outer = Outer("outer")
sqs.QueuePolicy("policy", queue_url=outer.inner.queue.url, policy="{}", opts=pulumi.ResourceOptions(depends_on=[outer]))
pulumi.export("url", outer.inner.queue.url)
pulumi.export("word", pulumi.Config().require("word"))
"""


def test_urns_and_parents_are_the_engines(write_program: WriteProgram):
    graph = capture("dev", root=write_program(NESTED))
    assert [resource.urn.removeprefix("urn:pulumi:dev::tiny::") for resource in graph.resources] == [
        "tiny:index:Outer::outer",
        "tiny:index:Outer$tiny:index:Inner::outer-inner",
        f"tiny:index:Outer$tiny:index:Inner${QUEUE}::outer-inner-queue",
        f"{POLICY}::policy",
    ]
    outer, inner, queue, _ = graph.resources
    assert (outer.parent, inner.parent, queue.parent) == (stack_urn("tiny", "dev"), outer.urn, inner.urn)
    assert (outer.custom, queue.custom) == (False, True)


def test_what_depends_on_what_is_kept(write_program: WriteProgram):
    graph = capture("dev", root=write_program(NESTED))
    queue, policy = graph.one(QUEUE, "outer-inner-queue"), graph.one(POLICY, "policy")
    assert policy.property_dependencies == {"queueUrl": [queue.urn]}
    assert queue.urn in policy.dependencies
    assert (queue.protect, policy.protect) == (True, False)


def test_at_preview_what_is_computed_is_unknown(write_program: WriteProgram):
    graph = capture("dev", root=write_program(NESTED))
    queue = graph.one(QUEUE, "outer-inner-queue")
    assert (queue.id, queue.outputs) == ("", {"name": "jobs"})
    assert graph.one(POLICY, "policy").inputs == {"queueUrl": UNKNOWN, "policy": "{}"}
    assert graph.one("tiny:index:Outer", "outer").outputs == {"url": UNKNOWN}
    assert graph.outputs == {"url": UNKNOWN, "word": "hello"}


def test_what_is_provisioned_is_known_to_what_needs_it(write_program: WriteProgram):
    made: list[str] = []

    def provision(resource: Resource) -> None:
        made.append(resource.name)
        resource.id = resource.name
        resource.outputs["url"] = f"https://{resource.name}"

    graph = capture("dev", preview=False, provision=provision, root=write_program(NESTED))
    assert made == ["outer-inner-queue", "policy"]
    assert graph.one(POLICY, "policy").inputs["queueUrl"] == "https://outer-inner-queue"
    assert graph.outputs == {"url": "https://outer-inner-queue", "word": "hello"}


def test_a_urn_that_is_there_already_is_refused(write_program: WriteProgram):
    root = write_program(IMPORTS + "sqs.Queue('jobs')\nsqs.Queue('jobs')\n")
    with pytest.raises(DuplicateUrn, match=f"{QUEUE}::jobs is registered twice"):
        capture("dev", root=root)


def test_what_the_program_raises_surfaces_whole(write_program: WriteProgram):
    root = write_program("class Broken(Exception): pass\nraise Broken('here', 42)\n")
    with pytest.raises(Exception, match="here") as caught:
        capture("dev", root=root)
    assert (type(caught.value).__name__, caught.value.args) == ("Broken", ("here", 42))


def test_what_an_apply_raises_surfaces(write_program: WriteProgram):
    root = write_program(IMPORTS + "sqs.Queue('jobs', name=pulumi.Output.from_input(0).apply(lambda zero: 1 / zero))\n")
    with pytest.raises(ZeroDivisionError):
        capture("dev", root=root)


def test_what_provisioning_raises_surfaces(write_program: WriteProgram):
    def provision(resource: Resource) -> None:
        raise LookupError(resource.name)

    with pytest.raises(LookupError, match="jobs"):
        capture("dev", preview=False, provision=provision, root=write_program(IMPORTS + "sqs.Queue('jobs')\n"))


def test_what_surfaced_is_not_logged_again_later(write_program: WriteProgram, caplog: pytest.LogCaptureFixture):
    """A later test's garbage collection would log it, with its traceback, in the middle of anything."""
    source = "import asyncio\nloop = asyncio.get_running_loop()\n"
    told = "loop.call_exception_handler({'message': '%s', 'exception': LookupError('jobs')})\n"
    source += told % "Future exception was never retrieved" + told % "something else"
    capture("dev", root=write_program(source))
    assert caplog.messages == ["something else"]


def test_a_call_of_the_provider_has_nobody_to_answer_it(write_program: WriteProgram):
    root = write_program("import pulumi_aws\npulumi_aws.get_caller_identity()\n")
    with pytest.raises(Exception, match=r"the program calls aws:index/getCallerIdentity:getCallerIdentity"):
        capture("dev", root=root)


def test_an_archive_has_its_hash(write_program: WriteProgram):
    source = """
from pulumi_aws import lambda_
import pulumi
lambda_.LayerVersion("layer", layer_name="l", code=pulumi.FileArchive("layer.zip"))
"""
    root = write_program(source)
    (root / "layer.zip").write_bytes(b"content")
    code = capture("dev", root=root).one("aws:lambda/layerVersion:LayerVersion", "layer").inputs["code"]
    assert code["path"] == "layer.zip"
    assert code["hash"] == hashlib.sha256(b"content").hexdigest()


def test_aliases_are_urns(write_program: WriteProgram):
    root = write_program(IMPORTS + "sqs.Queue('jobs', opts=pulumi.ResourceOptions(aliases=[pulumi.Alias('work')]))\n")
    assert capture("dev", root=root).one(QUEUE, "jobs").aliases == [f"urn:pulumi:dev::tiny::{QUEUE}::work"]


def test_a_secret_is_its_value(write_program: WriteProgram):
    root = write_program(IMPORTS + "sqs.Queue('jobs', name=pulumi.Output.secret('hidden'), max_message_size=1024)\n")
    inputs = capture("dev", root=root).one(QUEUE, "jobs").inputs
    assert inputs == {"name": "hidden", "maxMessageSize": 1024}
    assert isinstance(inputs["maxMessageSize"], int)


def test_a_capture_starts_from_nothing_and_leaves_nothing(write_program: WriteProgram):
    before = (Path.cwd(), [*sys.path], pulumi.runtime.get_root_resource(), pulumi.get_project())
    root = write_program(NESTED)
    (root / "Pulumi.prod.yaml").write_text("config:\n  tiny:word: bye\n")
    capture("dev", root=root)
    graph = capture("prod", root=root)
    assert {resource.urn.split("::")[0] for resource in graph.resources} == {"urn:pulumi:prod"}
    assert graph.one("tiny:index:Outer", "outer").parent == stack_urn("tiny", "prod")
    assert graph.outputs["word"] == "bye"
    assert pulumi.runtime.config.CONFIG.get() == {}
    assert (Path.cwd(), [*sys.path], pulumi.runtime.get_root_resource(), pulumi.get_project()) == before


def test_a_capture_does_not_see_mocks_of_its_caller(write_program: WriteProgram):
    def beside_mocks() -> Graph:
        pulumi.runtime.set_mocks(NoMocks(), project="other", stack="other")
        return capture("dev", root=write_program(NESTED))

    graph = contextvars.copy_context().run(beside_mocks)
    assert graph.one("tiny:index:Outer", "outer").parent == stack_urn("tiny", "dev")


def test_a_capture_that_fails_leaves_nothing(write_program: WriteProgram):
    before = (Path.cwd(), vars(sdk).copy())
    with pytest.raises(RuntimeError, match="no"):
        capture("dev", root=write_program("raise RuntimeError('no')"))
    assert (Path.cwd(), vars(sdk)) == before


def test_a_capture_does_not_ask_where_in_the_code_a_resource_is(
    write_program: WriteProgram, monkeypatch: pytest.MonkeyPatch
):
    """The SDK does, for each resource: that takes a fifth of the time of a run, and only an engine is told."""
    asked: list[str] = []
    monkeypatch.setattr(traceback, "extract_stack", lambda: asked.append("where") or [])
    assert capture("dev", root=write_program(NESTED)).resources
    assert asked == []


def test_a_version_of_the_sdk_that_finds_it_out_elsewhere_is_left_alone(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delattr(sdk, program._STACK_TRACE)
    with program._no_stack_traces():
        assert program._STACK_TRACE not in vars(sdk)


def test_a_stack_that_does_not_exist(write_program: WriteProgram):
    with pytest.raises(InvalidStack, match="there are: dev"):
        capture("test", root=write_program(""))


def test_the_export_of_a_capture_is_json(program: Path):
    graph = capture("local", root=program)
    resources = json.loads(json.dumps(graph.export()))["deployment"]["resources"]
    assert len(resources) == len(graph.resources) + 2
