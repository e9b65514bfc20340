"""Requests from what a person typed or wrote into a file: checked against the contract before anything is sent."""

from typing import TypeVar

import msgspec

from pbckit.cli.errors import OperatorError
from pbckit.contracts.decoding import converted
from pbckit.contracts.definitions import Request

R = TypeVar("R", bound=Request)


def request_of(kind: type[R], **values: object) -> R:
    """A request of the given values.

    Raises:
        OperatorError: a value is wrong; names the field and what is allowed.
    """
    try:
        return converted(values, kind)
    except msgspec.ValidationError as error:
        raise OperatorError(f"{kind.__name__}: {error}") from error
