"""Lambda handler of the capability `unit-admin`, in every unit."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from pbckit.contracts.operating import (
    AdminAnswer,
    AdminRequest,
    FindRecords,
    GetHealth,
    HandleDeadLetters,
    Release,
    unit_admin,
)
from pbckit.runtime.capability import CallContext, CapabilityHandler
from pbckit.runtime.environment import environment
from pbckit.runtime.observability import observed
from pbckit.runtime.runtime import lambda_runtime
from pbckit.runtime.unit_admin.dead_letters import DeadLetterManager
from pbckit.runtime.unit_admin.health import health
from pbckit.runtime.unit_admin.inventory import Inventory, read_inventory
from pbckit.runtime.unit_admin.ports import UnitAdminPorts
from pbckit.runtime.unit_admin.search import find


@dataclass(frozen=True, kw_only=True)
class UnitAdmin:
    """Answers operators, in a given world."""

    inventory: Inventory
    ports: UnitAdminPorts

    def answer(self, request: AdminRequest, call: CallContext) -> AdminAnswer:
        """Answer one question."""
        letters = DeadLetterManager(inventory=self.inventory, ports=self.ports, actor=call.cause.actor)
        match request.question:
            case GetHealth():
                return AdminAnswer(answer=health(call.runtime, self.inventory, self.ports))
            case HandleDeadLetters() as question:
                return AdminAnswer(answer=letters.handle(question))
            case Release() as question:
                return AdminAnswer(answer=letters.release(question))
            case FindRecords() as question:
                return AdminAnswer(answer=find(question, call.runtime.unit, self.inventory, self.ports))


def handler(event: object, context: object) -> Any:
    """What Lambda calls."""
    with observed(context):
        return _handler().answer(event, lambda_runtime("UNIT_ADMIN"))


@cache
def _handler() -> CapabilityHandler[AdminRequest, AdminAnswer]:
    from pbckit.runtime.unit_admin.aws import CloudWatchLogs, LambdaSweeper, Sqs

    here = environment()
    inventory = read_inventory(here.required("UNIT_ADMIN"))
    ports = UnitAdminPorts(queues=Sqs(), logs=CloudWatchLogs(), sweeper=LambdaSweeper(inventory.sweeper))
    return CapabilityHandler(unit_admin(here.unit), UnitAdmin(inventory=inventory, ports=ports).answer)
