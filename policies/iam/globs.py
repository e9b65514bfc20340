"""The algebra of wildcard patterns: is there a text that matches all of these and none of those?

Every question about resources comes down to that one. `*` stands for any text, `?` for one character; there is no
escape. The search below is exact: it walks the patterns as automata, side by side, and gives the shortest such text,
or proves that there is none. Positions in a pattern are bits of an integer, so that a step costs a few machine instructions.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

_FRESH = "\x00"
"""Stands for every character that no pattern names."""
_SHOWN = "xyzwvutsrqponmlkjihgfedcba0123456789"
"""What that character may appear as in an example: the first that no pattern names."""
_ARN_SEPARATORS = 5


@dataclass(frozen=True)
class Glob:
    """A pattern. Two are equal if they match the same way by their text.

    A `strict` one is an ARN pattern whose wildcards stay within their segment, up to the resource part. Patterns that
    take something away (a Deny, what a unit owns) are strict, so that they never take more than AWS would.
    """

    text: str
    strict: bool = False
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.text, self.strict)))

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def literal(self) -> bool:
        """True where it matches its own text only."""
        return "*" not in self.text and "?" not in self.text

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        return re.compile("".join(_as_regex(char, bounded) for char, bounded in self._characters()), re.DOTALL)

    @cached_property
    def automaton(self) -> "Automaton":
        """The pattern as an automaton."""
        return Automaton(tuple(self._characters()))

    def matches(self, text: str) -> bool:
        """True if the pattern matches the whole text."""
        return text == self.text if self.literal else self._regex.fullmatch(text) is not None

    def _characters(self) -> Iterator[tuple[str, bool]]:
        """Each character, and whether it is a wildcard that must not cross a colon."""
        separators = 0
        for char in self.text:
            separators += char == ":"
            yield char, self.strict and separators < _ARN_SEPARATORS


def _as_regex(char: str, bounded: bool) -> str:  # noqa: FBT001 as `_characters` yields it
    if char == "*":
        return "[^:]*" if bounded else ".*"
    if char == "?":
        return "[^:]" if bounded else "."
    return re.escape(char)


class Automaton:
    """A pattern's automaton. A state is an integer whose bit `n` says that `n` characters of the pattern are done."""

    def __init__(self, characters: tuple[tuple[str, bool], ...]) -> None:
        self._final = 1 << len(characters)
        self._stars = 0
        self._bounded = 0
        self._any = 0
        self._literals: dict[str, int] = {}
        for position, (char, bounded) in enumerate(characters):
            bit = 1 << position
            self._bounded |= bit if bounded else 0
            if char == "*":
                self._stars |= bit
            elif char == "?":
                self._any |= bit
            else:
                self._literals[char] = self._literals.get(char, 0) | bit
        self.start = self._skip_stars(1)

    def step(self, state: int, char: str) -> int:
        """The state after one more character. 0 means that nothing matches any more."""
        wild = ~self._bounded if char == ":" else -1
        advance = state & (self._literals.get(char, 0) | (self._any & wild))
        return self._skip_stars((advance << 1) | (state & self._stars & wild))

    def accepts(self, state: int) -> bool:
        """True if the pattern is complete."""
        return bool(state & self._final)

    def expected(self, state: int) -> Iterator[str]:
        """The literal characters that make a difference in this state."""
        return (char for char, positions in self._literals.items() if state & positions)

    def names(self, char: str) -> bool:
        """True if the character stands in the pattern."""
        return char in self._literals

    def _skip_stars(self, state: int) -> int:
        """A star may match nothing: whoever stands before it also stands after it."""
        stars = state & self._stars
        while stars:
            stars <<= 1
            state |= stars
            stars &= self._stars
        return state


def example(all_of: Iterable[Glob], none_of: Iterable[Glob] = ()) -> str | None:
    """The shortest text that matches every pattern of the first group and none of the second; None if there is none."""
    return _example(tuple(dict.fromkeys(all_of)), tuple(dict.fromkeys(none_of)))


def intersects(one: Glob, other: Glob) -> bool:
    """True if some text matches both."""
    return example((one, other)) is not None


def contains(outer: Glob, inner: Glob) -> bool:
    """True if every text that matches `inner` matches `outer`."""
    return example((inner,), (outer,)) is None


@lru_cache(maxsize=200_000)
def _example(all_of: tuple[Glob, ...], none_of: tuple[Glob, ...]) -> str | None:
    literal = next((glob.text for glob in all_of if glob.literal), None)
    if literal is not None:
        fits = all(glob.matches(literal) for glob in all_of) and not any(glob.matches(literal) for glob in none_of)
        return literal if fits else None
    return _search([glob.automaton for glob in all_of], [glob.automaton for glob in none_of])


def _search(wanted: list[Automaton], unwanted: list[Automaton]) -> str | None:
    """Breadth first over the product of the automata."""
    machines = [*wanted, *unwanted]
    required = len(wanted)
    start = tuple(machine.start for machine in machines)
    came_from: dict[tuple[int, ...], tuple[tuple[int, ...], str] | None] = {start: None}
    queue = deque([start])
    while queue:
        state = queue.popleft()
        accepted = [machine.accepts(part) for machine, part in zip(machines, state, strict=True)]
        if all(accepted[:required]) and not any(accepted[required:]):
            return _spell(came_from, state, _shown(machines))
        for char in _choices(machines, state):
            following = tuple(machine.step(part, char) for machine, part in zip(machines, state, strict=True))
            if all(following[:required]) and following not in came_from:
                came_from[following] = (state, char)
                queue.append(following)
    return None


def _choices(machines: list[Automaton], state: tuple[int, ...]) -> Iterator[str]:
    """Characters worth trying: those that some pattern waits for, the colon, and one that no pattern names."""
    yield _FRESH
    named = {char for machine, part in zip(machines, state, strict=True) for char in machine.expected(part)}
    yield from sorted({":", *named})


def _shown(machines: list[Automaton]) -> str:
    return next((char for char in _SHOWN if not any(machine.names(char) for machine in machines)), _FRESH)


def _spell(
    came_from: dict[tuple[int, ...], tuple[tuple[int, ...], str] | None], state: tuple[int, ...], shown: str
) -> str:
    characters: list[str] = []
    step = came_from[state]
    while step is not None:
        state, char = step
        characters.append(shown if char == _FRESH else char)
        step = came_from[state]
    return "".join(reversed(characters))
