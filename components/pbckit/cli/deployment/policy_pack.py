"""The policy pack from outside: judges a stack in a process of its own, as the Pulumi engine would ask it.

The pack stands alone; this is the one module that imports it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from pbc_isolation import rule_reference
from pbc_isolation.analysis import access_matrix
from pbc_isolation.analysis import reasons as access_reasons
from pbc_isolation.analysis.access_matrix import Edge
from pbc_isolation.analysis.context import Analysis
from pbc_isolation.analysis.reasons import Reason
from pbc_isolation.folder import pack_folder
from pbc_isolation.iam import explanation as action_explanation
from pbc_isolation.iam import judgement
from pbc_isolation.iam.catalogue import ACTIONS
from pbc_isolation.iam.explanation import Explained
from pbc_isolation.pack import settings
from pbc_isolation.pack_process import Diagnostic, PackFailed, PackProcess
from pbc_isolation.reports import FORMATS, action_coverage, type_coverage
from pbc_isolation.reports.table import rests_on
from pbc_isolation.result import Verdict
from pbc_isolation.rules.isolation import unreadable
from pbc_isolation.rules.rule import Violation, from_text
from pbc_isolation.stack import type_data
from pbc_isolation.stack.explanation import Explanation, UnknownType, of_type
from pbc_isolation.stack.graph import InvalidExport, from_export, read_export
from pbckit.cli.errors import OperatorError
from pbckit.contracts.decoding import ready
from pbckit.program_root import program_root

UNREADABLE = unreadable.RULE.id
"""The rule that is broken by what cannot be judged at all."""

__all__ = [
    "FORMATS",
    "UNREADABLE",
    "AccessReport",
    "Edge",
    "Explained",
    "Explanation",
    "InvalidExport",
    "InvalidReport",
    "PackFailed",
    "Reason",
    "UnknownType",
    "Verdict",
    "Violation",
    "access_edges",
    "access_report",
    "actions_page",
    "derived_actions",
    "explained_actions",
    "explained_type",
    "judge",
    "matrix_page",
    "read_export",
    "read_matrix",
    "read_verdict",
    "rests_on",
    "rules_page",
    "types_page",
]


class InvalidReport(OperatorError):
    """That is no report of the policy pack."""


@dataclass(frozen=True, kw_only=True)
class AccessReport:
    """Who reaches what in a stack, by which path and which statement."""

    project: str
    stack: str
    units: Sequence[str]
    reasons: Sequence[Reason]


def judge(export: dict[str, Any], *, preview: bool, before: Sequence[Edge] | None = None) -> Verdict:
    """Judge a stack.

    Args:
        export: the stack in the format of `pulumi stack export`.
        preview: True for what is about to be made, False for what is there.
        before: the access matrix to compare with.

    Raises:
        InvalidExport: it is none.
        PackFailed: the pack did not start, or broke down.
    """
    graph = from_export(export)
    with PackProcess(graph.project, graph.stack, preview=preview, folder=_pack()) as pack:
        diagnostics = pack.judge(export["deployment"]["resources"])
    edges = access_edges(export)
    return Verdict(
        project=graph.project,
        stack=graph.stack,
        units=graph.units,
        resources=len(graph.resources),
        violations=list(dict.fromkeys(map(_violation, diagnostics))),
        edges=edges,
        added=None if before is None else sorted(set(edges) - set(before)),
        removed=None if before is None else sorted(set(before) - set(edges)),
    )


def _pack() -> Path:
    """The program's own pack, or the one that is shipped."""
    return pack_folder(program_root())


def access_edges(export: dict[str, Any]) -> list[Edge]:
    """Who reaches whom in a stack, and by what."""
    return access_matrix.edges(Analysis(from_export(export), settings({}, _pack())))


def access_report(export: dict[str, Any]) -> AccessReport:
    """Who reaches what in a stack, and why.

    Raises:
        InvalidExport: it is none.
    """
    graph = from_export(export)
    found = access_reasons.reasons(Analysis(graph, settings({}, _pack())))
    return AccessReport(project=graph.project, stack=graph.stack, units=graph.units, reasons=found)


def read_verdict(text: bytes) -> Verdict:
    """What `pbc preview --json` or `pbc policy check --json` wrote.

    Raises:
        InvalidReport: it is something else.
    """
    try:
        return msgspec.json.decode(text, type=ready(Verdict))
    except msgspec.DecodeError as error:
        raise InvalidReport(f"not what `pbc preview --json` writes: {error}") from error


def _violation(diagnostic: Diagnostic) -> Violation:
    """What the pack said. Advice blocks as well: this pack gives none, so something went wrong in it."""
    rule, bracket, text = diagnostic.message.partition("] ")
    if not bracket or not rule.startswith("["):
        return Violation(diagnostic.policy, diagnostic.urn, diagnostic.message)
    return from_text(rule.removeprefix("["), diagnostic.urn, text)


def types_page() -> str:
    """`docs/coverage-types.md`."""
    return type_coverage.page(type_data.shipped())


def actions_page() -> str:
    """`docs/coverage-actions.md`."""
    return action_coverage.page()


def derived_actions() -> tuple[Path, str]:
    """The verdicts on all actions as the installed models make them: path relative to the project, and contents."""
    return ACTIONS.relative_to(program_root()), judgement.derived()


def explained_actions(pattern: str) -> list[Explained]:
    """What the pack thinks of an action, or of all that a pattern stands for."""
    return action_explanation.of_actions(pattern)


def explained_type(name: str) -> Explanation:
    """What the pack knows of a resource type.

    Raises:
        UnknownType: no type is called so.
    """
    return of_type(type_data.shipped(), name)


def read_matrix(text: str) -> list[Edge]:
    """The access matrix in a document."""
    return access_matrix.read_table(text)


def matrix_page(export: dict[str, Any]) -> str:
    """`docs/access-matrix.md`."""
    graph = from_export(export)
    return access_matrix.page(access_edges(export), graph.units, graph.stack)


def rules_page() -> str:
    """`docs/policies.md`."""
    return rule_reference.page()
