"""The demo's verdict, for people and for machines."""

import json

import pytest

from ops.demo.command import print_verdict
from ops.demo.scenarios import Finding, Scenario

SHOWN = [Scenario(title="A promise", findings=[Finding(what="points", expected="7", found="8")])]


def test_for_machines_the_verdict_is_one_json_document(capsys: pytest.CaptureFixture[str]):
    print_verdict(SHOWN, ["A promise"], as_json=True)
    answer = json.loads(capsys.readouterr().out)
    assert answer["failed"] == ["A promise"]
    assert answer["scenarios"][0]["findings"] == [{"what": "points", "expected": "7", "found": "8"}]


@pytest.mark.parametrize(
    ("failed", "said"), [(["A promise"], "Not as promised: A promise"), ([], "Every figure and every denial")]
)
def test_for_people_the_verdict_is_a_sentence(capsys: pytest.CaptureFixture[str], failed: list[str], said: str):
    print_verdict(SHOWN, failed, as_json=False)
    assert said in capsys.readouterr().out
