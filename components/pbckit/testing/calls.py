"""Calls of capabilities as Lambda gets them, and replies as it gives them: through the real decorators, as JSON."""

import json
from typing import Any

import msgspec

from pbckit.contracts.definitions import Capability, RequestT, ResponseT
from pbckit.contracts.envelope import Reply
from pbckit.errors import PbckitError
from pbckit.runtime.capability import CapabilityHandler
from pbckit.testing.world import OUTBOX, World

CORRELATION = "correlation-1"


class RefusedCall(PbckitError):
    """The capability said no. The arguments are the error's name and its message."""


class Caller:
    """Calls one unit's capabilities in a world in memory."""

    def __init__(self, world: World, actor: str = "ada") -> None:
        self._world = world
        self._actor = actor

    def ask(
        self,
        handler: CapabilityHandler[RequestT, ResponseT],
        contract: Capability[RequestT, ResponseT],
        **request: object,
    ) -> ResponseT:
        """The answer to a request of plain values.

        Raises:
            RefusedCall: it is a refusal.
        """
        call = {"metadata": {"correlation_id": CORRELATION, "actor": self._actor}, "data": request}
        reply = msgspec.json.decode(json.dumps(handler.answer(call, self._world.runtime)), type=Reply)
        if isinstance(reply.answer, msgspec.Raw):
            return msgspec.json.decode(reply.answer, type=contract.response)
        if reply.refusal is msgspec.UNSET:
            raise TypeError(f"neither an answer nor a refusal: {reply}")
        raise RefusedCall(reply.refusal.error, reply.refusal.message)

    def published(self) -> list[dict[str, Any]]:
        """What is committed to be published: detail types, metadata and data, in the order of committing."""
        return [
            {"type": item["detail_type"], "source": item["source"], **json.loads(item["detail"])}
            for item in self._world.tables.all(OUTBOX)
        ]
