"""Reading a stack's configuration: typed, checked, with errors that name the key, the value and what is allowed."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated

import msgspec
import pulumi

from pbckit.errors import PbckitError


class InvalidConfiguration(PbckitError, pulumi.RunError):
    """A stack's configuration has a wrong or missing value. Names the key, the value and what is allowed."""

    def __init__(self, key: str, value: str | None, allowed: str) -> None:
        found = "is missing" if value is None else f"is {value!r}"
        super().__init__(f"{key} {found}; allowed: {allowed}")


class Configuration:
    """The values of one namespace of the stack's configuration, by default the project's own.

    Each value is checked as it is read: `InvalidConfiguration` names the key, the value and what is allowed.
    """

    def __init__(self, namespace: str | None = None) -> None:
        self._namespace = namespace or pulumi.get_project()
        self._config = pulumi.Config(self._namespace)

    def key(self, name: str) -> str:
        """The full key of a value, as it stands in `Pulumi.<stack>.yaml`."""
        return f"{self._namespace}:{name}"

    def one_of(self, key: str, allowed: tuple[object, ...], default: str | None = None) -> str:
        """A value that is one of some."""
        return self._checked(key, {str(value) for value in allowed}.__contains__, ", ".join(map(str, allowed)), default)

    def matching(self, key: str, pattern: str, allowed: str, default: str | None = None) -> str:
        """A value that a regular expression matches whole; `allowed` says in words what it allows."""
        return self._checked(key, lambda value: re.fullmatch(pattern, value) is not None, allowed, default)

    def optional(self, key: str, pattern: str, allowed: str) -> str | None:
        """As `matching`; None where the value is not set."""
        return None if self._config.get(key) is None else self.matching(key, pattern, allowed)

    def optional_number(self, key: str, most: int) -> int | None:
        """A whole number from 1; None where it is not set."""
        allowed = f"a whole number from 1 to {most}"
        text = self.optional(key, r"[1-9][0-9]*", allowed)
        if text is not None and int(text) > most:
            raise InvalidConfiguration(self.key(key), text, allowed)
        return None if text is None else int(text)

    def units(self, key: str, known: tuple[str, ...]) -> tuple[str, ...]:
        """A list of some of the known units; empty where it is not set."""
        allowed = f"a list of {', '.join(known)}"
        text = self._config.get(key)
        if text is None:
            return ()
        try:
            chosen = msgspec.json.decode(text, type=Annotated[list[str], msgspec.Meta(min_length=1)])
        except msgspec.DecodeError as error:
            raise InvalidConfiguration(self.key(key), text, allowed) from error
        for unit in chosen:
            if unit not in known:
                raise InvalidConfiguration(self.key(key), unit, allowed)
        return tuple(unit for unit in known if unit in chosen)

    def optional_list(self, key: str, pattern: str, allowed: str) -> tuple[str, ...] | None:
        """Texts that a regular expression matches whole, sorted; None where the value is not set."""
        text = self._config.get(key)
        if text is None:
            return None
        try:
            chosen = msgspec.json.decode(text, type=list[str])
        except msgspec.DecodeError as error:
            raise InvalidConfiguration(self.key(key), text, f"a list of {allowed}") from error
        for one in chosen:
            if re.fullmatch(pattern, one) is None:
                raise InvalidConfiguration(self.key(key), one, f"a list of {allowed}")
        return tuple(sorted(set(chosen)))

    def choices(self, key: str, known: Mapping[str, Sequence[str]]) -> dict[str, str]:
        """One of several, for some keys; empty where it is not set."""
        allowed = "an object with " + ", ".join(f"{name}: {' or '.join(others)}" for name, others in known.items())
        text = self._config.get(key)
        try:
            chosen = msgspec.json.decode(text or "{}", type=dict[str, str])
        except msgspec.DecodeError as error:
            raise InvalidConfiguration(self.key(key), text, allowed) from error
        for name, choice in chosen.items():
            if choice not in known.get(name, ()):
                raise InvalidConfiguration(self.key(key), f"{name}: {choice}", allowed)
        return chosen

    def _checked(self, key: str, fits: Callable[[str], bool], allowed: str, default: str | None) -> str:
        given = self._config.get(key)
        value = default if given is None else given
        if value is None or not fits(value):
            raise InvalidConfiguration(self.key(key), value, allowed)
        return value
