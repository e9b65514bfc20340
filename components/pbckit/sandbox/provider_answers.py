"""What the AWS provider reads back after it made something, where ministack answers otherwise than AWS.

The provider compares each answer with the program at every preview. Where ministack forgets what it was told, or leaves
it out, every `pulumi up` against the embedded AWS would change it again. Each function stands in for one of
ministack's, whose names are private.
"""

import json
from collections.abc import Mapping
from typing import Any, cast
from xml.sax.saxutils import escape

from ministack.services import cloudwatch, eventbridge, stepfunctions

Answer = tuple[int, dict[str, str], bytes]

_put_permission = eventbridge._put_permission
_describe_alarms = cloudwatch._describe_alarms
_create_state_machine = stepfunctions._create_state_machine
_update_state_machine = stepfunctions._update_state_machine

_OK = 200
_ALARM_FILTERS = ("AlarmNames", "AlarmTypes")


def install() -> None:
    """Take ministack's place."""
    eventbridge._put_permission = put_permission
    cloudwatch._describe_alarms = describe_alarms
    stepfunctions._create_state_machine = create_state_machine
    stepfunctions._update_state_machine = update_state_machine


def put_permission(request: dict[str, Any]) -> Any:
    """A policy given as a whole replaces the one that there was. ministack adds a statement that allows everybody."""
    if "Policy" not in request:
        return _put_permission(request)
    policies = eventbridge._event_bus_policies
    policies[request.get("EventBusName", "default")] = json.loads(request["Policy"])
    return _OK, {"Content-Type": "application/x-amz-json-1.1"}, b"{}"


def create_state_machine(request: dict[str, Any]) -> Any:
    """Keeps the tracing configuration, which ministack forgets. Nothing is traced for all that."""
    return _keep_tracing(request, _create_state_machine(request))


def update_state_machine(request: dict[str, Any]) -> Any:
    """As `create_state_machine`."""
    return _keep_tracing(request, _update_state_machine(request))


def _keep_tracing(request: dict[str, Any], answer: Answer) -> Answer:
    if answer[0] == _OK and "tracingConfiguration" in request:
        arn = request.get("stateMachineArn") or json.loads(answer[2])["stateMachineArn"]
        stepfunctions._state_machines[arn]["tracingConfiguration"] = request["tracingConfiguration"]
    return answer


def describe_alarms(
    parameters: Mapping[str, Any],
    request: dict[str, Any],
    is_cbor: bool,
    is_json: bool = False,
) -> Any:
    """All of an alarm also in the Query protocol, in which ministack leaves out half of it."""
    if is_cbor or is_json:
        return _describe_alarms(parameters, request, is_cbor, is_json)
    asked = {
        key: cloudwatch._p(parameters, key) for key in ("AlarmNamePrefix", "StateValue", "NextToken", "MaxRecords")
    }
    filters = {key: _members(parameters, key) for key in _ALARM_FILTERS}
    given = {key: value for key, value in {**asked, **filters}.items() if value}
    status, _, body = _describe_alarms(parameters, given, False, True)
    if status != _OK:
        return _describe_alarms(parameters, request, False)
    inner = _element("DescribeAlarmsResult", json.loads(body))
    return cloudwatch._xml(_OK, "DescribeAlarmsResponse", inner)


def _members(parameters: Mapping[str, Any], key: str) -> list[str]:
    found: list[str] = []
    while value := cloudwatch._p(parameters, f"{key}.member.{len(found) + 1}"):
        found.append(value)
    return found


def _element(name: str, value: Any) -> str:
    """A value in the Query protocol; nothing at all for None."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        inner = "".join(_element(key, item) for key, item in cast("Mapping[str, Any]", value).items())
    elif isinstance(value, list):
        inner = "".join(_element("member", item) for item in cast("list[Any]", value))
    elif isinstance(value, bool):
        inner = str(value).lower()
    elif name.endswith("Timestamp"):
        inner = cloudwatch._ts_iso(value)
    else:
        inner = escape(str(value))
    return f"<{name}>{inner}</{name}>"
