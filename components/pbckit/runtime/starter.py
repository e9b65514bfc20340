"""Lambda handler on a workflow's queue: runs the workflow once for each event, and waits for its end.

An event leaves the queue only when its workflow has ended well. So bursts wait in the queue instead of starting more
workflows than the capabilities behind them can serve, and an execution that fails is tried again. The workflows of a
batch run side by side: the function is paid for as long as the longest of them takes, not for each.
"""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import boto3
import msgspec
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSEvent, SQSRecord
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from pbckit.contracts.operating import FALLBACKS
from pbckit.errors import FunctionError
from pbckit.runtime.dead_letters import correlation_id, send_to_dlq
from pbckit.runtime.deliveries import attempt
from pbckit.runtime.environment import environment
from pbckit.runtime.observability import logger, observed
from pbckit.runtime.records import hop
from pbckit.runtime.runtime import Runtime, lambda_runtime

# boto3 has no types of its own.
# pyright: reportUnknownVariableType=false, reportMissingTypeStubs=false, reportUnknownMemberType=false

_LONGEST_WAIT_SECONDS = 270
_MOST_AT_ONCE = 10
"""Messages of a batch, at most."""
_waiting = ThreadPoolExecutor(_MOST_AT_ONCE)
"""Threads that wait for a workflow and do nothing else: what notes and counts is not made for several threads."""


class WorkflowFailed(FunctionError):
    """An execution did not end well. Its event is delivered again."""


class _Execution(NamedTuple):
    """The workflow that runs for a message."""

    record: SQSRecord
    started_at: datetime
    answer: Future[Any]


def handler(event: dict[str, Any], context: Any) -> Any:
    """What Lambda calls. Answers with the messages that are to be delivered again."""
    with observed(context):
        runtime = lambda_runtime("DLQ_URL", "STATE_MACHINE")
        running = [_start(record, runtime) for record in SQSEvent(event).records]
        by_answer = {execution.answer: execution for execution in running}
        ended = (by_answer[answer] for answer in as_completed(by_answer))
        failed = [execution.record.message_id for execution in ended if not _is_done(execution, runtime)]
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _start(record: SQSRecord, runtime: Runtime) -> _Execution:
    trace_header = _known(record.body).detail.metadata.trace_header
    answer = _waiting.submit(
        _client().start_sync_execution,
        stateMachineArn=environment().required("STATE_MACHINE"),
        input=record.body,
        **({"traceHeader": trace_header} if trace_header else {}),
    )
    return _Execution(record, runtime.clock.now(), answer)


def _is_done(execution: _Execution, runtime: Runtime) -> bool:
    """Whether the message of an execution that has ended may leave the queue."""
    record = execution.record
    try:
        with attempt(record, runtime) as attempts:
            try:
                _note(execution, runtime)
            except (WorkflowFailed, BotoCoreError, ClientError) as error:
                # After this attempt the queue would set it aside anyway, but without its reason.
                if attempts < runtime.maximum_receives:
                    raise
                send_to_dlq(record.body, runtime, reason=str(error), attempts=attempts)
    except Exception as error:  # noqa: BLE001 - whatever it is, this message alone comes again
        logger.warning("is delivered again", message_id=record.message_id, reason=str(error))
        return False
    return True


def _note(execution: _Execution, runtime: Runtime) -> None:
    body = execution.record.body
    event = _known(body)
    given = event.detail.metadata
    with hop(
        "ran",
        event.name,
        correlation_id(body),
        runtime.clock,
        started_at=execution.started_at,
        trace_header=given.trace_header,
        event_id=given.event_id,
        aggregate_id=given.aggregate_id,
    ) as noted:
        ending = execution.answer.result()
        if ending["status"] != "SUCCEEDED":
            raise WorkflowFailed(f"{ending.get('error', ending['status'])}: {ending.get('cause', 'no cause')}")
        noted.outcome, noted.detail = _ending(ending.get("output", ""))


class _Metadata(msgspec.Struct, frozen=True):
    """Metadata of an event that may be of any form, as far as it is known."""

    event_id: str | None = None
    aggregate_id: str | None = None
    trace_header: str | None = None


class _Detail(msgspec.Struct, frozen=True):
    metadata: _Metadata = _Metadata()


class _Known(msgspec.Struct, frozen=True):
    """An event that may be of any form."""

    detail: _Detail = _Detail()
    name: str = msgspec.field(name="detail-type", default="unknown")


def _known(body: str) -> _Known:
    try:
        return msgspec.json.decode(body, type=_Known)
    except msgspec.DecodeError:
        return _Known()


class _Ended(msgspec.Struct, frozen=True):
    """What a workflow may tell at its end."""

    fallbacks: list[str] = []
    set_aside: bool = False
    refused: str | None = None
    """Name of a refusal that is an outcome: the unit that refused has kept it."""


def _ending(output: str) -> tuple[str, str | None]:
    """Outcome and detail of an execution that ended well. A workflow need not tell anything."""
    try:
        ended = msgspec.json.decode(output, type=_Ended)
    except msgspec.DecodeError:
        ended = _Ended()
    outcome = "set aside" if ended.set_aside else "done"
    return f"refused: {ended.refused}" if ended.refused else outcome, _fallbacks(ended.fallbacks)


def _fallbacks(names: Sequence[str]) -> str | None:
    return f"{FALLBACKS}{', '.join(names)}" if names else None


@cache
def _client() -> Any:
    config = Config(connect_timeout=2, read_timeout=_LONGEST_WAIT_SECONDS, retries={"max_attempts": 1})
    return boto3.client("stepfunctions", config=config)
