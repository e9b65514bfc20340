"""Asking capabilities, typed: the request's and response's types come from the contract."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from pbckit.cli.client.session import Session, open_session
from pbckit.cli.errors import OperatorError, Refused, Unreachable
from pbckit.contracts.decoding import ready
from pbckit.contracts.definitions import AnyCapability, Capability, RequestT, ResponseT
from pbckit.contracts.envelope import CallMetadata, Reply


class CapabilityClient(Protocol):
    """Whoever can ask capabilities."""

    @property
    def units(self) -> tuple[str, ...]:
        """Keys of the units that are there."""
        ...

    def ask(self, capability: Capability[RequestT, ResponseT], request: RequestT) -> ResponseT:
        """The answer.

        Raises:
            Refused: the capability said no, by one of its contract's errors.
            OperatorError: it could not be asked, by this caller or at all, or failed.
        """
        ...


def every_page(
    capabilities: CapabilityClient,
    capability: Capability[RequestT, ResponseT],
    request: RequestT,
    following: Callable[[ResponseT], object],
    cursor: str = "after",
) -> Iterator[ResponseT]:
    """The answers of a capability that answers by pages, to the last one.

    Args:
        capabilities: asks it.
        capability: the contract.
        request: for the first page.
        following: where the page after a page begins; None after the last one.
        cursor: the request's field that takes it.

    Raises:
        Refused: the capability said no.
    """
    page = capabilities.ask(capability, request)
    yield page
    while (begin := following(page)) is not None:
        page = capabilities.ask(capability, msgspec.structs.replace(request, **{cursor: begin}))
        yield page


class LambdaCapabilities:
    """Asks capabilities where they live: in Lambda, by the alias that takes traffic."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def units(self) -> tuple[str, ...]:
        """Keys of the units that are there."""
        return self._session.units

    def ask(self, capability: Capability[RequestT, ResponseT], request: RequestT) -> ResponseT:
        """The answer."""
        return self.send(capability, request)

    def send(self, capability: Capability[Any, ResponseT], data: object) -> ResponseT:
        """The answer to a request that need not fit the contract."""
        function = self._session.names.of(capability.unit).capability(capability.name)
        metadata = CallMetadata(correlation_id=str(uuid.uuid4()), actor=self._session.actor)
        payload = msgspec.json.encode({"metadata": metadata, "data": data})
        body, failed = self._invoke(capability, function, payload)
        if failed:
            raise OperatorError(f"{function} failed: {body.decode()}; its log group has the reason")
        return decoded(capability, body)

    def _invoke(self, capability: AnyCapability, function: str, payload: bytes) -> tuple[bytes, bool]:
        lambda_ = self._session.lambda_for(capability)
        try:
            answer: dict[str, Any] = lambda_.invoke(FunctionName=function, Payload=payload)
        except (BotoCoreError, ClientError) as error:
            raise Unreachable(f"cannot ask {function}: {error}") from error
        return answer["Payload"].read(), "FunctionError" in answer


def capabilities_of(stack: str) -> CapabilityClient:
    """The capabilities of a stack, asked as an operator.

    Raises:
        Unreachable: there is no such stack, or no sandbox.
    """
    return LambdaCapabilities(open_session(stack))


def decoded(capability: Capability[RequestT, ResponseT], body: bytes) -> ResponseT:
    """A reply's answer.

    Raises:
        Refused: it is a refusal.
        OperatorError: it does not fit the contract: this command and the function are of different versions.
    """
    try:
        reply = msgspec.json.decode(body, type=ready(Reply))
        if isinstance(reply.answer, msgspec.Raw):
            return msgspec.json.decode(reply.answer, type=ready(capability.response))
    except msgspec.DecodeError as error:
        raise OperatorError(f"{capability.unit} {capability.name} answers outside its contract: {error}") from error
    if reply.refusal is msgspec.UNSET:
        raise OperatorError(f"{capability.unit} {capability.name} answers neither yes nor no")
    raise Refused(reply.refusal.error, reply.refusal.message)
