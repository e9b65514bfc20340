"""PutRestApi, which ministack does not have: an OpenAPI document takes the place of what a REST API has.

The provider makes an API and puts its document then. Names of ministack's own that read a document are used.
"""

import json
import re
from typing import Any

import yaml
from ministack.services import apigateway_v1

_handle = apigateway_v1.handle_request
_API = re.compile(r"/?restapis/([^/]+)/?")
_OK, _NOT_FOUND, _BAD_REQUEST = 200, 404, 400


def install() -> None:
    """Take ministack's place. It looks the function up at every request."""
    apigateway_v1.handle_request = handle_request


async def handle_request(method: str, path: str, headers: Any, body: bytes, query_params: Any) -> Any:
    """Answers a request to the control plane of REST APIs."""
    api = _API.fullmatch(path)
    if method == "PUT" and api:
        return put_rest_api(api[1], body)
    return await _handle(method, path, headers, body, query_params)


def put_rest_api(api_id: str, body: bytes) -> Any:
    """Puts a document in the mode `overwrite`, in which the API keeps nothing of what it had but its id and tags."""
    api: dict[str, Any] | None = apigateway_v1._rest_apis.get(api_id)  # noqa: SLF001 where it keeps them
    if api is None:
        return apigateway_v1._v1_error("NotFoundException", "Invalid API identifier specified", _NOT_FOUND)  # noqa: SLF001
    try:
        document = yaml.safe_load(body)
    except yaml.YAMLError:
        document = None
    if not isinstance(document, dict) or "paths" not in document:
        return apigateway_v1._v1_error("BadRequestException", "Invalid OpenAPI input.", _BAD_REQUEST)  # noqa: SLF001
    _empty(api_id)
    info: dict[str, Any] = document.get("info") or {}
    api |= {"name": info.get("title") or api["name"], "description": info.get("description", ""), "policy": None}
    schemes = apigateway_v1._import_security_schemes(api_id, document)  # noqa: SLF001 as its CloudFormation reads one
    for path, item in document["paths"].items():
        apigateway_v1._import_path_item(api_id, path, item, schemes, document.get("security"))  # noqa: SLF001
    return _OK, {"Content-Type": "application/json"}, json.dumps(apigateway_v1._rest_api_view(api)).encode()  # noqa: SLF001


def _empty(api_id: str) -> None:
    resources = apigateway_v1._resources[api_id]  # noqa: SLF001 where it keeps them
    for resource_id in [key for key, resource in resources.items() if resource["path"] != "/"]:
        del resources[resource_id]
    for resource in resources.values():
        resource["resourceMethods"] = {}
    apigateway_v1._authorizers_v1[api_id] = {}  # noqa: SLF001
