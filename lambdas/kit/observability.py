"""Logs, metrics and traces, the same in every function."""

import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

logger = Logger()
metrics = Metrics()

_TRACE_VARIABLE = "_X_AMZN_TRACE_ID"


def count(name: str, value: float = 1, unit: MetricUnit = MetricUnit.Count) -> None:
    """Add to a metric; it is sent when the invocation ends."""
    metrics.add_metric(name=name, unit=unit, value=value)


@contextmanager
def observed(context: object) -> Generator[None]:
    """Around an invocation: its id on every log line, its metrics sent at its end whatever happens."""
    logger.append_keys(function_request_id=getattr(context, "aws_request_id", None))
    try:
        yield
    finally:
        if metrics.metric_set:
            metrics.flush_metrics()
        logger.clear_state()


def own_trace_header() -> str | None:
    """The trace that Lambda started this invocation in."""
    return os.environ.get(_TRACE_VARIABLE)


@contextmanager
def continued_trace(name: str, header: str | None, annotations: dict[str, str]) -> Generator[str | None]:
    """A segment of the trace that a message carries, and the header for what follows from it.

    Lambda begins a trace of its own for each batch it takes from a queue or stream; the message's trace came through
    the outbox and goes on here, so that X-Ray shows a purchase and its posting as one.
    """
    parts = _parts(header)
    if "Root" not in parts or parts.get("Sampled") == "0":
        yield header
        return
    segment = _segment(name, parts, annotations)
    try:
        yield f"Root={parts['Root']};Parent={segment.id};Sampled=1"
    finally:
        segment.close(time.time())
        _send(segment)


def _parts(header: str | None) -> dict[str, str]:
    return dict(part.split("=", 1) for part in (header or "").split(";") if "=" in part)


def _segment(name: str, parts: dict[str, str], annotations: dict[str, str]) -> Any:
    # Imported when there is a trace to go on with: the SDK costs a noticeable part of a cold start.
    from aws_xray_sdk.core.models.segment import Segment

    segment = Segment(name, traceid=parts["Root"], parent_id=parts.get("Parent"), sampled=True)
    for key, value in annotations.items():
        segment.put_annotation(key, value)
    return segment


def _send(segment: Any) -> None:
    from aws_xray_sdk.core.emitters.udp_emitter import UDPEmitter

    UDPEmitter().send_entity(segment)
