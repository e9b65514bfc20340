"""Off the caller's path: asks the side that did not answer a call, compares, and keeps what it saw."""

# powertools' record handler takes any callable.
# pyright: reportUnknownVariableType=false, reportUnknownLambdaType=false, reportUnknownArgumentType=false

from typing import Any, Generic

import msgspec
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from pbckit.contracts.definitions import RequestT, ResponseT
from pbckit.contracts.migration import Mismatch
from pbckit.runtime.dead_letters import send_to_dlq
from pbckit.runtime.observability import count, observed
from pbckit.runtime.runtime import Runtime, lambda_runtime
from pbckit.strangler.comparison import Comparison, compare
from pbckit.strangler.evidence import Observation
from pbckit.strangler.facade import Note, Sides
from pbckit.strangler.store import MigrationStore


class Comparer(Generic[RequestT, ResponseT]):
    """Compares what a facade noted."""

    def __init__(self, sides: Sides[RequestT, ResponseT]) -> None:
        self._sides = sides
        self._processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

    def receive(self, event: dict[str, Any], context: Any) -> Any:
        """What Lambda calls. Answers with the messages that are to be delivered again."""
        with observed(context):
            runtime = lambda_runtime("STORE_TABLE", "DLQ_URL")
            return process_partial_response(
                event=event,
                record_handler=lambda record: self._receive(record, runtime),
                processor=self._processor,
                context=context,
            )

    def _receive(self, record: SQSRecord, runtime: Runtime) -> None:
        self.consume(record.body, runtime)

    def consume(self, body: str, runtime: Runtime) -> None:
        """Look at one note. What is none is put aside: nobody else writes to this queue."""
        request_type = self._sides.migrating.capability.request
        try:
            note = msgspec.json.decode(body, type=Note)
            request = msgspec.json.decode(note.request, type=request_type)
        except msgspec.DecodeError as error:
            send_to_dlq(body, runtime, reason=f"no note: {error}", attempts=1)
            return
        self._look(note, request, runtime)

    def _look(self, note: Note, request: RequestT, runtime: Runtime) -> None:
        migrating = self._sides.migrating
        legacy = note.legacy or self._sides.ask("legacy", request, note.call)
        candidate = note.candidate or self._sides.ask("candidate", request, note.call)
        parts = dict(migrating.parts(request))
        comparison = compare(legacy, candidate, parts, migrating.rules)
        _count(comparison)
        observation = Observation(
            id=note.id,
            at=note.at,
            version=note.routing.version,
            correlation_id=note.call.correlation_id,
            key=note.key,
            bucket=note.bucket,
            served=note.served,
            legacy=legacy,
            candidate=candidate,
            verdict=comparison.verdict,
        )
        mismatch = None
        if comparison.verdict == "different":
            mismatch = Mismatch(
                key=note.key,
                difference=", ".join(map(str, comparison.differences)),
                request=parts,
                legacy=legacy,
                candidate=candidate,
                seen_at=note.at,
                version=note.routing.version,
            )
        MigrationStore(runtime).observe(observation, mismatch)


def _count(comparison: Comparison) -> None:
    if comparison.verdict != "failed":
        count("Compared")
    if comparison.verdict == "different":
        count("Mismatches")
    if comparison.verdict == "ignored":
        count("IgnoredDifferences")
