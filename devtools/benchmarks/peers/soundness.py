"""A third judge of single requests: the pack's evaluator, the exact judge of its tests, and iam-simulate.

All three are asked about the small world of `tests/policies/soundness`: random policies of one role with and without a
boundary, and each request that is possible there, in each context.
"""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import given, settings

from devtools.benchmarks.peers.simulators import IAM_SIMULATE, ask
from pbckit.judges.policy_evaluation import allowed
from tests.policies.soundness.test_oracle import claimed, principal
from tests.policies.soundness.worlds import REQUESTS, ROLE, boundaries, policies

EXAMPLES = 150
Statements = list[dict[str, Any]]
_VERSION = "2012-10-17"
_KEYS = {"aws:principalarn": "aws:PrincipalArn", "aws:sourcevpc": "aws:SourceVpc"}


@dataclass(frozen=True, kw_only=True)
class Judged:
    """How often the judges agree. Each request is one action on one resource in one context."""

    documents: int
    refused: int
    """Pairs of policy and boundary that iam-simulate takes to be malformed; they are not counted below."""
    requests: int
    both: int
    """Requests that iam-simulate and the exact judge allow."""
    only_exact: int
    only_simulated: int
    missed: int
    """Requests that iam-simulate allows, of which the evaluator says that nothing of the kind is possible."""


def measure(examples: int = EXAMPLES) -> Judged:
    """Ask all three; always about the same policies.

    Raises:
        NotInstalledError: iam-simulate cannot be installed here.
    """
    made = _made(examples)
    with tempfile.TemporaryDirectory() as folder:
        tool = IAM_SIMULATE.install(Path(folder))
        asked = Path(folder, "asked")
        asked.mkdir()
        for number, (identity, boundary) in enumerate(made):
            (asked / f"{number}.json").write_text(json.dumps(_questions(identity, boundary)))
        answers = ask(IAM_SIMULATE, tool, asked)
    return judged(made, [answers[f"{number}.json"] for number in range(len(made))])


def _made(examples: int) -> list[tuple[Statements, Statements | None]]:
    made: list[tuple[Statements, Statements | None]] = []

    @settings(max_examples=examples, deadline=None, database=None, derandomize=True)
    @given(policies, boundaries)
    def keep(identity: Statements, boundary: Statements | None) -> None:
        made.append((identity, boundary))

    keep()
    return made


def _questions(identity: Statements, boundary: Statements | None) -> dict[str, Any]:
    told = {
        "policies": [{"name": "one", "document": {"Version": _VERSION, "Statement": identity}}],
        "permission_boundary": None if boundary is None else {"Version": _VERSION, "Statement": boundary},
    }
    requests = [
        [ROLE, one.action, one.resource, {_KEYS.get(key, key): value for key, value in one.context.items()}]
        for one in REQUESTS
    ]
    return {"account": {"principals": {ROLE: told}, "resource_policies": {}}, "requests": requests}


def judged(made: list[tuple[Statements, Statements | None]], answers: list[Any]) -> Judged:
    """Compare what iam-simulate lets pass with what the two others say."""
    told = [(pair, answer) for pair, answer in zip(made, answers, strict=True) if answer is not None]
    counts = [_compared(*pair, answer) for pair, answer in told]
    both, only_exact, only_simulated, missed = (sum(column) for column in zip(*counts, strict=True))
    return Judged(
        documents=len(made),
        refused=len(made) - len(told),
        requests=len(told) * len(REQUESTS),
        both=both,
        only_exact=only_exact,
        only_simulated=only_simulated,
        missed=missed,
    )


def _compared(identity: Statements, boundary: Statements | None, answer: list[int]) -> tuple[int, int, int, int]:
    simulated = set(answer)
    cap = None if boundary is None else {"Statement": boundary}
    exact = {number for number, one in enumerate(REQUESTS) if allowed([{"Statement": identity}], cap, one)}
    said = claimed(principal(identity, boundary))
    missed = [number for number in simulated if (REQUESTS[number].action, REQUESTS[number].resource) not in said]
    return len(simulated & exact), len(exact - simulated), len(simulated - exact), len(missed)
