"""Logs and metrics, the same in every function."""

from collections.abc import Generator
from contextlib import contextmanager

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

logger = Logger()
metrics = Metrics()
REQUEST_ID = "function_request_id"
"""Key of the invocation's id on every log line."""


def count(name: str, value: float = 1, unit: MetricUnit = MetricUnit.Count) -> None:
    """Add to a metric; it is sent when the invocation ends."""
    metrics.add_metric(name=name, unit=unit, value=value)


@contextmanager
def observed(context: object) -> Generator[None]:
    """Around an invocation: its id on every log line, its metrics sent at its end whatever happens."""
    logger.append_keys(**{REQUEST_ID: getattr(context, "aws_request_id", None)})
    try:
        yield
    finally:
        if metrics.metric_set:
            metrics.flush_metrics()
        logger.clear_state()
