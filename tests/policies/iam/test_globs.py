"""The algebra against brute force over a small alphabet: every answer is checked, both ways."""

import itertools
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from pbc_isolation.iam.globs import Glob, _search, contains, example, intersects

ALPHABET = "abx:"
LONGEST = 4
TEXTS = ["".join(text) for length in range(LONGEST + 1) for text in itertools.product(ALPHABET + "y", repeat=length)]

patterns = st.text(alphabet="abx:*?", max_size=4)
globs = st.builds(Glob, patterns, st.booleans())


def reference(glob: Glob, text: str) -> bool:
    """The meaning of a pattern, said once more and differently: recursion on the two texts."""

    def match(pattern: str, rest: str, separators: int) -> bool:
        if not pattern:
            return not rest
        head, tail = pattern[0], pattern[1:]
        bounded = glob.strict and separators < 5
        if head == "*":
            takes = bool(rest) and not (bounded and rest[0] == ":")
            return match(tail, rest, separators) or (takes and match(pattern, rest[1:], separators))
        if not rest:
            return False
        if head == "?":
            return not (bounded and rest[0] == ":") and match(tail, rest[1:], separators)
        return head == rest[0] and match(tail, rest[1:], separators + (head == ":"))

    return match(glob.text, text, 0)


@given(globs, st.text(alphabet=ALPHABET, max_size=LONGEST))
@settings(max_examples=300)
def test_a_pattern_matches_what_it_says(glob, text):
    assert glob.matches(text) == reference(glob, text)


@given(st.lists(globs, min_size=1, max_size=3), st.lists(globs, max_size=2))
@settings(max_examples=150)
def test_an_example_is_found_exactly_when_there_is_one(all_of, none_of):
    def fits(text: str) -> bool:
        return all(reference(glob, text) for glob in all_of) and not any(reference(glob, text) for glob in none_of)

    found = example(all_of, none_of)
    if found is None:
        assert not any(fits(text) for text in TEXTS)
    else:
        assert fits(found)


@given(st.lists(globs, min_size=1, max_size=2), st.lists(globs, max_size=1))
@settings(max_examples=60)
def test_an_example_is_as_short_as_can_be(all_of, none_of):
    found = example(all_of, none_of)
    if found is not None and len(found) <= LONGEST:
        shorter = (text for text in TEXTS if len(text) < len(found))
        assert not any(
            all(glob.matches(text) for glob in all_of) and not any(glob.matches(text) for glob in none_of)
            for text in shorter
        )


@given(globs, globs)
@settings(max_examples=150)
def test_containment_and_intersection_agree_with_matching(one, other):
    both = [text for text in TEXTS if reference(one, text) and reference(other, text)]
    if both:
        assert intersects(one, other)
    if contains(one, other):
        assert all(reference(one, text) for text in TEXTS if reference(other, text))


@given(globs, globs)
@settings(max_examples=300)
def test_what_covers_contains(one, other):
    if one.covers(other):
        assert all(reference(one, text) for text in TEXTS if reference(other, text))


def test_a_bounded_star_does_not_cover_one_that_crosses_colons():
    assert Glob("arn:*:sqs:*", strict=True).covers(Glob("arn:aws:sqs:*", strict=True))
    assert not Glob("arn:*:sqs:*", strict=True).covers(Glob("arn:aws:sqs:*"))


def test_two_patterns_together_contain_what_neither_does():
    """Exactness: `a*` and `b*` cover `?*` over an alphabet of two letters, but not over all of Unicode."""
    assert example([Glob("?")], [Glob("a"), Glob("b")]) == "x"
    assert example([Glob("a*b")], [Glob("a*b")]) is None
    assert example([Glob("a*")], [Glob("a"), Glob("a?*")]) is None


def test_a_wildcard_crosses_colons_unless_strict():
    arn = "arn:aws:dynamodb:eu-central-1:111111111111:table/points"
    assert Glob("arn:*:table/points").matches(arn)
    assert not Glob("arn:*:table/points", strict=True).matches(arn)
    assert Glob("arn:*:dynamodb:*:*:table/*", strict=True).matches(arn)
    assert Glob("arn:*:lambda:*:*:function:points*", strict=True).matches(
        "arn:aws:lambda:eu-central-1:111111111111:function:points:live"
    )


def test_special_characters_of_regular_expressions_are_plain():
    for char in ".+()[]{}|^$\\":
        assert Glob(f"{char}*").matches(f"{char}tail")
        assert not Glob(f"{char}*").matches("tail")
    assert re.escape(".") == "\\."


heads = st.sampled_from(["", "a", "ab", "*", "a*", "*b", "?", "a?"])
tails = st.text(alphabet="ab:*?", max_size=4)
arns = st.builds(
    lambda fields, tail, strict: Glob(":".join([*fields, tail]), strict),
    st.lists(heads, min_size=5, max_size=5),
    tails,
    st.booleans(),
)


@given(arns, arns)
@settings(max_examples=400)
def test_what_is_decided_field_by_field_agrees_with_the_search(one, other):
    """Patterns of ARNs are mostly answered without a search; the search is the judge."""
    machines = [one.automaton, other.automaton]
    assert intersects(one, other) == (_search(machines, []) is not None)
    assert contains(one, other) == (_search([other.automaton], [one.automaton]) is None)
    assert (example([one], [other]) is None) == (_search([one.automaton], [other.automaton]) is None)
