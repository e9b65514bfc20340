"""What a third judge says is compared with the evaluator and the exact judge, request by request."""

from devtools.benchmarks.peers.soundness import judged
from tests.policies.soundness.worlds import FOREIGN, REQUESTS

READ = [{"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": FOREIGN}]
READS = [number for number, one in enumerate(REQUESTS) if (one.action, one.resource) == ("dynamodb:GetItem", FOREIGN)]


def test_all_agree():
    found = judged([(READ, None)], [READS])
    assert (found.both, found.only_exact, found.only_simulated, found.missed) == (len(READS), 0, 0, 0)
    assert found.requests == len(REQUESTS)


def test_a_request_that_the_evaluator_calls_impossible_is_counted():
    found = judged([(READ, [])], [READS])
    assert (found.both, found.only_simulated, found.missed) == (0, len(READS), len(READS))


def test_a_judge_that_lets_less_pass_is_counted():
    assert judged([(READ, None)], [READS[1:]]).only_exact == 1


def test_what_is_taken_to_be_malformed_is_left_out():
    found = judged([(READ, None), (READ, None)], [None, READS])
    assert (found.refused, found.requests, found.both) == (1, len(REQUESTS), len(READS))
