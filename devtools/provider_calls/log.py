"""Reads Terraform's log in JSON: which AWS operations the provider called, for which resource type, in which phase.

Terraform logs each request that the provider sends with the type of the resource (`tf_resource_type`), the step of
its own protocol (`tf_rpc`), and the operation by AWS's name (`rpc.method`).
"""

import json
import re
from collections.abc import Iterable, Mapping

_REQUEST = "HTTP Request Sent"
_CREDENTIAL = re.compile(r"Credential=[^/]+/[^/]+/[^/]+/([^/]+)/")
_CHANGES = "ApplyResourceChange"
_PREFIXES = {"monitoring": "cloudwatch"}
"""The prefix of a service in IAM, where it is not the name that requests are signed for."""
_TOKENS = {"aws_iam_openid_connect_provider": "aws:iam/openIdConnectProvider:OpenIdConnectProvider"}
"""Resource types that Pulumi spells in its own way."""

Calls = Mapping[str, Mapping[str, frozenset[str]]]
"""Phases by operation (`lambda:GetFunction`) by resource type (`aws:lambda/function:Function`)."""


def calls(lines: Iterable[str], changing: str) -> Calls:
    """The calls in the log of one run.

    Args:
        lines: the log; what is not JSON is left out.
        changing: the phase of the run's changes: create, update or delete. All else is the phase read.
    """
    found: dict[str, dict[str, frozenset[str]]] = {}
    for entry in filter(None, map(_entry, lines)):
        if entry.get("@message") == _REQUEST and "tf_resource_type" in entry:
            of_type = found.setdefault(token(entry["tf_resource_type"]), {})
            phase = changing if entry["tf_rpc"] == _CHANGES else "read"
            operation = _operation(entry)
            of_type[operation] = of_type.get(operation, frozenset()) | {phase}
    return found


def merged(runs: Iterable[Calls]) -> Calls:
    """The calls of several runs."""
    found: dict[str, dict[str, frozenset[str]]] = {}
    for run in runs:
        for kind, operations in run.items():
            for operation, phases in operations.items():
                of_type = found.setdefault(kind, {})
                of_type[operation] = of_type.get(operation, frozenset()) | phases
    return found


def token(kind: str) -> str:
    """Pulumi's name of a resource type of Terraform: `aws_lambda_function` is `aws:lambda/function:Function`."""
    if kind in _TOKENS:
        return _TOKENS[kind]
    _, module, *words = kind.split("_")
    name = "".join(word.capitalize() for word in words)
    return f"aws:{module}/{name[0].lower()}{name[1:]}:{name}"


def _entry(line: str) -> dict[str, str] | None:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _operation(entry: Mapping[str, str]) -> str:
    signed = _CREDENTIAL.search(entry.get("http.request.header.authorization", ""))
    service = signed[1] if signed else entry["rpc.service"].lower()
    return f"{_PREFIXES.get(service, service)}:{entry['rpc.method']}"
