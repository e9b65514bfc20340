"""The structure of a workflow: fields, targets, numbers, errors that are handled, and calls of services."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

from pbckit.judges.aws_models import operation_input
from pbckit.judges.shapes import misfits
from pbckit.judges.state_machine import Fields, Integration, Machine, State, language
from pbckit.sandbox.graph import UNKNOWN

_INTEGRATION = re.compile(
    r"arn:[^:]+:states:::(?:aws-sdk:)?(?P<call>[^.]+)(?P<pattern>\.(?:sync(?::2)?|waitForTaskToken))?"
)
_ALL = "States.ALL"


class Problem(NamedTuple):
    """Something in a workflow that Step Functions would refuse or that would fail."""

    place: str
    problem: str
    value: object
    allowed: object


def problems(machine: Machine, *, express: bool) -> Iterator[Problem]:
    """All problems of the structure of a machine and those inside it."""
    known = language()
    inside = bool(machine.place)
    fields = Fields(known.machine.required, [*known.machine.optional, *(known.machine.inner if inside else ())])
    yield from _fields(machine.place or "the definition", machine.body, fields)
    if machine.body.get("QueryLanguage", "JSONata" if inside else None) != "JSONata":
        yield Problem(machine.place, "is not written in JSONata", machine.body.get("QueryLanguage"), "JSONata")
    states = machine.states
    for state in states.values():
        yield from _state(state, states, express=express)
    yield from _reached(machine, states)
    timeout = machine.body.get("TimeoutSeconds")
    if express and isinstance(timeout, int) and timeout > known.longest_express_seconds:
        allowed = f"at most {known.longest_express_seconds}"
        yield Problem("TimeoutSeconds", "is longer than an Express workflow can run", timeout, allowed)
    for _, inner in machine.inner():
        yield from problems(inner, express=express)


def _state(state: State, states: Mapping[str, State], *, express: bool) -> Iterator[Problem]:
    known = language()
    if len(state.name) > known.longest_state_name:
        yield Problem(state.name, f"has a name of {len(state.name)} characters", state.name, known.longest_state_name)
    if state.type not in known.states:
        yield Problem(f"{state.name}.Type", "is no type of state", state.type, ", ".join(known.states))
        return
    fields = known.states[state.type]
    yield from _fields(state.name, state.body, Fields(fields.required, [*fields.optional, *known.everywhere]))
    for part, expected in (("Choices", known.choice_rule), ("Catch", known.catcher), ("Retry", known.retrier)):
        for place, body in state.parts(part):
            yield from _fields(place, body, expected)
            yield from _numbers(place, body)
    yield from _numbers(state.name, state.body)
    yield from _errors(state)
    for way in state.transitions:
        if way.target is not None and way.target not in states:
            yield Problem(f"{way.place}.Next", "names no state", way.target, ", ".join(states))
    if state.type == "Task" and "Resource" in state.body:
        yield from _call(state, express=express)


def _fields(place: str, body: Mapping[str, Any], fields: Fields) -> Iterator[Problem]:
    alternatives = [one.split("|") for one in fields.required]
    for names in alternatives:
        present = [name for name in names if name in body]
        if len(present) != 1:
            what = "is missing" if not present else "exclude each other"
            yield Problem(f"{place}.{' or '.join(names)}", what, ", ".join(body), " or ".join(names))
    allowed = [*(name for names in alternatives for name in names), *fields.optional]
    for name in body:
        if name not in allowed:
            yield Problem(f"{place}.{name}", "is no field here", name, ", ".join(allowed))


def _numbers(place: str, body: Mapping[str, Any]) -> Iterator[Problem]:
    for name, (low, high) in language().ranges.items():
        value = body.get(name)
        if isinstance(value, int | float) and not low <= value <= high:
            yield Problem(f"{place}.{name}", "is out of range", value, f"{low:.0f} to {high:.0f}")
    jitter = body.get("JitterStrategy")
    if jitter is not None and jitter not in language().jitter:
        allowed = ", ".join(language().jitter)
        yield Problem(f"{place}.JitterStrategy", "is none of the allowed values", jitter, allowed)
    shortest, longest = body.get("IntervalSeconds", 1), body.get("MaxDelaySeconds")
    if isinstance(longest, int) and isinstance(shortest, int) and longest <= shortest:
        yield Problem(f"{place}.MaxDelaySeconds", "is not above IntervalSeconds", longest, f"above {shortest}")


def _errors(state: State) -> Iterator[Problem]:
    """Which errors are handled: each list names some, and States.ALL stands alone and last."""
    for field in ("Retry", "Catch"):
        handlers = state.parts(field)
        for index, (place, body) in enumerate(handlers):
            errors = cast("Sequence[str]", body.get("ErrorEquals", ()))
            if not errors:
                yield Problem(f"{place}.ErrorEquals", "names no error", errors, "names of errors")
            if _ALL in errors and (len(errors) > 1 or index < len(handlers) - 1):
                yield Problem(f"{place}.ErrorEquals", f"{_ALL} must stand alone and last", ", ".join(errors), _ALL)


def _reached(machine: Machine, states: Mapping[str, State]) -> Iterator[Problem]:
    start: Any = machine.body.get("StartAt")
    if start not in states:
        yield Problem(f"{machine.place}StartAt", "names no state", start, ", ".join(states))
        return
    reached, waiting = set[str](), [start]
    while waiting:
        name = waiting.pop()
        if name in states and name not in reached:
            reached.add(name)
            waiting += [way.target for way in states[name].transitions if isinstance(way.target, str)]
    for name in states:
        if name not in reached:
            yield Problem(name, "is never reached", name, f"a way from {start}")


def _call(state: State, *, express: bool) -> Iterator[Problem]:
    resource, place = state.body["Resource"], f"{state.name}.Resource"
    known = language().integrations
    found = _INTEGRATION.fullmatch(str(resource))
    if found is None:
        yield Problem(place, "is no service integration", resource, "arn:PARTITION:states:::SERVICE:ACTION")
    elif express and found[2]:
        yield Problem(place, "an Express workflow cannot wait for it", resource, found[1] or "")
    elif found[1] not in known:
        yield Problem(place, "is an integration that this judge does not know", found[1], ", ".join(known))
    elif isinstance(state.body.get("Arguments", {}), Mapping):
        yield from _arguments(state, known[str(found[1])])


def _arguments(state: State, integration: Integration) -> Iterator[Problem]:
    shape = operation_input(integration.service, integration.operation)
    # What the API takes as bytes, Step Functions takes as JSON.
    arguments = {
        name: UNKNOWN if _is_blob(shape.inside(name)) else computed(value)
        for name, value in cast("Mapping[str, Any]", state.body.get("Arguments", {})).items()
    }
    for misfit in misfits(shape, arguments):
        yield Problem(f"{state.name}.Arguments.{misfit.path}", misfit.problem, misfit.value, misfit.allowed)


def _is_blob(shape: Any) -> bool:
    return shape is not None and shape.type == "blob"


def computed(value: Any) -> Any:
    """A value with UNKNOWN in the place of each expression."""
    if isinstance(value, Mapping):
        return {key: computed(item) for key, item in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, list):
        return [computed(item) for item in cast("list[Any]", value)]
    return UNKNOWN if isinstance(value, str) and value.startswith("{%") else value
