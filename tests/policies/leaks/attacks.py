"""How leaks of the eight kinds change the captured program: what the thief adds, for what of the victim's."""

from typing import Any

from tests.policies.leaks.changes import (
    ACCOUNT,
    FUNCTION,
    OUTBOX,
    OWN_FUNCTION,
    OWN_QUEUE,
    REGION,
    THIEF,
    THIEF_ROLE,
    VICTIM,
    VICTIM_ROLE,
    allow,
    arn,
    document,
)
from tests.policies.leaks.phases import AWS, KNOWN, Out, Phased, PhasedChange, made, text

WIRING, TYPES, PUBLIC = "isolation-declared-wiring", "isolation-modelled-types", "boundary-nothing-public"
OWNERS, POLICIES, TRUST = "isolation-owners", "isolation-declared-policies", "isolation-trust-policies"
UNPROVABLE, ADMITS, WIDE = "isolation-unprovable", "boundary-admits-no-one-else", WIRING
THIEF_ARN, VICTIM_ARN = arn("iam", f"role/{THIEF_ROLE}"), arn("iam", f"role/{VICTIM_ROLE}")
P, V = "rewards-dev-campaigns_", "rewards-dev-points-ledger_"
VICTIMS_BUCKET, OWN_BUCKET = "acme-ledger-exports", "acme-campaigns-exports"
ELSEWHERE = (KNOWN, AWS)


def bucket(stack: Phased, owner: str | None = VICTIM, name: str = VICTIMS_BUCKET) -> dict[str, Any]:
    return stack.add("aws:s3/bucket:Bucket", f"{owner}-bucket", owner, bucket=name)


def on_victims(
    token: str, key: str, victims: tuple[str, dict[str, Any]], out: str = "id", /, **props: Any
) -> PhasedChange:
    """A resource of the thief with a property that flows from a resource of the victim."""

    def change(stack: Phased) -> None:
        victim = stack.add(victims[0], "victims", VICTIM, **victims[1])
        stack.add(token, "tap", **{key: Out(victim, out)}, **props)

    return change


def literal(token: str, key: str, value: Any, /, **props: Any) -> PhasedChange:
    return made(token, "tap", **{key: value}, **props)


def on_bucket(token: str, key: str, value: Any, /, owner: str = THIEF, **props: Any) -> PhasedChange:
    """As a literal, with the victim's bucket in the stack and an own one."""

    def change(stack: Phased) -> None:
        bucket(stack)
        bucket(stack, THIEF, OWN_BUCKET)
        stack.add(token, "tap", owner, **{key: value}, **props)

    return change


DB = ("aws:rds/cluster:Cluster", {"clusterIdentifier": "ledger-db", "engine": "aurora-postgresql"})
PG = ("aws:rds/instance:Instance", {"identifier": "ledger-pg", "instanceClass": "db.t4g.small", "engine": "postgres"})
FILES = ("aws:efs/fileSystem:FileSystem", {"creationToken": "ledger"})
VOLUME = ("aws:ebs/volume:Volume", {"availabilityZone": f"{REGION}a", "size": 8})
SNAPSHOT = ("aws:ebs/snapshot:Snapshot", {"volumeId": "vol-0aaa1bbb2ccc3ddd4"})
MACHINE = ("aws:ec2/instance:Instance", {"instanceType": "t4g.small", "ami": "ami-0aaa1bbb2ccc3ddd4"})
POOL = ("aws:cognito/userPool:UserPool", {"name": "ledger-users"})
REST = ("aws:apigateway/restApi:RestApi", {"name": "ledger"})
HTTP = ("aws:apigatewayv2/api:Api", {"name": "ledger", "protocolType": "HTTP"})
GRAPH = ("aws:appsync/graphQLApi:GraphQLApi", {"name": "ledger", "authenticationType": "AWS_IAM"})
SECRET = ("aws:secretsmanager/secret:Secret", {"name": f"{V}db"})
STREAM = ("aws:kinesis/stream:Stream", {"name": "ledger-entries"})
KAFKA = (
    "aws:msk/cluster:Cluster",
    {
        "clusterName": "ledger",
        "kafkaVersion": "3.8.x",
        "numberOfBrokerNodes": 2,
        "brokerNodeGroupInfo": {
            "clientSubnets": ["subnet-1"],
            "instanceType": "kafka.t3.small",
            "securityGroups": ["sg-1"],
        },
    },
)
GLUE = ("aws:glue/catalogDatabase:CatalogDatabase", {"name": "ledger_lake"})
CONNECTION = (
    "aws:glue/connection:Connection",
    {"name": "ledger-jdbc", "connectionProperties": {"JDBC_CONNECTION_URL": "jdbc:postgresql://x/ledger"}},
)
SEARCH = ("aws:opensearch/domain:Domain", {"domainName": "ledger-search"})
CACHE = (
    "aws:elasticache/replicationGroup:ReplicationGroup",
    {"replicationGroupId": "ledger-cache", "description": "x"},
)
REDSHIFT = ("aws:redshift/cluster:Cluster", {"clusterIdentifier": "ledger-dwh", "nodeType": "ra3.large"})
TOPIC = ("aws:sns/topic:Topic", {"name": f"{V}news"})
LOG = ("aws:cloudwatch/logGroup:LogGroup", {"name": "/ledger/audit"})
KEY_VALUES = ("aws:cloudfront/keyValueStore:KeyValueStore", {"name": "ledger"})
PROFILE = ("aws:iam/instanceProfile:InstanceProfile", {"name": f"{V}profile", "role": VICTIM_ROLE})
TEMPLATE = ("aws:ec2/launchTemplate:LaunchTemplate", {"name": "ledger-template"})
REPOSITORY = ("aws:ecr/repository:Repository", {"name": "ledger-images"})


def own_parameter_hides_bucket(stack: Phased) -> None:
    bucket(stack)
    stack.add("aws:ssm/parameter:Parameter", "alike", name=VICTIMS_BUCKET, type="String", value="x")
    stack.add(
        "aws:s3/bucketNotification:BucketNotification",
        "tap",
        bucket=VICTIMS_BUCKET,
        queues=[{"queueArn": OWN_QUEUE, "events": ["s3:ObjectCreated:*"]}],
    )


def own_parameter_hides_source(stack: Phased) -> None:
    bucket(stack)
    bucket(stack, THIEF, OWN_BUCKET)
    stack.add("aws:ssm/parameter:Parameter", "alike", name=VICTIMS_BUCKET, type="String", value="x")
    stack.add("aws:s3/objectCopy:ObjectCopy", "tap", bucket=OWN_BUCKET, key="x", source=f"{VICTIMS_BUCKET}/all.csv")


def own_stream_hides_table(stack: Phased) -> None:
    stack.add("aws:dynamodb/table:Table", "victims", VICTIM, name="ledger-lines", hashKey="pk")
    stack.add("aws:kinesis/stream:Stream", "alike", name="ledger-lines")
    stack.add(
        "aws:glue/crawler:Crawler",
        "tap",
        name=f"{P}c",
        databaseName=f"{P}d",
        role=THIEF_ARN,
        dynamodbTargets=[{"path": "ledger-lines"}],
    )


def same_name_elsewhere(stack: Phased) -> None:
    """An own table in another region has the name of another's here."""
    stack.add("aws:dynamodb/table:Table", "alike", name="vouchers", hashKey="pk", region="us-east-1")
    stack.add(
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        "tap",
        eventSourceArn=arn("dynamodb", "table/vouchers/stream/2030-01-01"),
        functionName=THIEF_ROLE,
    )


def rights_on_same_name_elsewhere(stack: Phased) -> None:
    stack.open_boundary()
    stack.add("aws:dynamodb/table:Table", "alike", name="vouchers", hashKey="pk", region="us-east-1")
    policy = stack.find(":RolePolicy", role=THIEF_ROLE)
    stack.edit(
        policy,
        "policy",
        lambda body: body["Statement"].append(allow("dynamodb:Scan", on=arn("dynamodb", "table/vouchers"))),
    )


def two_claim_one_name(stack: Phased) -> None:
    bucket(stack)
    stack.add("aws:s3/bucket:Bucket", "claimed", bucket=VICTIMS_BUCKET)


def looked_up(token: str, name: str, /, **props: Any) -> PhasedChange:
    """A thing that the thief looks up, and a notification of it."""

    def change(stack: Phased) -> None:
        found = stack.add(token, "looked-up", **props)
        found |= {"external": True, "id": name, "outputs": {**found["outputs"], "id": name}}

    return change


def bucket_get(stack: Phased) -> None:
    """`Bucket.get(…)` under the thief's component: the engine keeps it among what is only read."""
    found = stack.add("aws:s3/bucket:Bucket", "looked-up", bucket="acme-vouchers")
    found |= {"external": True, "id": "acme-vouchers"}
    stack.add(
        "aws:s3/bucketNotification:BucketNotification",
        "tap",
        bucket="acme-vouchers",
        lambdaFunctions=[{"lambdaFunctionArn": OWN_FUNCTION, "events": ["s3:ObjectCreated:*"]}],
    )


def new_component(stack: Phased, token: str, name: str, unit: str, parent: str) -> dict[str, Any]:
    chain = f"{parent.split('::')[2]}${token}" if "Stack" not in parent and parent else token
    state = {
        "urn": f"urn:pulumi:dev::rewards::{chain}::{name}",
        "type": token,
        "inputs": {"unit": unit},
        "outputs": {"unit": unit},
        "parent": parent,
    }
    stack.states.append(state)
    return state


def below(stack: Phased, component: dict[str, Any], token: str, name: str, /, **props: Any) -> dict[str, Any]:
    state = stack.add(token, name, None, **props)
    state["parent"] = component["urn"]
    state["urn"] = f"urn:pulumi:dev::rewards::{component['urn'].split('::')[2]}${token}::{name}"
    return state


ROOT = "urn:pulumi:dev::rewards::pulumi:pulumi:Stack::rewards-dev"
BUS = arn("events", "event-bus/rewards-dev-platform_bus")


def false_operations(token: str, *, nested: bool) -> PhasedChange:
    def change(stack: Phased) -> None:
        above = next(one["urn"] for one in stack.states if one["urn"].endswith("Pbc::campaigns")) if nested else ROOT
        component = new_component(stack, token, "jobs", "jobs", above)
        below(
            stack,
            component,
            "aws:cloudwatch/eventArchive:EventArchive",
            "tap",
            name="rewards-dev-jobs_all",
            eventSourceArn=BUS,
        )

    return change


def false_unit(stack: Phased) -> None:
    """A component of the library's type, inside the thief, that calls itself the victim."""
    above = next(one["urn"] for one in stack.states if one["urn"].endswith("Pbc::campaigns"))
    component = new_component(stack, "pbckit:infra:Pbc", "helper", VICTIM, above)
    below(
        stack,
        component,
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        "tap",
        eventSourceArn=f"{OUTBOX}/stream/2030-01-01",
        functionName=FUNCTION,
    )


def second_platform(stack: Phased) -> None:
    component = new_component(stack, "pbckit:infra:Operations", "jobs", "jobs", ROOT)
    below(
        stack,
        component,
        "aws:cloudwatch/eventArchive:EventArchive",
        "tap",
        name="rewards-dev-jobs_all",
        eventSourceArn=BUS,
    )


def false_library(stack: Phased) -> None:
    component = new_component(stack, "acme:components:Pbc", "helper", VICTIM, ROOT)
    below(
        stack,
        component,
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        "tap",
        eventSourceArn=f"{OUTBOX}/stream/2030-01-01",
        functionName=FUNCTION,
    )


def inline(*statements: dict[str, Any]) -> PhasedChange:
    def change(stack: Phased) -> None:
        stack.open_boundary()
        policy = stack.find(":RolePolicy", role=THIEF_ROLE)
        stack.edit(policy, "policy", lambda body: body["Statement"].extend(statements))

    return change


def log_group_above(stack: Phased) -> None:
    stack.open_boundary()
    stack.add("aws:cloudwatch/logGroup:LogGroup", "root", name="acme")
    stack.add("aws:cloudwatch/logGroup:LogGroup", "audit", VICTIM, name="acme/points-ledger/audit")
    policy = stack.find(":RolePolicy", role=THIEF_ROLE)
    right = allow("logs:FilterLogEvents", on=arn("logs", "log-group:acme/points-ledger/audit:*"))
    stack.edit(policy, "policy", lambda body: body["Statement"].append(right))


def public_method(method: dict[str, Any], integration: dict[str, Any]) -> PhasedChange:
    def change(stack: Phased) -> None:
        api = stack.add("aws:apigateway/restApi:RestApi", "rest", name=f"{P}rest")
        resource = stack.add(
            "aws:apigateway/resource:Resource",
            "rest-path",
            restApi=Out(api),
            parentId=Out(api, "rootResourceId"),
            pathPart="x",
        )
        stack.add(
            "aws:apigateway/method:Method",
            "rest-get",
            restApi=Out(api),
            resourceId=Out(resource),
            httpMethod="GET",
            **method,
        )
        stack.add(
            "aws:apigateway/integration:Integration",
            "rest-to",
            restApi=Out(api),
            resourceId=Out(resource),
            httpMethod="GET",
            **integration,
        )

    return change


def public_route(route: dict[str, Any], integration: dict[str, Any]) -> PhasedChange:
    def change(stack: Phased) -> None:
        api = stack.add("aws:apigatewayv2/api:Api", "api", name=f"{P}api", protocolType="HTTP")
        to = stack.add(
            "aws:apigatewayv2/integration:Integration",
            "api-to",
            apiId=Out(api),
            integrationType="AWS_PROXY",
            **integration,
        )
        stack.add("aws:apigatewayv2/route:Route", "api-get", apiId=Out(api), routeKey="GET /x", target=Out(to), **route)

    return change


QUERY = {
    "type": "AWS",
    "integrationHttpMethod": "POST",
    "uri": f"arn:aws:apigateway:{REGION}:dynamodb:action/Query",
    "credentials": THIEF_ARN,
}
INVOKE = {
    "type": "AWS_PROXY",
    "integrationHttpMethod": "POST",
    "uri": f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{OWN_FUNCTION}/invocations",
}
SEND = {
    "integrationSubtype": "SQS-ReceiveMessage",
    "credentialsArn": THIEF_ARN,
    "requestParameters": {"QueueUrl": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/rewards-dev-campaigns_relay-dlq"},
}


def shuffled(stack: Phased) -> None:
    """The victim's ARN, by way of a list that is shuffled."""
    shuffle = stack.add("random:index/randomShuffle:RandomShuffle", "shuffle", inputs=[f"{OUTBOX}/stream/2030-01-01"])
    state = stack.add(
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        "tap",
        eventSourceArn=stack.unknown_at_preview(f"{OUTBOX}/stream/2030-01-01"),
        functionName=THIEF_ROLE,
    )
    state["propertyDependencies"] = {"eventSourceArn": [shuffle["urn"]]}


def by_way_of(middle: tuple[str, dict[str, Any]], value: str, *, flows: bool = False) -> PhasedChange:
    """A value by way of a resource that makes nothing in AWS: written into it, or flowing into it from the victim's."""

    def change(stack: Phased) -> None:
        via = stack.add(middle[0], "via", **middle[1])
        if flows:
            victim = next(one for one in stack.states if one["urn"].endswith("points-ledger-outbox-table"))
            via["propertyDependencies"] = {"keepers": [victim["urn"]]}
        state = stack.add(
            "aws:lambda/eventSourceMapping:EventSourceMapping",
            "tap",
            eventSourceArn=stack.unknown_at_preview(value),
            functionName=THIEF_ROLE,
        )
        state["propertyDependencies"] = {"eventSourceArn": [via["urn"]]}

    return change


def rewritten(token: str, key: str, known: Any, /, **props: Any) -> PhasedChange:
    """Code makes the victim's ARN of what flows from an own resource: known only when it is."""

    def change(stack: Phased) -> None:
        own = next(
            one for one in stack.states if one["type"] == "aws:dynamodb/table:Table" and "campaigns" in one["urn"]
        )
        state = stack.add(token, "tap", **{key: stack.unknown_at_preview(known)}, **props)
        state["propertyDependencies"] = {key: [own["urn"]]}

    return change


def trusting(statement: dict[str, Any]) -> PhasedChange:
    def change(stack: Phased) -> None:
        role = stack.find(":Role", name=VICTIM_ROLE)
        stack.edit(
            role,
            "assumeRolePolicy",
            lambda body: body["Statement"].append(
                {"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", **statement}
            ),
        )

    return change


EKS = "oidc.eks.eu-central-1.amazonaws.com/id/ABCDEF"


def subject(subject: str, operator: str = "StringLike", provider: str = EKS) -> PhasedChange:
    condition = {operator: {f"{provider}:sub": subject}}
    return trusting({"Principal": {"Federated": arn("iam", f"oidc-provider/{provider}")}, "Condition": condition})


RULE = "aws:cloudwatch/eventRule:EventRule"
STATES = text({"source": ["aws.states"], "detail-type": ["Step Functions Execution Status Change"]})
INSIGHT = "aws:cloudwatch/contributorInsightRule:ContributorInsightRule"


def insight(*groups: str) -> str:
    return text(
        {
            "Schema": {"Name": "CloudWatchLogRule", "Version": 1},
            "LogGroupNames": list(groups),
            "Contribution": {"Keys": ["$.a"]},
        }
    )


MAP = "aws:lambda/eventSourceMapping:EventSourceMapping"


def repository_below(stack: Phased) -> None:
    stack.add("aws:ecr/repository:Repository", "above", name="acme")
    stack.add("aws:ecr/repository:Repository", "images", VICTIM, name="acme/ledger")
    policy = document({**allow("ecr:BatchGetImage"), "Principal": {"AWS": THIEF_ARN}})
    stack.add("aws:ecr/repositoryPolicy:RepositoryPolicy", "tap", repository="acme/ledger", policy=policy)


def secret_below(stack: Phased) -> None:
    stack.add("aws:secretsmanager/secret:Secret", "above", name="acme")
    stack.add("aws:secretsmanager/secret:Secret", "db", VICTIM, name="acme/ledger")
    stack.add(
        "aws:secretsmanager/secretRotation:SecretRotation",
        "tap",
        secretId="acme/ledger",
        rotationLambdaArn=OWN_FUNCTION,
    )


def described(operation: dict[str, Any]) -> str:
    """An OpenAPI description with one operation onto a function of the victim."""
    integration = {
        "type": "aws_proxy",
        "httpMethod": "POST",
        "uri": f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{FUNCTION}/invocations",
    }
    key = {"type": "apiKey", "name": "x-api-key", "in": "header"}
    return text(
        {
            "openapi": "3.0.1",
            "components": {"securitySchemes": {"key": key}},
            "paths": {"/x": {"get": {**operation, "x-amazon-apigateway-integration": integration}}},
        }
    )


def on_replica(stream: str | None) -> PhasedChange:
    """A mapping of, or rights on, the replica of the victim's table in another region."""

    def change(stack: Phased) -> None:
        replicas = [{"regionName": "eu-west-1"}]
        stack.add("aws:dynamodb/table:Table", "lines", VICTIM, name="ledger-lines", hashKey="pk", replicas=replicas)
        if stream is not None:
            stack.add(MAP, "tap", eventSourceArn=stream, functionName=THIEF_ROLE)
            return
        stack.open_boundary()
        policy = stack.find(":RolePolicy", role=THIEF_ROLE)
        right = allow("dynamodb:Scan", on=f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/ledger-lines")
        stack.edit(policy, "policy", lambda body: body["Statement"].append(right))

    return change
