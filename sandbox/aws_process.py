"""The embedded AWS's own process, with what it lacks.

Started by `sandbox.supervisor` as `python -m sandbox.aws_process`. Each difference to AWS that is mended here is small,
and hangs on names inside ministack: its version is pinned.
"""

import json
from typing import Any

from ministack.app import main
from ministack.core import iam_actions
from ministack.services import eventbridge

_dispatch = eventbridge._dispatch_event  # noqa: SLF001 the only place where it can be taught
_OF_AN_ARCHIVE = frozenset({"events:DescribeArchive", "events:StartReplay"})
_OF_A_REPLAY = frozenset({"events:CancelReplay", "events:DescribeReplay"})
_resource_arn = iam_actions.extract_resource_arn


def dispatch_to_named_rules(event: dict[str, Any], view: Any = None) -> None:
    """Send an event to the rules that match it; where it is replayed to some rules only, to those.

    EventBridge takes `FilterArns` in a replay's destination; ministack takes them too, and sends to every rule. It has
    a list of rules that an event has been at already, to end loops: a replayed event has been at all but those named.
    """
    replay = eventbridge._replays.get(event.get("ReplayName")) if "ReplayName" in event else None  # noqa: SLF001
    named = (replay or {}).get("Destination", {}).get("FilterArns")
    if named:
        others = [key for key, rule in eventbridge._rules.items() if rule["Arn"] not in named]  # noqa: SLF001
        event = {**event, "_DispatchPath": others}
    _dispatch(event, view)


def resource_arn(*request: Any) -> str:
    """The resource that IAM judges a request by, where ministack judges by `*` what AWS judges by its ARN."""
    service, method, path, headers, body, query, region, account = request
    found = _resource_arn(*request)
    if found != "*":
        return found
    action = iam_actions.extract_iam_action(service, method, path, headers, body, query)
    if action == "cloudwatch:DescribeAlarms":
        return f"arn:aws:cloudwatch:{region}:{account}:alarm:*"
    if action in _OF_AN_ARCHIVE:
        return _named_archive(json.loads(body), region, account)
    if action in _OF_A_REPLAY:
        return f"arn:aws:events:{region}:{account}:replay/{json.loads(body)['ReplayName']}"
    return found


def _named_archive(request: dict[str, str], region: str, account: str) -> str:
    """A replay names its archive by ARN, all else by name."""
    return request.get("EventSourceArn") or f"arn:aws:events:{region}:{account}:archive/{request['ArchiveName']}"


if __name__ == "__main__":
    eventbridge._dispatch_event = dispatch_to_named_rules  # noqa: SLF001
    iam_actions.extract_resource_arn = resource_arn
    main()
