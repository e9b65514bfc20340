"""What the workflow `earn-points` does with a purchase, as far as delivery is concerned: it calls `calculate`, tries
again, and sets aside what is refused. Its lookups always answer the same here.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from devtools.simulation.purchases import POINTS_PER_UNIT
from devtools.simulation.queues import MAXIMUM_RECEIVES, DeadLetterQueue
from devtools.simulation.scheduler import BEGIN, Scheduler
from devtools.simulation.steps import Steps
from devtools.simulation.tables import ServiceFailed
from devtools.simulation.tasks import Killed, TimedOut
from lambdas.points_calculation.handlers import calculate
from pbckit.contracts.envelope import Refusal, Reply
from pbckit.runtime.runtime import Runtime

_PAUSES_SECONDS = (1.0, 2.0, 4.0, 8.0, 16.0)
_LOOKED_UP: Mapping[str, Any] = {
    "category": {"category": "restaurants", "basis": "mcc"},
    "rate": {
        "card_product": "gold",
        "category": "restaurants",
        "points_per_unit": str(POINTS_PER_UNIT),
        "effective_from": BEGIN.isoformat(),
    },
    "bonuses": [],
    "fallbacks": [],
}


class Workflow:
    """Runs once for each purchase event of a batch."""

    def __init__(
        self,
        scheduler: Scheduler,
        steps: Steps,
        calculation: Runtime,
        down: Callable[[], bool],
        dead_letters: DeadLetterQueue,
    ) -> None:
        self._scheduler = scheduler
        self._steps = steps
        self._calculation = calculation
        self._down = down
        self._dead_letters = dead_letters

    def handle(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Run for every message of a batch, each apart; answers with those that are to come again."""
        failed = [record["messageId"] for record in event["Records"] if not self._ran(record)]
        return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}

    def _ran(self, record: Mapping[str, Any]) -> bool:
        attempts = int(record["attributes"]["ApproximateReceiveCount"])
        try:
            self._run(record["body"], attempts)
        except ServiceFailed as error:
            if attempts < MAXIMUM_RECEIVES:
                return False
            self._set_aside(record["body"], str(error), attempts)
        return True

    def _run(self, body: str, attempts: int) -> None:
        purchase = msgspec.json.decode(body)["detail"]
        given = purchase["metadata"]
        self._steps.before(f"earn-points runs {given['correlation_id']}")
        metadata = {
            "correlation_id": given["correlation_id"],
            "causation_id": given["event_id"],
            "actor": "earn-points",
        }
        looked_up = {**_LOOKED_UP, "asked_at": self._scheduler.now().isoformat()}
        reply = self._asked({"metadata": metadata, "data": {"purchase": purchase["data"], **looked_up}})
        if isinstance(reply.refusal, Refusal):
            self._set_aside(body, f"{reply.refusal.error}: {reply.refusal.message}", attempts)
        self._steps.after(f"earn-points ran {given['correlation_id']}")

    def _asked(self, call: Mapping[str, Any]) -> Reply:
        for pause in _PAUSES_SECONDS:
            try:
                return self._answer(call)
            except ServiceFailed:
                self._scheduler.pause(pause)
        return self._answer(call)

    def _answer(self, call: Mapping[str, Any]) -> Reply:
        """One invocation of `calculate`. That it failed or was killed is all that the workflow learns of it."""
        if self._down():
            raise ServiceFailed("States.TaskFailed: points-calculation is down")
        try:
            answer = calculate.handler.answer(call, self._calculation)
            return msgspec.json.decode(msgspec.json.encode(answer), type=Reply)
        except TimedOut:
            raise
        except (Exception, Killed) as error:
            raise ServiceFailed(f"States.TaskFailed: {type(error).__name__}: {error}") from error

    def _set_aside(self, body: str, reason: str, attempts: int) -> None:
        self._dead_letters.send(
            body, {"reason": reason, "source": "earn-points", "attempts": str(attempts), "correlation_id": "known"}
        )
