"""Resources that are open to everyone."""

from collections.abc import Iterator
from typing import Any

from pbc_isolation.analysis import exposure, resource_policies
from pbc_isolation.analysis.context import Analysis
from pbc_isolation.analysis.resource_policies import Admitted
from pbc_isolation.rules.admission import queue_with, told
from pbc_isolation.rules.rule import Rule, Violation
from pbc_isolation.rules.samples import ACCOUNT, allow, arn, document, physical, role, role_arn, stack, thing
from pbc_isolation.stack.graph import Resource

_ID = "boundary-nothing-public"
_FIX = "Name the own unit's roles, and no wildcard, other account or URL without authorisation."
_FIX_API = (
    "Ask who calls: AWS_IAM, a JWT or another authorizer; an API key asks nobody. Let the integration act under a role "
    "of the own unit (credentialsArn, or credentials of a REST API): that role is judged."
)
_APIS = ("aws:apigateway/", "aws:apigatewayv2/")
_FIX_SETTING = (
    "Close the setting, and let callers in by their identity: AWS_IAM, an authorizer, or a policy that names them."
)


def _check(analysis: Analysis) -> Iterator[Violation]:
    for admission in analysis.once(resource_policies.find).admissions:
        if not admission.trust and admission.who in (Admitted.EVERYONE, Admitted.ACCOUNT):
            yield told(admission, _ID, _FIX)
    for url in analysis.graph.by_type("aws:lambda/functionUrl:FunctionUrl"):
        if url.get("authorizationType") != "AWS_IAM":
            owner = analysis.graph.owner(url)
            yield Violation(_ID, url.urn, f"the URL of a function of {owner or 'nobody'} asks no identity", fix=_FIX)
    for one in analysis.once(exposure.find):
        owner = analysis.graph.owner(one.resource)
        message = f"{one.key} of {one.resource.name} of {owner or 'nobody'}: {one.what}"
        path = ("everyone", one.key, one.resource.name)
        fix = _FIX_API if one.resource.type.startswith(_APIS) else _FIX_SETTING
        yield Violation(_ID, one.resource.urn, message, store_unit=owner, path=path, fix=fix)


def _topic(principal: Any = "*", action: str = "SNS:Subscribe", **tests: Any) -> Resource:
    """A topic with a policy like the one that SNS gives it."""
    topic = arn("sns", physical("inventory", "topic"))
    statement = {**allow(action, on=topic), "Principal": {"AWS": principal}}
    policy = document({**statement, "Condition": tests} if tests else statement)
    return thing("inventory", "aws:sns/topic:Topic", "topic", {"arn": topic, "policy": policy})


def _key(**callers: str) -> list[Resource]:
    """A key that DynamoDB uses for tables of its unit, on behalf of everyone or of some callers."""
    through = {"kms:ViaService": "dynamodb.eu-central-1.amazonaws.com", **callers}
    tables = {"kms:EncryptionContext:aws:dynamodb:tableName": physical("inventory", "*")}
    condition = {"StringEquals": through, "StringLike": tables}
    statement = {**allow("kms:Decrypt"), "Principal": {"AWS": "*"}, "Condition": condition}
    return [thing("inventory", "aws:kms/key:Key", "key", {"policy": document(statement)}), *role("inventory")]


RULE = Rule(
    id=_ID,
    title="Nothing is open to everyone, or to another account",
    why="What is public is read by whoever finds it.",
    fix=_FIX,
    check=_check,
    compliant=[
        stack(queue_with({"AWS": role_arn("inventory")}, "sqs:SendMessage")),
        stack(thing("inventory", "aws:lambda/functionUrl:FunctionUrl", "url", {"authorizationType": "AWS_IAM"})),
        stack(_topic(StringEquals={"AWS:SourceOwner": ACCOUNT})),
        stack(_key(**{"kms:CallerAccount": ACCOUNT})),
    ],
    violating=[
        stack(queue_with("*", "sqs:SendMessage")),
        stack(_key()),
        stack(_key(**{"kms:CallerAccount": "222222222222"})),
        stack(_topic()),
        stack(_topic(StringEquals={"AWS:SourceOwner": "222222222222"})),
        stack(_topic(StringEquals={"AWS:SourceOwner": [ACCOUNT, "222222222222"]})),
        stack(_topic(StringLike={"AWS:SourceOwner": "*"})),
        stack(_topic(StringEqualsIfExists={"AWS:SourceOwner": ACCOUNT})),
        stack(_topic(action="SNS:*", StringEquals={"AWS:SourceOwner": ACCOUNT})),
        stack(queue_with({"AWS": "*"}, "sqs:*", Condition={"StringEquals": {"AWS:SourceOwner": ACCOUNT}})),
        stack(queue_with({"AWS": "222222222222"}, "sqs:ReceiveMessage")),
        stack(
            queue_with(
                {"AWS": "*"}, "sqs:*", Condition={"StringEqualsIfExists": {"aws:PrincipalArn": role_arn("inventory")}}
            )
        ),
        stack(thing("inventory", "aws:lambda/functionUrl:FunctionUrl", "url", {"authorizationType": "NONE"})),
        stack(thing("inventory", "aws:s3/bucketAcl:BucketAcl", "acl", {"bucket": "exports", "acl": "public-read"})),
        stack(thing("inventory", "aws:rds/instance:Instance", "db", {"identifier": "db", "publiclyAccessible": True})),
    ],
)
