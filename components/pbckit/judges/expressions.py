"""JSONata expressions as trees, and what they refer to."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from jsonata.jexception import JException  # pyright: ignore[reportMissingTypeStubs] it has none
from jsonata.jsonata import Jsonata  # pyright: ignore[reportMissingTypeStubs] it has none

from pbckit.errors import PbckitError


class InvalidExpression(PbckitError, ValueError):
    """A text that is no JSONata expression."""


@dataclass(frozen=True)
class Node:
    """A part of an expression."""

    kind: str
    """`variable`, `name`, `constant`, `path`, `object`, `array`, `condition`, `within`, or as the parser calls it."""
    value: Any = None
    """Name of a variable or of a field; a constant."""
    parts: "Sequence[Node]" = ()
    """Steps of a path; keys and values of an object in turn; what is filtered, then the filters; and so on."""
    binds: Sequence[str] = ()
    """Variables that it defines."""


@dataclass(frozen=True)
class Reference:
    """A variable that an expression reads, or a field that belongs to nothing."""

    variable: str | None
    """Name without `$`; None for a field that stands alone."""
    fields: Sequence[str]
    """The fields that are read from it, one in the other."""

    def __str__(self) -> str:
        return ".".join([*([f"${self.variable}"] if self.variable is not None else []), *self.fields])


def parse(text: str) -> Node:
    """Parse an expression.

    Raises:
        InvalidExpression: it is none; says why and where.
    """
    try:
        return _node(cast("Any", Jsonata(text)).ast)
    except JException as error:
        raise InvalidExpression(str(error)) from error


def references(node: Node) -> Iterator[Reference]:
    """What an expression reads from outside: not the variables that it defines itself."""
    own = set(_defined(node))
    for found in _references(node, in_context=False):
        if found.variable not in own:
            yield found


def _defined(node: Node) -> Iterator[str]:
    yield from node.binds
    for part in node.parts:
        yield from _defined(part)


def _references(node: Node, *, in_context: bool) -> Iterator[Reference]:
    if node.kind == "path":
        yield from _path(node, in_context=in_context)
    elif node.kind == "variable":
        # `$` alone is the item that a filter or a step looks at.
        if node.value != "" or not in_context:
            yield Reference(node.value, ())
    elif node.kind == "name":
        if not in_context:
            yield Reference(None, (node.value,))
    elif node.kind == "within":
        first, *others = node.parts
        yield from _references(first, in_context=in_context)
        for part in others:
            yield from _references(part, in_context=True)
    else:
        for part in node.parts:
            yield from _references(part, in_context=in_context)


def _path(node: Node, *, in_context: bool) -> Iterator[Reference]:
    first, *others = node.parts
    base = first.parts[0] if first.kind == "within" else first
    fields = list(_fields_of(others))
    if base.kind == "variable" and base.value != "":
        yield Reference(base.value, fields)
    elif base.kind == "name" and not in_context:
        yield Reference(None, [base.value, *fields])
    else:
        yield from _references(base, in_context=in_context)
    for part in (*(first.parts[1:] if first.kind == "within" else ()), *others):
        yield from _references(part, in_context=True)


def fields_after_first(path: Node) -> list[str]:
    """The fields that follow the first step of a path, up to the first step that is no field."""
    return list(_fields_of(path.parts[1:]))


def _fields_of(steps: Sequence[Node]) -> Iterator[str]:
    for step in steps:
        named = step.parts[0] if step.kind == "within" else step
        if named.kind != "name":
            return
        yield named.value


def _node(symbol: Any) -> Node:
    """A tree of the parser's as one of ours."""
    plain = _plain(symbol)
    filters = [*(symbol.predicate or ()), *(symbol.stages or ())]
    around = [_node(one.expr) for one in filters if getattr(one, "expr", None) is not None]
    if symbol.group is not None:
        around += [_node(one) for pair in symbol.group.lhs_object for one in pair]
    names = [one for one in (symbol.focus, symbol.index) if isinstance(one, str)]
    names += [one.value for one in filters if one.type == "index"]
    return Node("within", parts=[plain, *around], binds=names) if around or names else plain


def _plain(symbol: Any) -> Node:
    """A symbol without its filters."""
    kind, value = symbol.type, symbol.value
    if kind == "unary":
        kind = _UNARY.get(str(value), kind)
    if kind in ("string", "number", "value"):
        kind = "constant"
    if kind in ("variable", "name", "constant"):
        return Node(kind, value)
    parts, binds = _PARTS.get(kind, _PARTS["other"]), _BINDS.get(kind, _nothing)
    return Node(kind, parts=[_node(one) for one in parts(symbol) if one is not None], binds=binds(symbol))


def _nothing(_: Any) -> list[str]:
    return []


_UNARY = {"{": "object", "[": "array"}
_PARTS: Mapping[str, Callable[[Any], Sequence[Any]]] = {
    "path": lambda symbol: symbol.steps,
    "object": lambda symbol: [one for pair in symbol.lhs_object for one in pair],
    "condition": lambda symbol: [symbol.condition, symbol.then, symbol._else],  # noqa: SLF001 the library's name
    "function": lambda symbol: [symbol.procedure, *symbol.arguments],
    "partial": lambda symbol: [symbol.procedure, *symbol.arguments],
    "lambda": lambda symbol: [symbol.body],
    "bind": lambda symbol: [symbol.rhs],
    "sort": lambda symbol: [term.expression for term in symbol.terms],
    "other": lambda symbol: [symbol.lhs, symbol.rhs, symbol.expression, *(symbol.expressions or ())],
}
"""The symbols inside a symbol, by its type."""
_BINDS: Mapping[str, Callable[[Any], list[str]]] = {
    "lambda": lambda symbol: [one.value for one in symbol.arguments],
    "bind": lambda symbol: [symbol.lhs.value],
}
"""The variables that a symbol defines, by its type."""
