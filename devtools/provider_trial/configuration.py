"""The program's graph as a configuration that Terraform can apply: computed values refer to what computes them."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pbckit.judges.terraform_configuration import Block, address, configuration, type_name
from pbckit.sandbox.graph import Graph, Resource
from pbckit.sandbox.program import capture
from pbckit.sandbox.stack_config import read_stack

STACK = "local"
_ATTRIBUTES = {
    "aws:dynamodb/table:Table": {"streamArn": "stream_arn"},
    "aws:kms/key:Key": {"keyId": "key_id"},
    "aws:lambda/function:Function": {"version": "version"},
    "aws:sqs/queue:Queue": {"url": "url"},
}
"""Computed values that the program uses, and the provider's names of them; besides `id` and `arn` of everything."""
_REFERENCE = re.compile(r"\x01([^\x02]+)\x02")


def program(root: Path, units: Sequence[str]) -> Graph:
    """The graph of some units, or of all, in which a reference stands for each computed value."""
    config = {"rewards:units": json.dumps(list(units))} if units else {}
    return capture(STACK, preview=False, provision=_refer, root=root, config=config)


def as_terraform(graph: Graph, blocks: Mapping[str, Block], root: Path, endpoint: str) -> str:
    """The graph in Terraform's JSON syntax, for the embedded AWS.

    Args:
        graph: what `program` gives.
        blocks: the provider's schema by its names of types.
        root: folder of the program, which archives are relative to.
        endpoint: of the embedded AWS.
    """
    body, unknown = configuration(graph, blocks)
    if unknown:
        raise ValueError(f"the provider has no argument for {unknown[0].path} of {unknown[0].resource.name}")
    for resource in graph.resources:
        arguments = body["resource"].get(type_name(resource.type), {}).get(resource.name) if resource.custom else None
        if arguments is not None:
            arguments["depends_on"] = _dependencies(graph, resource)
            if "filename" in arguments:
                arguments["filename"] = str(root / arguments["filename"])
    body["provider"]["aws"] = provider(root, endpoint)
    return _REFERENCE.sub(
        r"${\1}", json.dumps(body, ensure_ascii=False).replace("\\u0001", "\x01").replace("\\u0002", "\x02")
    )


def provider(root: Path, endpoint: str) -> dict[str, Any]:
    """The settings of the provider as the stack's file has them, with another endpoint."""
    values = read_stack(root, STACK).values
    given = {key.removeprefix("aws:"): value for key, value in values.items() if key.startswith("aws:")}
    services = json.loads(given["endpoints"])[0]
    return {
        "region": given["region"],
        "access_key": given["accessKey"],
        "secret_key": given["secretKey"],
        "allowed_account_ids": json.loads(given["allowedAccountIds"]),
        "skip_credentials_validation": json.loads(given["skipCredentialsValidation"]),
        "skip_metadata_api_check": given["skipMetadataApiCheck"],
        "endpoints": [dict.fromkeys(services, endpoint)],
    }


def _refer(resource: Resource) -> None:
    """Stand references in the place of what AWS would compute."""
    names = {"id": "id", "arn": "arn", **_ATTRIBUTES.get(resource.type, {})}
    outputs = {key: f"\x01{address(resource)}.{name}\x02" for key, name in names.items()}
    resource.id = outputs.pop("id")
    resource.outputs |= outputs


def _dependencies(graph: Graph, resource: Resource) -> list[str]:
    return [address(one) for one in map(graph.resource, resource.dependencies) if one.custom]
