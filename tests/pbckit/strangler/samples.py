"""What the tests of facades share: answers, observations, plans, and sides that say what they are told to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec

from contracts.merchant_categorization import CATEGORIZE, Categorization, Categorize
from pbckit.contracts.migration import Answered, Limits, Plan, Routing, Setting, Side, Step, Verdict
from pbckit.runtime.capability import CallContext
from pbckit.runtime.unit_of_work import MessageContext
from pbckit.strangler.comparison import IgnoreRule
from pbckit.strangler.evidence import Observation
from pbckit.strangler.facade import Migrating, Sides
from pbckit.strangler.sides import SideFailed, Transport
from pbckit.testing.world import World

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
GROCERIES = Categorization(category="groceries", basis="mcc")
FUEL = Categorization(category="fuel", basis="mcc")

PLAN = Plan(
    steps=[
        Step(mode="shadow", share=0, soak_seconds=60, minimum_samples=5),
        Step(mode="canary", share=5, soak_seconds=60, minimum_samples=5),
        Step(mode="canary", share=25, soak_seconds=60, minimum_samples=5, minimum_served=1),
        Step(mode="new", share=100, soak_seconds=60, minimum_samples=5),
    ],
    limits=Limits(mismatch_percent=1, excess_error_percent=5, latency_ratio=2, latency_slack_ms=100, minimum_judged=5),
    window=100,
)
PLANS = {"standard": PLAN}


def answered(answer: Categorization | None = GROCERIES, milliseconds: int = 10, error: str | None = None) -> Answered:
    """What a side said."""
    if answer is None:
        return Answered(milliseconds=milliseconds, error=error or "it is down")
    return Answered(milliseconds=milliseconds, answer=msgspec.to_builtins(answer))


def observation(
    number: int = 0,
    *,
    version: int = 1,
    served: Side = "legacy",
    verdict: Verdict = "same",
    legacy: Answered | None = None,
    candidate: Answered | None = None,
) -> Observation:
    """An observation of a call."""
    return Observation(
        id=f"observation-{number}",
        at=AT + timedelta(seconds=number),
        version=version,
        correlation_id=f"purchase-{number}",
        key=f"shop-{number}",
        bucket=number,
        served=served,
        legacy=legacy or answered(),
        candidate=candidate or answered(),
        verdict=verdict,
    )


def setting(routing: Routing, ramp: object = None, at: datetime = AT) -> Setting:
    """A setting that holds since a time."""
    return Setting(
        routing=routing,
        before=routing,
        effective_at=at,
        ramp=ramp,  # pyright: ignore[reportArgumentType] a ramp or none
        changed_by="ada",
        changed_at=at,
        reason="said so",
    )


def request(merchant_id: str = "shop-1", mcc: str = "5411") -> Categorize:
    """A question about a merchant."""
    body = {"merchant": {"id": merchant_id, "name": "Laden", "mcc": mcc, "country": "DE"}}
    return msgspec.convert(body, Categorize)


@dataclass(kw_only=True)
class ScriptedSide:
    """A transport that answers, or fails, as it is told."""

    says: Callable[[bytes], bytes]
    asked: list[bytes] = field(default_factory=list[bytes])

    def ask(self, payload: bytes) -> bytes:
        """The scripted answer."""
        self.asked.append(payload)
        return self.says(payload)


@dataclass(kw_only=True)
class ScriptedNotes:
    """Keeps notes, or refuses them."""

    takes: bool = True
    kept: list[bytes] = field(default_factory=list[bytes])

    def note(self, body: bytes) -> bool:
        """Keep it."""
        if self.takes:
            self.kept.append(body)
        return self.takes


def saying(answer: Categorization) -> ScriptedSide:
    """A side that always says the same."""
    return ScriptedSide(says=lambda _payload: msgspec.json.encode({"answer": answer}))


def failing(reason: str = "it is down") -> ScriptedSide:
    """A side that never answers."""

    def fail(_payload: bytes) -> bytes:
        raise SideFailed(reason)

    return ScriptedSide(says=fail)


def sides(
    legacy: ScriptedSide, candidate: ScriptedSide, rules: Sequence[IgnoreRule] = ()
) -> Sides[Categorize, Categorization]:
    """Both sides. The legacy one speaks as the candidate does: translating is not what is tested here."""

    def ask_legacy(transport: Transport, question: Categorize) -> Categorization:
        body = transport.ask(msgspec.json.encode(question))
        return msgspec.convert(msgspec.json.decode(body)["answer"], Categorization)

    migrating = Migrating(
        capability=CATEGORIZE,
        key=lambda question: question.merchant.id,
        parts=lambda question: {"mcc": question.merchant.mcc},
        ask_legacy=ask_legacy,
        rules=rules,
        plans=PLANS,
    )
    return Sides(migrating=migrating, legacy=legacy, candidate=candidate)


def asked(world: World) -> CallContext:
    """The surroundings of a call."""
    return CallContext(runtime=world.runtime, cause=cause())


def cause(actor: str = "ada") -> MessageContext:
    """Why something is done."""
    return MessageContext(correlation_id="correlation-1", actor=actor)
