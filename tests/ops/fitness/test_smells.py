"""Each smell is named where it is, and nothing smells in a system without it."""

from typing import Any

import pytest

from pbckit.cli.fitness.smells import CALLS, EVENTS, OFFERING, PBC, VIOLATION, Edge, System, all_smells

KINDS = {"a": PBC, "b": PBC, "c": PBC, "d": PBC, "earn": OFFERING, "operations": "Operations"}
CLEAN: dict[str, Any] = {
    "edges": [
        Edge("earn", "a", CALLS, "ask"),
        Edge("earn", "b", CALLS, "ask"),
        Edge("c", "b", EVENTS, "CallContext"),
        *(Edge("operations", "a", CALLS, f"command-{number}") for number in range(20)),
    ],
    "commits": [frozenset("a"), frozenset("b"), frozenset("ab"), frozenset("c"), *[frozenset("abcd")] * 20],
    "deployments": [frozenset("a")] * 9 + [frozenset("b")] * 9,
    "contract_changes": {"a": 10},
}


def smells(**changes: Any) -> list[tuple[str, str]]:
    more = {key: [*CLEAN.get(key, ()), *value] for key, value in changes.items()}
    return [(one.name, one.where) for one in all_smells(System(kinds=KINDS, **{**CLEAN, **more}))]


def test_a_clean_system_smells_of_nothing():
    assert smells() == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"edges": [Edge("c", "a", VIOLATION, "dynamodb:GetItem")]}, [("shared store", "c, a")]),
        (
            {"edges": [Edge("a", "c", CALLS, "look"), Edge("earn", "c", CALLS, "look")]},
            [("synchronous chain", "earn, c")],
        ),
        ({"edges": [Edge("b", "c", EVENTS, "Answered")]}, [("event cycle", "b, c")]),
        ({"edges": [Edge("earn", "a", CALLS, f"ask-{number}") for number in range(6)]}, [("chatty pair", "a, earn")]),
        ({"edges": [Edge("c", "d", CALLS, "only")]}, [("capability for one", "c, d")]),
        ({"commits": [frozenset("cd")] * 5}, [("lockstep changes", "c, d")]),
        ({"deployments": [frozenset("ab")] * 12}, [("lockstep deployments", "a, b")]),
        ({"imports": [("lambdas.a.store", "lambdas.b.model")]}, [("shared domain code", "a, b")]),
    ],
)
def test_each_smell_has_its_name(changes, expected):
    assert smells(**changes) == expected


def test_contract_churn():
    system = System(kinds=KINDS, contract_changes={"a": 11, "b": 10})
    assert [(one.name, one.where) for one in all_smells(system)] == [("contract churn", "a")]


def test_a_chain_that_comes_back_ends():
    chain = [Edge("a", "b", CALLS, "x"), Edge("b", "a", CALLS, "y"), Edge("earn", "a", CALLS, "x")]
    found = all_smells(System(kinds=KINDS, edges=chain))
    assert any("earn → a → b → a" in one.evidence for one in found if one.name == "synchronous chain")


def test_a_cycle_of_three_is_told_once():
    cycle = [Edge("a", "b", EVENTS, "x"), Edge("b", "c", EVENTS, "y"), Edge("c", "a", EVENTS, "z")]
    [found] = [one for one in all_smells(System(kinds=KINDS, edges=cycle)) if one.name == "event cycle"]
    assert found.evidence == "events go a → c → b → a"


def test_every_smell_has_evidence_and_advice():
    rotten = System(kinds=KINDS, edges=[Edge("c", "a", VIOLATION, "dynamodb:GetItem"), Edge("c", "d", CALLS, "only")])
    for one in all_smells(rotten):
        assert one.evidence
        assert one.advice
