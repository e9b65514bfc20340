"""What a facade does with a call: one side answers, and the call is noted for the comparer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic

import msgspec
from aws_lambda_powertools.metrics import MetricUnit

from pbckit.contracts.definitions import Capability, RequestT, ResponseT
from pbckit.contracts.envelope import CallMetadata, Reply
from pbckit.contracts.migration import Answered, Plan, Routing, Setting, Side
from pbckit.errors import FunctionError
from pbckit.runtime.capability import CallContext
from pbckit.runtime.identifiers import uuid7
from pbckit.runtime.observability import count
from pbckit.runtime.runtime import Runtime
from pbckit.runtime.unit_of_work import MessageContext
from pbckit.strangler.comparison import IgnoreRule
from pbckit.strangler.routing import bucket, in_force, side
from pbckit.strangler.sides import Notes, SideFailed, Transport, timed
from pbckit.strangler.store import MigrationStore

SETTING_KEPT = timedelta(seconds=5)
"""How long an instance believes what it read. A change takes effect after it, everywhere at once."""


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """A call that was answered, as it goes to the comparer."""

    id: str
    at: datetime
    routing: Routing
    key: str
    bucket: int
    served: Side
    legacy: Answered | None
    """None where it was not asked."""
    candidate: Answered | None
    call: CallMetadata
    request: msgspec.Raw


class NoAnswer(FunctionError):
    """No side that may answer did. The caller's own fallback is next."""


@dataclass(frozen=True, kw_only=True)
class Migrating(Generic[RequestT, ResponseT]):
    """A capability that moves: what is particular to it."""

    capability: Capability[RequestT, ResponseT]
    """The candidate's."""
    key: Callable[[RequestT], str]
    """What sticks to a side."""
    parts: Callable[[RequestT], Mapping[str, str]]
    """The parts of a question that its answer depends on: ignore rules may look at them, and people."""
    ask_legacy: Callable[[Transport, RequestT], ResponseT]
    """Asks the legacy side in its own words, and translates. Raises SideFailed."""
    rules: Sequence[IgnoreRule]
    plans: Mapping[str, Plan]


@dataclass(frozen=True, kw_only=True)
class Sides(Generic[RequestT, ResponseT]):
    """Both sides of a capability, and the ways to them."""

    migrating: Migrating[RequestT, ResponseT]
    legacy: Transport
    candidate: Transport

    def ask(self, which: Side, request: RequestT, call: CallMetadata) -> Answered:
        """What a side says, and how long it took. Never raises what a side can do wrong."""
        count(f"{which.title()}Calls")
        answered = timed(lambda: self._asked(which, request, call))
        count(f"{which.title()}Milliseconds", answered.milliseconds, MetricUnit.Milliseconds)
        if answered.error is not None:
            count(f"{which.title()}Errors")
        return answered

    def _asked(self, which: Side, request: RequestT, call: CallMetadata) -> ResponseT:
        if which == "legacy":
            return self.migrating.ask_legacy(self.legacy, request)
        body = self.candidate.ask(msgspec.json.encode({"metadata": call, "data": request}))
        try:
            reply = msgspec.json.decode(body, type=Reply)
            if isinstance(reply.answer, msgspec.Raw):
                return msgspec.json.decode(reply.answer, type=self.migrating.capability.response)
        except msgspec.DecodeError as error:
            raise SideFailed(f"outside its contract: {error}") from error
        refusal = reply.refusal
        raise SideFailed("neither yes nor no" if refusal is msgspec.UNSET else f"{refusal.error}: {refusal.message}")


@dataclass(kw_only=True)
class SettingCache:
    """The setting, read from the store at most once in a while."""

    kept: timedelta = SETTING_KEPT
    _setting: Setting | None = None
    _read_at: datetime | None = None

    def get(self, runtime: Runtime) -> Setting:
        """The setting, as old as `kept` at most."""
        now = runtime.clock.now()
        if self._setting is None or self._read_at is None or now - self._read_at >= self.kept:
            # The time of reading is taken before it: whoever changes the setting meanwhile counts from later.
            self._setting, self._read_at = MigrationStore(runtime).setting(), now
        return self._setting


@dataclass(frozen=True, kw_only=True)
class Facade(Generic[RequestT, ResponseT]):
    """Answers in the stead of a capability."""

    sides: Sides[RequestT, ResponseT]
    notes: Notes
    settings: SettingCache

    def answer(self, request: RequestT, asked: CallContext) -> ResponseT:
        """The answer of the side that the request's key belongs to.

        Where the candidate fails for its share, legacy answers, and the failure counts against the candidate.

        Raises:
            NoAnswer: no side that may answer did.
        """
        runtime, migrating = asked.runtime, self.sides.migrating
        routing = in_force(self.settings.get(runtime), runtime.clock.now())
        key = migrating.key(request)
        place = bucket(key, runtime.unit)
        served = side(routing, place)
        call = _call(asked.cause)
        answers: dict[Side, Answered] = {served: self.sides.ask(served, request, call)}
        if served == "candidate" and answers[served].error is not None and routing.mode == "canary":
            count("Rescued")
            served = "legacy"
            answers[served] = self.sides.ask(served, request, call)
        if routing.compares:
            self._note(runtime, routing, key, place, served, answers, call, request)
        answer = answers[served].answer
        if answer is None:
            raise NoAnswer(f"{served}: {answers[served].error}")
        return msgspec.convert(answer, migrating.capability.response)

    def _note(
        self,
        runtime: Runtime,
        routing: Routing,
        key: str,
        place: int,
        served: Side,
        answers: Mapping[Side, Answered],
        call: CallMetadata,
        request: RequestT,
    ) -> None:
        now = runtime.clock.now()
        note = Note(
            id=uuid7(now, runtime.random),
            at=now,
            routing=routing,
            key=key,
            bucket=place,
            served=served,
            legacy=answers.get("legacy"),
            candidate=answers.get("candidate"),
            call=call,
            request=msgspec.Raw(msgspec.json.encode(request)),
        )
        if not self.notes.note(msgspec.json.encode(note)):
            count("NotesLost")


def _call(cause: MessageContext) -> CallMetadata:
    return CallMetadata(
        correlation_id=cause.correlation_id,
        causation_id=cause.causation_id,
        actor=cause.actor,
        trace_header=cause.trace_header,
        began_at=cause.began_at,
    )
