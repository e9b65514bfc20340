"""Faults in a workflow: in its structure, in what its expressions read, in the services that it calls."""

import copy
import json
from typing import Any

import pytest

from pbckit.judges.expressions import InvalidExpression, parse, references
from pbckit.judges.workflows import JUDGE, MACHINE
from pbckit.sandbox.graph import Graph, Resource

ASK: dict[str, Any] = {
    "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke",
    "TimeoutSeconds": 15,
    "Arguments": {"FunctionName": "arn", "Payload": "{% { 'metadata': $metadata, 'data': $event.detail } %}"},
    "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 2, "JitterStrategy": "FULL"}],
    "Catch": [
        {
            "ErrorEquals": ["States.ALL"],
            "Assign": {"refusal": "{% { 'error': $states.errorOutput.Error } %}"},
            "Next": "Set aside",
        }
    ],
    "Assign": {"answer": "{% $states.result.Payload.answer %}", "refusal": None},
    "Next": "Answered?",
}
WORKFLOW: dict[str, Any] = {
    "QueryLanguage": "JSONata",
    "StartAt": "Accept",
    "TimeoutSeconds": 240,
    "States": {
        "Accept": {
            "Type": "Pass",
            "Assign": {
                "event": "{% $states.input %}",
                "metadata": "{% { 'correlation_id': $states.input.detail.id, 'actor': 'tiers' } %}",
                "pause_seconds": 1,
            },
            "Next": "Ask",
        },
        "Ask": ASK,
        "Answered?": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $answer = null and $pause_seconds < 9 %}", "Next": "Wait"}],
            "Default": "Done",
        },
        "Wait": {
            "Type": "Wait",
            "Seconds": "{% $pause_seconds %}",
            "Assign": {"pause_seconds": "{% $pause_seconds * 2 %}"},
            "Next": "Ask",
        },
        "Set aside": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage",
            "Arguments": {
                "QueueUrl": "https://sqs",
                "MessageBody": "{% $string($event) & $metadata.correlation_id %}",
                "MessageAttributes": {"reason": {"DataType": "String", "StringValue": "{% $refusal.error %}"}},
            },
            "Next": "Done",
        },
        "Done": {"Type": "Succeed", "Output": "{% { 'actor': $metadata.actor } %}"},
    },
}
DELETE = object()


def found(body: Any, type_: str = "EXPRESS") -> list[tuple[str, str, str, str]]:
    text = body if isinstance(body, str) else json.dumps(body)
    resource = Resource(urn="one", type=MACHINE, name="one", custom=True, inputs={"definition": text, "type": type_})
    graph = Graph(project="rewards", stack="dev", resources=[resource])
    return [(one.property, one.problem, one.value, one.allowed) for one in JUDGE.judge(graph)]


def changed(path: str, value: Any) -> dict[str, Any]:
    """The workflow with another value at a path; steps are separated by `/`."""
    body = copy.deepcopy(WORKFLOW)
    *steps, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    here: Any = body
    for step in steps:
        here = here[step]
    if value is DELETE:
        del here[last]
    else:
        here[last] = value
    return body


@pytest.mark.parametrize("type_", ["EXPRESS", "STANDARD"])
def test_a_workflow_without_a_fault_passes(type_: str):
    assert found(WORKFLOW, type_) == []


@pytest.mark.parametrize(
    ("path", "value", "property_", "problem"),
    [
        ("States/Ask/Next", "Answerd?", "Ask.Next", "names no state"),
        ("States/Ask/Catch/0/Next", "Aside", "Ask.Catch[0].Next", "names no state"),
        ("States/Answered?/Choices/0/Next", "Pause", "Answered?.Choices[0].Next", "names no state"),
        ("States/Answered?/Default", "Finished", "Answered?.Default.Next", "names no state"),
        ("StartAt", "Begin", "StartAt", "names no state"),
        ("States/Lost", {"Type": "Succeed"}, "Lost", "is never reached"),
        ("States/Done/Type", "Success", "Done.Type", "is no type of state"),
        ("States/Ask/Resource", DELETE, "Ask.Resource", "is missing"),
        ("States/Ask/Parameters", {}, "Ask.Parameters", "is no field here"),
        ("States/Accept/End", True, "Accept.Next or End", "exclude each other"),
        ("States/Ask/Retry/0/MaxAttempts", -1, "Ask.Retry[0].MaxAttempts", "is out of range"),
        ("States/Ask/Retry/0/JitterStrategy", "SOME", "Ask.Retry[0].JitterStrategy", "is none of the allowed"),
        ("States/Ask/Retry/0/MaxDelaySeconds", 1, "Ask.Retry[0].MaxDelaySeconds", "is not above IntervalSeconds"),
        ("States/Ask/Retry/0/ErrorEquals", [], "Ask.Retry[0].ErrorEquals", "names no error"),
        ("States/Ask/Retry/0/ErrorEquals", ["States.ALL", "x"], "Ask.Retry[0].ErrorEquals", "States.ALL must stand alone"),
        ("TimeoutSeconds", 301, "TimeoutSeconds", "is longer than an Express workflow can run"),
        ("QueryLanguage", "JSONPath", "", "is not written in JSONata"),
        ("States/Ask/Resource", "arn:aws:states:::lambda:invoke.waitForTaskToken", "Ask.Resource", "an Express workflow cannot wait"),
        ("States/Ask/Resource", "arn:aws:states:::lambda:call", "Ask.Resource", "is an integration that this judge does not know"),
        ("States/Ask/Resource", "lambda", "Ask.Resource", "is no service integration"),
        ("States/Ask/Arguments/FunctionName", DELETE, "Ask.Arguments.FunctionName", "is missing"),
        ("States/Set aside/Arguments/Body", "x", "Set aside.Arguments.Body", "is no parameter"),
        ("States/Set aside/Arguments/MessageAttributes/reason/DataType", DELETE, "Set aside.Arguments.MessageAttributes.reason.DataType", "is missing"),
        # Expressions
        ("States/Ask/Arguments/Payload", "{% { 'data': $event.detail %}", "Ask.Arguments.Payload", "is no JSONata"),
        ("States/Ask/Arguments/Payload", "id: {% $event.id %}", "Ask.Arguments.Payload", "has an expression that is not the whole text"),
        ("States/Ask/Arguments/Payload", "{% $evnt.detail %}", "Ask.Arguments.Payload", "$evnt is not assigned on every way"),
        ("States/Ask/Arguments/Payload", "{% event.detail %}", "Ask.Arguments.Payload", "event.detail is read from nothing"),
        ("States/Ask/Arguments/Payload", "{% $refusal %}", "Ask.Arguments.Payload", "$refusal is not assigned on every way"),
        ("States/Ask/Arguments/Payload", "{% $eval('1') %}", "Ask.Arguments.Payload", "$eval is not assigned on every way"),
        ("States/Ask/Arguments/Payload", "{% $states.result %}", "Ask.Arguments.Payload", "$states has no field result"),
        ("States/Ask/Assign/answer", "{% $states.result.Payloads %}", "Ask.Assign.answer", "$states.result has no field Payloads"),
        ("States/Ask/Assign/answer", "{% $states.errorOutput.Error %}", "Ask.Assign.answer", "$states has no field errorOutput"),
        ("States/Ask/Catch/0/Assign/refusal", "{% $states.errorOutput.Message %}", "Ask.Catch[0].Assign.refusal", "$states.errorOutput has no field Message"),
        ("States/Accept/Assign/event", "{% $states.context.Execution.Started %}", "Accept.Assign.event", "$states.context.Execution has no field Started"),
        ("States/Done/Output", "{% $metadata.actr %}", "Done.Output", "$metadata has no field actr"),
        ("States/Done/Output", "{% $answer %}", "Done.Output", "$answer is not assigned on every way"),
        ("States/Set aside/Arguments/MessageAttributes/reason/StringValue", "{% $refusal.message %}", "Set aside.Arguments.MessageAttributes.reason.StringValue", "$refusal has no field message"),
    ],
)  # fmt: skip
def test_a_fault_is_found_at_its_place(path: str, value: Any, property_: str, problem: str):
    matches = [one for one in found(changed(path, value)) if one[0] == f"definition: {property_}"]
    assert len(matches) == 1
    assert matches[0][1].startswith(problem)


def test_a_finding_has_the_value_and_what_is_allowed():
    assert found(changed("States/Done/Output", "{% $metadata.actr %}")) == [
        ("definition: Done.Output", "$metadata has no field actr", "{% $metadata.actr %}", "actor, correlation_id")
    ]


def test_states_inside_a_map_know_the_variables_around_it():
    each = {
        "Type": "Map",
        "Items": "{% $event.items %}",
        "ItemProcessor": {
            "StartAt": "One",
            "States": {"One": {"Type": "Pass", "Output": "{% $metadata.actor & $lost %}", "End": True}},
        },
        "Next": "Done",
    }
    findings = [one[:2] for one in found(changed("States/Answered?", each)) if one[0] == "definition: One.Output"]
    assert findings == [("definition: One.Output", "$lost is not assigned on every way to this state")]


def test_an_object_that_goes_into_itself_in_a_loop_is_followed_to_an_end():
    body = changed("States/Wait/Assign/metadata", "{% { 'before': $metadata } %}")
    assert found(body) == []


def test_what_is_no_json_is_found():
    assert found("{")[0][1] == "is no JSON object"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$a.b[c=$d].e", ["$a.b.e", "$d"]),
        ("$map($items, function($item) { $item.price * $rate })", ["$map", "$items", "$rate"]),
        ("( $sum := $a; $sum + 1 )", ["$a"]),
        ("$a.{ 'x': b, 'y': $c.d }", ["$a", "$c.d"]),
        ("$a^(>price).id", ["$a"]),
        ("$x ? { 'a': $y } : [$z]", ["$x", "$y", "$z"]),
        ("purchase.merchant", ["purchase.merchant"]),
        ("$", ["$"]),
    ],
)
def test_references_are_what_comes_from_outside(text: str, expected: list[str]):
    assert [str(one) for one in references(parse(text))] == expected


def test_an_invalid_expression_says_why():
    with pytest.raises(InvalidExpression, match="end of expression"):
        parse("{ 'a': 1")
