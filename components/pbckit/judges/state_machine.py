"""A workflow in the Amazon States Language: its states, and how one leads to another."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

import msgspec

_DATA = Path(__file__).parent / "data" / "state_language.yaml"


class Fields(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The fields of something in a definition. `a|b` stands for exactly one of them."""

    required: Sequence[str]
    optional: Sequence[str]
    inner: Sequence[str] = ()


class Integration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The API operation that an optimized integration stands for."""

    service: str
    operation: str


class Language(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The contents of the data file, which explains them."""

    machine: Fields
    states: Mapping[str, Fields]
    everywhere: Sequence[str]
    choice_rule: Fields
    catcher: Fields
    retrier: Fields
    ranges: Mapping[str, tuple[float, float]]
    jitter: Sequence[str]
    longest_state_name: int
    longest_express_seconds: int
    literal_fields: Sequence[str]
    states_fields: Mapping[str, str]
    with_result: Sequence[str]
    context: Mapping[str, Sequence[str]]
    error_output: Sequence[str]
    functions: Sequence[Sequence[str]]
    integrations: Mapping[str, Integration]
    result_metadata: Sequence[str]


@cache
def language() -> Language:
    """What the language allows."""
    return msgspec.yaml.decode(_DATA.read_bytes(), type=Language)


@dataclass(frozen=True)
class Transition:
    """A way out of a state."""

    target: Any
    """Name of the next state; None at an end."""
    place: str
    """Where it stands, for example `Categorize.Catch[0]`."""
    assign: Mapping[str, Any]
    """The variables that it sets, with their expressions."""
    caught: bool = False
    """True if it is taken after an error."""


@dataclass(frozen=True)
class State:
    """A state of a machine."""

    name: str
    body: Mapping[str, Any]

    @property
    def type(self) -> str:
        """`Task`, `Choice` and so on; empty where it is missing."""
        return str(self.body.get("Type", ""))

    def parts(self, field: str) -> list[tuple[str, Mapping[str, Any]]]:
        """The objects of a list such as `Catch`, each with its place."""
        found = self.body.get(field)
        items = cast("list[Any]", found) if isinstance(found, list) else []
        return [(f"{self.name}.{field}[{index}]", one) for index, one in enumerate(items) if isinstance(one, Mapping)]

    @property
    def transitions(self) -> list[Transition]:
        """All ways out of it."""
        own = _mapping(self.body.get("Assign"))
        if self.type == "Choice":
            default = [Transition(self.body["Default"], f"{self.name}.Default", own)] if "Default" in self.body else []
            return [*self._chosen("Choices"), *default]
        return [Transition(self.body.get("Next"), self.name, own), *self._chosen("Catch", caught=True)]

    def _chosen(self, field: str, *, caught: bool = False) -> list[Transition]:
        return [
            Transition(one.get("Next"), place, _mapping(one.get("Assign")), caught) for place, one in self.parts(field)
        ]


@dataclass(frozen=True)
class Machine:
    """A state machine, or a branch or item processor inside one."""

    place: str
    """Empty for the whole; else where it stands, for example `Fan out.Branches[0]`."""
    body: Mapping[str, Any]

    @property
    def states(self) -> dict[str, State]:
        """The states by name."""
        found = _mapping(self.body.get("States"))
        return {name: State(name, _mapping(body)) for name, body in found.items()}

    def inner(self) -> Iterator[tuple[State, "Machine"]]:
        """The machines inside its states."""
        for state in self.states.values():
            for place, branch in state.parts("Branches"):
                yield state, Machine(f"{self.place}{place}", branch)
            if "ItemProcessor" in state.body:
                yield state, Machine(f"{self.place}{state.name}.ItemProcessor", _mapping(state.body["ItemProcessor"]))


def _mapping(value: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}
