"""Lambda handler of the capability `desk`, in every unit."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from pbckit.contracts.operating import (
    AskDesk,
    DeskAnswer,
    FindRecords,
    GetHealth,
    HandleLetters,
    Release,
    desk,
)
from pbckit.runtime.capability import Asked, CapabilityHandler
from pbckit.runtime.desk.health import health
from pbckit.runtime.desk.inventory import Inventory, read_inventory
from pbckit.runtime.desk.letters import LetterDesk
from pbckit.runtime.desk.ports import DeskPorts
from pbckit.runtime.desk.search import find
from pbckit.runtime.environment import environment
from pbckit.runtime.observability import observed
from pbckit.runtime.runtime import lambda_runtime


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Answers operators, in a given world."""

    inventory: Inventory
    ports: DeskPorts

    def answer(self, request: AskDesk, asked: Asked) -> DeskAnswer:
        """Answer one question."""
        letters = LetterDesk(inventory=self.inventory, ports=self.ports, actor=asked.cause.actor)
        match request.question:
            case GetHealth():
                return DeskAnswer(answer=health(asked.runtime, self.inventory, self.ports))
            case HandleLetters() as question:
                return DeskAnswer(answer=letters.handle(question))
            case Release() as question:
                return DeskAnswer(answer=letters.release(question))
            case FindRecords() as question:
                return DeskAnswer(answer=find(question, asked.runtime.unit, self.inventory, self.ports))


def handler(event: object, context: object) -> Any:
    """What Lambda calls."""
    with observed(context):
        return _handler().answer(event, lambda_runtime("DESK"))


@cache
def _handler() -> CapabilityHandler[AskDesk, DeskAnswer]:
    from pbckit.runtime.desk.aws import CloudWatchLogs, LambdaSweeper, Sqs

    here = environment()
    inventory = read_inventory(here.required("DESK"))
    ports = DeskPorts(queues=Sqs(), logs=CloudWatchLogs(), sweeper=LambdaSweeper(inventory.sweeper))
    return CapabilityHandler(desk(here.unit), Desk(inventory=inventory, ports=ports).answer)
