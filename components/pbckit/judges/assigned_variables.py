"""What the expressions of a workflow read, held against what is assigned on every way to them.

Variables are followed through the states: one that some way does not assign is not there when that way is taken, and
then the execution fails. Of objects that the workflow makes itself the fields are followed too.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from pbckit.judges.aws_models import operation_output
from pbckit.judges.expressions import InvalidExpression, Node, Reference, fields_after_first, parse, references
from pbckit.judges.state_machine import Machine, State, Transition, language
from pbckit.judges.state_structure import Problem

Shape = Mapping[str, Any] | None
"""The fields that a value may have, with their shapes; None where it may have any."""
Variables = Mapping[str, Shape]
_NO_FIELDS: Shape = {}
_DEEPEST = 6
"""Objects inside objects are followed to this depth."""
_OPEN, _CLOSE = "{%", "%}"


@dataclass(frozen=True)
class _Place:
    """Where an expression stands, and which fields of `$states` are there."""

    path: str
    fields: Mapping[str, Shape]


def problems(machine: Machine, outer: Variables | None = None) -> Iterator[Problem]:
    """The expressions of a machine, and of those inside it, that are wrong or read what is not there."""
    states = machine.states
    known = _known_at(machine, states, dict(outer or {}))
    for name, state in states.items():
        if name in known:
            yield from _of_state(state, known[name])
    for state, inner in machine.inner():
        yield from problems(inner, known.get(state.name, {}))


def _known_at(machine: Machine, states: Mapping[str, State], outer: Variables) -> dict[str, Variables]:
    """The variables that are surely there when a state begins."""
    start = machine.body.get("StartAt")
    known: dict[str, Variables] = {start: outer} if isinstance(start, str) and start in states else {}
    waiting = list(known)
    while waiting:
        name = waiting.pop()
        for way in states[name].transitions:
            if not isinstance(way.target, str) or way.target not in states:
                continue
            after = {**known[name], **_assigned(states[name], way, known[name])}
            before = known.get(way.target)
            joined = after if before is None else _joined(before, after)
            if joined != before:
                known[way.target] = joined
                waiting.append(way.target)
    return known


def _joined(one: Variables, other: Variables) -> Variables:
    return {name: _union([one[name], other[name]]) for name in one.keys() & other.keys()}


def _assigned(state: State, way: Transition, known: Variables) -> Variables:
    fields = _states_fields(state, after=True, caught=way.caught)
    around = {**known, "states": fields}
    return {name: _limited(_shape_of_value(value, around), _DEEPEST) for name, value in way.assign.items()}


def _limited(shape: Shape, depth: int) -> Shape:
    """The shape down to a depth: a variable that goes into itself in a loop would grow for ever."""
    if shape is None or depth == 0:
        return None
    return {name: _limited(inner, depth - 1) for name, inner in shape.items()}


def _of_state(state: State, known: Variables) -> Iterator[Problem]:
    for place, text in _expressions(state):
        if not (text.startswith(_OPEN) and text.endswith(_CLOSE)):
            if _OPEN in text:
                yield Problem(place.path, "has an expression that is not the whole text", text, "{% … %}")
            continue
        try:
            node = parse(text.removeprefix(_OPEN).removesuffix(_CLOSE).strip())
        except InvalidExpression as error:
            yield Problem(place.path, f"is no JSONata: {error}", text, "a JSONata expression")
            continue
        for reference in references(node):
            yield from _missing(reference, place, {**known, "states": place.fields}, text)


def _missing(reference: Reference, place: _Place, known: Mapping[str, Shape], text: str) -> Iterator[Problem]:
    name = reference.variable
    if name is None:
        yield Problem(
            place.path, f"{reference} is read from nothing", text, f"${reference}, or $states.input.{reference}"
        )
    elif name not in known:
        if not any(name in some for some in language().functions):
            allowed = ", ".join(f"${one}" for one in sorted(known))
            yield Problem(place.path, f"${name} is not assigned on every way to this state", text, allowed)
    else:
        shape: Shape = known[name]
        for depth, field in enumerate(reference.fields):
            if shape is None:
                return
            if field not in shape:
                owner = ".".join([f"${name}", *reference.fields[:depth]])
                yield Problem(
                    place.path, f"{owner} has no field {field}", text, ", ".join(sorted(shape)) or "no fields"
                )
                return
            shape = shape[field]


def _expressions(state: State) -> Iterator[tuple[_Place, str]]:
    """Every text of a state that may be an expression."""
    literal = {*language().literal_fields, "Branches", "ItemProcessor", "Choices", "Catch"}
    for field, value in state.body.items():
        if field not in literal:
            after = field in ("Assign", "Output")
            yield from _texts(f"{state.name}.{field}", value, _states_fields(state, after=after))
    for list_name in ("Choices", "Catch"):
        for place, body in state.parts(list_name):
            for field, value in body.items():
                if field not in literal:
                    fields = _states_fields(state, after=True, caught=list_name == "Catch")
                    yield from _texts(f"{place}.{field}", value, fields)


def _texts(path: str, value: Any, fields: Mapping[str, Shape]) -> Iterator[tuple[_Place, str]]:
    if isinstance(value, Mapping):
        for key, item in cast("Mapping[str, Any]", value).items():
            yield from _texts(f"{path}.{key}", item, fields)
    elif isinstance(value, list):
        for index, item in enumerate(cast("list[Any]", value)):
            yield from _texts(f"{path}[{index}]", item, fields)
    elif isinstance(value, str):
        yield _Place(path, fields), value


def _states_fields(state: State, *, after: bool, caught: bool = False) -> dict[str, Shape]:
    """The fields of `$states` in an expression.

    Args:
        state: whose expression it is.
        after: True for what is evaluated when the state has done its work.
        caught: True for what is evaluated after an error.
    """
    context = {name: dict.fromkeys(fields) for name, fields in language().context.items()}
    fields: dict[str, Shape] = {"input": None, "context": context}
    if caught:
        fields["errorOutput"] = dict.fromkeys(language().error_output, _NO_FIELDS)
    elif after and state.type in language().with_result:
        fields["result"] = _result(state)
    return fields


def _result(state: State) -> Shape:
    """What a service's answer has in it."""
    integration = language().integrations.get(str(state.body.get("Resource")).partition(":states:::")[2])
    if state.type != "Task" or integration is None:
        return None
    answer = operation_output(integration.service, integration.operation)
    return dict.fromkeys([*answer.members, *language().result_metadata])


def _shape_of_value(value: Any, known: Variables) -> Shape:
    if isinstance(value, Mapping):
        return {key: _shape_of_value(item, known) for key, item in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, list):
        return _union([_shape_of_value(item, known) for item in cast("list[Any]", value)])
    if not isinstance(value, str) or not value.startswith(_OPEN):
        return _NO_FIELDS
    try:
        return _shape(parse(value.removeprefix(_OPEN).removesuffix(_CLOSE).strip()), known)
    except InvalidExpression:
        return None


def _shape(node: Node, known: Variables) -> Shape:
    shapes: Mapping[str, Callable[[Node, Variables], Shape]] = {
        "constant": lambda _, __: _NO_FIELDS,
        "variable": lambda node, known: known.get(node.value),
        "array": lambda node, known: _union([_shape(part, known) for part in node.parts]),
        "condition": lambda node, known: _union([_shape(part, known) for part in node.parts[1:]]),
        "object": _object,
        "path": _path,
    }
    return shapes[node.kind](node, known) if node.kind in shapes else None


def _path(node: Node, known: Variables) -> Shape:
    first, fields = node.parts[0], fields_after_first(node)
    if first.kind != "variable" or len(fields) < len(node.parts) - 1:
        return None
    shape = known.get(first.value)
    for field in fields:
        shape = None if shape is None else shape.get(field)
    return shape


def _object(node: Node, known: Variables) -> Shape:
    pairs = list(zip(node.parts[::2], node.parts[1::2], strict=True))
    if any(key.kind != "constant" for key, _ in pairs):
        return None
    return {str(key.value): _shape(value, known) for key, value in pairs}


def _union(shapes: Sequence[Shape]) -> Shape:
    """The shape of a value that is of one of these."""
    known = [shape for shape in shapes if shape is not None]
    if len(known) < len(shapes):
        return None
    names = {name for shape in known for name in shape}
    return {name: _union([shape[name] for shape in known if name in shape]) for name in names}
