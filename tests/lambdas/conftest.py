"""Powertools reads its settings when it is imported; infrastructure sets them for every function."""

import os
from collections.abc import Iterator

import pytest

os.environ["POWERTOOLS_SERVICE_NAME"] = "points-ledger"
os.environ["POWERTOOLS_METRICS_NAMESPACE"] = "rewards"


@pytest.fixture(autouse=True)
def no_metrics_of_others() -> Iterator[None]:
    """Metrics are collected until an invocation ends, and most tests call what is inside of one."""
    from lambdas.kit.observability import metrics

    metrics.clear_metrics()
    yield
    metrics.clear_metrics()
