"""What infrastructure tells the functions of a facade, besides what it tells every function."""

import os
from collections.abc import Mapping
from functools import cache

import msgspec

from pbckit.runtime.environment import InvalidEnvironment
from pbckit.strangler.sides import HttpsTransport, LambdaTransport, QueueNotes, Transport

ON_THE_PATH_SECONDS = 5.0
"""How long a caller waits for a side: its own patience is 15 seconds for both, and for what Lambda needs."""
OFF_THE_PATH_SECONDS = 8.0
"""How long the comparer waits, with nobody behind it: ten notes must fit into its own timeout."""


class FacadeEnvironment(msgspec.Struct, frozen=True, kw_only=True, rename="upper"):
    """The variables. Of the two ways to the legacy side one is set."""

    candidate_function: str
    legacy_function: str | None = None
    legacy_url: str | None = None
    notes_url: str | None = None
    """Queue of the comparer; only who answers callers has it."""

    def legacy(self, seconds: float) -> Transport:
        """The way to the legacy side, which is waited for so long.

        Raises:
            InvalidEnvironment: there is none, or there are two.
        """
        if (self.legacy_function is None) == (self.legacy_url is None):
            raise InvalidEnvironment("exactly one of LEGACY_FUNCTION and LEGACY_URL must be set")
        if self.legacy_function is not None:
            return LambdaTransport(self.legacy_function, seconds)
        return HttpsTransport(self.legacy_url or "", seconds)

    def candidate(self, seconds: float) -> Transport:
        """The way to the candidate, which is waited for so long."""
        return LambdaTransport(self.candidate_function, seconds)

    def notes(self) -> QueueNotes:
        """The comparer's queue.

        Raises:
            InvalidEnvironment: it is not set.
        """
        if self.notes_url is None:
            raise InvalidEnvironment("environment variable NOTES_URL is not set; a grant of the function brings it")
        return QueueNotes(self.notes_url)


def read(variables: Mapping[str, str]) -> FacadeEnvironment:
    """Read the environment.

    Raises:
        InvalidEnvironment: a variable is missing.
    """
    try:
        return msgspec.convert(dict(variables), FacadeEnvironment)
    except msgspec.ValidationError as error:
        raise InvalidEnvironment(f"environment variables: {error}") from error


@cache
def facade_environment() -> FacadeEnvironment:
    """The environment of this process, read once."""
    return read(os.environ)
