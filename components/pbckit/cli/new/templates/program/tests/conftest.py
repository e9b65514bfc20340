"""What tests share: the settings of powertools, which it reads when it is imported. Infrastructure sets them in AWS."""

import os
from collections.abc import Iterator

import pytest

os.environ["POWERTOOLS_SERVICE_NAME"] = "program-name"
os.environ["POWERTOOLS_METRICS_NAMESPACE"] = "program-name"


@pytest.fixture(autouse=True)
def no_metrics_of_others() -> Iterator[None]:
    """Metrics are collected until an invocation ends, and most tests call what is inside of one."""
    from pbckit.runtime.observability import metrics

    metrics.clear_metrics()
    yield
    metrics.clear_metrics()
