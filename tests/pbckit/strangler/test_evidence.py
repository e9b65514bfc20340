"""What observations add up to, which limits they break, and what a step still needs."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbckit.contracts.migration import Answered, Evidence, Routing, SideEvidence
from pbckit.strangler.evidence import broken, missing, percentile, summarise
from tests.pbckit.strangler.samples import AT, FUEL, PLAN, answered, observation, setting

CANARY = Routing(version=1, mode="canary", share=25, compares=True)
STEP = PLAN.steps[2]


def side(calls: int = 10, errors: int = 0, p99_ms: int | None = 10) -> SideEvidence:
    return SideEvidence(calls=calls, errors=errors, p50_ms=p99_ms, p99_ms=p99_ms)


def evidence(**changes: object) -> Evidence:
    values = {
        "observed": 10, "compared": 10, "different": 0, "ignored": 0, "served_by_candidate": 5,
        "legacy": side(), "candidate": side(),
    } | changes  # fmt: skip
    return Evidence(**values)  # type: ignore[arg-type]


def test_observations_are_counted_by_what_they_are():
    down = answered(None, milliseconds=5000)
    seen = summarise(
        [
            observation(0),
            observation(1, verdict="different", candidate=answered(FUEL, milliseconds=20)),
            observation(2, verdict="ignored", served="candidate"),
            observation(3, verdict="failed", candidate=down),
        ]
    )
    assert (seen.observed, seen.compared, seen.different, seen.ignored) == (4, 3, 1, 1)
    assert seen.served_by_candidate == 1
    assert (seen.legacy.calls, seen.legacy.errors) == (4, 0)
    assert (seen.candidate.calls, seen.candidate.errors, seen.candidate.p99_ms) == (4, 1, 5000)
    assert seen.mismatch_percent == pytest.approx(100 / 3)


def test_a_call_that_legacy_had_to_rescue_was_not_answered_by_the_candidate():
    assert summarise([observation(served="candidate", candidate=answered(None))]).served_by_candidate == 0


def test_nothing_observed_breaks_nothing_and_is_no_evidence():
    nothing = summarise([])
    assert broken(nothing, PLAN.limits) == []
    assert nothing.mismatch_percent == 0
    assert len(missing(nothing, STEP, setting(CANARY), AT)) == 3


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"compared": 100, "different": 2}, "2 of 100 answers differ: 2.0 %, allowed 1 %"),
        ({"candidate": side(errors=1)}, "the candidate fails 10.0 % of the calls, legacy 0.0 %"),
        ({"candidate": side(p99_ms=111)}, "p99 of the candidate is 111 ms, legacy's 10 ms; allowed 110 ms"),
        ({"legacy": side(p99_ms=200), "candidate": side(p99_ms=401)}, "allowed 400 ms"),
    ],
    ids=["mismatches", "errors", "latency, slack", "latency, ratio"],
)
def test_each_limit_is_broken_and_says_so(changes: dict[str, object], said: str):
    (sentence,) = broken(evidence(**changes), PLAN.limits)
    assert said in sentence


@pytest.mark.parametrize(
    "changes",
    [
        {"compared": 100, "different": 1},
        {"legacy": side(errors=2), "candidate": side(errors=2)},
        {"candidate": side(p99_ms=110)},
        {"legacy": side(p99_ms=200), "candidate": side(p99_ms=400)},
        {"legacy": side(p99_ms=None), "candidate": side(p99_ms=9000)},
    ],
    ids=["mismatches", "both fail", "slack", "ratio", "nothing to compare with"],
)
def test_at_the_limit_nothing_is_broken(changes: dict[str, object]):
    assert broken(evidence(**changes), PLAN.limits) == []


def test_too_little_is_not_judged():
    assert broken(evidence(observed=4, compared=4, different=4), PLAN.limits) == []
    assert broken(evidence(observed=5, compared=5, different=5), PLAN.limits)


def test_a_step_needs_time_samples_and_calls_that_the_candidate_answered():
    held = setting(CANARY)
    full = evidence(compared=5, served_by_candidate=1)
    soaked = AT + timedelta(seconds=60)
    assert missing(full, STEP, held, soaked) == []
    assert missing(full, STEP, held, soaked - timedelta(seconds=1)) == ["soaked for 59 s of 60 s"]
    assert missing(evidence(compared=4), STEP, held, soaked) == ["compared 4 answers of 5"]
    assert missing(evidence(served_by_candidate=0), STEP, held, soaked) == ["the candidate answered 0 calls of 1"]


@settings(max_examples=100)
@given(values=st.lists(st.integers(0, 10_000), min_size=1, max_size=60), percent=st.integers(1, 100))
def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed(values: list[int], percent: int):
    found = percentile(values, percent)
    assert found is not None
    assert found in values
    assert sum(value <= found for value in values) >= len(values) * percent / 100
    assert sum(value < found for value in values) < len(values) * percent / 100


def test_a_side_that_hangs_does_not_look_fast():
    hung = [observation(number, candidate=Answered(milliseconds=5000, error="timeout")) for number in range(3)]
    assert summarise(hung).candidate.p50_ms == 5000
