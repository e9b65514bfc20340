"""Leaks in disguise: what looks like the unit's own, like nothing, or like a guard."""

import json
from typing import Any

from tests.policies.leaks.changes import (
    ACCOUNT,
    FUNCTION,
    OWN_FUNCTION,
    OWN_TABLE,
    QUEUE,
    TABLE,
    THIEF,
    THIEF_ROLE,
    UNKNOWN,
    VICTIM,
    VICTIM_ROLE,
    Change,
    Stack,
    added,
    allow,
    allowed,
    arn,
    both,
    document,
    granted,
)
from tests.policies.leaks.leak import Leak

_THIEF, _VICTIM = arn("iam", f"role/{THIEF_ROLE}"), arn("iam", f"role/{VICTIM_ROLE}")
_BUS = arn("events", "event-bus/rewards-dev-platform_bus")
_BOUNDARY = arn("iam", "policy/rewards-dev-campaigns_boundary")
_POLICY = "rewards-dev-campaigns_more"
_MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
_NEW = "aws:brandnew/thing:Thing"
_SOURCES = [
    {"field": "eventCategory", "equals": ["Data"]},
    {"field": "resources.type", "equals": ["AWS::DynamoDB::Table"]},
]
_URN = "urn:pulumi:dev::rewards::pbckit:infra:Pbc$pbckit:infra:Function$aws:iam/role:Role::points-ledger-balance-role"
_READ, _WIRING, _UNREADABLE = "isolation-direct-read", "isolation-declared-wiring", "isolation-unreadable"
_POLICIES, _UNPROVABLE = "isolation-declared-policies", "isolation-unprovable"


def _set(token: str, name: str, **props: Any) -> Change:
    def change(stack: Stack) -> None:
        stack.update(stack.find(token, name=name), **props)

    return change


def _flowing(token: str, key: str, *sources: str, owner: str = THIEF, **props: Any) -> Change:
    """A resource with a property that is not known yet, and flows from others: ends of their URNs."""

    def change(stack: Stack) -> None:
        urns = [next((one["urn"] for one in stack.states if one["urn"].endswith(end)), end) for end in sources]
        added_ = stack.add(token, "tap", owner, **{key: UNKNOWN}, **props)
        added_["propertyDependencies"] = {key: urns}

    return change


def _written(text: str) -> Change:
    """The inline policy of a role of the thief, word for word."""

    def change(stack: Stack) -> None:
        stack.open_boundary()
        stack.update(stack.find(":RolePolicy", role=THIEF_ROLE), policy=text)

    return change


def _one_side(side: str) -> Change:
    """A permission that stands only in what the program wants (`inputs`), or only in what there is (`outputs`)."""

    def change(stack: Stack) -> None:
        stack.open_boundary()
        state = stack.find(":RolePolicy", role=THIEF_ROLE)
        body = json.loads(state[side]["policy"])
        body["Statement"].append(allow("dynamodb:Scan", on=TABLE))
        state[side]["policy"] = json.dumps(body)

    return change


def _queue_policy(principal: Any, **more: Any) -> Change:
    def change(stack: Stack) -> None:
        policy = next(one for one in stack.states if one["urn"].endswith("post-points-inbound-queue-policy"))
        statement = {**allow("sqs:ReceiveMessage", on=QUEUE, **more), "Principal": principal}
        stack.edit(policy, "policy", lambda body: body["Statement"].append(statement))

    return change


def _exclusive(kind: str) -> Change:
    """A policy attached by a resource that sets all policies of a user, or of a group that a user is in."""
    token = f"aws:iam/{kind}PolicyAttachmentsExclusive:{kind.title()}PolicyAttachmentsExclusive"
    user, group = "rewards-dev-campaigns_user", "rewards-dev-campaigns_group"
    policy = document(allow("dynamodb:Scan", on=TABLE))
    return both(
        Stack.open_boundary,
        added("aws:iam/user:User", "user", name=user, permissionsBoundary=_BOUNDARY),
        added("aws:iam/group:Group", "group", name=group),
        added("aws:iam/userGroupMembership:UserGroupMembership", "member", user=user, groups=[group]),
        added("aws:iam/policy:Policy", "more", name=_POLICY, policy=policy),
        added(
            token,
            "tap",
            **{f"{kind}Name": f"rewards-dev-campaigns_{kind}"},
            policyArns=[arn("iam", f"policy/{_POLICY}")],
        ),
    )


def _private_bus(stack: Stack) -> None:
    name = "rewards-dev-points-ledger_private"
    stack.add("aws:cloudwatch/eventBus:EventBus", "private", VICTIM, name=name)
    stack.add("aws:cloudwatch/eventRule:EventRule", "tap", name="rewards-dev-campaigns_r", eventBusName=name)


def _redriven_elsewhere(stack: Stack) -> None:
    queue = stack.find(":Queue", name="rewards-dev-points-ledger_post-points-queue")
    target = "arn:aws:sqs:eu-central-1:222222222222:rewards-dev-points-ledger_dlq"
    stack.edit(queue, "redrivePolicy", lambda body: body.update(deadLetterTargetArn=target))


def _trusting_all_repositories(stack: Stack) -> None:
    subject = {"StringLike": {"token.actions.githubusercontent.com:sub": "repo:*"}}
    provider = {"Federated": arn("iam", "oidc-provider/token.actions.githubusercontent.com")}
    statement = {"Effect": "Allow", "Principal": provider, "Action": "sts:AssumeRoleWithWebIdentity"}
    role = stack.find(":Role", name=VICTIM_ROLE)
    stack.update(role, assumeRolePolicy=document({**statement, "Condition": subject}))


def _one_statement(*members: str) -> str:
    return '{"Version": "2012-10-17", "Statement": [{' + ", ".join(members) + "}]}"


_ALLOW, _DENY, _ALL, _ANYTHING = '"Effect": "Allow"', '"Effect": "Deny"', '"Action": "dynamodb:*"', '"Resource": "*"'
_HARMLESS = '"Action": "sts:GetCallerIdentity"'

_CASES: tuple[tuple[int, str, Change, str], ...] = (
    # Names that claim too much
    (12, "an own role whose name ends another's", both(added("aws:iam/role:Role", "b", name="balance"), allowed("iam:PassRole", on=_VICTIM)), "isolation-pass-role"),
    (17, "an own secret whose name begins another's", both(added("aws:secretsmanager/secret:Secret", "s", name="rewards"), allowed("secretsmanager:GetSecretValue", on=arn("secretsmanager", "secret:rewards-dev-points-ledger_s-abcdef"))), "isolation-secrets-and-keys"),
    (17, "an own parameter that is called everything", both(added("aws:ssm/parameter:Parameter", "p", name="*"), allowed("ssm:GetParameter", on=arn("ssm", "parameter/rewards-dev-points-ledger_p"))), "isolation-secrets-and-keys"),
    (1, "an own table that is called everything", both(added("aws:dynamodb/table:Table", "t", name="*"), allowed("dynamodb:GetItem", on=TABLE)), _READ),
    (17, "an own alias of another's key", _flowing("aws:kms/alias:Alias", "targetKeyId", "::points-ledger-key", name="alias/rewards-dev-campaigns_x"), _WIRING),
    (17, "an own alias of a key that may be anybody's", added("aws:kms/alias:Alias", "tap", name="alias/rewards-dev-campaigns_x", targetKeyId=arn("kms", "key/1234")), _WIRING),
    (9, "another's alias", added("aws:kms/alias:Alias", "tap", name="alias/rewards-dev-points-ledger_x", targetKeyId="1234"), _WIRING),
    (7, "a grant on another's key", _flowing("aws:kms/grant:Grant", "keyId", "::points-ledger-key", granteePrincipal=_THIEF, operations=["Decrypt"]), _WIRING),
    # Documents with two meanings, or none
    (1, "an effect that is given twice", _written(_one_statement(_ALLOW, _ALL, _ANYTHING, _DENY)), _UNREADABLE),
    (1, "an action that is given twice", _written(_one_statement(_ALLOW, _ALL, _ANYTHING, _HARMLESS)), _UNREADABLE),
    (1, "a denial of all but nothing", granted(allow("dynamodb:*"), {"Effect": "Deny", "Action": "*", "NotResource": []}), _UNREADABLE),
    (1, "a denial of all actions but none", granted(allow("dynamodb:*"), {"Effect": "Deny", "NotAction": [], "Resource": "*"}), _UNREADABLE),
    (1, "a byte order mark", _written("\ufeff" + document(allow("dynamodb:Scan", on=TABLE))), _UNREADABLE),
    (1, "letters that are written as numbers", _written(_one_statement(_ALLOW, '"Action": "dynamodb:\\u0053can"', _ANYTHING)), _READ),
    (1, "what the program wants, and there is not yet", _one_side("inputs"), _READ),
    (1, "what there is, and the program does not want", _one_side("outputs"), _READ),
    (1, "an exclusive attachment to a user", _exclusive("user"), _READ),
    (1, "an exclusive attachment to a group", _exclusive("group"), _READ),
    (11, "an attachment to nobody knows whom", added("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "tap", policyArn=_BOUNDARY), _UNPROVABLE),
    (11, "a new kind of attachment", added("aws:iam/brandNew:BrandNew", "tap", principal=THIEF_ROLE), "isolation-modelled-types"),
    (11, "an access key for another's user", added("aws:iam/accessKey:AccessKey", "tap", user="rewards-dev-points-ledger_user"), _WIRING),
    (11, "a password for another's user", added("aws:iam/userLoginProfile:UserLoginProfile", "tap", user="rewards-dev-points-ledger_user"), _WIRING),
    (11, "a role for every repository there is", _trusting_all_repositories, "isolation-trust-policies"),
    # Other accounts under the own name
    (8, "a queue for a role of its name elsewhere", _queue_policy({"AWS": "arn:aws:iam::222222222222:role/rewards-dev-points-ledger_x"}), _POLICIES),
    (8, "a queue for roles of its name anywhere", _queue_policy("*", Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/rewards-dev-points-ledger_*"}}), "boundary-nothing-public"),
    (8, "a queue for a service that acts for another account", _queue_policy({"Service": "events.amazonaws.com"}, Condition={"ArnLike": {"aws:SourceArn": "arn:aws:events:eu-central-1:222222222222:rule/rewards-dev-points-ledger_x"}}), _POLICIES),
    (14, "dead letters to another account", _redriven_elsewhere, _WIRING),
    # What is left out
    (10, "a permission for nobody says whom", added("aws:lambda/permission:Permission", "tap", VICTIM, function=VICTIM_ROLE, action="lambda:InvokeFunction"), _UNPROVABLE),
    (7, "a grant for nobody says whom", added("aws:kms/grant:Grant", "tap", VICTIM, keyId="rewards-dev-points-ledger_k", operations=["Decrypt"]), _UNPROVABLE),
    (19, "a source that flows from what is not there", _flowing(_MAPPING, "eventSourceArn", "::campaigns-outbox-table", "urn:pulumi:dev::rewards::aws:x/y:Z::gone", functionName=OWN_FUNCTION), _UNPROVABLE),
    # Links that are not spelled out
    (19, "a mapping to what flows from another's alias", _flowing(_MAPPING, "functionName", "::campaigns-bonuses-live", owner=VICTIM, eventSourceArn=f"{TABLE}/stream/1"), _WIRING),
    (13, "a definition that flows from another's alias", _flowing("aws:sfn/stateMachine:StateMachine", "definition", "::points-ledger-balance-live", name="rewards-dev-campaigns_m", roleArn=_THIEF), _WIRING),
    (12, "a role by reference to its resource", _set(":Function", THIEF_ROLE, role={"4dabf18193072939515e22adb298388d": "5cf8f73096256a8f31e491e813e4eb8e", "urn": _URN, "id": "x"}), _WIRING),
    (13, "an archive of the bus", added("aws:cloudwatch/eventArchive:EventArchive", "tap", name="rewards-dev-campaigns_a", eventSourceArn=_BUS), _WIRING),
    (13, "a rule on another's own bus", _private_bus, _WIRING),
    (15, "logs into another's group that is elsewhere", _set(":Function", VICTIM_ROLE, loggingConfig={"logFormat": "JSON", "logGroup": "/aws/lambda/rewards-dev-campaigns_elsewhere"}), _WIRING),
    (15, "a rule over another's logs", added("aws:cloudwatch/contributorInsightRule:ContributorInsightRule", "tap", ruleDefinition=json.dumps({"LogGroupNames": [f"/aws/lambda/{VICTIM_ROLE}"]})), _WIRING),
    (15, "a policy for all log groups", added("aws:cloudwatch/logAccountPolicy:LogAccountPolicy", "tap", policyType="SUBSCRIPTION_FILTER_POLICY", policyDocument=json.dumps({"DestinationArn": OWN_FUNCTION})), _WIRING),
    (15, "an audit of its logs that goes elsewhere", added("aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy", "tap", VICTIM, logGroupName=f"/aws/lambda/{VICTIM_ROLE}", policyDocument=json.dumps({"FindingsDestination": f"/aws/lambda/{THIEF_ROLE}"})), _WIRING),
    (15, "a trail of whatever is read", added("aws:cloudtrail/trail:Trail", "tap", advancedEventSelectors=[{"fieldSelectors": _SOURCES}]), _WIRING),
    (15, "a lake of whatever is read", added("aws:cloudtrail/eventDataStore:EventDataStore", "tap", advancedEventSelectors=[{"fieldSelectors": _SOURCES}]), _WIRING),
    (15, "a report on log events", allowed("cloudwatch:GetInsightRuleReport"), "isolation-telemetry"),
    (18, "what commands have printed", allowed("ssm:ListCommandInvocations"), "isolation-control-planes"),
    (4, "a backup of all but the own", added("aws:backup/selection:Selection", "tap", iamRoleArn=_THIEF, resources=[], notResources=[OWN_TABLE]), _WIRING),
    (4, "a test of restoring everything", added("aws:backup/restoreTestingSelection:RestoreTestingSelection", "tap", iamRoleArn=_THIEF, protectedResourceArns=["*"]), _WIRING),
    (16, "a crawler over a table of another stack", added("aws:glue/crawler:Crawler", "tap", dynamodbTargets=[{"path": "rewards-dev-vouchers_store"}]), _WIRING),
    (16, "a website of another's bucket", added("aws:cloudfront/distribution:Distribution", "tap", origins=[{"domainName": "rewards-dev-points-ledger_b.s3.amazonaws.com"}]), _WIRING),
    (14, "a queue by its older URL", added("aws:sqs/redrivePolicy:RedrivePolicy", "tap", queueUrl=f"https://queue.amazonaws.com/{ACCOUNT}/rewards-dev-points-ledger_x", redrivePolicy="{}"), _WIRING),
    # Types that nobody has heard of
    (19, "a new type with another's role", added(_NEW, "tap", executionRoleArn=_VICTIM), _WIRING),
    (19, "a new type with another's role by name", added(_NEW, "tap", executionRole=VICTIM_ROLE), _WIRING),
    (19, "a new type with another's table", added(_NEW, "tap", sourceTable="rewards-dev-points-ledger_store"), _WIRING),
    (19, "a new type with another's function as a key", added(_NEW, "tap", routes={FUNCTION: "all"}), _WIRING),
    (8, "a new type with a policy", added(_NEW, "tap", VICTIM, resourcePolicy=document({**allow("brandnew:Read"), "Principal": {"AWS": _THIEF}})), _POLICIES),
    (19, "a new type with a role that nobody knows", added(_NEW, "tap", roleArn=UNKNOWN), _UNPROVABLE),
    (19, "a new type of nobody with a role", added(_NEW, "tap", None, roleArn=arn("iam", "role/some")), _WIRING),
)  # fmt: skip

DISGUISES = tuple(Leak(number, what, change, rule) for number, what, change, rule in _CASES)
