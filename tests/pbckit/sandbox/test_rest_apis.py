"""A document takes the place of all that an API has, as PutRestApi does it in the mode `overwrite`."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from ministack.services import apigateway_v1

from pbckit.sandbox import rest_apis

SIGNED = {"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "awsSigv4"}


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> Iterator[None]:
    yield
    apigateway_v1.reset()


def document(*paths: str) -> bytes:
    """A document with a signed method at each path."""
    return json.dumps(
        {
            "openapi": "3.0.1",
            "info": {"title": "boxes"},
            "components": {"securitySchemes": {"signed": SIGNED}},
            "paths": {path: {"get": {"security": [{"signed": []}]}} for path in paths},
        }
    ).encode()


def make() -> str:
    """An API with a policy, and its ID."""
    _, _, body = apigateway_v1._create_rest_api({"name": "boxes", "policy": "{}", "tags": {"box": "one"}})
    return json.loads(body)["id"]


def resources(api: str) -> dict[str, Any]:
    _, _, body = apigateway_v1._get_resources(api, {})
    listed = json.loads(body)["item"]
    return {one["path"]: one.get("resourceMethods", {}) for one in listed}


def test_its_methods_are_those_of_the_document():
    api = make()
    assert rest_apis.put_rest_api(api, document("/boxes/{box}/lid"))[0] == 200
    assert resources(api)["/boxes/{box}/lid"]["GET"]["authorizationType"] == "AWS_IAM"


def test_what_is_not_in_a_new_document_is_gone():
    api = make()
    rest_apis.put_rest_api(api, document("/", "/boxes"))
    rest_apis.put_rest_api(api, document("/lids"))
    assert {path: list(methods) for path, methods in resources(api).items()} == {"/": [], "/lids": ["GET"]}


def test_the_policy_is_gone_and_tags_stay():
    api = make()
    _, _, body = rest_apis.put_rest_api(api, document("/boxes"))
    view = json.loads(body)
    assert (view["policy"], view["tags"]) == (None, {"box": "one"})


@pytest.mark.parametrize(("api", "body", "status"), [("none", document("/"), 404), ("", b"[", 400), ("", b"{}", 400)])
def test_what_aws_refuses_is_refused(api: str, body: bytes, status: int):
    assert rest_apis.put_rest_api(api or make(), body)[0] == status
