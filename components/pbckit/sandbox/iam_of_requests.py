"""What IAM must know of a request, where ministack does not tell it: the action, the resource, the condition keys.

Each function stands in for one of ministack's, and asks that one where AWS and ministack agree.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.services import iam, lambda_svc

_extract_action = iam_actions.extract_iam_action
_extract_resource = iam_actions.extract_resource_arn
_extract_tags = iam_actions.request_tag_context
_enforce = iam_evaluator.enforce
_parse = iam_evaluator.parse_policy_document
_parse_text = lru_cache(maxsize=10_000)(_parse)
_condition_key = iam_evaluator._resolve_condition_key  # noqa: SLF001 the only place where it can be taught

_ARCHIVE, _REPLAY = (
    "arn:aws:events:{region}:{account}:archive/{name}",
    "arn:aws:events:{region}:{account}:replay/{name}",
)
_RESOURCES: Mapping[str, tuple[str, str]] = {
    "cloudwatch:DescribeAlarms": ("arn:aws:cloudwatch:{region}:{account}:alarm:*", ""),
    "cloudwatch:PutDashboard": ("arn:aws:cloudwatch::{account}:dashboard/{name}", "DashboardName"),
    "events:CancelReplay": (_REPLAY, "ReplayName"),
    "events:DescribeArchive": (_ARCHIVE, "ArchiveName"),
    "events:DescribeReplay": (_REPLAY, "ReplayName"),
    "events:StartReplay": (_ARCHIVE, "EventSourceArn"),
    "lambda:CreateFunction": ("arn:aws:lambda:{region}:{account}:function:{name}", "FunctionName"),
}
"""What actions act on, as ARN, and the parameter that names it."""
_OF_A_ROLE = frozenset({"iam:DeleteRolePolicy", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"})
_OPERATIONS = {"Invoke": "InvokeFunction", "GetLayerVersionByArn": "GetLayerVersion"}
"""Operations of Lambda's API whose permission has another name."""
_PASSES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "lambda:CreateFunction": ("lambda.amazonaws.com", ("Role",)),
    "lambda:UpdateFunctionConfiguration": ("lambda.amazonaws.com", ("Role",)),
    "scheduler:CreateSchedule": ("scheduler.amazonaws.com", ("Target", "RoleArn")),
    "scheduler:UpdateSchedule": ("scheduler.amazonaws.com", ("Target", "RoleArn")),
    "states:CreateStateMachine": ("states.amazonaws.com", ("roleArn",)),
    "states:UpdateStateMachine": ("states.amazonaws.com", ("roleArn",)),
}
"""Actions that need `iam:PassRole` too: the service that a role is passed to, and where the request names the role."""
_BOUNDARY, _FUNCTION, _PASSED = "iam:PermissionsBoundary", "lambda:FunctionArn", "sandbox:PassedRole"


def install() -> None:
    """Put the functions of this module in the place of ministack's. It looks each of them up at every request."""
    iam_actions._BOTOCORE_SERVICE_MAP["lambda"] = ["lambda"]  # noqa: SLF001 the routes of Lambda's API, by botocore
    iam_actions.extract_iam_action = action
    iam_actions.extract_resource_arn = resource_arn
    iam_actions.request_tag_context = context
    iam_evaluator.enforce = enforce
    iam_evaluator.parse_policy_document = statements
    iam_evaluator._resolve_condition_key = condition_key  # noqa: SLF001 as above


def action(service: str, method: str, path: str, headers: Any, body: bytes, query: Any) -> str | None:
    """The action. Of Lambda's, ministack takes some for others, and some for none, which nobody is denied."""
    if service == "lambda":
        operation = iam_actions._match_rest_action(service, method, path, query)  # noqa: SLF001 as for other services
        if operation is not None:
            return f"lambda:{_OPERATIONS.get(operation, operation)}"
    return _extract_action(service, method, path, headers, body, query)


def resource_arn(*request: Any) -> str:
    """The resource, where ministack judges by `*` what AWS judges by its ARN."""
    service, method, path, headers, body, query, region, account = request
    found = _extract_resource(*request)
    asked = iam_actions.extract_iam_action(service, method, path, headers, body, query)
    template, parameter = _RESOURCES.get(asked or "", ("", ""))
    if found != "*" or not template:
        return found
    named = iam_actions._param(body, query, parameter) if parameter else ""  # noqa: SLF001 whatever protocol it comes in
    return named if named.startswith("arn:") else template.format(region=region, account=account, name=named)


def context(service: str, asked: str, body: bytes, parameters: dict[str, Any]) -> dict[str, Any]:
    """The condition keys that a request gives by what it says: ministack knows those of tags."""
    found = _extract_tags(service, asked, body, parameters)
    if asked == "iam:CreateRole" and "PermissionsBoundary" in parameters:
        found[_BOUNDARY] = _only(parameters["PermissionsBoundary"])
    if asked == "lambda:CreateEventSourceMapping":
        found[_FUNCTION] = _function_arn(json.loads(body)["FunctionName"])
    if asked in _PASSES:
        found[_PASSED] = _at(json.loads(body), _PASSES[asked][1])
    return found


def enforce(
    key: str,
    asked: str,
    service: str,
    region: str,
    resource_arn: str = "*",
    service_context: dict[str, Any] | None = None,
) -> Any:
    """The verdict, with the condition keys that the resource gives by what it is; then on a role that is passed."""
    keys = {**(service_context or {})}
    name = resource_arn.rpartition("/")[2]
    if asked in _OF_A_ROLE and (role := iam._roles.get(name)):  # noqa: SLF001 where it keeps them
        keys[_BOUNDARY] = role["PermissionsBoundary"]
    mapping = lambda_svc._esms.get(resource_arn.rpartition(":")[2])  # noqa: SLF001 where it keeps them
    if service == "lambda" and mapping:
        keys[_FUNCTION] = mapping["FunctionArn"]
    denied = _enforce(key, asked, service, region, resource_arn=resource_arn, service_context=keys)
    passed = keys.get(_PASSED)
    if denied is not None or passed is None:
        return denied
    to = {"iam:PassedToService": _PASSES[asked][0]}
    return _enforce(key, "iam:PassRole", "iam", region, resource_arn=passed, service_context=to)


def condition_key(key: str, request: Any) -> Any:
    """The value of a global condition key. `aws:PrincipalArn` of a session is the ARN of its role.

    So the IAM user guide has it, "AWS global condition context keys"; ministack gives the ARN of the session.
    """
    found = _condition_key(key, request)
    if key.lower() == "aws:principalarn" and ":assumed-role/" in found:
        name = found.split("/")[1]
        role = iam._roles.get(name)  # noqa: SLF001 where it keeps them
        return role["Arn"] if role else f"arn:aws:iam::{request.principal_account}:role/{name}"
    return found


def statements(document: Any) -> Any:
    """The statements of a policy. Each text is read once, and not at each request that it is about."""
    return _parse_text(document) if isinstance(document, str) else _parse(document)


def _function_arn(name: str) -> str:
    """A function may be named by its ARN, and by its name alone."""
    return name if name.startswith("arn:") else f"arn:aws:lambda:{get_region()}:{get_account_id()}:function:{name}"


def _at(request: Any, path: tuple[str, ...]) -> str | None:
    for key in path:
        request = request.get(key) or {}
    return request or None


def _only(value: Any) -> str:
    return value[0] if isinstance(value, list) else value
