"""Lambda handler on a workflow's queue: runs the workflow once for each event, and waits for its end.

An event leaves the queue only when its workflow has ended well. So bursts wait in the queue instead of starting more
workflows than the capabilities behind them can serve, and an execution that fails is tried again.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import boto3
import msgspec
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from pbckit.contracts.operating import FALLBACKS
from pbckit.errors import FunctionError
from pbckit.runtime.dead_letters import correlation_id, send_to_dlq
from pbckit.runtime.deliveries import attempt
from pbckit.runtime.environment import environment
from pbckit.runtime.observability import observed
from pbckit.runtime.records import hop
from pbckit.runtime.runtime import Runtime, lambda_runtime

# powertools' record handler takes any callable, and boto3 has no types of its own.
# pyright: reportUnknownVariableType=false, reportMissingTypeStubs=false, reportUnknownMemberType=false

_LONGEST_WAIT_SECONDS = 270
_processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


class WorkflowFailed(FunctionError):
    """An execution did not end well. Its event is delivered again."""


def handler(event: dict[str, Any], context: Any) -> Any:
    """What Lambda calls. Answers with the messages that are to be delivered again."""
    with observed(context):
        return process_partial_response(event=event, record_handler=_receive, processor=_processor, context=context)


def _receive(record: SQSRecord) -> None:
    runtime = lambda_runtime("DLQ_URL", "STATE_MACHINE")
    with attempt(record, runtime) as attempts:
        try:
            _run(record.body, runtime)
        except (WorkflowFailed, BotoCoreError, ClientError) as error:
            # After this attempt the queue would set it aside anyway, but without its reason.
            if attempts < runtime.maximum_receives:
                raise
            send_to_dlq(record.body, runtime, reason=str(error), attempts=attempts)


def _run(body: str, runtime: Runtime) -> None:
    event = _known(body)
    given = event.detail.metadata
    with hop(
        "ran",
        event.name,
        correlation_id(body),
        runtime.clock,
        trace_header=given.trace_header,
        event_id=given.event_id,
        aggregate_id=given.aggregate_id,
    ) as noted:
        execution = _client().start_sync_execution(
            stateMachineArn=environment().required("STATE_MACHINE"),
            input=body,
            **({"traceHeader": given.trace_header} if given.trace_header else {}),
        )
        if execution["status"] != "SUCCEEDED":
            raise WorkflowFailed(f"{execution.get('error', execution['status'])}: {execution.get('cause', 'no cause')}")
        noted.outcome, noted.detail = _ending(execution.get("output", ""))


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
