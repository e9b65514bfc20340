"""Messages that nobody can handle, in a queue beside good ones."""

from dataclasses import dataclass
from typing import Any

import msgspec


@dataclass(frozen=True)
class Poison:
    """A message and what its dead letter's reason begins with."""

    body: str
    reason: str


def beside(body: str, name: str, share: float) -> Poison:
    """A poison message made of a good one."""
    document: dict[str, Any] = msgspec.json.decode(body)
    kinds = [
        Poison(f"{{not JSON beside {name}", "DecodeError"),
        Poison(_encoded({**document, "detail-type": "NobodyAskedForIt"}), "Poison"),
        Poison(_encoded({**document, "detail": {"data": document["detail"]["data"]}}), "ValidationError"),
        Poison(_changed(document, points="many", event_id=f"poison beside {name}"), "ValidationError"),
    ]
    return kinds[int(share * len(kinds))]


def reusing(body: str) -> Poison:
    """Another content under the id of an event that was handled."""
    document: dict[str, Any] = msgspec.json.decode(body)
    points = document["detail"]["data"]["points"] + 1
    return Poison(_changed(document, points=points, event_id=None), "ConflictingMessage")


def _changed(document: dict[str, Any], *, points: object, event_id: str | None) -> str:
    detail = document["detail"]
    metadata = detail["metadata"] if event_id is None else {**detail["metadata"], "event_id": event_id}
    return _encoded({**document, "detail": {"metadata": metadata, "data": {**detail["data"], "points": points}}})


def _encoded(document: dict[str, Any]) -> str:
    return msgspec.json.encode(document).decode()
