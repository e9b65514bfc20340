"""Inputs checked against what AWS documents and botocore's models do not say."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import prod
from typing import Any

from pbckit.judges.api_calls import Limit
from pbckit.judges.shapes import Misfit, matcher
from pbckit.judges.values import at, is_unknown


def broken(limits: Iterable[Limit], inputs: Mapping[str, Any]) -> Iterator[tuple[Limit, Misfit]]:
    """The limits that a resource's inputs do not keep."""
    for limit in limits:
        value = at(inputs, limit.input)
        if value is None or not _applies(limit, inputs):
            continue
        if limit.product:
            value = _product(limit.product, inputs)
        for misfit in _misfits(limit, value, inputs):
            yield limit, misfit


def _applies(limit: Limit, inputs: Mapping[str, Any]) -> bool:
    conditions = {path: at(inputs, path) for path in limit.when}
    if any(value is None or is_unknown(value) for value in conditions.values()):
        return False
    return all(matcher(limit.when[path])(str(value)) for path, value in conditions.items())


def _product(paths: Sequence[str], inputs: Mapping[str, Any]) -> Any:
    factors = [at(inputs, path) for path in paths]
    return prod(factors) if all(isinstance(one, int) for one in factors) else None


def _misfits(limit: Limit, value: Any, inputs: Mapping[str, Any]) -> Iterator[Misfit]:
    for path in limit.required or ():
        if at(inputs, path) is None:
            yield Misfit(path, f"is missing beside {limit.input}", value, "a value")
    for path in limit.forbidden or ():
        if at(inputs, path) is not None:
            yield Misfit(path, f"may not be set beside this {limit.input}", value, "no value")
    for key in limit.forbidden_keys or ():
        if at(inputs, f"{limit.input}.{key}") is not None:
            yield Misfit(f"{limit.input}.{key}", "is reserved", key, "another name")
    if value is None or is_unknown(value):
        return
    problem = _problem(limit, value)
    if problem is not None:
        yield Misfit(limit.input, *problem)


def _problem(limit: Limit, value: Any) -> tuple[str, object, object] | None:
    if limit.one_of is not None and value not in limit.one_of:
        return "is none of the allowed values", value, ", ".join(map(str, limit.one_of))
    if limit.pattern is not None and not matcher(limit.pattern)(str(value)):
        return "does not match the pattern", value, limit.pattern
    if limit.length is not None and not limit.length[0] <= len(value) <= limit.length[1]:
        return f"has a length of {len(value)}", value, "{} to {}".format(*limit.length)
    if limit.range is not None and not limit.range[0] <= float(value) <= limit.range[1]:
        what = f"times {' and '.join(limit.product[1:])} is out of range" if limit.product else "is out of range"
        return what, value, "{} to {}".format(*limit.range)
    if limit.multiple_of is not None and value % limit.multiple_of and value not in limit.also:
        return "is no multiple", value, ", ".join([*map(str, limit.also), f"multiples of {limit.multiple_of}"])
    return None
