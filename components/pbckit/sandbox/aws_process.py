"""The embedded AWS's own process, with what it lacks.

Started by `pbckit.sandbox.supervisor` as `python -m pbckit.sandbox.aws_process`. Each difference to AWS that is mended
here is small, and hangs on names inside ministack: its version is pinned.
"""

import gc
from typing import Any

from ministack.app import main
from ministack.services import eventbridge

from pbckit.sandbox import alarm_states, forked_functions, iam_of_requests, provider_answers, rest_apis, unpacking

_dispatch = eventbridge._dispatch_event  # noqa: SLF001 the only place where it can be taught


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


if __name__ == "__main__":
    eventbridge._dispatch_event = dispatch_to_named_rules  # noqa: SLF001
    alarm_states.install()
    forked_functions.install()
    iam_of_requests.install()
    provider_answers.install()
    rest_apis.install()
    unpacking.install()
    # What is imported stays: requests need not wait while it is searched for cycles.
    gc.freeze()
    gc.set_threshold(50_000)
    main()
