"""What a rule is, and what it finds."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from pbc_isolation.analysis.context import Analysis
from pbc_isolation.stack.graph import Resource

Sample = Sequence[Resource]


@dataclass(frozen=True, order=True)
class Violation:
    """That a resource breaks a rule."""

    rule: str
    urn: str
    """URN of the resource to mend."""
    message: str
    """What is wrong, in one sentence."""
    unit: str | None = None
    """The unit whose principal or resource it is; None if it belongs to nobody."""
    store_unit: str | None = None
    """The unit whose data is in danger; None where the rule is not about one."""
    path: tuple[str, ...] = ()
    """From the principal to the store: nodes, with the edge between each two."""
    fix: str = ""

    @property
    def text(self) -> str:
        """Everything about it but its rule and resource, a line each."""
        told = {_UNIT: self.unit, _STORE_UNIT: self.store_unit, _PATH: _ARROW.join(self.path), _FIX: self.fix}
        lines = [self.message, *(f"{title}: {value}" for title, value in told.items() if value)]
        return "\n".join(" ".join(line.split()) for line in lines)


def from_text(rule: str, urn: str, text: str) -> Violation:
    """The violation of a `Violation.text`."""
    message, *lines = text.split("\n")
    told = {title: value for title, separator, value in (line.partition(": ") for line in lines) if separator}
    return Violation(
        rule=rule,
        urn=urn,
        message=message,
        unit=told.get(_UNIT),
        store_unit=told.get(_STORE_UNIT),
        path=tuple(told[_PATH].split(_ARROW)) if _PATH in told else (),
        fix=told.get(_FIX, ""),
    )


_UNIT, _STORE_UNIT, _PATH, _FIX = "Unit", "Data of", "Path", "Fix"
_ARROW = " → "


Check = Callable[[Analysis], Iterator[Violation]]


@dataclass(frozen=True)
class Rule:
    """One thing that must hold in a stack."""

    id: str
    title: str
    """What holds, in a sentence."""
    why: str
    fix: str
    check: Check
    compliant: Sequence[Sample] = field(default=(), repr=False)
    """Small stacks that keep the rule."""
    violating: Sequence[Sample] = field(default=(), repr=False)
    """Small stacks that break it."""
    exemptible: bool = True
    """False where an exemption would make everything else that is proved worthless."""
    types: tuple[str, ...] = ()
    """Type tokens that it reads, where it is about certain types only."""
