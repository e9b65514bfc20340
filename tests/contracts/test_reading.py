"""The ways of finding out what code and workflows read: through variables, loops, parts and choices."""

from pathlib import Path

from tests.contracts.python_reads import Reading
from tests.contracts.workflow_reads import workflow_reads

SAMPLE = """
from collections.abc import Iterable

from contracts.points_calculation import EXPLAIN, Calculation, Explain, Line, PointsCalculated
from contracts.points_ledger import PointsPosted
from pbckit.cli.client.capabilities import CapabilityClient


def through_loops(event: PointsCalculated) -> list[str]:
    several = event.lines
    return [line.text for line in several if line.campaign_id is not None and line.campaign_id.upper()]


def through_others(event: PointsPosted | PointsCalculated) -> int:
    return _points([event])


def _points(events: Iterable[PointsPosted | PointsCalculated]) -> int:
    return sum(one.points for one in events)


def through_an_answer(client: CapabilityClient) -> int | None:
    answer = client.ask(EXPLAIN, Explain(purchase_id="p"))
    adjustments = answer.adjustments
    return adjustments[-1].number if adjustments else None


def of_what_it_makes_itself() -> Line:
    return Line(kind="base", text="t", points=1)
"""
LINE, POSTED, ANSWER = "contracts.points_calculation.Line", "contracts.points_ledger", "contracts.points_calculation"


def test_python_is_read_through_variables_loops_functions_and_answers(tmp_path: Path):
    (tmp_path / "sample").mkdir()
    (tmp_path / "sample" / "reader.py").write_text(SAMPLE)
    assert Reading(["sample"], tmp_path).fields(["sample"]) == {
        f"{ANSWER}.PointsCalculated.lines",
        f"{LINE}.text",
        f"{LINE}.campaign_id",
        f"{ANSWER}.PointsCalculated.points",
        f"{POSTED}.PointsPosted.points",
        f"{ANSWER}.Calculation.adjustments",
        f"{ANSWER}.Adjustment.number",
    }


def task(name: str, payload: str, **more: object) -> dict[str, object]:
    return {"Type": "Task", "Arguments": {"FunctionName": f"${{{name}}}", "Payload": payload}, **more}


ANSWERED = "{% $exists($states.result.Payload.answer) ? $states.result.Payload.answer : null %}"
REFUSED = "{% $exists($states.result.Payload.refusal) ? $states.result.Payload.refusal : null %}"
WORKFLOW = {
    "StartAt": "Accept",
    "States": {
        "Accept": {
            "Assign": {
                "kind": "{% $lookup($states.input, 'detail-type') %}",
                "data": "{% $exists($states.input.detail.data) ? $states.input.detail.data : null %}",
                "cause": "{% { 'id': $states.input.detail.metadata.event_id } %}",
            },
            "Next": "Which?",
        },
        "Which?": {
            "Choices": [{"Condition": "{% $kind = 'Asked' %}", "Next": "Ask"}],
            "Default": "Tell",
        },
        "Ask": task(
            "rate",
            "{% { 'data': { 'at': $data.asked_at } } %}",
            Assign={"rate": ANSWERED, "refusal": REFUSED},
            Next="Asked?",
        ),
        "Asked?": {
            "Choices": [
                {"Condition": "{% $refusal.error in ['NoRate', 'TooLate'] %}", "Next": "Done"},
                {"Condition": "{% $refusal.error != 'Unknown' %}", "Next": "Done"},
            ],
            "Default": "Take",
        },
        "Take": {"Assign": {"part": "{% $rate.points %}"}, "Next": "Use"},
        "Use": task("tell", "{% { 'data': { 'points': $part.base, 'all': [$rate.caps] } } %}", Next="Done"),
        "Tell": task("tell", "{% { 'data': $merge([{ 'id': $data.told_id }]) } %}", Next="Done"),
        "Done": {"Type": "Succeed"},
    },
}
CAPABILITIES = {"rate": "rates.rate", "tell": "others.tell"}


def test_a_workflow_is_followed_through_what_it_binds():
    reads = workflow_reads(WORKFLOW, "outside.Asked", CAPABILITIES)
    assert reads.fields == {
        ("outside.Asked", "metadata.event_id"),
        ("outside.Asked", "data.asked_at"),
        ("rates.rate", "response.points.base"),
        ("rates.rate", "response.caps"),
    }
    assert reads.refusals == {("rates.rate", refusal) for refusal in ("NoRate", "TooLate", "Unknown")}


def test_a_workflow_for_several_events_is_followed_for_each_apart():
    reads = workflow_reads(WORKFLOW, "outside.Told", CAPABILITIES)
    assert reads.fields == {("outside.Told", "metadata.event_id"), ("outside.Told", "data.told_id")}
    assert reads.refusals == frozenset()
