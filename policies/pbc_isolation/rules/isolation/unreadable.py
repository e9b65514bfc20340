"""Documents that IAM would refuse."""

from collections.abc import Iterator

from pbc_isolation.analysis.context import Analysis
from pbc_isolation.rules.problems import problems_of, told
from pbc_isolation.rules.rule import Rule, Violation
from pbc_isolation.rules.samples import allow, document, role, stack, thing

_ID = "isolation-unreadable"
_FIX = "Write the document as IAM's policy grammar has it."


def _check(analysis: Analysis) -> Iterator[Violation]:
    for found in problems_of(analysis):
        if found.problem.malformed:
            yield told(_ID, found, _FIX)


_QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy"

RULE = Rule(
    id=_ID,
    title="Every document can be read",
    why=(
        "A document that is not JSON, has a version that IAM does not know or an element that does not exist says "
        "nothing that could be judged. AWS refuses it in the middle of a deployment."
    ),
    fix=_FIX,
    check=_check,
    exemptible=False,
    compliant=[
        stack(role("orders", allow("s3:ListBucket"))),
        stack(thing("orders", _QUEUE_POLICY, "policy", {"queueUrl": "x", "policy": document()})),
    ],
    violating=[
        stack(role("orders", trust="{")),
        stack(role("orders", trust='{"Version": "2030-01-01", "Statement": []}')),
        stack(role("orders", {"Effect": "Permit", "Action": "s3:ListBucket", "Resource": "*"})),
        stack(role("orders", {**allow("s3:ListBucket"), "Actions": "s3:*"})),
        stack(thing("orders", _QUEUE_POLICY, "policy", {"queueUrl": "x", "policy": "[]"})),
    ],
)
