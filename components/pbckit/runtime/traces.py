"""Traces that go on across the outbox: on X-Ray, and where there is none."""

import os
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from pbckit.contracts.definitions import ContractError

_VARIABLE = "_X_AMZN_TRACE_ID"
"""Where Lambda, and after it the X-Ray SDK and botocore, have the trace of the current invocation."""


class Untraced:
    """`Traces` that records nothing and hands the header on as it came."""

    def own(self) -> str | None:
        """There is no trace of one's own."""
        return None

    @contextmanager
    def continued(self, name: str, header: str | None, annotations: Mapping[str, str]) -> Generator[str | None]:  # noqa: ARG002 the port's
        """Nothing is recorded."""
        yield header


class XRay:
    """`Traces` on X-Ray, in Lambda.

    Lambda begins a trace of its own for each batch it takes from a queue, and the SDK lets nobody change that one. The
    message's trace came through the outbox: a segment of that trace is made here and sent by itself, so that X-Ray
    shows an order and its delivery as one. Calls to AWS meanwhile are recorded beneath it.
    """

    def own(self) -> str | None:
        """The trace that Lambda started this invocation in."""
        return os.environ.get(_VARIABLE)

    @contextmanager
    def continued(self, name: str, header: str | None, annotations: Mapping[str, str]) -> Generator[str | None]:
        """A segment of the trace that a message carries, and the header for what follows from it."""
        parts = dict(part.split("=", 1) for part in (header or "").split(";") if "=" in part)
        if "Root" not in parts or parts.get("Sampled") == "0":
            yield header
            return
        segment = _segment(name, parts, annotations)
        following = f"Root={parts['Root']};Parent={segment.id};Sampled=1"
        try:
            with self._recording_beneath(following):
                yield following
        except ContractError:
            segment.add_error_flag()  # X-Ray's word for what the caller did wrong.
            raise
        except Exception:
            segment.add_fault_flag()
            raise
        finally:
            segment.close(time.time())
            self._recorder.emitter.send_entity(segment)

    @contextmanager
    def _recording_beneath(self, header: str) -> Generator[None]:
        """Let the SDK take a segment of ours for the one that Lambda made."""
        recorder, before = self._recorder, os.environ.get(_VARIABLE)
        os.environ[_VARIABLE] = header
        recorder.clear_trace_entities()
        try:
            yield
        finally:
            recorder.clear_trace_entities()
            if before is None:
                del os.environ[_VARIABLE]
            else:
                os.environ[_VARIABLE] = before

    @cached_property
    def _recorder(self) -> Any:
        # Imported when there is a sampled trace to go on with: the SDK costs a third of a cold start, and most
        # invocations are not sampled.
        from aws_lambda_powertools.tracing import Tracer

        return Tracer(patch_modules=["botocore"]).provider


def _segment(name: str, parts: Mapping[str, str], annotations: Mapping[str, str]) -> Any:
    from aws_xray_sdk.core.models.segment import Segment

    segment = Segment(name, traceid=parts["Root"], parent_id=parts.get("Parent"), sampled=True)
    for key, value in annotations.items():
        segment.put_annotation(key, value)
    return segment
