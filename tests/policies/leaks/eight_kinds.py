"""Leaks of the kinds that lists of dangerous things miss: two to eight of `docs/isolation.md`, in every phase.

The thief and the victim are units of the captured program; what the victim owns beside it is added where it is needed.
"""

from typing import Any

from tests.policies.leaks.changes import (
    ACCOUNT,
    FUNCTION,
    OUTBOX,
    OWN_FUNCTION,
    OWN_QUEUE,
    OWN_TABLE,
    REGION,
    TABLE,
    THIEF,
    THIEF_ROLE,
    VICTIM,
    VICTIM_ROLE,
    allow,
    arn,
    document,
)
from tests.policies.leaks.phases import AWS, KNOWN, PHASES, Case, Out, Phased, PhasedChange, made, text

_WIRING, _TYPES, _PUBLIC = "isolation-declared-wiring", "isolation-modelled-types", "boundary-nothing-public"
_OWNERS, _POLICIES, _TRUST = "isolation-owners", "isolation-declared-policies", "isolation-trust-policies"
_UNPROVABLE, _ADMITS, _WIDE = "isolation-unprovable", "boundary-admits-no-one-else", _WIRING
_THIEF, _VICTIM = arn("iam", f"role/{THIEF_ROLE}"), arn("iam", f"role/{VICTIM_ROLE}")
_P, _V = "rewards-dev-campaigns_", "rewards-dev-points-ledger_"
_VICTIMS_BUCKET, _OWN_BUCKET = "acme-ledger-exports", "acme-campaigns-exports"
_ELSEWHERE = (KNOWN, AWS)


def _bucket(stack: Phased, owner: str | None = VICTIM, name: str = _VICTIMS_BUCKET) -> dict[str, Any]:
    return stack.add("aws:s3/bucket:Bucket", f"{owner}-bucket", owner, bucket=name)


def _on_victims(
    token: str, key: str, victims: tuple[str, dict[str, Any]], out: str = "id", /, **props: Any
) -> PhasedChange:
    """A resource of the thief with a property that flows from a resource of the victim."""

    def change(stack: Phased) -> None:
        victim = stack.add(victims[0], "victims", VICTIM, **victims[1])
        stack.add(token, "tap", **{key: Out(victim, out)}, **props)

    return change


def _literal(token: str, key: str, value: Any, /, **props: Any) -> PhasedChange:
    return made(token, "tap", **{key: value}, **props)


def _on_bucket(token: str, key: str, value: Any, /, owner: str = THIEF, **props: Any) -> PhasedChange:
    """As a literal, with the victim's bucket in the stack and an own one."""

    def change(stack: Phased) -> None:
        _bucket(stack)
        _bucket(stack, THIEF, _OWN_BUCKET)
        stack.add(token, "tap", owner, **{key: value}, **props)

    return change


_DB = ("aws:rds/cluster:Cluster", {"clusterIdentifier": "ledger-db", "engine": "aurora-postgresql"})
_PG = ("aws:rds/instance:Instance", {"identifier": "ledger-pg", "instanceClass": "db.t4g.small", "engine": "postgres"})
_FILES = ("aws:efs/fileSystem:FileSystem", {"creationToken": "ledger"})
_VOLUME = ("aws:ebs/volume:Volume", {"availabilityZone": f"{REGION}a", "size": 8})
_SNAPSHOT = ("aws:ebs/snapshot:Snapshot", {"volumeId": "vol-0aaa1bbb2ccc3ddd4"})
_MACHINE = ("aws:ec2/instance:Instance", {"instanceType": "t4g.small", "ami": "ami-0aaa1bbb2ccc3ddd4"})
_POOL = ("aws:cognito/userPool:UserPool", {"name": "ledger-users"})
_REST = ("aws:apigateway/restApi:RestApi", {"name": "ledger"})
_HTTP = ("aws:apigatewayv2/api:Api", {"name": "ledger", "protocolType": "HTTP"})
_GRAPH = ("aws:appsync/graphQLApi:GraphQLApi", {"name": "ledger", "authenticationType": "AWS_IAM"})
_SECRET = ("aws:secretsmanager/secret:Secret", {"name": f"{_V}db"})
_STREAM = ("aws:kinesis/stream:Stream", {"name": "ledger-entries"})
_KAFKA = (
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
_GLUE = ("aws:glue/catalogDatabase:CatalogDatabase", {"name": "ledger_lake"})
_CONNECTION = (
    "aws:glue/connection:Connection",
    {"name": "ledger-jdbc", "connectionProperties": {"JDBC_CONNECTION_URL": "jdbc:postgresql://x/ledger"}},
)
_SEARCH = ("aws:opensearch/domain:Domain", {"domainName": "ledger-search"})
_CACHE = (
    "aws:elasticache/replicationGroup:ReplicationGroup",
    {"replicationGroupId": "ledger-cache", "description": "x"},
)
_REDSHIFT = ("aws:redshift/cluster:Cluster", {"clusterIdentifier": "ledger-dwh", "nodeType": "ra3.large"})
_TOPIC = ("aws:sns/topic:Topic", {"name": f"{_V}news"})
_LOG = ("aws:cloudwatch/logGroup:LogGroup", {"name": "/ledger/audit"})
_KEY_VALUES = ("aws:cloudfront/keyValueStore:KeyValueStore", {"name": "ledger"})
_PROFILE = ("aws:iam/instanceProfile:InstanceProfile", {"name": f"{_V}profile", "role": VICTIM_ROLE})
_TEMPLATE = ("aws:ec2/launchTemplate:LaunchTemplate", {"name": "ledger-template"})
_REPOSITORY = ("aws:ecr/repository:Repository", {"name": "ledger-images"})


def _own_parameter_hides_bucket(stack: Phased) -> None:
    _bucket(stack)
    stack.add("aws:ssm/parameter:Parameter", "alike", name=_VICTIMS_BUCKET, type="String", value="x")
    stack.add(
        "aws:s3/bucketNotification:BucketNotification",
        "tap",
        bucket=_VICTIMS_BUCKET,
        queues=[{"queueArn": OWN_QUEUE, "events": ["s3:ObjectCreated:*"]}],
    )


def _own_parameter_hides_source(stack: Phased) -> None:
    _bucket(stack)
    _bucket(stack, THIEF, _OWN_BUCKET)
    stack.add("aws:ssm/parameter:Parameter", "alike", name=_VICTIMS_BUCKET, type="String", value="x")
    stack.add("aws:s3/objectCopy:ObjectCopy", "tap", bucket=_OWN_BUCKET, key="x", source=f"{_VICTIMS_BUCKET}/all.csv")


def _own_stream_hides_table(stack: Phased) -> None:
    stack.add("aws:dynamodb/table:Table", "victims", VICTIM, name="ledger-lines", hashKey="pk")
    stack.add("aws:kinesis/stream:Stream", "alike", name="ledger-lines")
    stack.add(
        "aws:glue/crawler:Crawler",
        "tap",
        name=f"{_P}c",
        databaseName=f"{_P}d",
        role=_THIEF,
        dynamodbTargets=[{"path": "ledger-lines"}],
    )


def _same_name_elsewhere(stack: Phased) -> None:
    """An own table in another region has the name of another's here."""
    stack.add("aws:dynamodb/table:Table", "alike", name="vouchers", hashKey="pk", region="us-east-1")
    stack.add(
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        "tap",
        eventSourceArn=arn("dynamodb", "table/vouchers/stream/2030-01-01"),
        functionName=THIEF_ROLE,
    )


def _rights_on_same_name_elsewhere(stack: Phased) -> None:
    stack.open_boundary()
    stack.add("aws:dynamodb/table:Table", "alike", name="vouchers", hashKey="pk", region="us-east-1")
    policy = stack.find(":RolePolicy", role=THIEF_ROLE)
    stack.edit(
        policy,
        "policy",
        lambda body: body["Statement"].append(allow("dynamodb:Scan", on=arn("dynamodb", "table/vouchers"))),
    )


def _two_claim_one_name(stack: Phased) -> None:
    _bucket(stack)
    stack.add("aws:s3/bucket:Bucket", "claimed", bucket=_VICTIMS_BUCKET)


def _looked_up(token: str, name: str, /, **props: Any) -> PhasedChange:
    """A thing that the thief looks up, and a notification of it."""

    def change(stack: Phased) -> None:
        found = stack.add(token, "looked-up", **props)
        found |= {"external": True, "id": name, "outputs": {**found["outputs"], "id": name}}

    return change


def _bucket_get(stack: Phased) -> None:
    """`Bucket.get(…)` under the thief's component: the engine keeps it among what is only read."""
    found = stack.add("aws:s3/bucket:Bucket", "looked-up", bucket="acme-vouchers")
    found |= {"external": True, "id": "acme-vouchers"}
    stack.add(
        "aws:s3/bucketNotification:BucketNotification",
        "tap",
        bucket="acme-vouchers",
        lambdaFunctions=[{"lambdaFunctionArn": OWN_FUNCTION, "events": ["s3:ObjectCreated:*"]}],
    )


def _component(stack: Phased, token: str, name: str, unit: str, parent: str) -> dict[str, Any]:
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


def _below(stack: Phased, component: dict[str, Any], token: str, name: str, /, **props: Any) -> dict[str, Any]:
    state = stack.add(token, name, None, **props)
    state["parent"] = component["urn"]
    state["urn"] = f"urn:pulumi:dev::rewards::{component['urn'].split('::')[2]}${token}::{name}"
    return state


_ROOT = "urn:pulumi:dev::rewards::pulumi:pulumi:Stack::rewards-dev"
_BUS = arn("events", "event-bus/rewards-dev-platform_bus")


def _false_operations(token: str, *, nested: bool) -> PhasedChange:
    def change(stack: Phased) -> None:
        above = next(one["urn"] for one in stack.states if one["urn"].endswith("Pbc::campaigns")) if nested else _ROOT
        component = _component(stack, token, "jobs", "jobs", above)
        _below(
            stack,
            component,
            "aws:cloudwatch/eventArchive:EventArchive",
            "tap",
            name="rewards-dev-jobs_all",
            eventSourceArn=_BUS,
        )

    return change


def _false_unit(stack: Phased) -> None:
    """A component of the library's type, inside the thief, that calls itself the victim."""
    above = next(one["urn"] for one in stack.states if one["urn"].endswith("Pbc::campaigns"))
    component = _component(stack, "pbckit:infra:Pbc", "helper", VICTIM, above)
    _below(
        stack,
        component,
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        "tap",
        eventSourceArn=f"{OUTBOX}/stream/2030-01-01",
        functionName=FUNCTION,
    )


def _second_platform(stack: Phased) -> None:
    component = _component(stack, "pbckit:infra:Operations", "jobs", "jobs", _ROOT)
    _below(
        stack,
        component,
        "aws:cloudwatch/eventArchive:EventArchive",
        "tap",
        name="rewards-dev-jobs_all",
        eventSourceArn=_BUS,
    )


def _false_library(stack: Phased) -> None:
    component = _component(stack, "acme:components:Pbc", "helper", VICTIM, _ROOT)
    _below(
        stack,
        component,
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        "tap",
        eventSourceArn=f"{OUTBOX}/stream/2030-01-01",
        functionName=FUNCTION,
    )


def _inline(*statements: dict[str, Any]) -> PhasedChange:
    def change(stack: Phased) -> None:
        stack.open_boundary()
        policy = stack.find(":RolePolicy", role=THIEF_ROLE)
        stack.edit(policy, "policy", lambda body: body["Statement"].extend(statements))

    return change


def _log_group_above(stack: Phased) -> None:
    stack.open_boundary()
    stack.add("aws:cloudwatch/logGroup:LogGroup", "root", name="acme")
    stack.add("aws:cloudwatch/logGroup:LogGroup", "audit", VICTIM, name="acme/points-ledger/audit")
    policy = stack.find(":RolePolicy", role=THIEF_ROLE)
    right = allow("logs:FilterLogEvents", on=arn("logs", "log-group:acme/points-ledger/audit:*"))
    stack.edit(policy, "policy", lambda body: body["Statement"].append(right))


def _public_method(method: dict[str, Any], integration: dict[str, Any]) -> PhasedChange:
    def change(stack: Phased) -> None:
        api = stack.add("aws:apigateway/restApi:RestApi", "rest", name=f"{_P}rest")
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


def _public_route(route: dict[str, Any], integration: dict[str, Any]) -> PhasedChange:
    def change(stack: Phased) -> None:
        api = stack.add("aws:apigatewayv2/api:Api", "api", name=f"{_P}api", protocolType="HTTP")
        to = stack.add(
            "aws:apigatewayv2/integration:Integration",
            "api-to",
            apiId=Out(api),
            integrationType="AWS_PROXY",
            **integration,
        )
        stack.add("aws:apigatewayv2/route:Route", "api-get", apiId=Out(api), routeKey="GET /x", target=Out(to), **route)

    return change


_QUERY = {
    "type": "AWS",
    "integrationHttpMethod": "POST",
    "uri": f"arn:aws:apigateway:{REGION}:dynamodb:action/Query",
    "credentials": _THIEF,
}
_INVOKE = {
    "type": "AWS_PROXY",
    "integrationHttpMethod": "POST",
    "uri": f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{OWN_FUNCTION}/invocations",
}
_SEND = {
    "integrationSubtype": "SQS-ReceiveMessage",
    "credentialsArn": _THIEF,
    "requestParameters": {"QueueUrl": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/rewards-dev-campaigns_relay-dlq"},
}


def _shuffled(stack: Phased) -> None:
    """The victim's ARN, by way of a list that is shuffled."""
    shuffle = stack.add("random:index/randomShuffle:RandomShuffle", "shuffle", inputs=[f"{OUTBOX}/stream/2030-01-01"])
    state = stack.add(
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        "tap",
        eventSourceArn=_UNKNOWN_UNTIL_KNOWN(stack, f"{OUTBOX}/stream/2030-01-01"),
        functionName=THIEF_ROLE,
    )
    state["propertyDependencies"] = {"eventSourceArn": [shuffle["urn"]]}


def _UNKNOWN_UNTIL_KNOWN(stack: Phased, known: Any) -> Any:  # noqa: N802 reads as the value that it is
    from tests.policies.leaks.changes import UNKNOWN

    return UNKNOWN if stack.phase == "preview" else known


def _by_way_of(middle: tuple[str, dict[str, Any]], value: str, *, flows: bool = False) -> PhasedChange:
    """A value by way of a resource that makes nothing in AWS: written into it, or flowing into it from the victim's."""

    def change(stack: Phased) -> None:
        via = stack.add(middle[0], "via", **middle[1])
        if flows:
            victim = next(one for one in stack.states if one["urn"].endswith("points-ledger-outbox-table"))
            via["propertyDependencies"] = {"keepers": [victim["urn"]]}
        state = stack.add(
            "aws:lambda/eventSourceMapping:EventSourceMapping",
            "tap",
            eventSourceArn=_UNKNOWN_UNTIL_KNOWN(stack, value),
            functionName=THIEF_ROLE,
        )
        state["propertyDependencies"] = {"eventSourceArn": [via["urn"]]}

    return change


def _rewritten(token: str, key: str, known: Any, /, **props: Any) -> PhasedChange:
    """Code makes the victim's ARN of what flows from an own resource: known only when it is."""

    def change(stack: Phased) -> None:
        own = next(
            one for one in stack.states if one["type"] == "aws:dynamodb/table:Table" and "campaigns" in one["urn"]
        )
        state = stack.add(token, "tap", **{key: _UNKNOWN_UNTIL_KNOWN(stack, known)}, **props)
        state["propertyDependencies"] = {key: [own["urn"]]}

    return change


def _trusting(statement: dict[str, Any]) -> PhasedChange:
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


_EKS = "oidc.eks.eu-central-1.amazonaws.com/id/ABCDEF"


def _subject(subject: str, operator: str = "StringLike", provider: str = _EKS) -> PhasedChange:
    condition = {operator: {f"{provider}:sub": subject}}
    return _trusting({"Principal": {"Federated": arn("iam", f"oidc-provider/{provider}")}, "Condition": condition})


_RULE = "aws:cloudwatch/eventRule:EventRule"
_STATES = text({"source": ["aws.states"], "detail-type": ["Step Functions Execution Status Change"]})
_INSIGHT = "aws:cloudwatch/contributorInsightRule:ContributorInsightRule"


def _insight(*groups: str) -> str:
    return text(
        {
            "Schema": {"Name": "CloudWatchLogRule", "Version": 1},
            "LogGroupNames": list(groups),
            "Contribution": {"Keys": ["$.a"]},
        }
    )


_MAP = "aws:lambda/eventSourceMapping:EventSourceMapping"

_CASES: tuple[tuple[int, str, PhasedChange, str] | tuple[int, str, PhasedChange, str, tuple[str, ...]], ...] = (
    # 2 Types that nobody has looked at, and those that move data by themselves
    (2, "a type that is not in the SDK", made("aws:brandnew/thing:Thing", "tap", name=f"{_P}t"), _TYPES),
    (2, "a flow of AppFlow", made("aws:appflow/flow:Flow", "tap", name=f"{_P}f", sourceFlowConfig={"connectorType": "S3", "sourceConnectorProperties": {"s3": {"bucketName": _VICTIMS_BUCKET, "bucketPrefix": "x"}}}, destinationFlowConfigs=[{"connectorType": "S3", "destinationConnectorProperties": {"s3": {"bucketName": _OWN_BUCKET}}}], tasks=[{"taskType": "Map_all"}], triggerConfig={"triggerType": "OnDemand"}), _TYPES),
    (2, "a data set of QuickSight", made("aws:quicksight/dataSource:DataSource", "tap", dataSourceId="x", name="x", type="S3", parameters={"s3": {"manifestFileLocation": {"bucket": _VICTIMS_BUCKET, "key": "m"}}}), _TYPES),
    (2, "a session of Macie", made("aws:macie2/account:Account", "tap"), _TYPES),
    (2, "a detector of GuardDuty", made("aws:guardduty/detector:Detector", "tap", enable=True), _TYPES),
    (2, "a data pipeline", made("aws:datapipeline/pipeline:Pipeline", "tap", name="x"), _TYPES),
    (2, "a container of another package", made("docker:index/container:Container", "tap", image="x"), _TYPES),
    (2, "an archive of another package", made("kubernetes:core/v1:Pod", "tap", spec={}), _TYPES),
    (2, "a provisioned product", made("aws:servicecatalog/provisionedProduct:ProvisionedProduct", "tap", name="x", productName="vpc", provisioningArtifactName="1"), _TYPES),
    (2, "a lake of security events", made("aws:securitylake/dataLake:DataLake", "tap", metaStoreManagerRoleArn=_THIEF), _TYPES),
    (2, "an index of Kendra over the victim's bucket", _on_bucket("aws:kendra/dataSource:DataSource", "configuration", {"s3Configuration": {"bucketName": _VICTIMS_BUCKET}}, indexId="x", name="x", type="S3", roleArn=_THIEF), _WIRING),
    (2, "a task of DataSync from the victim's bucket", _on_bucket("aws:datasync/s3Location:S3Location", "s3BucketArn", f"arn:aws:s3:::{_VICTIMS_BUCKET}", subdirectory="/", s3Config={"bucketAccessRoleArn": _THIEF}), _WIRING),
    (2, "a training job on the victim's bucket", _on_bucket("aws:sagemaker/model:Model", "primaryContainer", {"image": "x", "modelDataUrl": f"s3://{_VICTIMS_BUCKET}/model.tar.gz"}, executionRoleArn=_THIEF, name="m"), _WIRING),
    (2, "a knowledge base over the victim's bucket", _on_bucket("aws:bedrock/agentDataSource:AgentDataSource", "dataSourceConfiguration", {"type": "S3", "s3Configuration": {"bucketArn": f"arn:aws:s3:::{_VICTIMS_BUCKET}"}}, knowledgeBaseId="KB", name="d"), _WIRING),
    (2, "a stream of the victim's ledger", _on_victims("aws:qldb/stream:Stream", "ledgerName", ("aws:qldb/ledger:Ledger", {"name": "entries", "permissionsMode": "STANDARD"}), "name", streamName="s", roleArn=_THIEF, inclusiveStartTime="2030-01-01T00:00:00Z", kinesisConfiguration={"streamArn": arn("kinesis", f"stream/{_P}s")}), _WIRING),
    (2, "an application of Kinesis Analytics on the victim's stream", _on_victims(_MAP, "eventSourceArn", _STREAM, "arn", functionName=THIEF_ROLE), _WIRING),
    (2, "a transfer user in the victim's bucket", _on_bucket("aws:transfer/user:User", "homeDirectory", f"/{_VICTIMS_BUCKET}/home", serverId="s-0123456789abcdef0", userName="x", role=_THIEF), _WIRING),
    (2, "a connector of MSK with the victim's cluster", _on_victims("aws:mskconnect/connector:Connector", "serviceExecutionRoleArn", ("aws:iam/role:Role", {"name": f"{_V}connect", "assumeRolePolicy": "{}"}), "arn", name="c", kafkaconnectVersion="3.7.x", capacity={"provisionedCapacity": {"workerCount": 1}}, connectorConfiguration={}, kafkaCluster={"apacheKafkaCluster": {"bootstrapServers": "b", "vpc": {"securityGroups": [], "subnets": []}}}, kafkaClusterClientAuthentication={"authenticationType": "IAM"}, kafkaClusterEncryptionInTransit={"encryptionType": "TLS"}, plugins=[{"customPlugin": {"arn": "a", "revision": 1}}]), _WIRING),
    (2, "a migration from the victim's database", _on_victims("aws:dms/endpoint:Endpoint", "serverName", _PG, "address", endpointId="e", endpointType="source", engineName="postgres", username="x", password="not-one"), _WIRING),
    (2, "a policy on the victim's images", _on_victims("aws:ecr/repositoryPolicy:RepositoryPolicy", "repository", _REPOSITORY, "name", policy=document({**allow("ecr:BatchGetImage"), "Principal": {"AWS": _THIEF}})), _WIRING),
    # 3 Names that cannot follow the convention
    (3, "a notification of the victim's bucket, by name", _on_bucket("aws:s3/bucketNotification:BucketNotification", "bucket", _VICTIMS_BUCKET, queues=[{"queueArn": OWN_QUEUE, "events": ["s3:ObjectCreated:*"]}]), _WIRING),
    (3, "a bucket of another stack, by name", _literal("aws:s3/bucketNotification:BucketNotification", "bucket", "acme-vouchers", eventbridge=True), _WIRING),
    (6, "a replica of another's table", _literal("aws:dynamodb/tableReplica:TableReplica", "globalTableArn", TABLE, region="eu-west-1"), _WIRING),
    (6, "requests to another's bucket into an own one", _literal("aws:s3/bucketLogging:BucketLogging", "bucket", "rewards-dev-points-ledger--exports", targetBucket="rewards-dev-campaigns--logs", targetPrefix="x"), _WIRING),
    (3, "a bucket of another stack by the buckets' own prefix", _literal("aws:s3/bucketNotification:BucketNotification", "bucket", "rewards-dev-vouchers--exports", eventbridge=True), _WIRING),
    (3, "a bucket whose name begins with the own prefix of another unit", _literal("aws:s3/bucketPolicy:BucketPolicy", "bucket", "rewards-dev-campaigns-archive--exports", policy=document({**allow("s3:GetObject"), "Principal": {"AWS": _THIEF}})), _WIRING),
    (3, "objects of a bucket under the own prefix without its end", _inline(allow("s3:GetObject", on="arn:aws:s3:::rewards-dev-campaigns-*/*")), "isolation-objects-and-analytics"),
    (3, "a snapshot of another's database", _literal("aws:rds/clusterSnapshot:ClusterSnapshot", "dbClusterIdentifier", "ledger-db", dbClusterSnapshotIdentifier="campaigns-1"), _WIRING),
    (3, "logs below an own group", _log_group_above, "isolation-telemetry"),
    (3, "a rule on another's bus, by its own name", _inline(allow("events:PutTargets", on=arn("events", f"rule/{_V}bus/{_P}tap"))), "isolation-orchestration"),
    (3, "parameters above the own", _inline(allow("ssm:GetParametersByPath", on=arn("ssm", "parameter/rewards-dev-campaigns*"))), "isolation-secrets-and-keys"),
    (3, "a search domain by name", _literal("aws:opensearch/domainPolicy:DomainPolicy", "domainName", "ledger-search", accessPolicies=document({**allow("es:ESHttpGet"), "Principal": {"AWS": _THIEF}})), _WIRING),
    (3, "a cache by name", _on_victims("aws:elasticache/cluster:Cluster", "replicationGroupId", _CACHE, "replicationGroupId", clusterId="campaigns-2"), _WIRING),
    # 4 Ownership by a bare name
    (4, "a parameter that is called like the victim's bucket", _own_parameter_hides_bucket, _WIRING),
    (4, "a parameter that is called like the bucket of a source", _own_parameter_hides_source, _WIRING),
    (4, "a stream that is called like the victim's table", _own_stream_hides_table, _WIRING),
    (4, "a table of the same name in another region", _same_name_elsewhere, _WIRING),
    (4, "rights on a table of the same name in another region", _rights_on_same_name_elsewhere, "isolation-direct-read"),
    (4, "two resources that claim one bucket", _two_claim_one_name, _OWNERS),
    (4, "a bucket that is only looked up", _bucket_get, _WIRING),
    (4, "a secret that is only looked up", _looked_up("aws:secretsmanager/secret:Secret", arn("secretsmanager", "secret:acme-vouchers-AbCdEf"), name="acme-vouchers"), _WIRING),
    (4, "a database that is only looked up", _looked_up("aws:rds/cluster:Cluster", "vouchers-db", clusterIdentifier="vouchers-db"), _WIRING),
    (4, "a component that is called like operations", _false_operations("acme:jobs:Operations", nested=False), _WIRING),
    (4, "operations inside another unit", _false_operations("pbckit:infra:Operations", nested=True), _WIRING),
    (4, "a second operations", _second_platform, "isolation-owners"),
    (4, "the victim's component inside the thief's", _false_unit, _WIRING),
    (4, "the victim's component of another library", _false_library, _WIRING),
    # 5 Exposure without a document
    (5, "a public ACL", _on_bucket("aws:s3/bucketAcl:BucketAcl", "acl", "public-read", VICTIM, bucket=_VICTIMS_BUCKET), _PUBLIC),
    (5, "an ACL for all AWS users", _on_bucket("aws:s3/bucketAcl:BucketAcl", "accessControlPolicy", {"owner": {"id": "a"}, "grants": [{"permission": "READ", "grantee": {"type": "Group", "uri": "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"}}]}, VICTIM, bucket=_VICTIMS_BUCKET), _PUBLIC),
    (5, "an ACL for another account", _on_bucket("aws:s3/bucketAcl:BucketAcl", "accessControlPolicy", {"owner": {"id": "a"}, "grants": [{"permission": "READ", "grantee": {"type": "CanonicalUser", "id": "b"}}]}, VICTIM, bucket=_VICTIMS_BUCKET), _PUBLIC),
    (5, "a public ACL of the bucket itself", made("aws:s3/bucket:Bucket", "open", VICTIM, bucket="acme-ledger-open", acl="public-read-write"), _PUBLIC),
    (5, "a public object", _on_bucket("aws:s3/bucketObjectv2:BucketObjectv2", "acl", "public-read", VICTIM, bucket=_VICTIMS_BUCKET, key="x", content="x"), _PUBLIC),
    (5, "a public copy", _on_bucket("aws:s3/objectCopy:ObjectCopy", "acl", "authenticated-read", VICTIM, bucket=_VICTIMS_BUCKET, key="x", source=f"{_VICTIMS_BUCKET}/y"), _PUBLIC),
    (5, "a method for everybody onto DynamoDB", _public_method({"authorization": "NONE"}, _QUERY), _PUBLIC),
    (5, "a method for everybody onto a function", _public_method({"authorization": "NONE", "apiKeyRequired": True}, _INVOKE), _PUBLIC),
    (5, "a method under the victim's role", _public_method({"authorization": "AWS_IAM"}, {**_QUERY, "credentials": _VICTIM}), _WIRING),
    (5, "a method under whoever calls", _public_method({"authorization": "NONE"}, {**_QUERY, "credentials": "arn:aws:iam::*:user/*"}), _PUBLIC),
    (5, "a route for everybody under a role", _public_route({"authorizationType": "NONE"}, {"credentialsArn": _THIEF, "integrationUri": OWN_FUNCTION}), _PUBLIC),
    (5, "a route without a word about who may", _public_route({}, {"credentialsArn": _THIEF, "integrationUri": OWN_FUNCTION}), _PUBLIC),
    (5, "a route for everybody onto a queue", _public_route({}, _SEND), _PUBLIC),
    (5, "a route under the victim's role", _public_route({"authorizationType": "AWS_IAM"}, {"credentialsArn": _VICTIM, "integrationUri": OWN_FUNCTION}), _WIRING),
    (5, "a URL that asks nobody", made("aws:lambda/functionUrl:FunctionUrl", "open", functionName=THIEF_ROLE, authorizationType="NONE"), _PUBLIC),
    (5, "a GraphQL API by a key", made("aws:appsync/graphQLApi:GraphQLApi", "open", name=f"{_P}g", authenticationType="API_KEY"), _PUBLIC),
    (5, "a GraphQL API that also takes a key", made("aws:appsync/graphQLApi:GraphQLApi", "open", name=f"{_P}g", authenticationType="AWS_IAM", additionalAuthenticationProviders=[{"authenticationType": "API_KEY"}]), _PUBLIC),
    (5, "identities for whoever asks", made("aws:cognito/identityPool:IdentityPool", "open", identityPoolName="x", allowUnauthenticatedIdentities=True), _PUBLIC),
    (5, "a public database", made("aws:rds/instance:Instance", "open", VICTIM, identifier="ledger-pg", instanceClass="db.t4g.small", publiclyAccessible=True), _PUBLIC),
    (5, "a public warehouse", made("aws:redshift/cluster:Cluster", "open", VICTIM, clusterIdentifier="ledger", nodeType="ra3.large", publiclyAccessible=True), _PUBLIC),
    (5, "a public serverless warehouse", made("aws:redshiftserverless/workgroup:Workgroup", "open", VICTIM, workgroupName="ledger", namespaceName="ledger", publiclyAccessible=True), _PUBLIC),
    (5, "a public broker", made("aws:mq/broker:Broker", "open", VICTIM, brokerName="ledger", engineType="RabbitMQ", engineVersion="3.13", hostInstanceType="mq.m7g.medium", users=[{"username": "a", "password": "not-one-12"}], publiclyAccessible=True), _PUBLIC),
    (5, "a public Kafka", made("aws:msk/cluster:Cluster", "open", VICTIM, clusterName="ledger", kafkaVersion="3.8.x", numberOfBrokerNodes=2, brokerNodeGroupInfo={"clientSubnets": ["subnet-1"], "instanceType": "kafka.t3.small", "securityGroups": ["sg-1"], "connectivityInfo": {"publicAccess": {"type": "SERVICE_PROVIDED_EIPS"}}}), _PUBLIC),
    (5, "a snapshot shared with another account", made("aws:rds/snapshot:Snapshot", "open", VICTIM, dbInstanceIdentifier="ledger-pg", dbSnapshotIdentifier="s", sharedAccounts=["222222222222"]), _PUBLIC),
    (5, "a snapshot for everybody", made("aws:rds/clusterSnapshot:ClusterSnapshot", "open", VICTIM, dbClusterIdentifier="ledger-db", dbClusterSnapshotIdentifier="s", sharedAccounts=["all"]), _PUBLIC),
    (5, "a disk's snapshot for another account", made("aws:ec2/snapshotCreateVolumePermission:SnapshotCreateVolumePermission", "open", VICTIM, snapshotId="snap-1", accountId="222222222222"), _TYPES),
    (5, "an image for another account", made("aws:ec2/amiLaunchPermission:AmiLaunchPermission", "open", VICTIM, imageId="ami-1", accountId="222222222222"), _TYPES),
    (5, "a share with another account", made("aws:ram/principalAssociation:PrincipalAssociation", "open", VICTIM, principal="222222222222", resourceShareArn="arn:aws:ram:eu-central-1:111111111111:resource-share/x"), _TYPES),
    (5, "telemetry for another account", made("aws:oam/link:Link", "open", VICTIM, labelTemplate="$AccountName", resourceTypes=["AWS::Logs::LogGroup"], sinkIdentifier="arn:aws:oam:eu-central-1:222222222222:sink/x"), _TYPES),
    (5, "a document for another account", made("aws:ssm/document:Document", "open", VICTIM, name=f"{_V}d", documentType="Command", content="{}", permissions={"type": "Share", "account_ids": "222222222222"}), _PUBLIC),
    (5, "an endpoint service for everybody", made("aws:ec2/vpcEndpointService:VpcEndpointService", "open", VICTIM, acceptanceRequired=False, allowedPrincipals=["*"]), _PUBLIC),
    (5, "an endpoint service for another account", made("aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple", "open", VICTIM, principalArn="arn:aws:iam::222222222222:root", vpcEndpointServiceId="vpce-svc-1"), _PUBLIC),
    (5, "a service of Lattice that asks nobody", made("aws:vpclattice/service:Service", "open", VICTIM, name="ledger", authType="NONE"), _PUBLIC),
    (5, "builds that everybody may read", made("aws:codebuild/project:Project", "open", VICTIM, name=f"{_V}b", serviceRole=_VICTIM, projectVisibility="PUBLIC_READ", artifacts={"type": "NO_ARTIFACTS"}, environment={"computeType": "BUILD_GENERAL1_SMALL", "image": "x", "type": "LINUX_CONTAINER"}, source={"type": "NO_SOURCE"}), _PUBLIC),
    (5, "a collection for the internet", made("aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy", "open", VICTIM, name="ledger", type="network", policy=text([{"Rules": [{"ResourceType": "collection", "Resource": ["collection/ledger"]}], "AllowFromPublic": True}])), _PUBLIC),
    (5, "a collection for the thief's role", made("aws:opensearch/serverlessAccessPolicy:ServerlessAccessPolicy", "open", VICTIM, name="ledger", type="data", policy=text([{"Rules": [{"ResourceType": "index", "Resource": ["index/ledger/*"], "Permission": ["aoss:ReadDocument"]}], "Principal": [_THIEF]}])), _WIRING),
    (5, "snapshots shared with another account on a schedule", made("aws:dlm/lifecyclePolicy:LifecyclePolicy", "open", VICTIM, description="x", executionRoleArn=_VICTIM, policyDetails={"resourceTypes": ["VOLUME"], "targetTags": {"pbc": VICTIM}, "schedules": [{"name": "d", "createRule": {"interval": 24}, "retainRule": {"count": 1}, "shareRule": {"targetAccounts": ["222222222222"]}}]}), _PUBLIC),
    (5, "a layer for everybody", made("aws:lambda/layerVersionPermission:LayerVersionPermission", "open", VICTIM, layerName=f"{_V}layer", versionNumber=1, action="lambda:GetLayerVersion", principal="*", statementId="x"), _PUBLIC),
    (5, "a policy of repositories that are made later", made("aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate", "open", VICTIM, prefix="ledger", appliedFors=["PULL_THROUGH_CACHE"], repositoryPolicy=document({**allow("ecr:BatchGetImage"), "Principal": "*"})), _PUBLIC),
    (5, "a policy of a multi-region access point", made("aws:s3control/multiRegionAccessPointPolicy:MultiRegionAccessPointPolicy", "open", VICTIM, details={"name": "ledger", "policy": document({**allow("s3:GetObject"), "Principal": "*"})}), _PUBLIC),
    # 6 By a name or an id
    (6, "a machine with the victim's profile", _literal("aws:ec2/instance:Instance", "iamInstanceProfile", f"{_V}profile", instanceType="t4g.small"), _WIRING),
    (6, "a machine with a profile of the victim", _on_victims("aws:ec2/instance:Instance", "iamInstanceProfile", _PROFILE, "name", instanceType="t4g.small"), _WIRING),
    (6, "a machine with a profile that is in no stack", _literal("aws:ec2/instance:Instance", "iamInstanceProfile", "admin", instanceType="t4g.small"), _WIRING),
    (6, "machines from the victim's template", _on_victims("aws:autoscaling/group:Group", "name", ("aws:ec2/launchTemplate:LaunchTemplate", {"name": "ledger-template"}), "name", minSize=1, maxSize=1, launchTemplate={"name": "ledger-template"}), _WIRING),
    (6, "a copy from another's bucket", _on_bucket("aws:s3/objectCopy:ObjectCopy", "source", f"{_VICTIMS_BUCKET}/all.csv", bucket=_OWN_BUCKET, key="x"), _WIRING),
    (6, "a copy from a bucket of another stack", _literal("aws:s3/objectCopy:ObjectCopy", "source", "acme-vouchers/all.csv", bucket="rewards-dev-campaigns--x", key="x"), _WIRING),
    (6, "a replica of the victim's database", _on_victims("aws:rds/instance:Instance", "replicateSourceDb", _PG, "identifier", identifier="campaigns-read", instanceClass="db.t4g.small"), _WIRING),
    (6, "a replica of a database of another stack", _literal("aws:rds/instance:Instance", "replicateSourceDb", "vouchers-db", identifier="campaigns-read", instanceClass="db.t4g.small"), _WIRING),
    (6, "a clone of the victim's cluster", _on_victims("aws:rds/cluster:Cluster", "replicationSourceIdentifier", _DB, "arn", clusterIdentifier="campaigns-db", engine="aurora-postgresql"), _WIRING),
    (6, "a restore of the victim's cluster", _literal("aws:rds/cluster:Cluster", "restoreToPointInTime", {"sourceClusterIdentifier": "ledger-db", "useLatestRestorableTime": True}, clusterIdentifier="campaigns-db", engine="aurora-postgresql"), _WIRING),
    (6, "a database from the victim's snapshot", _literal("aws:rds/instance:Instance", "snapshotIdentifier", "ledger-pg-1", identifier="campaigns-pg", instanceClass="db.t4g.small"), _WIRING),
    (6, "a copy of the victim's snapshot", _literal("aws:rds/snapshotCopy:SnapshotCopy", "sourceDbSnapshotIdentifier", "ledger-pg-1", targetDbSnapshotIdentifier="campaigns-pg-1"), _WIRING),
    (6, "a table imported from another's bucket", _on_bucket("aws:dynamodb/table:Table", "importTable", {"inputFormat": "DYNAMODB_JSON", "s3BucketSource": {"bucket": _VICTIMS_BUCKET}}, name=f"{_P}i", hashKey="pk"), _WIRING),
    (6, "a table restored from another of another stack", _literal("aws:dynamodb/table:Table", "restoreSourceName", "vouchers", name=f"{_P}r", hashKey="pk"), _WIRING),
    (6, "an export into another's bucket", _on_bucket("aws:dynamodb/tableExport:TableExport", "s3Bucket", _VICTIMS_BUCKET, tableArn=OWN_TABLE), _WIRING),
    (6, "an export of the victim's into the own", _on_bucket("aws:dynamodb/tableExport:TableExport", "tableArn", TABLE, s3Bucket=_OWN_BUCKET), _WIRING),
    (6, "a job with the victim's role by name", _literal("aws:glue/job:Job", "roleArn", VICTIM_ROLE, name=f"{_P}j", command={"scriptLocation": "s3://rewards-dev-campaigns--x/job.py"}), _WIRING),
    (6, "a job with a role that is in no stack", _literal("aws:glue/job:Job", "roleArn", "admin", name=f"{_P}j", command={"scriptLocation": "s3://rewards-dev-campaigns--x/job.py"}), _WIRING),
    (6, "a crawler through the victim's connection", _on_victims("aws:glue/crawler:Crawler", "name", _CONNECTION, "name", databaseName=f"{_P}d", role=_THIEF, jdbcTargets=[{"connectionName": "ledger-jdbc", "path": "ledger/%"}]), _WIRING),
    (6, "a query in the victim's catalogue", _on_victims("aws:athena/namedQuery:NamedQuery", "database", _GLUE, "name", name="q", query="SELECT 1", workgroup=f"{_P}w"), _WIRING),
    (6, "a mount of the victim's files", _on_victims("aws:efs/mountTarget:MountTarget", "fileSystemId", _FILES, subnetId="subnet-1"), _WIRING),
    (6, "an access point of the victim's files", _on_victims("aws:efs/accessPoint:AccessPoint", "fileSystemId", _FILES), _WIRING),
    (6, "a task with the victim's files", _on_victims("aws:ecs/taskDefinition:TaskDefinition", "family", _FILES, "creationToken", containerDefinitions="[]", volumes=[{"name": "v", "efsVolumeConfiguration": {"fileSystemId": "fs-0aaa1bbb2ccc3ddd4"}}]), _WIRING),
    (6, "the victim's disk", _on_victims("aws:ec2/volumeAttachment:VolumeAttachment", "volumeId", _VOLUME, instanceId="i-0aaa1bbb2ccc3ddd4", deviceName="/dev/sdf"), _WIRING),
    (6, "a snapshot of the victim's disk", _on_victims("aws:ebs/snapshot:Snapshot", "volumeId", _VOLUME), _WIRING),
    (6, "a copy of the victim's disk snapshot", _on_victims("aws:ebs/snapshotCopy:SnapshotCopy", "sourceSnapshotId", _SNAPSHOT, sourceRegion=REGION), _WIRING),
    (6, "a disk from the victim's snapshot", _on_victims("aws:ebs/volume:Volume", "snapshotId", _SNAPSHOT, availabilityZone=f"{REGION}a"), _WIRING),
    (6, "an image of the victim's machine", _on_victims("aws:ec2/amiFromInstance:AmiFromInstance", "sourceInstanceId", _MACHINE, name="x"), _WIRING),
    (6, "a mirror of the victim's traffic", _on_victims("aws:ec2/trafficMirrorSession:TrafficMirrorSession", "networkInterfaceId", _MACHINE, "primaryNetworkInterfaceId", sessionNumber=1, trafficMirrorFilterId="tmf-1", trafficMirrorTargetId="tmt-1"), _WIRING),
    (6, "a client of the victim's user pool", _on_victims("aws:cognito/userPoolClient:UserPoolClient", "userPoolId", _POOL, name="x", generateSecret=True), _WIRING),
    (6, "a user in the victim's pool", _on_victims("aws:cognito/user:User", "userPoolId", _POOL, username="me"), _WIRING),
    (6, "a client of a pool that is in no stack", _literal("aws:cognito/userPoolClient:UserPoolClient", "userPoolId", f"{REGION}_Zz9Yy8Xx7", name="x"), _WIRING),
    (6, "a method of the victim's API", _on_victims("aws:apigateway/method:Method", "restApi", _REST, resourceId="r", httpMethod="GET", authorization="AWS_IAM"), _WIRING),
    (6, "a stage of the victim's API", _on_victims("aws:apigatewayv2/stage:Stage", "apiId", _HTTP, name="tap", accessLogSettings={"destinationArn": arn("logs", f"log-group:/aws/lambda/{THIEF_ROLE}"), "format": "$context.requestId"}), _WIRING),
    (6, "a key of the victim's GraphQL API", _on_victims("aws:appsync/apiKey:ApiKey", "apiId", _GRAPH), _WIRING),
    (6, "a function on the victim's secret", _on_victims("aws:secretsmanager/secretRotation:SecretRotation", "secretId", _SECRET, rotationLambdaArn=OWN_FUNCTION), _WIRING),
    (6, "a version of the victim's secret", _on_victims("aws:secretsmanager/secretVersion:SecretVersion", "secretId", _SECRET, secretString="x"), _WIRING),
    (6, "a mapping of the victim's Kafka", _on_victims(_MAP, "eventSourceArn", _KAFKA, "arn", functionName=THIEF_ROLE, topics=["entries"]), _WIRING),
    (6, "a subscription to the victim's topic", _on_victims("aws:sns/topicSubscription:TopicSubscription", "topic", _TOPIC, "arn", protocol="sqs", endpoint=OWN_QUEUE), _WIRING),
    (6, "a mail subscription to the victim's topic", _on_victims("aws:sns/topicSubscription:TopicSubscription", "topic", _TOPIC, "arn", protocol="email", endpoint="me@example.com"), _WIRING),
    (6, "a filter on the victim's log group", _on_victims("aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter", "logGroup", _LOG, "name", name="f", filterPattern="", destinationArn=OWN_FUNCTION), _WIRING),
    (6, "a delivery of the victim's logs", _on_victims("aws:cloudwatch/logDeliverySource:LogDeliverySource", "resourceArn", ("aws:cloudfront/distribution:Distribution", {"enabled": True}), "arn", name="s", logType="ACCESS_LOGS"), _WIRING),
    (6, "values of the victim's key-value store", _on_victims("aws:cloudfront/keyvaluestoreKey:KeyvaluestoreKey", "keyValueStoreArn", _KEY_VALUES, "arn", key="k", value="v"), _WIRING),
    (6, "a site from the victim's bucket", _on_victims("aws:cloudfront/distribution:Distribution", "comment", ("aws:s3/bucket:Bucket", {"bucket": _VICTIMS_BUCKET}), "bucket", enabled=True, origins=[{"originId": "o", "domainName": f"{_VICTIMS_BUCKET}.s3.{REGION}.amazonaws.com"}]), _WIRING),
    (6, "a site from a bucket of another stack", _literal("aws:cloudfront/distribution:Distribution", "origins", [{"originId": "o", "domainName": "acme-vouchers.s3.amazonaws.com"}], enabled=True), _WIRING),
    (6, "configuration from the victim's secret", _literal("aws:appconfig/configurationProfile:ConfigurationProfile", "locationUri", f"secretsmanager://{_V}db", applicationId="rewards-dev-campaigns_a", name="p", retrievalRoleArn=_THIEF), _WIRING),
    (6, "configuration from a parameter of another stack", _literal("aws:appconfig/configurationProfile:ConfigurationProfile", "locationUri", "ssm-parameter:///vouchers/key", applicationId="rewards-dev-campaigns_a", name="p"), _WIRING),
    (6, "a proxy to the victim's database", _on_victims("aws:rds/proxyTarget:ProxyTarget", "dbClusterIdentifier", _DB, "clusterIdentifier", dbProxyName="rewards-dev-campaigns_p", targetGroupName="default"), _WIRING),
    (6, "a stream of the victim's database activity", _on_victims("aws:rds/clusterActivityStream:ClusterActivityStream", "resourceArn", _DB, "arn", kmsKeyId="k", mode="async"), _WIRING),
    (6, "an export of the victim's snapshot", _literal("aws:rds/exportTask:ExportTask", "sourceArn", arn("rds", "cluster-snapshot:ledger-1"), exportTaskIdentifier="x", iamRoleArn=_THIEF, kmsKeyId="k", s3BucketName="rewards-dev-campaigns--x"), _WIRING),
    (6, "an integration of the victim's database", _on_victims("aws:rds/integration:Integration", "sourceArn", _DB, "arn", integrationName="x", targetArn=arn("redshift-serverless", "namespace/campaigns")), _WIRING),
    (6, "a warehouse from the victim's snapshot", _on_victims("aws:redshift/cluster:Cluster", "snapshotClusterIdentifier", _REDSHIFT, "clusterIdentifier", clusterIdentifier="campaigns-dwh", nodeType="ra3.large", snapshotIdentifier="s"), _WIRING),
    (6, "a network of search domains", _on_victims("aws:opensearch/outboundConnection:OutboundConnection", "connectionAlias", _SEARCH, "domainName", localDomainInfo={"domainName": "campaigns-search", "ownerId": ACCOUNT, "region": REGION}, remoteDomainInfo={"domainName": "ledger-search", "ownerId": ACCOUNT, "region": REGION}), _WIRING),
    (6, "an environment with the victim's parameter", _literal("aws:ecs/taskDefinition:TaskDefinition", "containerDefinitions", text([{"name": "c", "image": "x", "secrets": [{"name": "K", "valueFrom": f"{_V}key"}]}]), family=f"{_P}t"), _WIRING),
    (6, "a member of the victim's group", made("aws:iam/userGroupMembership:UserGroupMembership", "tap", user="rewards-dev-campaigns_me", groups=[f"{_V}admins"]), "isolation-unprovable", ()),
    (6, "a key for the victim's user", _literal("aws:iam/accessKey:AccessKey", "user", f"{_V}deployer"), _WIRING),
    (6, "a profile with a role that is in no stack", _literal("aws:iam/instanceProfile:InstanceProfile", "role", "admin", name=f"{_P}p"), _WIRING),
    (6, "a workgroup's results in another's bucket", _on_bucket("aws:athena/workgroup:Workgroup", "configuration", {"resultConfiguration": {"outputLocation": f"s3://{_OWN_BUCKET}/"}}, VICTIM, name=f"{_V}w"), _WIRING),
    # 7 The account as a whole
    (7, "a rule for all workflows on the default bus", _literal(_RULE, "eventPattern", _STATES, name=f"{_P}r"), _WIDE),
    (7, "a rule for everything on the default bus, by name", _literal(_RULE, "eventPattern", text({"source": [{"prefix": "aws."}]}), name=f"{_P}r", eventBusName="default"), _WIDE),
    (7, "a rule for all objects on the default bus, by ARN", _literal(_RULE, "eventPattern", text({"source": ["aws.s3"]}), name=f"{_P}r", eventBusName=arn("events", "event-bus/default")), _WIDE),
    (7, "a rule that only seems to be for the own", _literal(_RULE, "eventPattern", text({"source": ["aws.states"], "detail": {"stateMachineArn": [{"prefix": "arn:"}]}}), name=f"{_P}r"), _WIDE),
    (7, "a rule for the own or another's workflow", _literal(_RULE, "eventPattern", text({"source": ["aws.states"], "detail": {"stateMachineArn": [arn("states", f"stateMachine:{_P}m"), arn("states", f"stateMachine:{_V}m")]}}), name=f"{_P}r"), _WIDE),
    (7, "a rule that names its own only as one of two ways", _literal(_RULE, "eventPattern", text({"$or": [{"resources": [OWN_TABLE]}, {"source": ["aws.states"]}]}), name=f"{_P}r"), _WIDE),
    (7, "a pattern that nobody knows", _rewritten(_RULE, "eventPattern", _STATES, name=f"{_P}r"), _WIDE),
    (7, "an archive of the default bus", _literal("aws:cloudwatch/eventArchive:EventArchive", "eventSourceArn", arn("events", "event-bus/default"), name=f"{_P}a"), _WIRING),
    (7, "what models are asked", made("aws:bedrockmodel/invocationLoggingConfiguration:InvocationLoggingConfiguration", "tap", loggingConfig={"cloudwatchConfig": {"logGroupName": f"/aws/lambda/{THIEF_ROLE}", "roleArn": _THIEF}}), _TYPES),
    (7, "an insight rule on all functions of the system", _literal(_INSIGHT, "ruleDefinition", _insight("/aws/lambda/rewards-dev-*"), ruleName=f"{_P}i"), _WIDE),
    (7, "an insight rule on every group", _literal(_INSIGHT, "ruleDefinition", _insight("*"), ruleName=f"{_P}i"), _WIDE),
    (7, "an insight rule on the own and others", _literal(_INSIGHT, "ruleDefinition", _insight(f"/aws/lambda/{THIEF_ROLE}", "/aws/lambda/*"), ruleName=f"{_P}i"), _WIDE),
    (7, "a managed insight rule on the victim's table", _literal("aws:cloudwatch/contributorManagedInsightRule:ContributorManagedInsightRule", "resourceArn", TABLE, templateName="DynamoDBContributorInsights-PKT"), _WIRING),
    (7, "a metric stream", made("aws:cloudwatch/metricStream:MetricStream", "tap", name=f"{_P}m", firehoseArn=arn("firehose", f"deliverystream/{_P}f"), outputFormat="json", roleArn=_THIEF), _TYPES),
    (7, "a subscription for all log groups", made("aws:cloudwatch/logAccountPolicy:LogAccountPolicy", "tap", policyName="p", policyType="SUBSCRIPTION_FILTER_POLICY", policyDocument=text({"DestinationArn": OWN_FUNCTION})), _WIRING),
    (7, "a trail of all objects", made("aws:cloudtrail/trail:Trail", "tap", name="t", s3BucketName="rewards-dev-campaigns--x", advancedEventSelectors=[{"fieldSelectors": [{"field": "eventCategory", "equals": ["Data"]}, {"field": "resources.type", "equals": ["AWS::S3::Object"]}]}]), _WIRING),
    (7, "a trail of all tables, the older way", made("aws:cloudtrail/trail:Trail", "tap", name="t", s3BucketName="rewards-dev-campaigns--x", eventSelectors=[{"dataResources": [{"type": "AWS::DynamoDB::Table", "values": ["arn:aws:dynamodb"]}]}]), _WIRING),
    (7, "a recorder", made("aws:cfg/recorder:Recorder", "tap", roleArn=_THIEF), _TYPES),
    (7, "an aggregator", made("aws:cfg/configurationAggregator:ConfigurationAggregator", "tap", name="a", accountAggregationSource={"accountIds": [ACCOUNT]}), _TYPES),
    (7, "backups of whatever carries a tag", made("aws:backup/selection:Selection", "tap", iamRoleArn=_THIEF, name="s", planId="p", selectionTags=[{"type": "STRINGEQUALS", "key": "environment", "value": "dev"}]), _WIRING),
    (7, "backups by a condition on a tag", made("aws:backup/selection:Selection", "tap", iamRoleArn=_THIEF, name="s", planId="p", conditions=[{"stringEquals": [{"key": "aws:ResourceTag/environment", "value": "dev"}]}]), _WIRING),
    (7, "backups of all tables", made("aws:backup/selection:Selection", "tap", iamRoleArn=_THIEF, name="s", planId="p", resources=["arn:aws:dynamodb:*:*:table/*"]), _WIRING),
    (7, "snapshots of all disks with a tag", made("aws:dlm/lifecyclePolicy:LifecyclePolicy", "tap", description="x", executionRoleArn=_THIEF, policyDetails={"resourceTypes": ["VOLUME"], "targetTags": {"environment": "dev"}}), _WIDE),
    (7, "snapshots of all disks", made("aws:dlm/lifecyclePolicy:LifecyclePolicy", "tap", description="x", executionRoleArn=_THIEF, defaultPolicy="VOLUME", policyDetails={"resourceType": "VOLUME"}), _WIDE),
    (7, "a permission set", made("aws:ssoadmin/permissionSet:PermissionSet", "tap", name="admin", instanceArn="arn:aws:sso:::instance/ssoins-1"), _TYPES),
    (7, "a document that runs on whatever matches", made("aws:ssm/association:Association", "tap", name="AWS-RunShellScript", targets=[{"key": "InstanceIds", "values": ["*"]}]), _TYPES),
    (7, "a budget that attaches policies", made("aws:budgets/budgetAction:BudgetAction", "tap", budgetName="b", actionType="APPLY_IAM_POLICY", approvalModel="AUTOMATIC", executionRoleArn=_THIEF, notificationType="ACTUAL", actionThreshold={"actionThresholdType": "PERCENTAGE", "actionThresholdValue": 1}, definition={"iamActionDefinition": {"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess", "roles": [THIEF_ROLE]}}, subscribers=[{"address": "a@example.com", "subscriptionType": "EMAIL"}]), _TYPES),
    (7, "a topic rule of the internet of things", made("aws:iot/topicRule:TopicRule", "tap", name="t", enabled=True, sql="SELECT * FROM '#'", sqlVersion="2016-03-23"), _TYPES),
    (7, "a service account of any name", _subject("system:serviceaccount:*"), _TRUST),
    (7, "any service account of a namespace", _subject("system:serviceaccount:default:*"), _TRUST),
    (7, "a service account of the thief", _subject("system:serviceaccount:campaigns:web", "StringEquals"), _TRUST),
    (7, "a service account of nobody", _subject("system:serviceaccount:default:default", "StringEquals"), _TRUST),
    (7, "the thief's pipeline", _subject("repo:acme/rewards:environment:dev-campaigns", "StringEquals", "token.actions.githubusercontent.com"), _TRUST),
    (7, "every repository", _subject("repo:*", "StringLike", "token.actions.githubusercontent.com"), _TRUST),
    # 8 Trust in the source of an unknown
    (8, "the victim's stream in a shuffled list", _shuffled, _WIRING),
    (8, "the victim's stream in the keepers of a number", _by_way_of(("random:index/randomId:RandomId", {"byteLength": 4, "keepers": {"x": OUTBOX}}), f"{OUTBOX}/stream/2030"), _WIRING),
    (8, "the victim's stream by way of a pause", _by_way_of(("time:index/sleep:Sleep", {"triggers": {"arn": f"{OUTBOX}/stream/2030"}}), f"{OUTBOX}/stream/2030"), _WIRING),
    (8, "what flows from the victim by way of a number", _by_way_of(("random:index/randomId:RandomId", {"byteLength": 4}), f"{OUTBOX}/stream/2030", flows=True), _WIRING),
    (8, "a random text as a source", _by_way_of(("random:index/randomString:RandomString", {"length": 8}), arn("dynamodb", "table/vouchers/stream/2030")), _UNPROVABLE, ("preview",)),
    (8, "an own stream's ARN, rewritten", _rewritten(_MAP, "eventSourceArn", f"{OUTBOX}/stream/2030-01-01", functionName=THIEF_ROLE), _WIRING, _ELSEWHERE),
    (8, "an own ARN, rewritten into the victim's role", _rewritten("aws:glue/job:Job", "roleArn", _VICTIM, name=f"{_P}j", command={"scriptLocation": "s3://rewards-dev-campaigns--x/j.py"}), _WIRING, _ELSEWHERE),
    (8, "an own name, rewritten into the victim's queue", _rewritten(_MAP, "eventSourceArn", arn("sqs", f"{_V}post-points-queue"), functionName=THIEF_ROLE), _WIRING, _ELSEWHERE),
    (8, "an own name, rewritten into the victim's bucket", _rewritten("aws:s3/bucketNotification:BucketNotification", "bucket", "acme-vouchers", eventbridge=True), _WIRING, _ELSEWHERE),
)  # fmt: skip

CASES = tuple(Case(kind, what, change, rule, rest[0] if rest else PHASES) for kind, what, change, rule, *rest in _CASES)
