"""Violations that are let pass for a while: by whom, why, and until when. See exemptions.yaml."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

import yaml

from pbc_isolation.rules import every_rule
from pbc_isolation.rules.rule import Violation
from pbc_isolation.stack.values import read

RULE = "exemptions"
LONGEST = timedelta(days=90)
_KEYS = ("rule", "resource", "reason", "owner", "expires")
_FIX = "Mend the violation and remove the exemption, or give it what it lacks, in policies/exemptions.yaml."


class InvalidExemptions(ValueError):
    """A file of exemptions that cannot be read. The message names what is wrong."""


@dataclass(frozen=True)
class Exemption:
    """That one resource may break one rule for a while."""

    rule: str
    resource: str
    """URN."""
    reason: str
    owner: str
    expires: date

    @property
    def stack(self) -> str:
        """The stack in which it holds."""
        return self.resource.removeprefix("urn:pulumi:").split("::")[0]


def load(path: Path) -> tuple[Exemption, ...]:
    """Read a file of exemptions.

    Raises:
        InvalidExemptions: it is missing, is not YAML, or an exemption lacks something.
    """
    try:
        body: Any = yaml.safe_load(path.read_text())
    except OSError as error:
        raise InvalidExemptions(f"{path}: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise InvalidExemptions(f"{path}: not YAML: {error}") from error
    listed = read(body, "exemptions") if isinstance(body, dict) else None
    if not isinstance(listed, list):
        raise InvalidExemptions(f"{path}: needs a list under `exemptions`")
    return tuple(_exemption(path, entry) for entry in cast("list[Any]", listed))


def _exemption(path: Path, entry: Any) -> Exemption:
    values = cast("dict[str, Any]", entry) if isinstance(entry, dict) else {}
    lacking = [key for key in _KEYS if not values.get(key)]
    if lacking:
        raise InvalidExemptions(f"{path}: an exemption lacks {', '.join(lacking)}: {entry}")
    if not isinstance(values["expires"], date):
        raise InvalidExemptions(f"{path}: expires is {values['expires']!r}, not a date such as 2030-01-31")
    texts = {key: str(values[key]) for key in _KEYS[:-1]}
    return Exemption(**texts, expires=values["expires"])


def apply(
    found: Sequence[Violation], exemptions: Iterable[Exemption], *, stack: str, rules: Iterable[str], today: date
) -> list[Violation]:
    """The violations that remain, and those that the exemptions themselves are.

    Args:
        found: every violation of some rules.
        exemptions: all of them; those of other stacks and rules are left alone.
        stack: name of the stack that was judged.
        rules: ids of the rules that were checked.
        today: the day on which it is judged.
    """
    known = {rule.id: rule for rule in every_rule()}
    checked = set(rules)
    remaining = list(found)
    wrong: list[Violation] = []
    for one in exemptions:
        if one.rule in known and (one.rule not in checked or one.stack != stack):
            continue
        matching = [violation for violation in found if (violation.rule, violation.urn) == (one.rule, one.resource)]
        problem = _problem(one, known, matching, today)
        if problem is None:
            remaining = [violation for violation in remaining if violation not in matching]
        else:
            message = f"exemption from {one.rule} for {one.resource} by {one.owner} {problem}"
            wrong.append(Violation(RULE, one.resource, message, fix=_FIX))
    return [*remaining, *wrong]


def _problem(one: Exemption, known: dict[str, Any], matching: Sequence[Violation], today: date) -> str | None:
    if one.rule not in known:
        return "names a rule that does not exist"
    if not known[one.rule].exemptible:
        return "is for a rule from which there is none: without it nothing else is proved"
    if any(mark in one.resource for mark in "*?") or not one.resource.startswith("urn:pulumi:"):
        return "is too broad: it must name one resource by its URN"
    if one.expires < today:
        return f"expired on {one.expires}"
    if one.expires > today + LONGEST:
        return f"is for too long, until {one.expires}; at most {LONGEST.days} days"
    return None if matching else "is not needed: nothing breaks that rule there"
