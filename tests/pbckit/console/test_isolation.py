"""The heat map of the access matrix: what stands in each cell, and what a preview report adds."""

from pathlib import Path

import pytest

from pbckit.cli.deployment.policy_pack import (
    FORMATS,
    AccessReport,
    InvalidReport,
    Reason,
    Verdict,
    Violation,
    read_verdict,
)
from pbckit.console.connection import Connection
from pbckit.console.isolation.matrix import explanation, heat_map, matrix
from pbckit.console.isolation.reading import read_access
from pbckit.console.own_process import ProcessFailed
from pbckit.program_root import working_on
from tests.conftest import ROOT
from tests.pbckit.console.event_loops import run

SHOP = ROOT / "examples/shop"
LEAK = Violation(
    rule="isolation-direct-read",
    urn="urn:x",
    message="role thief of a may dynamodb:Scan on table <b>",
    unit="a",
    store_unit="b, outside this stack",
    path=("role thief", "dynamodb:Scan", "table b"),
    fix="Ask by contract.",
)
NOT_BETWEEN_UNITS = Violation(rule="operations-tags", urn="urn:y", message="no tags", unit="a")


def reason(kind: str, what: str, source: str = "a", target: str = "b") -> Reason:
    return Reason(source, target, kind, what, ("role r", "does", "table t"), "policy p", "urn:p", '{"Effect": "Allow"}')


REPORT = AccessReport(
    project="shop",
    stack="dev",
    units=["a", "b"],
    reasons=[
        reason("calls", "ask"),
        reason("events", "Told"),
        reason("events", "Asked"),
        reason("reads", "table", target="a"),
        reason("writes", "table", target="a"),
        reason("events", "Came", target="outside"),
    ],
)


def verdict(*violations: Violation) -> Verdict:
    return Verdict(project="shop", stack="dev", units=["a", "b"], resources=2, violations=violations, edges=[])


def test_a_cell_counts_what_a_unit_gets_and_has_the_level_of_the_most():
    shown = matrix(REPORT)
    assert (shown.cell("a", "b").text, shown.cell("a", "b").level) == ("1 call, 2 events", "calls")
    assert (shown.cell("a", "a").text, shown.cell("a", "a").level) == ("read/write", "writes")
    assert (shown.cell("b", "a").text, shown.cell("b", "a").level) == ("", "")
    assert (shown.rows, shown.columns) == (["a", "b"], ["a", "b", "outside"])


def test_violations_of_a_preview_report_stand_in_the_cells_of_their_units():
    shown = matrix(REPORT, verdict(LEAK, NOT_BETWEEN_UNITS))
    assert shown.cell("a", "b").level == "violation"
    assert shown.cell("a", "b").text == "1 forbidden, 1 call, 2 events"
    assert shown.cell("a", "outside this stack").violations == [LEAK]
    assert shown.elsewhere == [NOT_BETWEEN_UNITS]


def test_a_cell_is_a_button_that_names_both_units_and_what_is_between():
    html = heat_map(matrix(REPORT))
    assert 'data-source="a" data-target="b" aria-label="a to b: 1 call, 2 events"' in html
    assert html.count("<button") == len({(one.source, one.target) for one in REPORT.reasons})


def test_an_explanation_has_the_path_the_statement_and_what_to_do():
    told = explanation(matrix(REPORT, verdict(LEAK)).cell("a", "b"))
    for part in ("Ask by contract.", "role thief → dynamodb:Scan → table b", "table &lt;b&gt;", "calls ask"):
        assert part in told
    assert "<b>" not in told
    assert "&quot;Effect&quot;: &quot;Allow&quot;" in told


def test_a_report_is_read_back_and_something_else_is_refused():
    written = verdict(LEAK, NOT_BETWEEN_UNITS)
    read = read_verdict(FORMATS["json"](written).encode())
    assert (read.subject, list(read.violations)) == (written.subject, list(written.violations))
    for text in (b"{}", b"no JSON", b"[]"):
        with pytest.raises(InvalidReport, match="pbc preview --json"):
            read_verdict(text)


def test_a_sandbox_s_own_export_is_read_in_a_process_of_its_own(tmp_path: Path):
    (tmp_path / "export.json").write_text('{"deployment": {"resources": []}}')
    with working_on(SHOP), pytest.raises(ProcessFailed, match=r"export\.json"):
        run(read_access(Connection(stack="local", folder=tmp_path)))
