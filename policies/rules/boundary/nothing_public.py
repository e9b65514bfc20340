"""Resources that are open to everyone."""

from collections.abc import Iterator

import admissions
from admissions import Admitted
from analysis import Analysis

from rules.admission import queue_with, told
from rules.rule import Rule, Violation
from rules.samples import role_arn, stack, thing

_ID = "boundary-nothing-public"
_FIX = "Name the own unit's roles, and no wildcard, other account or URL without authorisation."


def _check(analysis: Analysis) -> Iterator[Violation]:
    for admission in analysis.once(admissions.find).admissions:
        if not admission.trust and admission.who in (Admitted.EVERYONE, Admitted.ACCOUNT):
            yield told(admission, _ID, _FIX)
    for url in analysis.graph.by_type("aws:lambda/functionUrl:FunctionUrl"):
        if url.get("authorizationType") != "AWS_IAM":
            owner = analysis.graph.owner(url)
            yield Violation(_ID, url.urn, f"the URL of a function of {owner or 'nobody'} asks no identity", fix=_FIX)


RULE = Rule(
    id=_ID,
    title="Nothing is open to everyone, or to another account",
    why="What is public is read by whoever finds it.",
    fix=_FIX,
    check=_check,
    compliant=[
        stack(queue_with({"AWS": role_arn("ledger")}, "sqs:SendMessage")),
        stack(thing("ledger", "aws:lambda/functionUrl:FunctionUrl", "url", {"authorizationType": "AWS_IAM"})),
    ],
    violating=[
        stack(queue_with("*", "sqs:SendMessage")),
        stack(queue_with({"AWS": "222222222222"}, "sqs:ReceiveMessage")),
        stack(
            queue_with(
                {"AWS": "*"}, "sqs:*", Condition={"StringEqualsIfExists": {"aws:PrincipalArn": role_arn("ledger")}}
            )
        ),
        stack(thing("ledger", "aws:lambda/functionUrl:FunctionUrl", "url", {"authorizationType": "NONE"})),
    ],
)
