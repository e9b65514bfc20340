"""The programme's policy, read from environment variables."""

import os
from collections.abc import Mapping
from functools import cache

import msgspec

from lambdas.points_ledger.model.policy import Policy
from pbckit.runtime.environment import InvalidEnvironment

_FOR_EVER = "never"


def read(variables: Mapping[str, str]) -> Policy:
    """Read `EXPIRY_MONTHS` (a number, or `never`), `SHORTFALL` (`debt` or `clamp`), `CORRECTION_LIMIT`,
    `POINTS_ON_CLOSING`, `DAYS_BACK` and `DAYS_AHEAD`; each has a default.

    Raises:
        InvalidEnvironment: a variable is invalid.
    """
    given: dict[str, str | None] = {
        name: variables[name.upper()] for name in Policy.__struct_fields__ if name.upper() in variables
    }
    if given.get("expiry_months") == _FOR_EVER:
        given["expiry_months"] = None
    try:
        return msgspec.convert(given, Policy, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidEnvironment(f"environment variables of the ledger's policy: {error}") from error


@cache
def policy() -> Policy:
    """The policy of this process, read once."""
    return read(os.environ)
