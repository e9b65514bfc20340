"""Permissions on more than is meant."""

from collections.abc import Iterator

from pbc_isolation.analysis.context import Analysis
from pbc_isolation.iam.catalogue import HARMLESS, class_of, expand_all, has_resources
from pbc_isolation.iam.conditions import required_patterns
from pbc_isolation.iam.documents import Statement
from pbc_isolation.iam.evaluator import confining_keys
from pbc_isolation.iam.key_services import confined_by_service
from pbc_isolation.rules.rule import Rule, Violation
from pbc_isolation.rules.samples import allow, role, stack, table_arn

_ID = "boundary-no-wildcards"
_FIX = "Name the actions, and the resources of the unit."


_MINIMUM_ARN_FIELDS = 6


def _check(analysis: Analysis) -> Iterator[Violation]:
    seen: set[int] = set()
    for principal in analysis.identities.principals:
        for document in [*principal.documents, *([principal.boundary] if principal.boundary else [])]:
            for statement in document.statements if not document.by_aws else ():
                if statement.allows and id(statement) not in seen:
                    seen.add(id(statement))
                    yield from (
                        Violation(_ID, statement.urn, f"{statement.source} of {principal.label} {what}", fix=_FIX)
                        for what in _too_wide(statement)
                    )


def _too_wide(statement: Statement) -> Iterator[str]:
    if statement.actions is None:
        yield "allows all actions but some"
    elif any(mark in action for action in statement.actions for mark in "*?"):
        yield f"allows {next(action for action in statement.actions if '*' in action or '?' in action)}"
    if statement.resources is None:
        yield "allows all resources but some"
    elif any(_is_service_wide(resource) for resource in statement.resources) and not _needs_everything(statement):
        yield f"is for {next(resource for resource in statement.resources if _is_service_wide(resource))}"


def _is_service_wide(resource: str) -> bool:
    return resource.count(":") < _MINIMUM_ARN_FIELDS - 1 or resource.split(":", 5)[5].strip("*?") in _WHOLE


_WHOLE = ("", "table/", "function:", "log-group:", "stateMachine:", "secret:", "parameter/", "role/", "key/", "stream/")


def _needs_everything(statement: Statement) -> bool:
    """Actions that know no resources, and those that are harmless on any; and those on what has an ARN that nobody
    knows beforehand, where a condition chooses: keys by their alias or by what a service uses them for, mappings by
    their function."""
    actions = expand_all(statement.actions or ("*",))
    return all(
        not has_resources(action) or class_of(action) == HARMLESS or _chosen_by_condition(statement, action)
        for action in actions
    )


def _chosen_by_condition(statement: Statement, action: str) -> bool:
    return any(required_patterns(statement.conditions, key) for key in confining_keys(action)) or confined_by_service(
        action, statement.conditions, lambda arn: not _is_service_wide(arn)
    )


RULE = Rule(
    id=_ID,
    title="No permission has a wildcard action, or is for a whole service",
    why=("A wildcard grows by itself: with every action that AWS adds, and with every resource that somebody creates."),
    fix=_FIX,
    check=_check,
    compliant=[
        stack(role("orders", allow("dynamodb:GetItem", on=table_arn("orders")))),
        stack(role("orders", allow("xray:PutTraceSegments"))),
        stack(role("orders", allow("ecr:DescribeRepositories", "logs:DescribeLogGroups"))),
    ],
    violating=[
        stack(role("orders", allow("dynamodb:*", on=table_arn("orders")))),
        stack(role("orders", allow("dynamodb:GetItem", on="*"))),
        stack(role("orders", allow("dynamodb:GetItem", on="arn:aws:dynamodb:eu-central-1:111111111111:table/*"))),
        stack(role("orders", {"Effect": "Allow", "NotAction": "iam:*", "Resource": table_arn("orders")})),
        stack(role("orders", {"Effect": "Allow", "Action": "sqs:SendMessage", "NotResource": table_arn("orders")})),
    ],
)
