"""Sets of resources: what matches some patterns and none of others."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from pbc_isolation.iam.documents import Statement
from pbc_isolation.iam.globs import Glob, example, intersects

_ARN_FIELDS = 6
_EVERYTHING = Glob("*")
_PAIR = 2


@dataclass(frozen=True)
class Region:
    """What matches all of some patterns and none of others."""

    all_of: tuple[Glob, ...] = ()
    none_of: tuple[Glob, ...] = ()

    def within(self, *globs: Glob) -> "Region":
        """The part that matches these too."""
        return Region((*self.all_of, *globs), self.none_of)

    def without(self, globs: Iterable[Glob]) -> "Region":
        """The part that matches none of these."""
        return Region(self.all_of, (*self.none_of, *globs))

    def may_meet(self, other: "Region") -> bool:
        """False only if nothing is in both: two of their patterns do not meet."""
        return all(intersects(mine, its) for mine in self.all_of for its in other.all_of)

    def example(self) -> str | None:
        """A resource in it; None if it is empty."""
        return example(self.all_of or (_EVERYTHING,), self.none_of)

    def is_empty(self) -> bool:
        """True if nothing is in it. Whether two patterns meet can mostly be told without looking for an example."""
        if len(self.all_of) == _PAIR and not self.none_of:
            return not intersects(*self.all_of)
        return self.example() is None


ANYTHING = Region()


def granted(statement: Statement) -> Sequence[Region]:
    """The resources that an Allow may cover: never fewer than AWS takes it to."""
    return _granted(statement.resources, statement.not_resources)


@cache
def _granted(resources: tuple[str, ...] | None, not_resources: tuple[str, ...] | None) -> Sequence[Region]:
    if not_resources is not None:
        # Taken out is only what is named without a variable; a short ARN takes out nothing.
        return (ANYTHING.without(certain(text) for text in not_resources if "${" not in text),)
    if resources is None:
        return (ANYTHING,)  # A resource policy that names none speaks of its own resource.
    return tuple(ANYTHING.within(glob) for text in resources for glob in possible(text))


@cache
def possible(text: str) -> tuple[Glob, ...]:
    """Everything that a resource element may match: a policy variable may be anything.

    A short ARN is filled up; and where it has a wildcard, that may stand for the segments that are missing.
    """
    text = _without_variables(text)
    missing = _ARN_FIELDS - 1 - text.count(":")
    if not text.startswith("arn:") or missing <= 0:
        return (Glob(text),)
    filled = text + ":*" * missing
    return Glob(text), Glob(filled if filled.endswith("*") else f"{filled}*")


@cache
def certain(text: str) -> Glob:
    """Only what a resource element matches for sure: its wildcards stay within their segments."""
    return _EVERYTHING if text == "*" else Glob(text, strict=True)


def _without_variables(text: str) -> str:
    while "${" in text:
        start, _, rest = text.partition("${")
        text = start + "*" + rest.partition("}")[2]
    return text
