"""What the table of resource types says, asked of the real provider: one changed input at a time, in one plan."""

import json
import os
import threading
from collections.abc import Iterator, Mapping
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pbckit.judges import provider_schema
from pbckit.judges.terraform_configuration import Block, configuration, type_name
from pbckit.sandbox.graph import Graph, Resource
from pbckit.updates.resource_types import resource_types

CHANGES = Path(__file__).with_name("provider_changes.yaml")
UNCHANGED = "unchanged"
ACCOUNT = {
    "access_key": "x",
    "secret_key": "x",
    "skip_credentials_validation": True,
    "skip_requesting_account_id": True,
}


class CallContext(msgspec.Struct, forbid_unknown_fields=True):
    """One type of the file, which explains the fields."""

    before: dict[str, Any]
    changes: dict[str, Any]
    together: dict[str, dict[str, Any]] = {}
    not_asked: dict[str, str] = {}


@cache
def asked() -> Mapping[str, CallContext]:
    return msgspec.yaml.decode(CHANGES.read_bytes(), type=dict[str, CallContext])


def test_every_described_input_is_asked():
    for token, kind in resource_types().items():
        one = asked()[token]
        assert {*one.changes} | {*one.not_asked} == {*kind.replaced_by} | {*kind.updated_by}, token
        assert {*one.changes} & {*one.not_asked} == set(), token


class Validating(BaseHTTPRequestHandler):
    """Step Functions' ValidateStateMachineDefinition, which the provider calls when it plans."""

    def do_POST(self) -> None:
        body = b'{"result": "OK", "diagnostics": [], "truncated": false}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the name that http.server gives
        pass


@pytest.fixture(scope="module")
def step_functions() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Validating)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def resource(token: str, name: str, inputs: Mapping[str, Any]) -> Resource:
    given = {key: value for key, value in inputs.items() if value is not None}
    return Resource(urn=f"{token}::{name}", type=token, name=name, custom=True, inputs=given)


def variants(token: str, one: CallContext) -> Iterator[Resource]:
    yield resource(token, UNCHANGED, one.before)
    for name, value in one.changes.items():
        yield resource(token, name, {**one.before, name: value, **one.together.get(name, {})})


def state(block: Block, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """All attributes of a block, as a state has them."""
    nested = {
        name: [state(kind.block, one) for one in arguments.get(name, [])] for name, kind in block.block_types.items()
    }
    nested.pop("timeouts", None)
    return {**{name: arguments.get(name) for name in block.attributes}, **nested}


@pytest.fixture(scope="module")
def planned(step_functions: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, set[str]]]:
    """By type and changed input, the provider's names of what forces a replacement."""
    folder = provider_schema.workspace()
    blocks = provider_schema.schema(folder)
    for name in ("a.zip", "b.zip"):
        (folder / name).write_bytes(name.encode())
    graph = Graph(project="p", stack="s", resources=[one for pair in asked().items() for one in variants(*pair)])
    body, unknown = configuration(graph, blocks)
    assert [(one.resource.type, one.path) for one in unknown] == []
    body["provider"]["aws"] = {"region": "eu-central-1", **ACCOUNT, "endpoints": [{"sfn": step_functions}]}
    (folder / "main.tf.json").write_text(json.dumps(body))
    (folder / "terraform.tfstate").write_text(json.dumps(deployed(blocks, body)))
    done = provider_schema.terraform(folder, "plan", "-refresh=false", "-no-color", "-input=false", "-out=plan")
    assert done.returncode == 0, done.stderr
    told = json.loads(provider_schema.terraform(folder, "show", "-json", "plan").stdout)
    found: dict[str, dict[str, set[str]]] = {}
    for one in told["resource_changes"]:
        paths = {path[0] for path in one["change"].get("replace_paths", [])}
        found.setdefault(one["type"], {})[one["name"]] = paths
    return found


def deployed(blocks: Mapping[str, Block], body: dict[str, Any]) -> dict[str, Any]:
    """The state in which every resource is as its unchanged variant."""
    schemas = json.loads(provider_schema.terraform(provider_schema.workspace(), "providers", "schema", "-json").stdout)
    versions = schemas["provider_schemas"][provider_schema._PROVIDER]["resource_schemas"]
    resources = []
    for token in asked():
        kind = type_name(token)
        attributes = {**state(blocks[kind], body["resource"][kind][UNCHANGED]), "id": "id"}
        attributes |= {"tags_all": attributes["tags"]} if "tags_all" in attributes else {}
        resources += [
            {
                "mode": "managed",
                "type": kind,
                "name": name,
                "provider": f'provider["{provider_schema._PROVIDER}"]',
                "instances": [{"schema_version": versions[kind]["version"], "attributes": attributes}],
            }
            for name in body["resource"][kind]
        ]
    return {"version": 4, "terraform_version": "1.0.0", "serial": 1, "lineage": "p", "resources": resources}


@pytest.mark.skipif("TERRAFORM_PLUGINS" not in os.environ, reason="`make check-provider` runs it, with the provider")
@pytest.mark.parametrize("token", sorted(resource_types()))
def test_the_provider_replaces_what_the_table_says(token: str, planned: dict[str, dict[str, set[str]]]):
    by_input = planned[type_name(token)]
    assert by_input[UNCHANGED] == set()
    replaced = {name for name, paths in by_input.items() if paths}
    assert replaced == {*resource_types()[token].replaced_by} - asked()[token].not_asked.keys()
