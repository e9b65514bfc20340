"""A compromised component: each function's code replaced by a probe that tries to read every other PBC's data."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pbckit.infra.names import Names

DENIALS = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
_ADMITTED = frozenset({"ok", "ConditionalCheckFailedException"})
"""AWS evaluates a condition only for whoever may write."""
_SIDE_BY_SIDE = 4
"""Functions that try at once: each starts a process of its own on the embedded AWS."""
_PROBE = Path(__file__).with_name("probe.py")
_KEY = {"pk": {"S": "anything"}, "sk": {"S": "anything"}}
_EVENT_KEY = {"event_id": {"S": "anything"}}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one function could do to one unit's data."""

    function: str
    target_unit: str
    target: str
    operation: str
    outcome: str

    @property
    def denied(self) -> bool:
        """True where AWS refused. Any other answer, an error too, is a way in."""
        return self.outcome in DENIALS


@dataclass(frozen=True, kw_only=True)
class Report:
    """All findings, of all functions."""

    foreign: Sequence[Finding]
    """Tries at other units' data: each must be denied."""
    own: Sequence[Finding]
    """Tries at the function's own unit: for each function with data rights one must succeed, or the probe is blunt."""

    @property
    def leaks(self) -> list[Finding]:
        """Tries at foreign data that were not denied."""
        return [finding for finding in self.foreign if not finding.denied]

    @property
    def blunt(self) -> list[str]:
        """Functions that could not even read their own unit: of them the denials say nothing."""
        sharp = {finding.function for finding in self.own if finding.outcome in _ADMITTED}
        return sorted({finding.function for finding in self.own} - sharp)


def probe_all(
    client: Callable[[str], Any],
    names: Names,
    units: Sequence[str],
    on_function: Callable[[str, int], None] = lambda _function, _total: None,
    only: str | None = None,
) -> Report:
    """Replace each function of each unit by the probe, let it try everything, and collect what AWS answered.

    Only the unpublished version is replaced: the alias that serves traffic is not touched.

    Args:
        client: makes a deployer's client for a service.
        names: names of any unit of the environment.
        units: keys of the PBCs.
        on_function: told each function that has tried, and how many there are, for a progress bar.
        only: name of the one function to replace; all without it.
    """
    targets = {unit: list(_attempts(client, names.of(unit))) for unit in units}
    functions = [(unit, name) for unit in units for name in _functions(client, names.of(unit)) if only in (None, name)]
    foreign: list[Finding] = []
    own: list[Finding] = []
    lambda_ = client("lambda")  # one for all threads: clients may be shared, but not made side by side
    everything = [attempt for unit in units for attempt in targets[unit]]
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        answers = pool.map(lambda one: _probe(lambda_, one[1], everything), functions)
        for (unit, function), outcomes in zip(functions, answers, strict=True):
            on_function(function, len(functions))
            for target_unit in units:
                findings = [
                    Finding(function=function, target_unit=target_unit, **outcome)
                    for outcome in outcomes
                    if outcome["target"] in {attempt["target"] for attempt in targets[target_unit]}
                ]
                (own if target_unit == unit else foreign).extend(findings)
    return Report(foreign=foreign, own=own)


def _functions(client: Callable[[str], Any], names: Names) -> list[str]:
    pages = client("lambda").get_paginator("list_functions").paginate()
    every = (function["FunctionName"] for page in pages for function in page["Functions"])
    return sorted(name for name in every if name.startswith(names.prefix))


def _attempts(client: Callable[[str], Any], names: Names) -> Iterator[dict[str, Any]]:
    """Ways to read a unit's data: its tables, index, stream and queues."""
    store, outbox = names.physical("store"), names.physical("outbox")

    def attempt(service: str, target: str, operation: str, **parameters: object) -> dict[str, Any]:
        return {"service": service, "target": target, "operation": operation, "parameters": parameters}

    yield attempt("dynamodb", store, "get_item", TableName=store, Key=_KEY)
    yield attempt("dynamodb", store, "scan", TableName=store)
    yield attempt(
        "dynamodb",
        store,
        "query",
        TableName=store,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "anything"}},
    )
    for table, key, name in ((store, _KEY, "pk"), (outbox, _EVENT_KEY, "event_id")):
        yield attempt(
            "dynamodb",
            table,
            "update_item",  # a write that reads: it can return what was there
            TableName=table,
            Key=key,
            UpdateExpression="SET probed = :true",
            ConditionExpression=f"attribute_exists({name})",
            ExpressionAttributeValues={":true": {"BOOL": True}},
            ReturnValues="ALL_OLD",
        )
    yield attempt(
        "dynamodb",
        outbox,
        "delete_item",  # another one
        TableName=outbox,
        Key=_EVENT_KEY,
        ConditionExpression="attribute_exists(event_id)",
        ReturnValues="ALL_OLD",
    )
    yield attempt("dynamodb", outbox, "scan", TableName=outbox)
    yield attempt("dynamodb", outbox, "get_item", TableName=outbox, Key=_EVENT_KEY)
    yield attempt(
        "dynamodb",
        outbox,
        "query",
        TableName=outbox,
        KeyConditionExpression="event_id = :event_id",
        ExpressionAttributeValues={":event_id": {"S": "anything"}},
    )
    stream = client("dynamodb").describe_table(TableName=outbox)["Table"]["LatestStreamArn"]
    shards = client("dynamodbstreams").describe_stream(StreamArn=stream)["StreamDescription"]["Shards"]
    yield attempt("dynamodbstreams", outbox, "describe_stream", StreamArn=stream)
    if shards:
        yield attempt(
            "dynamodbstreams",
            outbox,
            "get_shard_iterator",
            StreamArn=stream,
            ShardId=shards[0]["ShardId"],
            ShardIteratorType="TRIM_HORIZON",
        )
    for url in client("sqs").list_queues(QueueNamePrefix=names.prefix).get("QueueUrls", []):
        yield attempt("sqs", url.rsplit("/", 1)[-1], "receive_message", QueueUrl=url, VisibilityTimeout=0)


def _probe(lambda_: Any, function: str, attempts: list[dict[str, Any]]) -> list[dict[str, str]]:
    configuration = lambda_.get_function_configuration(FunctionName=function)
    original = configuration["Handler"]
    lambda_.update_function_code(FunctionName=function, ZipFile=as_module(original, _PROBE.read_text()), Publish=False)
    lambda_.get_waiter("function_updated_v2").wait(FunctionName=function)
    answer = lambda_.invoke(FunctionName=function, Payload=json.dumps({"attempts": attempts}))
    payload = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise RuntimeError(f"the probe failed in {function}: {payload}")
    return payload


def as_module(handler: str, source: str) -> bytes:
    """A zip with some code as the module that a function's handler names."""
    module = handler.rsplit(".", 1)[0].replace(".", "/")
    packages = [module.rsplit("/", depth)[0] for depth in range(1, module.count("/") + 1)]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(f"{module}.py", source)
        for package in packages:
            archive.writestr(f"{package}/__init__.py", "")
    return buffer.getvalue()
