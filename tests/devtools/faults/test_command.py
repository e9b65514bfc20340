"""`python -m devtools.faults run` as a person runs it; what it does is shown on the embedded AWS."""

import json
from dataclasses import replace

import pytest
from click.testing import Result
from typer.testing import CliRunner

from devtools.faults import command
from devtools.faults.__main__ import app
from devtools.faults.command import Report, print_report
from devtools.faults.plan import Fault
from ops.demo.scenarios import Finding

REPORT = Report(
    naive=False,
    seed=17,
    purchases=20,
    faults=dict.fromkeys(Fault, (2, 2)),
    redriven=4,
    seconds=61.4,
    findings=[Finding(what="valid purchases posted", expected="20", found="19")],
)


def faults(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_too_few_purchases_are_refused():
    result = faults("run", "--purchases", "5")

    assert (result.exit_code, "Invalid value for '--purchases'" in result.output) == (2, True)


def test_a_system_that_cannot_tell_whom_to_kill_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(command, "can_kill", lambda: False)
    result = faults("run")

    assert (result.exit_code, "the campaign needs Linux" in result.stderr) == (2, True)


def test_people_see_the_seed_each_kind_of_fault_and_what_did_not_hold(capsys: pytest.CaptureFixture[str]):
    print_report(REPORT, as_json=False)
    shown = capsys.readouterr().out

    assert "Faults of seed 17" in shown
    assert "After recovery, 61 s later; 4 letters redriven" in shown
    assert shown.count(" NO ") == 1
    assert "Not as promised." in shown


def test_the_naive_design_is_called_by_its_name(capsys: pytest.CaptureFixture[str]):
    print_report(replace(REPORT, naive=True), as_json=False)
    shown = capsys.readouterr().out

    assert ("naive design" in shown, "Not as promised." in shown) == (True, False)


def test_machines_get_all_of_it(capsys: pytest.CaptureFixture[str]):
    print_report(REPORT, as_json=True)
    told = json.loads(capsys.readouterr().out)

    assert (told["seed"], told["redriven"], told["purchases"]) == (17, 4, 20)
    assert told["faults"] == {fault.value: [2, 2] for fault in Fault}
    assert told["findings"] == [{"what": "valid purchases posted", "expected": "20", "found": "19"}]
