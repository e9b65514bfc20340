"""The algebra of wildcard patterns: is there a text that matches all of these and none of those?

Every question about resources comes down to that one. `*` stands for any text, `?` for one character; there is no
escape. The search below is exact: it walks the patterns as automata, side by side, and gives the shortest such text,
or proves that there is none. Positions in a pattern are bits of an integer: a step costs a few machine instructions.
"""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, lru_cache, reduce
from itertools import combinations
from typing import ClassVar

_FRESH = "\x00"
"""Stands for every character that no pattern names."""
_SHOWN = "xyzwvutsrqponmlkjihgfedcba0123456789"
"""What that character may appear as in an example: the first that no pattern names."""
_ARN_SEPARATORS = 5
_MANY = 16
"""So many patterns are worth an index."""


class Glob:
    """A pattern. There is one object for each: what is found out about it is found out once.

    A `strict` one is an ARN pattern whose wildcards stay within their segment, up to the resource part. Patterns that
    take something away (a Deny, what a unit owns) are strict, so that they never take more than AWS would.
    """

    _known: ClassVar[dict[tuple[str, bool], "Glob"]] = {}

    text: str
    strict: bool

    def __new__(cls, text: str, strict: bool = False) -> "Glob":  # noqa: FBT001, FBT002
        known = cls._known.get((text, strict))
        if known is None:
            made = super().__new__(cls)
            made.text, made.strict = text, strict
            known = cls._known.setdefault((text, strict), made)
        return known

    def __repr__(self) -> str:
        return f"Glob({self.text!r}, strict={self.strict})"

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
    def fields(self) -> tuple[str, ...] | None:
        """The fields of an ARN pattern, the resource part last, if no wildcard can reach from one into another.

        Such patterns match field by field, so that most questions about two of them need no search. None for others.
        """
        fields = tuple(self.text.split(":", _ARN_SEPARATORS))
        if len(fields) <= _ARN_SEPARATORS:
            return None
        return fields if self.strict or not any(_is_pattern(field) for field in fields[:-1]) else None

    @cached_property
    def automaton(self) -> "Automaton":
        """The pattern as an automaton."""
        return Automaton(tuple(self.characters()))

    def matches(self, text: str) -> bool:
        """True if the pattern matches the whole text."""
        if self.literal:
            return text == self.text
        begin, end = self.ends
        if not (text.startswith(begin) and text.endswith(end) and all(piece in text for piece in self._pieces)):
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


_ANYTHING = Glob("*")


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
    patterns = dict.fromkeys(all_of)
    if len(patterns) > 1:
        patterns.pop(_ANYTHING, None)
    return _example(tuple(patterns), tuple(dict.fromkeys(none_of)))


def intersects(one: Glob, other: Glob) -> bool:
    """True if some text matches both."""
    if one is other or _ANYTHING in (one, other):
        return True
    if one.fields is not None and other.fields is not None:
        return all(map(_fields_meet, one.fields[:-1], other.fields[:-1])) and _meet(one.fields[-1], other.fields[-1])
    return not _ends_differ(one, other) and example((one, other)) is not None


def _ends_differ(one: Glob, other: Glob) -> bool:
    """Whether how two patterns begin or end is enough to tell that no text matches both: most pairs need no search."""
    (begin, end), (other_begin, other_end) = one.ends, other.ends
    return not (begin.startswith(other_begin) or other_begin.startswith(begin)) or not (
        end.endswith(other_end) or other_end.endswith(end)
    )


def _apart(one: Glob, other: Glob) -> bool:
    """Whether it is plain that no text matches both."""
    if one.fields is not None and other.fields is not None:
        return not intersects(one, other)
    return _ends_differ(one, other)


def contains(outer: Glob, inner: Glob) -> bool:
    """True if every text that matches `inner` matches `outer`."""
    if outer.fields is not None and inner.fields is not None:
        return all(map(_holds_field, outer.fields[:-1], inner.fields[:-1])) and _holds(
            outer.fields[-1], inner.fields[-1]
        )
    return example((inner,), (outer,)) is None


def _is_pattern(text: str) -> bool:
    return "*" in text or "?" in text


def _fields_meet(one: str, other: str) -> bool:
    """Whether some text matches two patterns of a field before the resource part, which holds no colon."""
    if one == other or "*" in (one, other):
        return True
    if not _is_pattern(one) and not _is_pattern(other):
        return False
    return _search_pair(Glob(one, strict=True), Glob(other, strict=True))


def _holds_field(outer: str, inner: str) -> bool:
    if outer in ("*", inner):
        return True
    if not _is_pattern(outer):
        return False
    if not _is_pattern(inner):
        return Glob(outer).matches(inner)  # There is no colon in it.
    return example((Glob(inner, strict=True),), (Glob(outer, strict=True),)) is None


def _meet(one: str, other: str) -> bool:
    """Whether some text matches two patterns whose wildcards stand for any text."""
    ends, other_ends = _around_star(one), _around_star(other)
    if ends is None or other_ends is None:
        return _meets_beginning(one, other)
    # With one star each, the longer of the beginnings and the longer of the ends together match both.
    return _agree(ends[0], other_ends[0], str.startswith) and _agree(ends[1], other_ends[1], str.endswith)


def _meets_beginning(one: str, other: str) -> bool:
    """As `_meet`, without a search where one of them is a text, or the beginning of one and a star.

    Every state of a pattern can be completed: so another one meets `beginning*` if it is not lost at its end.
    """
    for beginning, pattern in ((one, other), (other, one)):
        if not _is_pattern(beginning):
            return Glob(pattern).matches(beginning)
        if not _is_pattern(beginning[:-1]) and beginning.endswith("*"):
            machine = Glob(pattern).automaton
            return bool(reduce(machine.step, beginning[:-1], machine.start))
    return _search_pair(Glob(one), Glob(other))


def _agree(one: str, other: str, within: Callable[[str, str], bool]) -> bool:
    return within(one, other) or within(other, one)


def _around_star(text: str) -> tuple[str, str] | None:
    """What stands before and after the only star of a pattern; None for other patterns, and for texts without one."""
    before, star, after = text.partition("*")
    return None if not star or _is_pattern(after) or "?" in before else (before, after)


def _holds(outer: str, inner: str) -> bool:
    """Whether a pattern contains another, the wildcards of both standing for any text."""
    if outer == inner:
        return True
    pattern = Glob(outer)
    begin, end = pattern.ends
    if pattern.literal or not (inner.startswith(begin) and inner.endswith(end)):
        return False  # A wildcard where the outer pattern has a letter stands for others, too.
    if outer == f"{begin}*":
        return True
    if not _is_pattern(inner):
        return pattern.matches(inner)
    return example((Glob(inner),), (pattern,)) is None


def _search_pair(one: Glob, other: Glob) -> bool:
    return not _ends_differ(one, other) and example((one, other)) is not None


@lru_cache(maxsize=200_000)
def _example(all_of: tuple[Glob, ...], none_of: tuple[Glob, ...]) -> str | None:
    literal = next((glob for glob in all_of if glob.literal), None)
    if literal is not None:
        excluded = _that_may_have(literal, none_of)
        fits = all(_has(glob, literal) for glob in all_of) and not any(_has(glob, literal) for glob in excluded)
        return literal.text if fits else None
    if any(_apart(one, other) for one, other in combinations(all_of, 2)):
        return None
    if any(_takes_in(outer, inner) for outer in none_of for inner in all_of):
        return None
    return _search([glob.automaton for glob in all_of], [glob.automaton for glob in none_of])


def _that_may_have(literal: Glob, patterns: tuple[Glob, ...]) -> Iterable[Glob]:
    """Those of some patterns that may match a text: of many, most name another resource."""
    if literal.fields is None or len(patterns) < _MANY:
        return patterns
    by_resource, others = _by_resource(patterns)
    return (*by_resource.get(literal.fields[-1], ()), *others)


@lru_cache(maxsize=1_000)
def _by_resource(patterns: tuple[Glob, ...]) -> tuple[dict[str, list[Glob]], list[Glob]]:
    """Patterns by the resource that they name, and those that may match several."""
    found: dict[str, list[Glob]] = {}
    others: list[Glob] = []
    for pattern in patterns:
        if pattern.fields is None or _is_pattern(pattern.fields[-1]):
            others.append(pattern)
        else:
            found.setdefault(pattern.fields[-1], []).append(pattern)
    return found, others


def _has(glob: Glob, literal: Glob) -> bool:
    """Whether a pattern matches the text that another one stands for."""
    if glob.fields is not None and literal.fields is not None:
        return contains(glob, literal)
    return glob.matches(literal.text)


def _takes_in(outer: Glob, inner: Glob) -> bool:
    """Whether it is plain that a pattern contains another."""
    if outer.fields is not None and inner.fields is not None:
        return contains(outer, inner)
    return outer.covers(inner)


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
