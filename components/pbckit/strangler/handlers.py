"""The handlers of a facade's functions, made of what is particular to its capability."""

from functools import cached_property
from typing import Any, Generic

from pbckit.contracts.definitions import Capability, RequestT, ResponseT
from pbckit.contracts.migration import (
    GetMigration,
    ListMismatches,
    Migration,
    Mismatches,
    RoutingChange,
    Setting,
    Steer,
    operated,
)
from pbckit.runtime.capability import CallContext, CapabilityHandler, capability
from pbckit.runtime.identifiers import uuid7
from pbckit.runtime.observability import observed
from pbckit.runtime.runtime import lambda_runtime
from pbckit.runtime.unit_of_work import MessageContext
from pbckit.strangler.comparer import Comparer
from pbckit.strangler.environment import OFF_THE_PATH_SECONDS, ON_THE_PATH_SECONDS, facade_environment
from pbckit.strangler.facade import Facade, Migrating, SettingCache, Sides
from pbckit.strangler.steering import GUARD, Steering
from pbckit.strangler.store import MigrationStore


class FacadeHandlers(Generic[RequestT, ResponseT]):
    """One facade. Each property is the `handler` of the module that is named after it, but for `answer`, which is that
    of the capability.
    """

    def __init__(
        self,
        facade: Capability[RequestT, ResponseT],
        migrating: Migrating[RequestT, ResponseT],
        changed: type[RoutingChange],
        rolled_back: type[RoutingChange],
    ) -> None:
        """Put one together.

        Args:
            facade: what it answers in the stead of the candidate.
            migrating: what moves.
            changed: the event of a change of the routing.
            rolled_back: the event of a rollback.
        """
        self._facade = facade
        self._migrating = migrating
        self._events = changed, rolled_back
        self._migration, self._steer, self._list_mismatches = operated(facade.unit)

    @cached_property
    def answer(self) -> CapabilityHandler[RequestT, ResponseT]:
        """Answers callers, by the side that the key of a request belongs to."""
        # Looked up with the first call: a module can be imported where the environment says nothing of the sides.
        return capability(self._facade)(lambda request, asked: self._answering.answer(request, asked))  # noqa: PLW0108

    @cached_property
    def migration(self) -> CapabilityHandler[GetMigration, Migration]:
        """How the migration stands: the routing, the evidence, and what the next step needs."""
        return capability(self._migration)(lambda request, asked: self.steering.look(asked.runtime, request.history))

    @cached_property
    def steer(self) -> CapabilityHandler[Steer, Setting]:
        """Changes who answers, as far as the evidence allows it."""
        return capability(self._steer)(
            lambda request, asked: self.steering.steer(request.order, request.reason, asked.runtime, asked.cause)
        )

    @cached_property
    def list_mismatches(self) -> CapabilityHandler[ListMismatches, Mismatches]:
        """The newest of each kind of mismatch, a page at a time."""
        return capability(self._list_mismatches)(_mismatches)

    def compare(self, event: dict[str, Any], context: Any) -> Any:
        """Compares both sides, off the caller's path. Answers with the messages that are to be delivered again."""
        return self._comparer.receive(event, context)

    def guard(self, _event: object, context: object) -> dict[str, int | str]:
        """Rolls back what is worse than allowed, and takes the next step where that is automatic."""
        with observed(context):
            runtime = lambda_runtime("STORE_TABLE", "OUTBOX_TABLE")
            cause = MessageContext(correlation_id=uuid7(runtime.clock.now(), runtime.random), actor=GUARD)
            routing = self.steering.guard(runtime, cause).routing
            return {"mode": routing.mode, "share": routing.share}

    @cached_property
    def steering(self) -> Steering:
        """What changes the setting, and publishes it."""
        return Steering(self._migrating.plans, self._event)

    @cached_property
    def _answering(self) -> Facade[RequestT, ResponseT]:
        notes = facade_environment().notes()
        return Facade(sides=self._sides(ON_THE_PATH_SECONDS), notes=notes, settings=SettingCache())

    @cached_property
    def _comparer(self) -> Comparer[RequestT, ResponseT]:
        return Comparer(self._sides(OFF_THE_PATH_SECONDS))

    def _sides(self, seconds: float) -> Sides[RequestT, ResponseT]:
        """Both sides, as infrastructure names them; each is waited for so long."""
        here = facade_environment()
        return Sides(migrating=self._migrating, legacy=here.legacy(seconds), candidate=here.candidate(seconds))

    def _event(self, setting: Setting, rolled_back: bool) -> RoutingChange:  # noqa: FBT001 as Steering calls it
        changed, back = self._events
        kind = back if rolled_back else changed
        return kind(
            capability=self._facade.name,
            before=setting.before,
            routing=setting.routing,
            effective_at=setting.effective_at,
            changed_by=setting.changed_by,
            reason=setting.reason,
        )


def _mismatches(request: ListMismatches, call: CallContext) -> Mismatches:
    mismatches, following = MigrationStore(call.runtime).mismatches(request.limit, request.after)
    return Mismatches(mismatches=[*mismatches], next=following)
