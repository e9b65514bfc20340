"""Conditions, under facts that are certain for every request of a principal.

A condition is TRUE or FALSE only if it is so for every request with these facts; otherwise it is OPEN, and whoever asks
takes the answer that is safe: an Allow's open condition holds, a Deny's does not.
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from functools import reduce

from pbc_isolation.iam.documents import Conditions
from pbc_isolation.iam.globs import Glob

Facts = Mapping[str, str]
"""What is certain, by condition key in lower case. A key that is not here may have any value, or none."""


class Truth(Enum):
    """What can be said about a condition."""

    FALSE = 0
    OPEN = 1
    TRUE = 2

    def negated(self) -> "Truth":
        """The truth of the opposite."""
        return Truth(Truth.TRUE.value - self.value)


_EXACT = frozenset({"stringequals", "stringequalsignorecase", "bool"})
_LIKE = frozenset({"stringlike", "arnlike", "arnequals"})
_SEVERAL_VALUES = frozenset({"kms:resourcealiases", "events:source", "aws:tagkeys"})
_SET_PREFIXES = ("forallvalues:", "foranyvalue:")
_IF_EXISTS = "ifexists"


def evaluate(conditions: Conditions, facts: Facts) -> Truth:
    """All operators and keys of a condition must hold."""
    if not conditions:
        return Truth.TRUE
    truths = [
        _test(operator.lower(), key.lower(), wanted, facts)
        for operator, tests in conditions.items()
        for key, wanted in tests.items()
    ]
    return reduce(lambda one, other: one if one.value <= other.value else other, truths, Truth.TRUE)


def _test(operator: str, key: str, wanted: Sequence[str], facts: Facts) -> Truth:
    """One operator on one key. A fact is a single value that is always there, so the set prefixes and `IfExists` change
    nothing for it; for any other key nothing is certain."""
    for prefix in _SET_PREFIXES:
        operator = operator.removeprefix(prefix)
    operator = operator.removesuffix(_IF_EXISTS)
    fact = facts.get(key)
    if fact is None:
        return Truth.OPEN
    if operator == "null":
        return _any_of([_certain(value.lower() == "false") for value in wanted])
    negative = "not" in operator
    operator = operator.replace("not", "")
    truth = _any_of([_compare(operator, value, fact) for value in wanted])
    return truth.negated() if negative else truth


def _compare(operator: str, wanted: str, fact: str) -> Truth:
    if "${" in wanted:
        return Truth.OPEN
    if operator in _EXACT:
        if operator != "stringequals":
            wanted, fact = wanted.lower(), fact.lower()
        return _certain(wanted == fact)
    if operator in _LIKE:
        # AWS compares ARNs segment by segment; where that makes a difference, nothing is certain.
        loose, strict = Glob(wanted).matches(fact), Glob(wanted, strict=operator != "stringlike").matches(fact)
        return _certain(loose) if loose == strict else Truth.OPEN
    return Truth.OPEN


def _any_of(truths: list[Truth]) -> Truth:
    return max(truths, key=lambda truth: truth.value, default=Truth.FALSE)


def _certain(value: bool) -> Truth:  # noqa: FBT001 a truth from a truth
    return Truth.TRUE if value else Truth.FALSE


def required_patterns(conditions: Conditions, key: str) -> list[tuple[str, ...]]:
    """The patterns that a condition asks of a key, a tuple for each test: one of the tuple must match.

    Only tests that fail when the key is absent count, neither `IfExists` nor `ForAllValues`. A key with several values
    needs `ForAnyValue`, and one of its values must match then.
    """
    several = key.lower() in _SEVERAL_VALUES
    found: list[tuple[str, ...]] = []
    for operator, tests in conditions.items():
        prefix, _, name = operator.lower().rpartition(":")
        if name not in ("stringequals", *_LIKE) or prefix not in (("foranyvalue",) if several else ("", "foranyvalue")):
            continue
        # An exact value with a wildcard in it is taken for a pattern, and a policy variable for anything: both match
        # more than AWS would, which is safe.
        found.extend(
            tuple("*" if "${" in value else value for value in wanted)
            for tested, wanted in tests.items()
            if tested.lower() == key.lower()
        )
    return found
