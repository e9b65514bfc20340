"""What every facade of a migration says and hears: routing, ramp, evidence, mismatches."""

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from pbckit.contracts.definitions import Capability, ContractError, Event, Message, Request
from pbckit.contracts.vocabulary import Identifier, Instant, Key, Name

Mode = Literal["legacy", "shadow", "canary", "new"]
"""`legacy`: only it is asked. `shadow`: it answers, and the candidate is asked off the caller's path. `canary`: the
candidate answers for a share of the keys. `new`: the candidate answers for all of them."""
Side = Literal["legacy", "candidate"]
Verdict = Literal["same", "ignored", "different", "failed"]
"""`ignored`: different for a reason that is written down. `failed`: one of the sides gave no answer to compare."""
Percent = Annotated[int, Meta(ge=0, le=100, description="whole percent of the keys")]
Milliseconds = Annotated[int, Meta(ge=0)]


class NotReady(ContractError):
    """The evidence does not allow the next step. The message says what is missing, or which limit is broken."""


class NotPossible(ContractError):
    """The command is not possible in the current state, for example a rollback where nothing was moved."""


class Routing(msgspec.Struct, frozen=True, kw_only=True):
    """Who answers for which keys."""

    version: int
    """Number of changes so far; 0: the routing was never set."""
    mode: Mode
    """Who answers, and whether the other is asked as well: see `Mode`."""
    share: Percent
    """How many of the keys the candidate answers for."""
    compares: bool
    """Whether the other side is asked too, off the caller's path."""


class RoutingChange(Event, frozen=True, kw_only=True):
    """What a facade publishes when other keys than before are answered by the candidate, or others are compared.

    A facade derives its events from it: one for changes, one for rollbacks, with its own key as their source.
    """

    aggregate: ClassVar[str] = "capability"

    capability: Key
    before: Routing
    """Who answered until now."""
    routing: Routing
    """Who answers from `effective_at` on."""
    effective_at: Instant
    changed_by: Name
    """Who ordered it: a person, or the guard of the ramp."""
    reason: str
    """Why, in words for people."""


class Ramp(msgspec.Struct, frozen=True, kw_only=True):
    """Where a ramp stands."""

    plan: Key
    step: Annotated[int, Meta(ge=0)]
    """Index into the plan's steps."""
    state: Literal["running", "paused", "stopped", "finished"]
    """`stopped`: it was rolled back, and stays at its share until it is resumed."""
    automatic: bool
    """Whether the guard takes the next step by itself when the evidence is there."""


class Setting(Message, frozen=True, kw_only=True):
    """The routing that was set last, and why."""

    routing: Routing
    before: Routing
    """Holds until `effective_at`, so that all instances of the facade change at one moment."""
    effective_at: Instant
    ramp: Ramp | None
    changed_by: str
    changed_at: Instant
    reason: str


class SideEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """How one side did."""

    calls: int
    errors: int
    p50_ms: Milliseconds | None
    """None without an answer."""
    p99_ms: Milliseconds | None


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What was observed of a routing: its newest calls, at most as many as the plan's window."""

    observed: int
    compared: int
    """Both sides answered."""
    different: int
    ignored: int
    served_by_candidate: int
    legacy: SideEvidence
    candidate: SideEvidence

    @property
    def mismatch_percent(self) -> float:
        """Answers that differ without a reason, of those compared."""
        return 100 * self.different / self.compared if self.compared else 0.0


class Period(Message, frozen=True, kw_only=True):
    """A routing and what was observed while it held."""

    setting: Setting
    evidence: Evidence


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A step of a plan: what is routed, and what must have been seen before the next one."""

    mode: Mode
    share: Percent
    soak_seconds: Annotated[int, Meta(ge=0)]
    minimum_samples: Annotated[int, Meta(ge=1)]
    """Answers that were compared."""
    minimum_served: Annotated[int, Meta(ge=0)] = 0
    """Calls that the candidate answered."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How much worse than the legacy system the candidate may be."""

    mismatch_percent: Annotated[float, Meta(ge=0, le=100)]
    excess_error_percent: Annotated[float, Meta(ge=0, le=100)]
    """Percentage points above the legacy side's own errors."""
    latency_ratio: Annotated[float, Meta(ge=1)]
    """The candidate's p99 against the legacy side's, once it is slower by more than `latency_slack_ms`."""
    latency_slack_ms: Milliseconds
    minimum_judged: Annotated[int, Meta(ge=1)]
    """Observations below which nothing is judged: one error in two calls says nothing."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The way from shadow to new."""

    steps: Annotated[list[Step], Meta(min_length=1)]
    limits: Limits
    window: Annotated[int, Meta(ge=1)]
    """How many of the newest observations are judged."""


class GetMigration(Request, frozen=True, kw_only=True):
    history: Annotated[int, Meta(ge=0, le=50)] = 0
    """How many routings before the one that holds now."""


class Migration(Message, frozen=True, kw_only=True):
    now: Period
    missing: list[str]
    """What the next step still needs. Empty where it may be taken, and without a ramp."""
    broken: list[str]
    """Limits that the evidence breaks."""
    history: list[Period]
    """Newest first."""
    plans: dict[str, Plan]
    """The plans that a ramp can follow, by name."""


class Start(Request, frozen=True, kw_only=True, tag="start", tag_field="order"):
    """Begin a ramp at the first step of a plan."""

    plan: Key = "standard"
    automatic: bool = False


class Advance(Request, frozen=True, kw_only=True, tag="advance", tag_field="order"):
    """Take the next step. Refused without the evidence."""


class Pause(Request, frozen=True, kw_only=True, tag="pause", tag_field="order"):
    """Take no step until resumed. The guard goes on watching."""


class Resume(Request, frozen=True, kw_only=True, tag="resume", tag_field="order"):
    """Go on with a ramp that was paused or rolled back."""


class RollBack(Request, frozen=True, kw_only=True, tag="roll-back", tag_field="order"):
    """Go back: to the last good step, or to a mode that asks the candidate less."""

    to: Literal["last-good", "shadow", "legacy"] = "last-good"


class Finish(Request, frozen=True, kw_only=True, tag="finish", tag_field="order"):
    """End a ramp that is at its last step: the legacy side is asked no more, not even to compare."""


Order = Start | Advance | Pause | Resume | RollBack | Finish


class Steer(Request, frozen=True, kw_only=True):
    order: Order
    reason: Name


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """What one side said to one call."""

    milliseconds: Milliseconds
    answer: dict[str, str | int | bool | None] | None = None
    """The fields of its answer; None where it gave none."""
    error: str | None = None


class Mismatch(msgspec.Struct, frozen=True, kw_only=True):
    """Two answers to one question that differ without a reason. The newest stands for all of its kind."""

    key: Identifier
    """What sticks to a side: for example a customer's id."""
    difference: str
    """The fields that differ, with both values."""
    request: dict[str, str]
    """The parts of the question that the answer depends on."""
    legacy: Answered
    candidate: Answered
    seen_at: Instant
    version: int
    """The routing it was seen under."""


class ListMismatches(Request, frozen=True, kw_only=True):
    limit: Annotated[int, Meta(ge=1, le=100)] = 100
    after: str | None = None
    """`next` of the page before."""


class Mismatches(Message, frozen=True, kw_only=True):
    mismatches: list[Mismatch]
    next: str | None = None


def operated(
    unit: str,
) -> tuple[Capability[GetMigration, Migration], Capability[Steer, Setting], Capability[ListMismatches, Mismatches]]:
    """The capabilities by which operators see and steer a facade: `migration`, `steer` and `list-mismatches`."""
    callers = ("operations",)
    return (
        Capability(unit=unit, name="migration", request=GetMigration, response=Migration, callers=callers),
        Capability(
            unit=unit,
            name="steer",
            request=Steer,
            response=Setting,
            callers=callers,
            errors=(NotReady, NotPossible),
            changes_state=True,
        ),
        Capability(unit=unit, name="list-mismatches", request=ListMismatches, response=Mismatches, callers=callers),
    )
