"""What was observed of a routing, and what it allows."""

import math
from collections.abc import Sequence
from datetime import datetime

import msgspec

from pbckit.contracts.migration import Answered, Evidence, Limits, Setting, Side, SideEvidence, Step, Verdict
from pbckit.contracts.vocabulary import Identifier, Instant


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """One call and what both sides said to it."""

    id: Identifier
    at: Instant
    version: int
    """Of the routing that it was answered under."""
    correlation_id: str
    """Of the fact that led to the call, for example an order."""
    key: Identifier
    bucket: int
    served: Side
    legacy: Answered
    candidate: Answered
    verdict: Verdict


def summarise(observations: Sequence[Observation]) -> Evidence:
    """Count and measure observations of one routing."""
    verdicts = [one.verdict for one in observations]
    return Evidence(
        observed=len(verdicts),
        compared=len(verdicts) - verdicts.count("failed"),
        different=verdicts.count("different"),
        ignored=verdicts.count("ignored"),
        served_by_candidate=sum(one.served == "candidate" and one.candidate.error is None for one in observations),
        legacy=_side([one.legacy for one in observations]),
        candidate=_side([one.candidate for one in observations]),
    )


def broken(evidence: Evidence, limits: Limits) -> list[str]:
    """The limits that the evidence breaks, in words. Empty while there is too little to judge."""
    if evidence.observed < limits.minimum_judged:
        return []
    found: list[str] = []
    if evidence.mismatch_percent > limits.mismatch_percent:
        found.append(
            f"{evidence.different} of {evidence.compared} answers differ: {evidence.mismatch_percent:.1f} %, "
            f"allowed {limits.mismatch_percent:g} %"
        )
    excess = error_percent(evidence.candidate) - error_percent(evidence.legacy)
    if excess > limits.excess_error_percent:
        found.append(
            f"the candidate fails {error_percent(evidence.candidate):.1f} % of the calls, legacy "
            f"{error_percent(evidence.legacy):.1f} %; allowed are {limits.excess_error_percent:g} points more"
        )
    legacy, candidate = evidence.legacy.p99_ms, evidence.candidate.p99_ms
    if legacy is not None and candidate is not None:
        allowed = max(limits.latency_ratio * legacy, legacy + limits.latency_slack_ms)
        if candidate > allowed:
            found.append(f"p99 of the candidate is {candidate} ms, legacy's {legacy} ms; allowed {allowed:.0f} ms")
    return found


def missing(evidence: Evidence, step: Step, setting: Setting, now: datetime) -> list[str]:
    """What a step still needs before the next one, in words."""
    found: list[str] = []
    soaked = (now - setting.effective_at).total_seconds()
    if soaked < step.soak_seconds:
        found.append(f"soaked for {max(0, math.floor(soaked))} s of {step.soak_seconds} s")
    if evidence.compared < step.minimum_samples:
        found.append(f"compared {evidence.compared} answers of {step.minimum_samples}")
    if evidence.served_by_candidate < step.minimum_served:
        found.append(f"the candidate answered {evidence.served_by_candidate} calls of {step.minimum_served}")
    return found


def error_percent(side: SideEvidence) -> float:
    """Errors of a side in percent of its calls; 0 without calls."""
    return 100 * side.errors / side.calls if side.calls else 0.0


def percentile(values: Sequence[int], percent: int) -> int | None:
    """The smallest value that at least so many percent of the values do not exceed; None without values."""
    if not values:
        return None
    rank = math.ceil(percent / 100 * len(values))
    return sorted(values)[max(0, rank - 1)]


def _side(answers: Sequence[Answered]) -> SideEvidence:
    # A failure counts with the time that it took: a side that hangs must not look fast.
    times = [one.milliseconds for one in answers]
    return SideEvidence(
        calls=len(answers),
        errors=sum(one.error is not None for one in answers),
        p50_ms=percentile(times, 50),
        p99_ms=percentile(times, 99),
    )
