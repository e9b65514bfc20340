"""The algebra of wildcard patterns: is there a text that matches all of these and none of those?

Every question about resources comes down to that one. `*` stands for any text, `?` for one character; there is no
escape. The search below is exact: it walks the patterns as automata, side by side, and gives the shortest such text,
or proves that there is none. Positions in a pattern are bits of an integer: a step costs a few machine instructions.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, reduce
from itertools import combinations

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
    def ends(self) -> tuple[str, str]:
        """What every text that it matches begins with, and what it ends with."""
        return self._pieces[0], self._pieces[-1]

    @cached_property
    def _pieces(self) -> list[str]:
        """What stands in every text that it matches."""
        return re.split(r"[*?]+", self.text)

    @cached_property
    def automaton(self) -> "Automaton":
        """The pattern as an automaton."""
        return Automaton(tuple(self.characters()))

    def matches(self, text: str) -> bool:
        """True if the pattern matches the whole text."""
        if self.literal:
            return text == self.text
        if not all(piece in text for piece in self._pieces):
            return False
        machine = self.automaton
        return machine.accepts(reduce(machine.step, text, machine.start))

    def covers(self, other: "Glob") -> bool:
        """True if this pattern contains another by its looks: its stars take in the other's wildcards whole.

        Never true where it does not contain the other; where it does not look so, only a search can tell.
        """
        if not all(piece in other.text for piece in self._pieces):
            return False
        machine = self.automaton
        state = machine.start
        for char, bounded in other.characters():
            state = machine.take_in(state, bounded=bounded) if char in "*?" else machine.step(state, char)
        return machine.accepts(state)

    def characters(self) -> Iterator[tuple[str, bool]]:
        """Each character, and whether it is a wildcard that must not cross a colon."""
        separators = 0
        for char in self.text:
            separators += char == ":"
            yield char, self.strict and separators < _ARN_SEPARATORS


class Automaton:
    """A pattern's automaton. A state is an integer whose bit `n` says that `n` characters of the pattern are done."""

    def __init__(self, characters: tuple[tuple[str, bool], ...]) -> None:
        self._characters = "".join(char for char, _ in characters)
        self._final = 1 << len(characters)
        self._stars = self._any = self._bounded = 0
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
        self._wild = self._stars | self._any
        self._known: dict[tuple[int, str], int] = {}
        self.start = self._skip_stars(1)

    def step(self, state: int, char: str) -> int:
        """The state after one more character. 0 means that nothing matches any more."""
        if not state:
            return 0
        key = (state, char)
        if key not in self._known:
            wild = ~self._bounded if char == ":" else -1
            advance = state & (self._literals.get(char, 0) | (self._any & wild))
            self._known[key] = self._skip_stars((advance << 1) | (state & self._stars & wild))
        return self._known[key]

    def take_in(self, state: int, *, bounded: bool) -> int:
        """The state after a wildcard of another pattern: only stars that may take in all of it go on."""
        return self._skip_stars(state & self._stars & (-1 if bounded else ~self._bounded))

    def accepts(self, state: int) -> bool:
        """True if the pattern is complete."""
        return bool(state & self._final)

    def free(self, state: int) -> bool:
        """True if some wildcard may take the next character."""
        return bool(state & self._wild)

    def expected(self, state: int) -> set[str]:
        """The literal characters that make a difference in this state."""
        found: set[str] = set()
        waiting = state & ~self._wild & ~self._final
        while waiting:
            lowest = waiting & -waiting
            found.add(self._characters[lowest.bit_length() - 1])
            waiting ^= lowest
        return found

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
    return not _ends_differ(one, other) and example((one, other)) is not None


def _ends_differ(one: Glob, other: Glob) -> bool:
    """Whether how two patterns begin or end is enough to tell that no text matches both: most pairs need no search."""
    (begin, end), (other_begin, other_end) = one.ends, other.ends
    return not (begin.startswith(other_begin) or other_begin.startswith(begin)) or not (
        end.endswith(other_end) or other_end.endswith(end)
    )


def contains(outer: Glob, inner: Glob) -> bool:
    """True if every text that matches `inner` matches `outer`."""
    return example((inner,), (outer,)) is None


@lru_cache(maxsize=200_000)
def _example(all_of: tuple[Glob, ...], none_of: tuple[Glob, ...]) -> str | None:
    literal = next((glob.text for glob in all_of if glob.literal), None)
    if literal is not None:
        fits = all(glob.matches(literal) for glob in all_of) and not any(glob.matches(literal) for glob in none_of)
        return literal if fits else None
    if any(_ends_differ(one, other) for one, other in combinations(all_of, 2)):
        return None
    if any(outer.covers(inner) for outer in none_of for inner in all_of):
        return None
    return _search([glob.automaton for glob in all_of], [glob.automaton for glob in none_of])


_States = tuple[int, ...]
_Origins = dict[tuple[_States, _States], tuple[tuple[_States, _States], str] | None]


def _search(wanted: list[Automaton], unwanted: list[Automaton]) -> str | None:
    """Breadth first over the product of the automata."""
    start = (tuple(machine.start for machine in wanted), tuple(machine.start for machine in unwanted))
    origins: _Origins = {start: None}
    queue = deque([start])
    while queue:
        now = queue.popleft()
        inside, outside = now
        if all(map(Automaton.accepts, wanted, inside)) and not any(map(Automaton.accepts, unwanted, outside)):
            return _spell(origins, now, _shown([*wanted, *unwanted]))
        for char in _choices(wanted, inside, unwanted, outside):
            following = tuple(machine.step(state, char) for machine, state in zip(wanted, inside, strict=True))
            if not all(following):
                continue
            then = (
                following,
                tuple(machine.step(state, char) for machine, state in zip(unwanted, outside, strict=True)),
            )
            if then not in origins:
                origins[then] = (now, char)
                queue.append(then)
    return None


def _choices(wanted: list[Automaton], inside: _States, unwanted: list[Automaton], outside: _States) -> Iterable[str]:
    """Characters worth trying: what a pattern without a wildcard here insists on; else what any pattern waits for, the
    colon, and one that no pattern names.
    """
    for machine, state in zip(wanted, inside, strict=True):
        if not machine.free(state):
            return sorted(machine.expected(state))
    pairs = zip([*wanted, *unwanted], [*inside, *outside], strict=True)
    named = set[str]().union(*(machine.expected(state) for machine, state in pairs))
    return [_FRESH, *sorted({":", *named})]


def _shown(machines: list[Automaton]) -> str:
    """What the character that no pattern names appears as."""
    return next((char for char in _SHOWN if not any(machine.names(char) for machine in machines)), _FRESH)


def _spell(origins: _Origins, now: tuple[_States, _States], shown: str) -> str:
    characters: list[str] = []
    step = origins[now]
    while step is not None:
        now, char = step
        characters.append(shown if char == _FRESH else char)
        step = origins[now]
    return "".join(reversed(characters))
