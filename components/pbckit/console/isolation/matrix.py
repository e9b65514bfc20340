"""The access matrix as a heat map: a cell for each two units, with what the one in the row gets of the other."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from pbckit.cli.deployment.policy_pack import AccessReport, Reason, Verdict, Violation
from pbckit.cli.reports.markup import Folded, counted, table

VIOLATION = "violation"
LEVELS = {VIOLATION: "forbidden", "writes": "writes", "reads": "reads", "calls": "calls", "events": "events"}
"""Kinds of reasons with what a cell of each is called, the most far-reaching first."""
_NOBODY = "nobody"


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What a unit gets of another, or of itself."""

    source: str
    target: str
    reasons: Sequence[Reason] = ()
    violations: Sequence[Violation] = ()
    """Of the preview report that is shown beside it."""

    @property
    def level(self) -> str:
        """The most far-reaching kind; empty where there is nothing."""
        kinds = {one.kind for one in self.reasons} | ({VIOLATION} if self.violations else set())
        return next((kind for kind in LEVELS if kind in kinds), "")

    @property
    def text(self) -> str:
        """What stands in the cell: numbers of calls and events, and whether own stores are read and written."""
        count = Counter(one.kind for one in self.reasons)
        count[VIOLATION] += len(self.violations)
        words = [f"{count[VIOLATION]} forbidden"] if count[VIOLATION] else []
        words += [counted(count[kind], kind.removesuffix("s")) for kind in ("calls", "events") if count[kind]]
        own = "/".join(word for kind, word in _OWN.items() if count[kind])
        return ", ".join([*words, *([own] if own else [])])


_OWN = {"reads": "read", "writes": "write"}


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """All cells, by row and column."""

    rows: Sequence[str]
    columns: Sequence[str]
    cells: dict[tuple[str, str], Cell]
    elsewhere: Sequence[Violation]
    """Violations that are not about two units."""

    def cell(self, source: str, target: str) -> Cell:
        """A cell; an empty one where there is nothing."""
        return self.cells.get((source, target)) or Cell(source=source, target=target)


def matrix(report: AccessReport, verdict: Verdict | None = None) -> Matrix:
    """The matrix of a stack.

    Args:
        report: who reaches what, and why.
        verdict: a preview report, whose violations are shown in place.
    """
    reasons: dict[tuple[str, str], list[Reason]] = {}
    for one in report.reasons:
        reasons.setdefault((one.source, one.target), []).append(one)
    violations: dict[tuple[str, str], list[Violation]] = {}
    elsewhere: list[Violation] = []
    for found in verdict.violations if verdict else ():
        for target in found.store_unit.split(", ") if found.store_unit else ():
            violations.setdefault((found.unit or _NOBODY, target), []).append(found)
        if not found.store_unit:
            elsewhere.append(found)
    places = {*reasons, *violations}
    return Matrix(
        rows=_with_units(report.units, (source for source, _ in places)),
        columns=_with_units(report.units, (target for _, target in places)),
        cells={
            (source, target): Cell(
                source=source,
                target=target,
                reasons=reasons.get((source, target), ()),
                violations=violations.get((source, target), ()),
            )
            for source, target in places
        },
        elsewhere=elsewhere,
    )


def _with_units(units: Sequence[str], others: Iterable[str]) -> list[str]:
    return [*units, *sorted(set(others) - set(units))]


def heat_map(shown: Matrix) -> str:
    """The matrix as a table of HTML. A cell with something in it is a button that names both units."""
    head = "".join(f'<th scope="col"><span>{escape(unit)}</span></th>' for unit in shown.columns)
    rows = "".join(
        f'<tr><th scope="row">{escape(source)}</th>'
        f"{''.join(_cell(shown.cell(source, target)) for target in shown.columns)}</tr>"
        for source in shown.rows
    )
    caption = "Who reaches what: rows reach columns"
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{caption}"><table class="heat">'
        f"<caption>{caption}</caption><thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _cell(cell: Cell) -> str:
    if not cell.level:
        return '<td class="none"><span aria-label="nothing">·</span></td>'
    source, target = escape(cell.source), escape(cell.target)
    return (
        f'<td class="{cell.level}"><button type="button" data-source="{source}" data-target="{target}" '
        f'aria-label="{source} to {target}: {cell.text}">{cell.text.replace(", ", "<br>")}</button></td>'
    )


def explanation(cell: Cell) -> str:
    """Everything about a cell, as tables of HTML: violations with what to do, and each path with its statement."""
    parts = [violations_table("Forbidden, by the preview report", cell.violations)] if cell.violations else []
    rows = [
        (f"{LEVELS[one.kind]} {one.what}", " → ".join(one.path), one.by, Folded("statement", _laid_out(one.statement)))
        for one in sorted(cell.reasons, key=lambda one: (list(LEVELS).index(one.kind), one))
    ]
    caption = f"{cell.source} → {cell.target}: {counted(len(rows), 'path')}"
    return "".join([*parts, table(caption, ["what", "path", "allowed by", "statement"], rows)])


def _laid_out(statement: str) -> str:
    return json.dumps(json.loads(statement), indent=2, ensure_ascii=False)


def violations_table(caption: str, found: Sequence[Violation]) -> str:
    """Violations with their paths and what to do."""
    rows = [(one.rule, one.unit or _NOBODY, one.message, " → ".join(one.path), one.fix) for one in found]
    return table(caption, ["rule", "unit", "what is wrong", "path", "what to do"], rows)


def legend() -> Iterator[tuple[str, str]]:
    """Each level with its meaning."""
    yield "events", "takes events that the other publishes"
    yield "calls", "may call capabilities of the other, as its contract says"
    yield "reads", "reads stores of its own"
    yield "writes", "writes stores of its own"
    yield VIOLATION, "reaches what no contract names"
