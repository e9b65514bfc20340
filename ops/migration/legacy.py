"""The legacy system as operators reach it: in its own words."""

from collections.abc import Iterator
from typing import Protocol

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from contracts.legacy_rewards import SERVICE, Assign, AssignedShop, Classify, Export, LegacyAnswer, Usage
from pbckit.cli.client.session import Session
from pbckit.cli.errors import OperatorError, Refused, Unreachable

Operation = Classify | Assign | Export | Usage


class LegacySystem(Protocol):
    """Whoever answers in the monolith's words."""

    def ask(self, operation: Operation) -> LegacyAnswer:
        """Its answer.

        Raises:
            OperatorError: it refuses, fails, or answers what is no answer.
        """
        ...


class LegacyFunction:
    """The monolith, where it lives: in Lambda."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def ask(self, operation: Operation) -> LegacyAnswer:
        """Its answer."""
        function = self._session.names.of(SERVICE.unit).capability(SERVICE.name)
        lambda_ = self._session.lambda_for(SERVICE)
        try:
            answer = lambda_.invoke(FunctionName=function, Payload=msgspec.json.encode(operation))
        except (BotoCoreError, ClientError) as error:
            raise Unreachable(f"cannot ask {function}: {error}") from error
        body: bytes = answer["Payload"].read()
        if "FunctionError" in answer:
            raise OperatorError(f"{function} failed: {body.decode()}")
        try:
            decoded = msgspec.json.decode(body, type=LegacyAnswer)
        except msgspec.DecodeError as error:
            raise OperatorError(f"{function} answers outside its schema: {error}") from error
        if decoded.rc != 0:
            raise Refused(f"rc {decoded.rc}", decoded.msg)
        return decoded


def assigned_shops(legacy: LegacySystem) -> Iterator[AssignedShop]:
    """Every shop with a category by hand, page by page."""
    page = legacy.ask(Export())
    yield from page.rows
    while page.next is not None:
        page = legacy.ask(Export(after=page.next))
        yield from page.rows
