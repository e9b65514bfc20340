"""Turns a function into the Lambda handler of a capability."""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic

import msgspec

from pbckit.contracts.decoding import decoded
from pbckit.contracts.definitions import Capability, ContractError, InvalidRequest, RequestT, ResponseT
from pbckit.contracts.envelope import Call
from pbckit.contracts.operating import slow_metric
from pbckit.runtime.http import http_request, respond
from pbckit.runtime.observability import count, logger, observed
from pbckit.runtime.records import hop
from pbckit.runtime.runtime import Runtime, lambda_runtime
from pbckit.runtime.unit_of_work import UNKNOWN_ACTOR, MessageContext, UnitOfWork


@dataclass(frozen=True, kw_only=True)
class CallContext:
    """The surroundings of a call."""

    runtime: Runtime
    cause: MessageContext

    def unit_of_work(self) -> UnitOfWork:
        """A transaction whose events follow from this call."""
        return UnitOfWork(self.runtime, self.cause)


class CapabilityHandler(Generic[RequestT, ResponseT]):
    """Decodes the call, asks the function, encodes its answer or its refusal."""

    def __init__(
        self,
        contract: Capability[RequestT, ResponseT],
        answer: Callable[[RequestT, CallContext], ResponseT],
        needed: Sequence[str] = (),
    ) -> None:
        self._contract = contract
        self._answer = answer
        self._needed = needed

    def __call__(self, event: object, context: object) -> Any:
        """What Lambda calls."""
        with observed(context):
            return self.served(event, lambda_runtime(*self._needed))

    def served(self, event: object, runtime: Runtime) -> Any:
        """Answer a call of another unit or, where the contract has a route, a request of the read API."""
        request = http_request(event) if self._contract.route is not None else None
        if request is not None:
            return respond(self._contract, request, lambda call: self.answer(call, runtime))
        return self.answer(event, runtime)

    def answer(self, event: object, runtime: Runtime) -> Any:
        """Answer a call in a given world: `{"answer": …}`, or `{"refusal": …}` for an error that the contract names.

        A refusal is an answer, not a failure: it sets off no alarm of the function, and trying again would not help.

        Raises:
            Exception: whatever hinders the function now.
        """
        with self._timed(runtime):
            try:
                return {"answer": msgspec.to_builtins(self._answered(event, runtime))}
            except ContractError as refusal:
                count("Refusals")
                logger.info("refused", reason=type(refusal).__name__, detail=str(refusal))
                return {"refusal": {"error": type(refusal).__name__, "message": str(refusal)}}

    @contextmanager
    def _timed(self, runtime: Runtime) -> Generator[None]:
        """Where something is promised of the answers: whether this one is slow. None at all is slow, too."""
        if runtime.slow_after_ms is None:
            yield
            return
        limit = runtime.clock.now() + timedelta(milliseconds=runtime.slow_after_ms)
        in_time = False
        try:
            yield
            in_time = runtime.clock.now() <= limit
        finally:
            count(slow_metric(self._contract.name), not in_time)

    def _answered(self, event: object, runtime: Runtime) -> ResponseT:
        call, request = self._decoded(event)
        given = call.metadata
        header = given.trace_header or runtime.traces.own()
        annotations = {"correlation_id": given.correlation_id}
        logger.set_correlation_id(given.correlation_id)
        name = f"{self._contract.unit} {self._contract.name}"
        with (
            hop("answered", self._contract.name, given.correlation_id, runtime.clock, trace_header=header),
            runtime.traces.continued(name, header, annotations) as trace_header,
        ):
            cause = MessageContext(
                correlation_id=given.correlation_id,
                causation_id=given.causation_id,
                trace_header=trace_header,
                actor=given.actor or UNKNOWN_ACTOR,
                began_at=given.began_at,
            )
            return self._answer(request, CallContext(runtime=runtime, cause=cause))

    def _decoded(self, event: object) -> tuple[Call, RequestT]:
        # Lambda has decoded the JSON already; going through it once more gives `data` to its own type.
        try:
            call = msgspec.json.decode(msgspec.json.encode(event), type=Call)
            return call, decoded(bytes(call.data), self._contract.request)
        except msgspec.ValidationError as error:
            raise InvalidRequest(f"{self._contract.unit} {self._contract.name}: {error}") from error


def capability(
    contract: Capability[RequestT, ResponseT], *, keeps_state: bool = True
) -> Callable[[Callable[[RequestT, CallContext], ResponseT]], CapabilityHandler[RequestT, ResponseT]]:
    """Make a function the handler of a capability.

    Args:
        contract: of the capability.
        keeps_state: False where it knows its answers without a store.
    """
    tables = ("STORE_TABLE", *(["OUTBOX_TABLE"] if contract.changes_state else []))
    return lambda answer: CapabilityHandler(contract, answer, tables if keeps_state else ())
