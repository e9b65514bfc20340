"""State machines: the Amazon States Language, and what their JSONata expressions read."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

from pbckit.judges import assigned_variables, state_structure
from pbckit.judges.finding import Finding, Judge, finding
from pbckit.judges.state_machine import Machine
from pbckit.judges.values import is_unknown
from pbckit.sandbox.graph import Graph

MACHINE = "aws:sfn/stateMachine:StateMachine"
_SOURCE = "Amazon States Language specification; Step Functions developer guide"


def _judge(graph: Graph) -> Iterator[Finding]:
    for resource in graph.by_type(MACHINE):
        text = resource.inputs.get("definition")
        if not isinstance(text, str) or is_unknown(text):
            continue
        body = _json(text)
        if not isinstance(body, Mapping):
            yield finding(resource, "definition", "is no JSON object", value=text, allowed="ASL", source=_SOURCE)
            continue
        machine = Machine("", cast("Mapping[str, Any]", body))
        express = resource.inputs.get("type") == "EXPRESS"
        for place, problem, value, allowed in (
            *state_structure.problems(machine, express=express),
            *assigned_variables.problems(machine),
        ):
            yield finding(resource, f"definition: {place}", problem, value=value, allowed=allowed, source=_SOURCE)


JUDGE = Judge(
    name="workflows",
    shows="Every state machine is valid, each of its states is reached, every JSONata expression can be parsed, and "
    "reads only variables and fields that are there on every way to it.",
    source="Amazon States Language specification and Step Functions developer guide "
    "(components/pbckit/judges/data/state_language.yaml), botocore's models for the services called, the parser of "
    "jsonata-python",
    judge=_judge,
)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
