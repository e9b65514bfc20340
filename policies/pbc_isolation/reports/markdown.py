"""A verdict for a pull request: a summary, a section for each rule that is broken, and what changed between units."""

from collections.abc import Iterator, Sequence

from pbc_isolation.analysis import access_matrix
from pbc_isolation.analysis.access_matrix import Edge
from pbc_isolation.analysis.assumptions import ASSUMPTIONS
from pbc_isolation.result import Verdict
from pbc_isolation.rules import every_rule
from pbc_isolation.rules.rule import Violation


def report(verdict: Verdict) -> str:
    """The verdict as Markdown."""
    return "\n".join([*_summary(verdict), *_violations(verdict.violations), *_changes(verdict), *_matrix(verdict)])


def _summary(verdict: Verdict) -> Iterator[str]:
    count = len(verdict.violations)
    if count:
        yield f"### Policies: {count} violation{'s' if count > 1 else ''} in {verdict.subject}\n"
        return
    yield f"### Policies: no violations in {verdict.subject}\n"
    yield f"No unit can reach another unit's data by any way that is known ({verdict.resources} resources judged).\n"
    yield "<details><summary>What this rests on</summary>\n"
    yield from (f"- {assumption}" for assumption in ASSUMPTIONS)
    yield "\n</details>\n"


def _violations(violations: Sequence[Violation]) -> Iterator[str]:
    titles = {rule.id: rule.title for rule in every_rule()}
    for rule in dict.fromkeys(one.rule for one in violations):
        found = [one for one in violations if one.rule == rule]
        yield f"#### `{rule}`{f': {titles[rule]}' if rule in titles else ''}\n"
        yield "| from | data of | what | path |\n| --- | --- | --- | --- |"
        yield from (_row(one) for one in found)
        yield from (f"\n**Fix:** {fix}\n" for fix in dict.fromkeys(one.fix for one in found if one.fix))


def _row(violation: Violation) -> str:
    cells = [
        violation.unit or "-",
        violation.store_unit or "-",
        violation.message,
        " → ".join(f"`{step}`" for step in violation.path) or "-",
    ]
    return f"| {' | '.join(' '.join(cell.replace('|', chr(92) + '|').split()) for cell in cells)} |"


def _changes(verdict: Verdict) -> Iterator[str]:
    if verdict.added is None or verdict.removed is None:
        return
    yield "#### What this changes between units\n"
    yield from (f"- **new:** {_told(edge)}" for edge in verdict.added)
    yield from (f"- gone: {_told(edge)}" for edge in verdict.removed)
    if not verdict.added and not verdict.removed:
        yield "Nothing."
    yield ""


def _told(edge: Edge) -> str:
    return f"{edge.source} {access_matrix.VERBS[edge.kind]} {edge.what} of {edge.target}"


def _matrix(verdict: Verdict) -> Iterator[str]:
    if verdict.edges:
        yield "<details><summary>Who reaches what</summary>\n"
        yield access_matrix.table(verdict.edges, verdict.units)
        yield "</details>\n"
