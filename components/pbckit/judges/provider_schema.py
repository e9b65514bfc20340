"""Every resource as the real AWS provider sees it: `terraform validate`, with the checks of terraform-provider-aws.

pulumi-aws is made from that provider and calls the same checks at a preview. Needs the program `terraform` and the
provider, which it installs from its registry, or from a folder that TERRAFORM_PLUGINS names.
"""

import atexit
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import msgspec

from pbckit.judges.finding import CannotJudge, Finding, Judge, finding
from pbckit.judges.terraform_configuration import Block, address, configuration, type_name
from pbckit.sandbox.graph import Graph

_PROVIDER = "registry.terraform.io/hashicorp/aws"
_PLUGINS = "TERRAFORM_PLUGINS"
_TIMEOUT_SECONDS = 300
_EXCEPTION = "a type of the provider, or an exception in components/pbckit/judges/data/provider_arguments.yaml"


class _Schema(msgspec.Struct, frozen=True):
    block: Block


class _Provider(msgspec.Struct, frozen=True):
    resource_schemas: Mapping[str, _Schema]


class _Schemas(msgspec.Struct, frozen=True):
    provider_schemas: Mapping[str, _Provider]


class _Diagnostic(msgspec.Struct, frozen=True):
    severity: str
    summary: str
    detail: str = ""
    address: str = ""


class _Validation(msgspec.Struct, frozen=True):
    diagnostics: Sequence[_Diagnostic]


def _judge(graph: Graph) -> Iterator[Finding]:
    folder = workspace()
    blocks = schema(folder)
    body, unknown = configuration(graph, blocks)
    for resource in graph.resources:
        if resource.custom and type_name(resource.type) not in blocks:
            yield finding(
                resource, "", "the provider has no such type",
                value=type_name(resource.type), allowed=_EXCEPTION, source=_source(),
            )  # fmt: skip
    for error in unknown:
        yield finding(
            error.resource, error.path, "the provider has no such argument",
            value=error.value, allowed=", ".join(error.known), source=_source(),
        )  # fmt: skip
    by_address = {address(resource): resource for resource in graph.resources if resource.custom}
    for problem in _validate(folder, body):
        resource = by_address.get(problem.address)
        if resource is None:
            raise CannotJudge(f"terraform validate: {problem.summary} {problem.detail}".strip())
        yield finding(resource, "", problem.summary, value=resource.name, allowed=problem.detail, source=_source())


JUDGE = Judge(
    name="provider-schema",
    shows="The real provider accepts every resource: its types, arguments and its own checks.",
    source="terraform-provider-aws, by `terraform validate`",
    judge=_judge,
)


@cache
def workspace() -> Path:
    """A folder with the provider installed, kept until this process ends.

    Raises:
        CannotJudge: Terraform or the provider is not there.
    """
    folder = Path(tempfile.mkdtemp(prefix="judge-terraform-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    empty, _ = configuration(Graph(project="", stack=""), {})
    (folder / "main.tf.json").write_text(json.dumps(empty))
    plugins = os.environ.get(_PLUGINS)
    done = terraform(folder, "init", "-input=false", "-no-color", *([f"-plugin-dir={plugins}"] if plugins else []))
    if done.returncode != 0:
        told = " ".join(done.stderr.split()) or "no reason given"
        raise CannotJudge(
            f"terraform cannot install the provider hashicorp/aws; {_PLUGINS} may name a folder that has it: {told}"
        )
    return folder


@cache
def schema(folder: Path) -> Mapping[str, Block]:
    """The provider's schema by its names of types.

    Raises:
        CannotJudge: Terraform does not give it.
    """
    done = terraform(folder, "providers", "schema", "-json")
    if done.returncode != 0:
        raise CannotJudge(f"terraform providers schema: {' '.join(done.stderr.split())}")
    provider = msgspec.json.decode(done.stdout, type=_Schemas).provider_schemas[_PROVIDER]
    return {name: one.block for name, one in provider.resource_schemas.items()}


@cache
def _source() -> str:
    """The provider that was asked, with its version."""
    lock = (workspace() / ".terraform.lock.hcl").read_text()
    version = next(line.split('"')[1] for line in lock.splitlines() if line.strip().startswith("version "))
    return f"terraform-provider-aws {version}"


def _validate(folder: Path, body: Mapping[str, object]) -> Sequence[_Diagnostic]:
    (folder / "main.tf.json").write_text(json.dumps(body))
    done = terraform(folder, "validate", "-json")
    try:
        found = msgspec.json.decode(done.stdout, type=_Validation).diagnostics
    except msgspec.DecodeError as error:
        raise CannotJudge(f"terraform validate: {' '.join(done.stderr.split())}") from error
    return [one for one in found if one.severity == "error"]


def terraform(folder: Path, *arguments: str, seconds: int = _TIMEOUT_SECONDS) -> subprocess.CompletedProcess[str]:
    """Run Terraform in a folder.

    Raises:
        CannotJudge: it is not there, or does not end in time.
    """
    program = shutil.which("terraform")
    if program is None:
        raise CannotJudge("terraform is missing: https://developer.hashicorp.com/terraform/install")
    try:
        return subprocess.run(
            [program, *arguments],
            cwd=folder,
            check=False,
            capture_output=True,
            text=True,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired as error:
        raise CannotJudge(f"terraform {arguments[0]} did not end within {seconds} s") from error
