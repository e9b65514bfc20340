"""Whether two answers to one question are the same, and if not, whether there is a reason."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from pbckit.contracts.migration import Answered, Verdict

Answer = Mapping[str, str | int | bool | None]

_ABSENT = "-"


class IgnoreRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A difference that is no mistake. All fields that it names must be as it says."""

    id: str
    reason: str
    owner: str
    """Who decided it."""
    field: str
    legacy: list[str]
    """Values of the legacy side."""
    candidate: list[str]
    """Values of the candidate. `*` is any."""
    request: dict[str, list[str]] = {}
    """Parts of the question, and the values that they must have."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A field with two values."""

    field: str
    legacy: str
    candidate: str

    def __str__(self) -> str:
        return f"{self.field}: {self.legacy} → {self.candidate}"


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What came of comparing."""

    verdict: Verdict
    differences: tuple[Difference, ...] = ()
    """Those without a reason."""
    rules: tuple[str, ...] = ()
    """Ids of the rules that gave reasons."""


def compare(
    legacy: Answered, candidate: Answered, request: Mapping[str, str], rules: Sequence[IgnoreRule]
) -> Comparison:
    """Compare what both sides answered, field by field.

    Args:
        legacy: the legacy side's answer, in the contract's words.
        candidate: the candidate's.
        request: the parts of the question that rules may look at.
        rules: differences that have a reason.
    """
    if legacy.answer is None or candidate.answer is None:
        return Comparison(verdict="failed")
    unexplained: list[Difference] = []
    reasons: list[str] = []
    for difference in _differences(legacy.answer, candidate.answer):
        rule = next((rule for rule in rules if _explains(rule, difference, request)), None)
        if rule is None:
            unexplained.append(difference)
        else:
            reasons.append(rule.id)
    if unexplained:
        return Comparison(verdict="different", differences=tuple(unexplained), rules=tuple(reasons))
    return Comparison(verdict="ignored" if reasons else "same", rules=tuple(reasons))


def read_rules(file: Path) -> list[IgnoreRule]:
    """The rules of a data file.

    Raises:
        msgspec.ValidationError: a rule is not one; names the place.
    """
    return msgspec.json.decode(file.read_bytes(), type=list[IgnoreRule])


def _differences(legacy: Answer, candidate: Answer) -> list[Difference]:
    return [
        Difference(field=field, legacy=_text(legacy.get(field)), candidate=_text(candidate.get(field)))
        for field in sorted({*legacy, *candidate})
        if legacy.get(field) != candidate.get(field)
    ]


def _explains(rule: IgnoreRule, difference: Difference, request: Mapping[str, str]) -> bool:
    return (
        rule.field == difference.field
        and _fits(difference.legacy, rule.legacy)
        and _fits(difference.candidate, rule.candidate)
        and all(_fits(request.get(part, _ABSENT), values) for part, values in rule.request.items())
    )


def _fits(value: str, allowed: Sequence[str]) -> bool:
    return "*" in allowed or value in allowed


def _text(value: object) -> str:
    return _ABSENT if value is None else str(value)
