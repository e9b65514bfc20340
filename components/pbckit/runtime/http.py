"""Questions that come over HTTP: a request as API Gateway hands it to a function (Lambda proxy integration of REST
APIs, "Input format of a Lambda function for proxy integration"), and the answer as it wants it back.
"""

import re
import uuid
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import unquote

import msgspec
from msgspec import inspect

from pbckit.contracts.definitions import AnyCapability, Request
from pbckit.contracts.openapi import status_of

_INTEGER = re.compile(r"-?[0-9]{1,18}")
_OK, _WRONG = 200, 400


class _Identity(msgspec.Struct, frozen=True, rename="camel"):
    user_arn: str | None = None


class _Context(msgspec.Struct, frozen=True, rename="camel"):
    identity: _Identity = _Identity()
    request_id: str | None = None


class HttpRequest(msgspec.Struct, frozen=True, rename="camel"):
    """What of a request matters to a question."""

    http_method: str
    request_context: _Context
    path_parameters: dict[str, str] | None = None
    query_string_parameters: dict[str, str] | None = None
    multi_value_query_string_parameters: dict[str, list[str]] | None = None


def http_request(event: object) -> HttpRequest | None:
    """The request that API Gateway passes on; None where an event is a call of another unit."""
    try:
        return msgspec.convert(event, HttpRequest)
    except msgspec.ValidationError:
        return None


def respond(contract: AnyCapability, request: HttpRequest, answer: Callable[[object], Any]) -> dict[str, Any]:
    """The HTTP response to a request, by asking the capability as any caller would.

    Args:
        contract: of the capability.
        request: what API Gateway passes on.
        answer: gives the reply to a call, `{"answer": …}` or `{"refusal": …}`.
    """
    given = request.multi_value_query_string_parameters or {}
    repeated = sorted(name for name, values in given.items() if len(values) > 1)
    if repeated:
        return _response(_WRONG, {"error": "InvalidRequest", "message": f"{', '.join(repeated)}: given more than once"})
    context = request.request_context
    metadata = {"correlation_id": context.request_id or str(uuid.uuid4()), "actor": context.identity.user_arn}
    reply = answer({"metadata": metadata, "data": _data(contract.request, request)})
    if "refusal" in reply:
        return _response(status_of(reply["refusal"]["error"]), reply["refusal"])
    return _response(_OK, reply["answer"])


def _data(kind: type[Request], request: HttpRequest) -> dict[str, object]:
    """The request's fields. Query parameters are texts; those that are whole numbers where the contract has numbers
    become them, and the contract's own decoder refuses the others.
    """
    inside = {name: unquote(value) for name, value in (request.path_parameters or {}).items()}
    given = (request.query_string_parameters or {}) | inside
    numbers = _numbers(kind)
    return {
        name: int(value) if name in numbers and _INTEGER.fullmatch(value) else value for name, value in given.items()
    }


@cache
def _numbers(kind: type[Request]) -> frozenset[str]:
    shape = inspect.type_info(kind)
    fields = shape.fields if isinstance(shape, inspect.StructType) else ()
    return frozenset(field.encode_name for field in fields if _is_number(field.type))


def _is_number(shape: inspect.Type) -> bool:
    match shape:
        case inspect.Metadata():
            return _is_number(shape.type)
        case inspect.UnionType():
            return any(_is_number(one) for one in shape.types)
        case _:
            return isinstance(shape, inspect.IntType)


def _response(status: int, body: object) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json", "Cache-Control": "no-store"},
        "body": msgspec.json.encode(body).decode(),
        "isBase64Encoded": False,
    }
