"""The read APIs of a stack: where they are, and a request to one, signed as a role."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import boto3
import msgspec
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError, ClientError
from botocore.httpsession import URLLib3Session

from pbckit.cli.client.session import Place, current_actor
from pbckit.cli.errors import NotFound, OperatorError, Refused, Unreachable
from pbckit.contracts import catalogue
from pbckit.contracts.definitions import AnyCapability
from pbckit.contracts.openapi import path_fields, route_of
from pbckit.infra.read_api import READ_API, STAGE, any_fields

_SERVICE = "execute-api"
_TIMEOUT_SECONDS = 60
_OK = 200


class Route(msgspec.Struct, frozen=True):
    """A question of a read API."""

    unit: str
    capability: str
    address: str
    """With the fields that belong into it in braces."""
    invoke: str
    """Resource that `execute-api:Invoke` has to be allowed on."""


@dataclass(frozen=True)
class ReadApis:
    """The read APIs of a stack, seen with the credentials of whoever asks."""

    place: Place

    def routes(self) -> list[Route]:
        """All questions of the APIs that are there, by unit and capability.

        Raises:
            Unreachable: the caller may not list APIs.
        """
        there = self._ids()
        exposed = (one for one in catalogue.capabilities() if one.route is not None and one.unit in there)
        return [self._route(capability, there[capability.unit]) for capability in exposed]

    def get(self, route: Route, fields: Iterable[tuple[str, str]], role: str) -> bytes:
        """The answer to a question, asked as a role.

        Args:
            route: of the question.
            fields: of the request, by name, as text.
            role: ARN of the IAM role that signs.

        Raises:
            OperatorError: a field of the path is missing.
            Unreachable: the role cannot be assumed, or the API does not answer.
            Refused: it refuses.
        """
        request = AWSRequest("GET", filled(route.address, dict(fields)))
        SigV4Auth(self._acting(role).get_credentials(), _SERVICE, self.place.names.region).add_auth(request)
        try:
            answer = URLLib3Session(timeout=_TIMEOUT_SECONDS).send(request.prepare())
        except BotoCoreError as error:
            raise Unreachable(f"{route.address} does not answer: {error}") from error
        if answer.status_code != _OK:
            raise refusal(answer.status_code, answer.content)
        return answer.content

    def _ids(self) -> dict[str, str]:
        """IDs of the APIs, by unit. AWS chooses them, so they are found by their names."""
        names = self.place.names
        units = {names.of(unit).physical(READ_API): unit for unit in catalogue.units()}
        client = self.place.caller.client("apigateway", endpoint_url=self.place.endpoint)
        try:
            pages = client.get_paginator("get_rest_apis").paginate()
            return {units[api["name"]]: api["id"] for page in pages for api in page["items"] if api["name"] in units}
        except (BotoCoreError, ClientError) as error:
            raise Unreachable(f"cannot list the REST APIs of {names.environment}: {error}") from error

    def _route(self, capability: AnyCapability, api: str) -> Route:
        names, route = self.place.names, route_of(capability)
        if self.place.endpoint:
            stage = f"{self.place.endpoint}/_aws/execute-api/{api}/{STAGE}"
        else:
            suffix = "amazonaws.com.cn" if names.partition == "aws-cn" else "amazonaws.com"
            stage = f"https://{api}.execute-api.{names.region}.{suffix}/{STAGE}"
        return Route(
            unit=capability.unit,
            capability=capability.name,
            address=f"{stage}{route}",
            invoke=names.arn(_SERVICE, f"{api}/{STAGE}/GET{any_fields(route)}"),
        )

    def _acting(self, role: str) -> boto3.Session:
        try:
            sts = self.place.caller.client("sts", endpoint_url=self.place.endpoint)
            given = sts.assume_role(RoleArn=role, RoleSessionName=current_actor())["Credentials"]
        except (BotoCoreError, ClientError) as error:
            raise Unreachable(f"cannot act as {role}: {error}") from error
        return boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def chosen(routes: Iterable[Route], name: str) -> Route:
    """The route of a question by its name, `unit.capability`.

    Raises:
        NotFound: no API has it.
    """
    known = {f"{one.unit}.{one.capability}": one for one in routes}
    if name not in known:
        raise NotFound(f"no read API answers {name!r}; there are: {', '.join(known) or 'none'}")
    return known[name]


def filled(address: str, fields: dict[str, str]) -> str:
    """An address with its fields, and the others as its query."""
    inside = path_fields(address)
    missing = [one for one in inside if one not in fields]
    if missing:
        raise OperatorError(f"{address}: {', '.join(missing)} is missing; give it as {missing[0]}=VALUE")
    for field in inside:
        address = address.replace(f"{{{field}}}", quote(fields[field], safe=""))
    rest = {name: value for name, value in fields.items() if name not in inside}
    return f"{address}?{urlencode(rest)}" if rest else address


def refusal(status: int, body: bytes) -> Refused:
    """What a function says, or API Gateway where no function was asked: it says `Message` or `message`."""
    try:
        said = msgspec.json.decode(body, type=dict[str, object])
    except msgspec.DecodeError:
        said = {}
    message = said.get("message") or said.get("Message") or body.decode(errors="replace")
    return Refused(f"{status} {said.get('error', '')}".strip(), str(message))
