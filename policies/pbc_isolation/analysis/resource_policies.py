"""Whom the resources of a stack let in by their own policies: resource policies, trust policies, grants, permissions.

In one account such a policy is enough: who is named in it needs no permission of its own. So each may name its own
unit's principals, and AWS services that act for the unit's own resources, and nobody else.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pbc_isolation.analysis.context import Analysis
from pbc_isolation.analysis.federation import names_identities, names_own
from pbc_isolation.analysis.naming import of_service
from pbc_isolation.iam.catalogue import HARMLESS, class_of, expand_all
from pbc_isolation.iam.conditions import required_patterns
from pbc_isolation.iam.documents import Conditions, Document, Problem, Statement, parse
from pbc_isolation.iam.globs import Glob, contains, example
from pbc_isolation.iam.key_services import confined_by_service, service_principal
from pbc_isolation.stack.graph import Resource
from pbc_isolation.stack.link_types import OTHER_LANGUAGES
from pbc_isolation.stack.values import UNKNOWN, texts

_POLICIES = {
    "aws:backup/vaultPolicy:VaultPolicy": "policy",
    "aws:cloudwatch/eventBusPolicy:EventBusPolicy": "policy",
    "aws:cloudwatch/logDestinationPolicy:LogDestinationPolicy": "accessPolicy",
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": "policyDocument",
    "aws:dynamodb/resourcePolicy:ResourcePolicy": "policy",
    "aws:ecr/repositoryPolicy:RepositoryPolicy": "policy",
    "aws:glue/resourcePolicy:ResourcePolicy": "policy",
    "aws:kinesis/resourcePolicy:ResourcePolicy": "policy",
    "aws:kms/externalKey:ExternalKey": "policy",
    "aws:kms/key:Key": "policy",
    "aws:kms/keyPolicy:KeyPolicy": "policy",
    "aws:kms/replicaExternalKey:ReplicaExternalKey": "policy",
    "aws:kms/replicaKey:ReplicaKey": "policy",
    "aws:s3/bucketPolicy:BucketPolicy": "policy",
    "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
    "aws:sns/topicPolicy:TopicPolicy": "policy",
    "aws:sqs/queuePolicy:QueuePolicy": "policy",
}
"""Resources that are, or must have, a policy of their own; without a policy nothing can be proved about them."""
_POLICY_KEYS = frozenset(
    {
        "accessPolicies",
        "accessPolicy",
        "deliveryDestinationPolicy",
        "fileSystemPolicy",
        "policy",
        "policyDocument",
        "repositoryPolicy",
        "resourcePolicy",
    }
)
"""Properties that may hold a policy, of whatever type: queues, topics, buckets, access points, file systems."""
_NESTED_POLICIES = (("details", "policy"), ("s3AccessPoint", "policy"))
_LIMITS = frozenset(
    {
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy",
        "aws:eks/podIdentityAssociation:PodIdentityAssociation",
        "aws:transfer/access:Access",
        "aws:transfer/user:User",
    }
)
"""Types whose policy limits what passes or what a role may do, and lets in nobody."""
_WITH_DEFAULT = frozenset(
    {
        "aws:kms/externalKey:ExternalKey",
        "aws:kms/key:Key",
        "aws:kms/replicaExternalKey:ReplicaExternalKey",
        "aws:kms/replicaKey:ReplicaKey",
    }
)
"""Without a policy these have the one that leaves everything to the account's identity policies."""
_DEFAULT_KEY_STATEMENT = {"Sid": "default", "Effect": "Allow", "Action": "kms:*", "Resource": "*"}

_GRANT = "kms:creategrant"

_PERMISSION = "aws:lambda/permission:Permission"
_LAYER_PERMISSION = "aws:lambda/layerVersionPermission:LayerVersionPermission"
_KEY_GRANT = "aws:kms/grant:Grant"
_BUS_PERMISSION = "aws:cloudwatch/eventPermission:EventPermission"

_LOG_POLICY = "aws:cloudwatch/logResourcePolicy:LogResourcePolicy"
"""A policy of the account: its statements may speak of whatever log group."""
_LOG_WRITES = frozenset({"logs:createlogstream", "logs:putlogevents", "logs:putlogeventsbatch"})

_TOPIC = "aws:sns/topic:Topic"
_TOPIC_DEFAULT_ACTIONS = frozenset(
    {
        "sns:addpermission",
        "sns:deletetopic",
        "sns:gettopicattributes",
        "sns:listsubscriptionsbytopic",
        "sns:publish",
        "sns:receive",
        "sns:removepermission",
        "sns:settopicattributes",
        "sns:subscribe",
    }
)

_CERTIFICATES = "rolesanywhere.amazonaws.com"
"""It gives a role to whoever has a certificate of a trust anchor."""
_SOURCE_ACCOUNTS = ("aws:SourceAccount", "kms:CallerAccount")
_CALLERS_ACCOUNTS = ("aws:PrincipalAccount", "kms:CallerAccount")
_WRITES = ("foreign-write", HARMLESS, "publish")


class Admitted(Enum):
    """Who is let in who should not be."""

    EVERYONE = "everyone"
    ACCOUNT = "another account"
    PRINCIPAL = "a principal that is not its unit's"
    SERVICE = "an AWS service for whatever asks it"


@dataclass(frozen=True, eq=False)
class Admission:
    """A statement of a resource's policy that lets in somebody who is not of the resource's unit."""

    resource: Resource
    unit: str | None
    statement: Statement
    who: Admitted
    name: str
    trust: bool = False

    @property
    def reads(self) -> bool:
        """True if more than writing is allowed."""
        return any(class_of(action) not in _WRITES for action in expand_all(self.statement.actions or ("*",)))


@dataclass(frozen=True, eq=False)
class Policies:
    """The resource policies of a stack, and what cannot be read of them."""

    admissions: tuple[Admission, ...]
    problems: tuple[tuple[Resource, Problem], ...]


def find(analysis: Analysis) -> Policies:
    """Everybody whom a policy lets in although it should not."""
    documents = [*_documents(analysis), *_as_documents(analysis)]
    admissions = [
        admission
        for resource, document in documents
        if isinstance(document, Document)
        for admission in _admitted(analysis, resource, document)
    ]
    trusts = [
        admission
        for principal in analysis.principals
        if principal.trust is not None
        for admission in _admitted(analysis, principal.resource, principal.trust, trust=True)
    ]
    problems = [(resource, document) for resource, document in documents if isinstance(document, Problem)]
    return Policies((*admissions, *trusts), tuple(problems))


def _documents(analysis: Analysis) -> Iterator[tuple[Resource, Document | Problem]]:
    for token, key in _POLICIES.items():
        for resource in analysis.graph.by_type(token):
            value = resource.get(key)
            if value is None and token in _WITH_DEFAULT:
                value = _default_key_policy(analysis)
            yield resource, parse(value, f"policy of {resource.name}", resource.urn)
    for resource in analysis.graph.resources:
        if _may_have_policy(resource):
            for key in _POLICY_KEYS - {_POLICIES.get(resource.type)}:
                value = resource.get(key)
                if value is not None and value != "":
                    yield resource, parse(value, f"policy of {resource.name}", resource.urn)
            for path in _NESTED_POLICIES:
                value = resource.get(*path)
                if value is not None and value != "":
                    yield resource, parse(value, f"policy of {resource.name}", resource.urn)


def _may_have_policy(resource: Resource) -> bool:
    judged_elsewhere = (
        resource.type.startswith("aws:iam/") or resource.type in OTHER_LANGUAGES or resource.type in _LIMITS
    )
    return resource.type.startswith("aws:") and not judged_elsewhere


def _default_key_policy(analysis: Analysis) -> Mapping[str, Any]:
    root = {"AWS": f"arn:aws:iam::{analysis.account}:root"}
    return {"Version": "2012-10-17", "Statement": {**_DEFAULT_KEY_STATEMENT, "Principal": root}}


def _as_documents(analysis: Analysis) -> Iterator[tuple[Resource, Document | Problem]]:
    """Permissions and grants that are resources of their own, as the statements that they become."""
    for resource in analysis.graph.by_type(_PERMISSION):
        if _flows_from_own(analysis, resource):
            continue
        condition = {
            "ArnLike": _given(resource, {"aws:SourceArn": "sourceArn"}),
            "StringEquals": _given(resource, {"aws:SourceAccount": "sourceAccount"}),
        }
        yield resource, _permission(resource, resource.get("principal"), resource.get("action"), condition)
    for resource in analysis.graph.by_type(_LAYER_PERMISSION, _BUS_PERMISSION):
        action = resource.get("action")
        action = "events:PutEvents" if action is None else action
        yield resource, _permission(resource, resource.get("principal"), action, {})
    for resource in analysis.graph.by_type(_KEY_GRANT):
        operations = resource.get("operations")
        actions = UNKNOWN if operations is UNKNOWN else [f"kms:{one}" for one in texts(operations)]
        yield resource, _permission(resource, resource.get("granteePrincipal"), actions, {})


def _flows_from_own(analysis: Analysis, permission: Resource) -> bool:
    """Whether a service may call for a source that is not known yet, and that flows from the unit's own things only."""
    sources = analysis.graph.flows_from(permission, "sourceArn")
    complete = len(sources) == len(permission.property_dependencies.get("sourceArn", ()))
    unit = analysis.graph.owner(permission)
    own = [
        one for one in sources if one.type.startswith("aws:") and not one.external and analysis.graph.owner(one) == unit
    ]
    return (
        permission.get("sourceArn") is UNKNOWN
        and _is_service(permission.get("principal"))
        and bool(sources)
        and complete
        and len(own) == len(sources)
    )


def _is_service(principal: Any) -> bool:
    return isinstance(principal, str) and principal.endswith((".amazonaws.com", ".amazonaws.com.cn"))


def _given(resource: Resource, keys: Mapping[str, str]) -> dict[str, Any]:
    return {key: resource.get(name) for key, name in keys.items() if resource.get(name) is not None}


def _permission(
    resource: Resource, principal: Any, action: Any, condition: Mapping[str, Mapping[str, Any]]
) -> Document | Problem:
    source = f"permission {resource.name}"
    if principal is UNKNOWN or action is UNKNOWN:
        return Problem(source, "is not known before it is created")
    if principal is None:
        return Problem(source, "names nobody")
    service = _is_service(principal)
    statement = {
        "Effect": "Allow",
        "Principal": {"Service" if service else "AWS": principal},
        "Action": action,
        "Condition": {operator: tests for operator, tests in condition.items() if tests},
    }
    return parse({"Version": "2012-10-17", "Statement": statement}, source, resource.urn)


def _admitted(
    analysis: Analysis, resource: Resource, document: Document, *, trust: bool = False
) -> Iterator[Admission]:
    unit = analysis.graph.owner(resource)
    for statement in document.statements:
        if not statement.allows:
            continue
        if statement.not_principals is not None:
            yield Admission(resource, unit, statement, Admitted.EVERYONE, "everyone but a few", trust)
        for kind, names in (statement.principals or {}).items():
            for name in names:
                who = _who(analysis, resource, statement, kind, name, trust=trust)
                if who is not None:
                    yield Admission(resource, unit, statement, who, name, trust)


def _who(
    analysis: Analysis, resource: Resource, statement: Statement, kind: str, name: str, *, trust: bool
) -> Admitted | None:
    unit = analysis.graph.owner(resource)
    if kind == "AWS":
        if resource.type == _LOG_POLICY and not _is_on_own(analysis, unit, statement):
            return Admitted.PRINCIPAL
        return None if _is_topic_default(analysis, resource, statement) else _aws(analysis, unit, statement, name)
    if kind == "Service":
        # A role that trusts a service is handed to it by iam:PassRole, which another rule confines.
        handed = trust and (name != _CERTIFICATES or _by_anchor(analysis, unit, statement.conditions))
        own = handed or _acts_for_own(analysis, unit, statement.conditions, name)
        writes = any(rule(analysis, resource, statement, name) for rule in (_delivers_logs, _writes_logs))
        return None if own or writes or _is_harmless(statement) else Admitted.SERVICE
    if kind == "Federated":
        if not names_identities(analysis, statement.conditions, name):
            return Admitted.EVERYONE
        return None if names_own(analysis, unit, statement.conditions, name) else Admitted.PRINCIPAL
    return Admitted.ACCOUNT


def _by_anchor(analysis: Analysis, unit: str | None, conditions: Conditions) -> bool:
    """Whether only certificates of named trust anchors are let in, of which none is known to be another unit's.

    Whoever can make an anchor in the account could else make certificates for the role.
    https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html
    """

    def may_be_own(anchor: str) -> bool:
        owners = {analysis.graph.owner(one) for one in analysis.names.meant(anchor)}
        return ":trust-anchor/" in anchor and not set(anchor) & set("*?") and owners <= {unit}

    return any(all(map(may_be_own, patterns)) for patterns in required_patterns(conditions, "aws:SourceArn"))


def _is_topic_default(analysis: Analysis, resource: Resource, statement: Statement) -> bool:
    """Whether a statement is, to the letter, the one that SNS gives a topic without a policy: for the account's owner.

    https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
    """
    return (
        resource.type == _TOPIC
        and analysis.account is not None
        and statement.principals == {"AWS": ("*",)}
        and statement.resources == (resource.get("arn"),)
        and {action.lower() for action in statement.actions or ("*",)} <= _TOPIC_DEFAULT_ACTIONS
        and {operator: dict(tests) for operator, tests in statement.conditions.items()}
        == {"StringEquals": {"AWS:SourceOwner": (analysis.account,)}}
    )


def _aws(analysis: Analysis, unit: str | None, statement: Statement, name: str) -> Admitted | None:
    if _only_own_principals(analysis, unit, statement.conditions):
        return None
    if name == "*":
        accounts = [tests for key in _CALLERS_ACCOUNTS for tests in required_patterns(statement.conditions, key)]
        if (analysis.account,) not in accounts:
            return Admitted.EVERYONE
        return None if _through_own(analysis, unit, statement) else Admitted.PRINCIPAL
    account = _account_of_root(name)
    if account is not None:
        # The account itself leaves it to its identity policies, which are judged one by one. Only the use of a key is
        # not left to them: a key's policy is what protects copies that are already elsewhere.
        if account != analysis.account:
            return Admitted.ACCOUNT
        return Admitted.PRINCIPAL if _uses_key(statement) and not _through_own(analysis, unit, statement) else None
    return None if _is_own_here(analysis, unit, as_role(name)) else Admitted.PRINCIPAL


def _account_of_root(name: str) -> str | None:
    if name.isdigit():
        return name
    return name.split(":")[4] if name.startswith("arn:") and name.endswith(":root") else None


def _uses_key(statement: Statement) -> bool:
    actions = expand_all(statement.actions or ("*",))
    return any(class_of(action) == "secrets-and-keys" for action in actions) or (
        # A grant gives the use of the key to whomever it names, unless a service makes it for a resource of its own.
        _GRANT in actions and not _requires(statement.conditions, "kms:GrantIsForAWSResource")
    )


def _requires(conditions: Conditions, key: str) -> bool:
    """Whether a condition asks for a key that is there and true."""
    return any(
        operator.lower() == "bool" and tested.lower() == key.lower() and {one.lower() for one in wanted} == {"true"}
        for operator, tests in conditions.items()
        for tested, wanted in tests.items()
    )


def _through_own(analysis: Analysis, unit: str | None, statement: Statement) -> bool:
    """Whether a key is used only by services, on behalf of whoever calls them, for the unit's own resources.

    What the caller may do with these is judged where the caller is: by the service's own actions.
    """

    def is_own(arn: str) -> bool:
        return (_is_own(analysis, unit, arn) or _is_shared_bus(analysis, arn)) and _in_account(analysis, arn)

    actions = expand_all(statement.actions or ("*",))
    return all(class_of(one) == HARMLESS or confined_by_service(one, statement.conditions, is_own) for one in actions)


def _is_shared_bus(analysis: Analysis, arn: str) -> bool:
    return any(contains(bus, Glob(arn)) for bus in analysis.shared_buses)


_BALANCERS = "logdelivery.elasticloadbalancing.amazonaws.com"
"""It sets no account as the source; the logs of an account lie below a folder of its own."""
_LOG_DELIVERIES = frozenset({"delivery.logs.amazonaws.com", _BALANCERS, "logging.s3.amazonaws.com"})
_OF_LOG_DELIVERIES = frozenset({"s3:getbucketacl", "s3:putobject"})


def _delivers_logs(analysis: Analysis, resource: Resource, statement: Statement, service: str) -> bool:
    """Whether a service may only put logs of this account into the unit's own bucket. Nobody reads anything by that.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
    """
    here = [tests for key in _SOURCE_ACCOUNTS for tests in required_patterns(statement.conditions, key)]
    below = f"/AWSLogs/{analysis.account}/"
    of_account = bool(statement.resources) and all(below in one for one in statement.resources or ())
    return (
        resource.type == "aws:s3/bucketPolicy:BucketPolicy"
        and service in _LOG_DELIVERIES
        and analysis.account is not None
        and ((analysis.account,) in here or (of_account and service == _BALANCERS))
        and expand_all(statement.actions or ("*",)) <= _OF_LOG_DELIVERIES
    )


def _is_on_own(analysis: Analysis, unit: str | None, statement: Statement) -> bool:
    """Whether a statement of a policy of the whole account speaks of the unit's own only."""
    return bool(statement.resources) and all(_is_own_here(analysis, unit, one) for one in statement.resources or ())


def _writes_logs(analysis: Analysis, resource: Resource, statement: Statement, service: str) -> bool:
    """Whether a service may only write into the unit's own log groups, or into those that are called after the service.

    Nobody reads anything by that; and what is called after a service holds what the service writes.
    """
    of_service = [Glob(f"arn:*:logs:*:{analysis.account}:log-group:/aws/{service.partition('.')[0]}/*", strict=True)]
    in_its_folder = all(example([Glob(one)], of_service) is None for one in statement.resources or ("*",))
    return (
        resource.type == _LOG_POLICY
        and expand_all(statement.actions or ("*",)) <= _LOG_WRITES
        and (in_its_folder or _is_on_own(analysis, analysis.graph.owner(resource), statement))
    )


def _is_harmless(statement: Statement) -> bool:
    return all(class_of(action) == HARMLESS for action in expand_all(statement.actions or ("*",)))


def lets_in_own_only(analysis: Analysis, unit: str | None, statement: Statement, name: str) -> bool:
    """Whether a statement lets in, by a name under `AWS`, principals of a unit only."""
    return _only_own_principals(analysis, unit, statement.conditions) or _is_own_here(analysis, unit, as_role(name))


def as_role(name: str) -> str:
    """The role behind a session."""
    head, mark, session = name.partition(":assumed-role/")
    return f"{head.replace(':sts:', ':iam:')}:role/{session.partition('/')[0]}" if mark else name


def _is_own(analysis: Analysis, unit: str | None, pattern: str) -> bool:
    service = [*pattern.split(":"), "", ""][2]
    return example([Glob(pattern)], of_service(analysis.own(unit), service)) is None


def _is_own_here(analysis: Analysis, unit: str | None, pattern: str) -> bool:
    return _is_own(analysis, unit, pattern) and _in_account(analysis, pattern)


def _in_account(analysis: Analysis, pattern: str) -> bool:
    """Whether a pattern of ARNs is of this account only, or of a service whose ARNs name none."""
    account = [*pattern.split(":"), *[""] * 5][4]
    return account in ("", analysis.account) or analysis.account is None


def _only_own_principals(analysis: Analysis, unit: str | None, conditions: Conditions) -> bool:
    tests = required_patterns(conditions, "aws:PrincipalArn")
    here = (analysis.account,) in required_patterns(conditions, "aws:PrincipalAccount")
    return any(
        all(_is_own(analysis, unit, one) and (here or _in_account(analysis, one)) for one in patterns)
        for patterns in tests
    )


def _acts_for_own(analysis: Analysis, unit: str | None, conditions: Conditions, service: str) -> bool:
    """Whether a service is let in only where it acts for the unit's own; for the platform, for the account's own."""
    accounts = [tests for key in _SOURCE_ACCOUNTS for tests in required_patterns(conditions, key)]
    here = (analysis.account,) in accounts
    within = [Glob(f"arn:*:*:*:{analysis.account}:*", strict=True)]

    def is_own(arn: str) -> bool:
        own = _is_own(analysis, unit, arn) or _is_shared_bus(analysis, arn)
        return own and (here or _in_account(analysis, arn))

    for patterns in required_patterns(conditions, "aws:SourceArn"):
        if all(_is_own(analysis, unit, one) and (here or _in_account(analysis, one)) for one in patterns):
            return True
        if analysis.is_platform(unit) and all(example([Glob(one)], within) is None for one in patterns):
            return True
    key_service = service_principal(service)
    if key_service is not None and key_service.confined(conditions, is_own):
        return True
    return analysis.is_platform(unit) and here
