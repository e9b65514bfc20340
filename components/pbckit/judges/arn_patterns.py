"""ARN patterns of policies laid over those of the service authorization reference."""

import re
from functools import cache

_SEPARATORS = "/:"
_SEGMENTS = 5
"""Colons before the part of an ARN that belongs to its service."""
_PLACEHOLDER = re.compile(r"\$\{([^}]*)\}|(.)", re.DOTALL)
_VARIABLE = re.compile(r"\$\{[^}]*\}")
_NAME, _TEXT, _CHARACTER = "\x00", "\x01", "\x02"
"""A placeholder without separators, any text, and any one character."""


@cache
def overlap(pattern: str, reference: str, spacious: frozenset[str]) -> bool:
    """True if some ARN fits both.

    Args:
        pattern: as in a policy's `Resource`: with `*`, `?` and policy variables.
        reference: as in the service authorization reference, for example
            `arn:${Partition}:sqs:${Region}:${Account}:${QueueName}`.
        spacious: placeholders that stand for text with `/` and `:` too, as those that end in `WithPath` do.
    """
    if pattern == "*":
        return True
    ours = _VARIABLE.sub("*", pattern).split(":", _SEGMENTS)
    theirs = reference.split(":", _SEGMENTS)
    if len(ours) != len(theirs):
        return False
    return all(_meet(_glob(one), _of_reference(other, spacious)) for one, other in zip(ours, theirs, strict=True))


def _glob(text: str) -> str:
    return text.replace("*", _TEXT).replace("?", _CHARACTER)


@cache
def _of_reference(text: str, spacious: frozenset[str]) -> str:
    def kind(name: str) -> str:
        return _TEXT if name in spacious or name.endswith("WithPath") else _NAME

    return "".join(kind(name) if name else character for name, character in _PLACEHOLDER.findall(text))


@cache
def _meet(left: str, right: str) -> bool:
    """True if a text fits both: walks the two side by side."""
    waiting, seen = [(0, 0)], {(0, 0)}
    while waiting:
        i, j = waiting.pop()
        if i == len(left) and j == len(right):
            return True
        for step in _steps(left, right, i, j):
            if step not in seen:
                seen.add(step)
                waiting.append(step)
    return False


def _steps(left: str, right: str, i: int, j: int) -> list[tuple[int, int]]:
    one, other = left[i : i + 1], right[j : j + 1]
    steps: list[tuple[int, int]] = []
    if one in (_TEXT, _NAME) and one:
        steps.append((i + 1, j))
    if other in (_TEXT, _NAME) and other:
        steps.append((i, j + 1))
    if one and other and _share(one, other):
        steps.append((i if one in (_TEXT, _NAME) else i + 1, j if other in (_TEXT, _NAME) else j + 1))
    return steps


def _share(one: str, other: str) -> bool:
    """True if a character fits both."""
    if one in (_TEXT, _CHARACTER) or other in (_TEXT, _CHARACTER):
        return True
    if _NAME in (one, other):
        return one == other or (one if other == _NAME else other) not in _SEPARATORS
    return one == other
