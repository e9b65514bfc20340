"""Lambda handler on a workflow's queue: runs the workflow once for each event, and waits for its end.

An event leaves the queue only when its workflow has ended well. So bursts wait in the queue instead of starting more
workflows than the capabilities behind them can serve, and an execution that fails is tried again.
"""

from functools import cache
from typing import Any

import boto3
import msgspec
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from lambdas.kit.dead_letters import put_aside
from lambdas.kit.environment import environment
from lambdas.kit.observability import observed
from lambdas.kit.runtime import lambda_runtime

# powertools' record handler takes any callable, and boto3 has no types of its own.
# pyright: reportUnknownVariableType=false, reportMissingTypeStubs=false, reportUnknownMemberType=false

_LONGEST_WAIT_SECONDS = 270
_processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


class WorkflowFailed(Exception):
    """An execution did not end well. Its event is delivered again."""


def handler(event: dict[str, Any], context: Any) -> Any:
    """What Lambda calls. Answers with the messages that are to be delivered again."""
    with observed(context):
        return process_partial_response(event=event, record_handler=_receive, processor=_processor, context=context)


def _receive(record: SQSRecord) -> None:
    runtime = lambda_runtime("DLQ_URL", "STATE_MACHINE")
    attempts = int(record.attributes.approximate_receive_count or 1)
    try:
        _run(record.body)
    except (WorkflowFailed, BotoCoreError, ClientError) as error:
        # After this attempt the queue would set it aside anyway, but without its reason.
        if attempts < runtime.maximum_receives:
            raise
        put_aside(record.body, runtime, reason=str(error), attempts=attempts)


def _run(body: str) -> None:
    trace_header = _trace_header(body)
    execution = _client().start_sync_execution(
        stateMachineArn=environment().required("STATE_MACHINE"),
        input=body,
        **({"traceHeader": trace_header} if trace_header else {}),
    )
    if execution["status"] != "SUCCEEDED":
        raise WorkflowFailed(f"{execution.get('error', execution['status'])}: {execution.get('cause', 'no cause')}")


def _trace_header(body: str) -> str | None:
    """The trace that the event carries, if it is of that form."""
    try:
        header: object = msgspec.json.decode(body)["detail"]["metadata"]["trace_header"]
    except (msgspec.DecodeError, KeyError, TypeError):
        return None
    return header if isinstance(header, str) else None


@cache
def _client() -> Any:
    config = Config(connect_timeout=2, read_timeout=_LONGEST_WAIT_SECONDS, retries={"max_attempts": 1})
    return boto3.client("stepfunctions", config=config)
