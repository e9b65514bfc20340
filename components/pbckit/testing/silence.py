"""Handlers that run by the thousand, outside of Lambda: nobody reads what they log and count."""

from collections.abc import Generator
from contextlib import contextmanager
from logging import CRITICAL

from pbckit.runtime.observability import logger, metrics


@contextmanager
def silently() -> Generator[None]:
    """Log nothing meanwhile, and forget what was counted: no end of an invocation sends it."""
    level = logger.log_level
    logger.setLevel(CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)
        metrics.clear_metrics()
