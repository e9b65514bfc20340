"""Which fields of events and answers a workflow reads, and which refusals it tells apart: from its ASL and JSONata.

It follows variables: `Assign` binds a name to an event's content, to a capability's answer or to part of one of them; a
path behind a name, anywhere in the workflow, is a reading. A workflow for several events is followed for each apart,
along the choices that its `detail-type` decides. The event itself (`$event`), which is only set aside whole, is not
read.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Place = tuple[str, str]
"""A contract, and a path in it."""
_TOKEN = re.compile(r"\$((?:states\.)?[a-z_]\w*(?:\.\w+)*)(?!\w*\()")
_QUOTED_IN_LISTS = re.compile(r"\$refusal\.error\s*(?:!?=|in)\s*(\[[^\]]*\]|'\w+')")
_ALIAS = re.compile(r"^\{% (?:\$exists\((?P<same>[^)]*)\) \? )?\[?\$(?P<path>[\w.]+)\]?(?: : null)? %\}$")
_OF_EVENT = "states.input.detail"
_OF_ANSWER = "states.result.Payload.answer"


@dataclass(frozen=True)
class Reads:
    """What a workflow does with contracts."""

    fields: frozenset[Place]
    refusals: frozenset[tuple[str, str]]
    """Capability and refusal."""


def workflow_reads(definition: Mapping[str, Any], event: str, capabilities: Mapping[str, str]) -> Reads:
    """What a workflow reads when it is started by an event.

    Args:
        definition: the state machine.
        event: the contract of the event, for example `cards.PurchasePosted`.
        capabilities: the contract of each placeholder, for example `post_hold`: `points-ledger.post-hold`.
    """
    states: Mapping[str, Any] = definition["States"]
    reached = list(_reached(states, definition["StartAt"], event.split(".")[1]))
    bound: dict[str, set[Place]] = {}
    # A binding can rest on one that stands behind it: as often as there are states is enough for all.
    for _ in reached:
        for name in reached:
            _bind(states[name], event, capabilities, bound)
    fields = {
        place for name in reached for place in _read(states[name], event, _asked(states[name], capabilities), bound)
    }
    refusals = {
        (asked, refusal)
        for name in reached
        for asked in _asked_before(states, reached, name, capabilities)
        for refusal in _refusals(states[name])
    }
    return Reads(frozenset(fields), frozenset(refusals))


def _reached(states: Mapping[str, Any], start: str, kind: str) -> Iterator[str]:
    """States that a run for one kind of event can come to."""
    seen: list[str] = []
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.append(name)
            waiting += _next(states[name], kind)
    yield from seen


def _next(state: Mapping[str, Any], kind: str) -> list[str]:
    found: list[str] = [one["Next"] for one in state.get("Catch", ())]
    for rule in state.get("Choices", ()):
        decided = re.fullmatch(r"\{% \$kind = '(\w+)' %\}", rule["Condition"])
        if decided is None:
            found.append(rule["Next"])
        elif decided[1] == kind:
            return [*found, rule["Next"]]
    return found + [state[key] for key in ("Next", "Default") if key in state]


def _bind(state: Mapping[str, Any], event: str, capabilities: Mapping[str, str], bound: dict[str, set[Place]]) -> None:
    for name, value in state.get("Assign", {}).items():
        alias = _ALIAS.match(value) if isinstance(value, str) else None
        if alias is not None and alias["same"] in (None, f"${alias['path']}"):
            bound.setdefault(name, set()).update(_places(alias["path"], event, _asked(state, capabilities), bound))


def _read(state: Mapping[str, Any], event: str, asked: str | None, bound: Mapping[str, set[Place]]) -> Iterator[Place]:
    for name, text in _texts(state):
        if name in bound and _ALIAS.match(text):
            continue  # Giving something a name is not reading it yet.
        for token in _TOKEN.findall(text):
            yield from _places(token, event, asked, bound)


def _places(token: str, event: str, asked: str | None, bound: Mapping[str, set[Place]]) -> set[Place]:
    """What an expression means: places in contracts; none for what is the workflow's own."""
    if token.startswith(f"{_OF_EVENT}."):
        return {(event, token.removeprefix(f"{_OF_EVENT}."))}
    if asked is not None and f"{token}.".startswith(f"{_OF_ANSWER}."):
        return {(asked, f"response{token.removeprefix(_OF_ANSWER)}")}
    name, _, rest = token.partition(".")
    return {(contract, f"{path}.{rest}".rstrip(".")) for contract, path in bound.get(name, set())}


def _texts(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every expression, with the name that it is assigned to."""
    if isinstance(value, str):
        if value.startswith("{%"):
            yield name, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, name)


def _asked(state: Mapping[str, Any], capabilities: Mapping[str, str]) -> str | None:
    """The capability that a state asks."""
    arguments = state.get("Arguments", {})
    return capabilities.get(arguments.get("FunctionName", "").strip("${}")) if isinstance(arguments, Mapping) else None


def _asked_before(
    states: Mapping[str, Any], reached: list[str], name: str, capabilities: Mapping[str, str]
) -> Iterator[str]:
    """The capabilities whose reply a choice looks at: of the states that lead to it at once."""
    for before in reached:
        asked = _asked(states[before], capabilities)
        if asked is not None and states[before].get("Next") == name:
            yield asked


def _refusals(state: Mapping[str, Any]) -> Iterator[str]:
    for rule in state.get("Choices", ()):
        for listed in _QUOTED_IN_LISTS.findall(rule["Condition"]):
            yield from re.findall(r"'(\w+)'", listed)
