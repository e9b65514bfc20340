"""A Packaged Business Capability: the verbs that a PBC is written in."""

from collections.abc import Sequence

import pulumi
from pulumi_aws import schemas

from components.context import child_of
from components.desk import make_desk
from components.function import Function, FunctionArgs
from components.iam import Grant
from components.names import PLATFORM
from components.outbox import Outbox, OutboxArgs
from components.store import Store, StoreArgs
from components.subscription import Subscription, SubscriptionArgs
from components.unit import Unit, UnitArgs
from contracts.definitions import AnyCapability, Event
from contracts.json_schema import event_schema


class ContractViolation(ValueError):
    """A PBC that would do what its contract does not say."""


class Pbc(Unit):
    """A business capability with its own data, code and boundary. Its name is its key everywhere."""

    def __init__(self, name: str, args: UnitArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("Pbc", name, args, opts)

    def store(self, thing: str = "store") -> Store:
        """A table for the state of this PBC."""
        return Store(f"{self._unit}-{thing}", StoreArgs(context=self.context, thing=thing), opts=child_of(self))

    def publishes(self, *events: type[Event]) -> Outbox:
        """An outbox for the events of this PBC, with their schemas in the platform's registry.

        Raises:
            ContractViolation: the contract says that another unit publishes one of them.
        """
        for event in events:
            if event.source != self._unit:
                raise ContractViolation(f"{self._unit} cannot publish {event.detail_type()}: {event.source} does")
            schemas.Schema(
                f"{self._unit}-{event.detail_type()}-schema",
                name=f"{event.source}@{event.detail_type()}",
                registry_name=self.context.names.of(PLATFORM).physical("events"),
                type="JSONSchemaDraft4",
                content=event_schema(event),
                tags=self.context.tags,
                opts=child_of(self, depends_on=self.context.platform),
            )
        return Outbox(f"{self._unit}-outbox", OutboxArgs(context=self.context), opts=child_of(self))

    def subscribes(self, *events: type[Event], handler: str, grants: Sequence[Grant]) -> Subscription:
        """Consume events with a handler: the name of its module, kebab-case."""
        return Subscription(
            f"{self._unit}-{handler}",
            SubscriptionArgs(
                context=self.context,
                thing=handler,
                events=events,
                handler=self._handler(handler),
                grants=grants,
            ),
            opts=child_of(self),
        )

    def exposes(self, capability: AnyCapability, grants: Sequence[Grant]) -> Function:
        """Answer a capability. The function and the handler's module are named after it.

        Raises:
            ContractViolation: the capability belongs to another unit.
        """
        if capability.unit != self._unit:
            raise ContractViolation(f"{self._unit} cannot expose {capability.name}: {capability.unit} does")
        return self.function(capability.name, grants)

    def function(self, thing: str, grants: Sequence[Grant], timeout_seconds: int = 10) -> Function:
        """A function of this PBC that is neither capability nor subscriber."""
        return Function(
            f"{self._unit}-{thing}",
            FunctionArgs(
                context=self.context,
                thing=thing,
                handler=self._handler(thing),
                grants=grants,
                timeout_seconds=timeout_seconds,
            ),
            opts=child_of(self),
        )

    def complete(self) -> None:
        """Make the desk and the dashboard of all that was defined. Nothing can be added after it."""
        make_desk(self, self.context)
        super().complete()

    @property
    def _unit(self) -> str:
        return self.context.names.unit

    def _handler(self, module: str) -> str:
        return f"lambdas.{self._unit.replace('-', '_')}.{module.replace('-', '_')}.handler"
