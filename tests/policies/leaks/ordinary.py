"""Ordinary infrastructure of one unit: each of these must pass in every phase."""

from collections.abc import Callable
from typing import Any

from tests.policies.leaks.changes import (
    ACCOUNT,
    OWN_FUNCTION,
    OWN_QUEUE,
    OWN_TABLE,
    REGION,
    THIEF_ROLE,
    allow,
    arn,
    document,
)
from tests.policies.leaks.phases import AWS, KNOWN, Case, Out, Phased, made, text

_ROLE = arn("iam", f"role/{THIEF_ROLE}")
_P = "rewards-dev-campaigns_"
_B = "rewards-dev-campaigns--exports"
_VPC, _SUBNETS, _GROUP = (
    "vpc-0aaa1bbb2ccc3ddd4",
    ["subnet-0aaa1bbb2ccc3ddd4", "subnet-0eee1fff2aaa3bbb4"],
    "sg-0aaa1bbb2ccc3ddd4",
)
_CERTIFICATE = arn("acm", "certificate/0f0e0d0c-1111-2222-3333-444455556666")
_TOPIC = arn("sns", f"{_P}alarms")
_LOGS = f"/aws/lambda/{THIEF_ROLE}"


def _bucket(stack: Phased, name: str = _B, **props: Any) -> dict[str, Any]:
    return stack.add("aws:s3/bucket:Bucket", f"bucket-{name}", bucket=name, **props)


def _with_bucket(token: str, /, **props: Any) -> Callable[[Phased], None]:
    """A resource that refers to an own bucket: `BUCKET` and `ARN` stand for its name and ARN."""

    def change(stack: Phased) -> None:
        bucket = _bucket(stack)
        stack.add(token, "on-bucket", **_filled(props, {"BUCKET": Out(bucket, "bucket"), "ARN": Out(bucket, "arn")}))

    return change


def _filled(value: Any, outs: dict[str, Out]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(item, outs) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, outs) for item in value]
    return outs.get(value, value) if isinstance(value, str) else value


def _network(stack: Phased) -> None:
    vpc = stack.add("aws:ec2/vpc:Vpc", "net", cidrBlock="10.0.0.0/16")
    subnet = stack.add("aws:ec2/subnet:Subnet", "net-a", vpcId=Out(vpc), cidrBlock="10.0.1.0/24")
    gateway = stack.add("aws:ec2/internetGateway:InternetGateway", "net-out", vpcId=Out(vpc))
    table = stack.add("aws:ec2/routeTable:RouteTable", "net-routes", vpcId=Out(vpc))
    stack.add(
        "aws:ec2/route:Route",
        "net-default",
        routeTableId=Out(table),
        destinationCidrBlock="0.0.0.0/0",
        gatewayId=Out(gateway),
    )
    stack.add(
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        "net-a-routes",
        routeTableId=Out(table),
        subnetId=Out(subnet),
    )
    group = stack.add("aws:ec2/securityGroup:SecurityGroup", "net-group", vpcId=Out(vpc), name=f"{_P}web")
    stack.add(
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        "net-in",
        securityGroupId=Out(group),
        ipProtocol="tcp",
        cidrIpv4="10.0.0.0/16",
        fromPort=443,
        toPort=443,
    )
    eip = stack.add("aws:ec2/eip:Eip", "net-ip", domain="vpc")
    stack.add("aws:ec2/natGateway:NatGateway", "net-nat", allocationId=Out(eip), subnetId=Out(subnet))


def _shared_network(stack: Phased) -> None:
    """The network is the platform's: it is shared."""
    vpc = stack.add("aws:ec2/vpc:Vpc", "shared", "platform", cidrBlock="10.0.0.0/16")
    subnet = stack.add("aws:ec2/subnet:Subnet", "shared-a", "platform", vpcId=Out(vpc), cidrBlock="10.0.1.0/24")
    group = stack.add("aws:ec2/securityGroup:SecurityGroup", "own-group", vpcId=Out(vpc), name=f"{_P}web")
    function = stack.find(":Function", name=THIEF_ROLE)
    stack.update(
        function, vpcConfig={"subnetIds": [stack._of(Out(subnet))], "securityGroupIds": [stack._of(Out(group))]}
    )


def _database(stack: Phased) -> None:
    subnets = stack.add("aws:rds/subnetGroup:SubnetGroup", "db-subnets", name="campaigns-db", subnetIds=_SUBNETS)
    parameters = stack.add(
        "aws:rds/clusterParameterGroup:ClusterParameterGroup",
        "db-parameters",
        name="campaigns-db",
        family="aurora-postgresql16",
    )
    cluster = stack.add(
        "aws:rds/cluster:Cluster",
        "db",
        clusterIdentifier="campaigns-db",
        engine="aurora-postgresql",
        databaseName="campaigns",
        masterUsername="owner",
        manageMasterUserPassword=True,
        dbSubnetGroupName=Out(subnets, "name"),
        dbClusterParameterGroupName=Out(parameters, "name"),
        vpcSecurityGroupIds=[_GROUP],
        storageEncrypted=True,
    )
    stack.add(
        "aws:rds/clusterInstance:ClusterInstance",
        "db-1",
        identifier="campaigns-db-1",
        clusterIdentifier=Out(cluster),
        engine="aurora-postgresql",
        instanceClass="db.r8g.large",
        publiclyAccessible=False,
    )
    proxy = stack.add(
        "aws:rds/proxy:Proxy",
        "db-proxy",
        name="campaigns-db",
        engineFamily="POSTGRESQL",
        roleArn=_ROLE,
        vpcSubnetIds=_SUBNETS,
        auths=[{"authScheme": "SECRETS", "secretArn": arn("secretsmanager", f"secret:{_P}db-AbCdEf")}],
    )
    stack.add(
        "aws:rds/proxyTarget:ProxyTarget",
        "db-proxy-target",
        dbProxyName=Out(proxy, "name"),
        targetGroupName="default",
        dbClusterIdentifier=Out(cluster),
    )
    stack.add(
        "aws:rds/clusterSnapshot:ClusterSnapshot",
        "db-before",
        dbClusterIdentifier=Out(cluster),
        dbClusterSnapshotIdentifier="campaigns-db-before",
    )


def _single_database(stack: Phased) -> None:
    first = stack.add(
        "aws:rds/instance:Instance",
        "pg",
        identifier="campaigns-pg",
        engine="postgres",
        instanceClass="db.t4g.small",
        dbName="campaigns",
        username="owner",
        manageMasterUserPassword=True,
        publiclyAccessible=False,
        skipFinalSnapshot=False,
        finalSnapshotIdentifier="campaigns-pg-last",
    )
    stack.add(
        "aws:rds/instance:Instance",
        "pg-read",
        identifier="campaigns-pg-read",
        instanceClass="db.t4g.small",
        replicateSourceDb=Out(first, "identifier"),
    )
    stack.add(
        "aws:rds/snapshot:Snapshot",
        "pg-snap",
        dbInstanceIdentifier=Out(first, "identifier"),
        dbSnapshotIdentifier="campaigns-pg-1",
    )


def _http_api(stack: Phased) -> None:
    api = stack.add("aws:apigatewayv2/api:Api", "api", name=f"{_P}api", protocolType="HTTP")
    integration = stack.add(
        "aws:apigatewayv2/integration:Integration",
        "api-to",
        apiId=Out(api),
        integrationType="AWS_PROXY",
        integrationUri=OWN_FUNCTION,
        payloadFormatVersion="2.0",
    )
    stack.add(
        "aws:apigatewayv2/route:Route",
        "api-get",
        apiId=Out(api),
        routeKey="GET /bonuses",
        authorizationType="AWS_IAM",
        target=Out(integration),
    )
    stack.add(
        "aws:apigatewayv2/stage:Stage",
        "api-live",
        apiId=Out(api),
        name="$default",
        autoDeploy=True,
        accessLogSettings={"destinationArn": arn("logs", f"log-group:{_LOGS}"), "format": "$context.requestId"},
    )
    stack.add(
        "aws:lambda/permission:Permission",
        "api-may",
        action="lambda:InvokeFunction",
        function=THIEF_ROLE,
        principal="apigateway.amazonaws.com",
        sourceArn=Out(api, "executionArn"),
    )


def _rest_api(stack: Phased) -> None:
    api = stack.add("aws:apigateway/restApi:RestApi", "rest", name=f"{_P}rest")
    resource = stack.add(
        "aws:apigateway/resource:Resource",
        "rest-path",
        restApi=Out(api),
        parentId=Out(api, "rootResourceId"),
        pathPart="bonuses",
    )
    method = stack.add(
        "aws:apigateway/method:Method",
        "rest-get",
        restApi=Out(api),
        resourceId=Out(resource),
        httpMethod="GET",
        authorization="AWS_IAM",
    )
    uri = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{OWN_FUNCTION}/invocations"
    stack.add(
        "aws:apigateway/integration:Integration",
        "rest-to",
        restApi=Out(api),
        resourceId=Out(resource),
        httpMethod=Out(method, "httpMethod"),
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=uri,
    )
    deployment = stack.add("aws:apigateway/deployment:Deployment", "rest-deployed", restApi=Out(api))
    stack.add("aws:apigateway/stage:Stage", "rest-live", restApi=Out(api), deployment=Out(deployment), stageName="live")
    stack.add(
        "aws:lambda/permission:Permission",
        "rest-may",
        action="lambda:InvokeFunction",
        function=THIEF_ROLE,
        principal="apigateway.amazonaws.com",
        sourceArn=Out(api, "executionArn"),
    )


def _user_pool(stack: Phased) -> None:
    pool = stack.add(
        "aws:cognito/userPool:UserPool", "users", name=f"{_P}users", lambdaConfig={"preSignUp": OWN_FUNCTION}
    )
    client = stack.add("aws:cognito/userPoolClient:UserPoolClient", "users-web", name="web", userPoolId=Out(pool))
    stack.add("aws:cognito/userPoolDomain:UserPoolDomain", "users-domain", domain="campaigns", userPoolId=Out(pool))
    stack.add(
        "aws:cognito/identityPool:IdentityPool",
        "people",
        identityPoolName=f"{_P}people",
        allowUnauthenticatedIdentities=False,
        cognitoIdentityProviders=[{"clientId": Out(client), "providerName": Out(pool, "endpoint")}],
    )


def _file_system(stack: Phased) -> None:
    system = stack.add("aws:efs/fileSystem:FileSystem", "files", creationToken=f"{_P}files", encrypted=True)
    stack.add(
        "aws:efs/mountTarget:MountTarget",
        "files-a",
        fileSystemId=Out(system),
        subnetId=_SUBNETS[0],
        securityGroups=[_GROUP],
    )
    point = stack.add("aws:efs/accessPoint:AccessPoint", "files-root", fileSystemId=Out(system))
    stack.add(
        "aws:efs/backupPolicy:BackupPolicy",
        "files-backup",
        fileSystemId=Out(system),
        backupPolicy={"status": "ENABLED"},
    )
    if stack.phase != "preview":
        function = stack.find(":Function", name=THIEF_ROLE)
        stack.update(function, fileSystemConfig={"arn": stack._of(Out(point, "arn")), "localMountPath": "/mnt/files"})


def _container_service(stack: Phased) -> None:
    repository = stack.add("aws:ecr/repository:Repository", "images", name="rewards-dev-campaigns_images")
    stack.add(
        "aws:ecr/lifecyclePolicy:LifecyclePolicy",
        "images-old",
        repository=Out(repository, "name"),
        policy=text({"rules": []}),
    )
    cluster = stack.add("aws:ecs/cluster:Cluster", "cluster", name=f"{_P}cluster")
    container = {
        "name": "web",
        "image": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/rewards-dev-campaigns_images:1",
        "secrets": [{"name": "K", "valueFrom": arn("ssm", f"parameter/{_P}key")}],
    }
    task = stack.add(
        "aws:ecs/taskDefinition:TaskDefinition",
        "task",
        family=f"{_P}web",
        taskRoleArn=_ROLE,
        executionRoleArn=_ROLE,
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        containerDefinitions=text([container]),
    )
    balancer = stack.add(
        "aws:lb/loadBalancer:LoadBalancer",
        "lb",
        name="campaigns",
        internal=True,
        subnets=_SUBNETS,
        securityGroups=[_GROUP],
    )
    group = stack.add(
        "aws:lb/targetGroup:TargetGroup",
        "lb-group",
        name="campaigns",
        port=80,
        protocol="HTTP",
        vpcId=_VPC,
        targetType="ip",
    )
    stack.add(
        "aws:lb/listener:Listener",
        "lb-443",
        loadBalancerArn=Out(balancer, "arn"),
        port=443,
        protocol="HTTPS",
        certificateArn=_CERTIFICATE,
        defaultActions=[{"type": "forward", "targetGroupArn": Out(group, "arn")}],
    )
    stack.add(
        "aws:ecs/service:Service",
        "service",
        name=f"{_P}web",
        cluster=Out(cluster, "arn"),
        taskDefinition=Out(task, "arn"),
        desiredCount=1,
        launchType="FARGATE",
        networkConfiguration={"subnets": _SUBNETS, "securityGroups": [_GROUP]},
        loadBalancers=[{"targetGroupArn": Out(group, "arn"), "containerName": "web", "containerPort": 80}],
    )
    target = stack.add(
        "aws:appautoscaling/target:Target",
        "scale",
        resourceId=f"service/{_P}cluster/{_P}web",
        scalableDimension="ecs:service:DesiredCount",
        serviceNamespace="ecs",
        minCapacity=1,
        maxCapacity=4,
    )
    stack.add(
        "aws:appautoscaling/policy:Policy",
        "scale-cpu",
        name="cpu",
        policyType="TargetTrackingScaling",
        resourceId=Out(target, "resourceId"),
        scalableDimension="ecs:service:DesiredCount",
        serviceNamespace="ecs",
        targetTrackingScalingPolicyConfiguration={
            "targetValue": 60,
            "predefinedMetricSpecification": {"predefinedMetricType": "ECSServiceAverageCPUUtilization"},
        },
    )


def _machines(stack: Phased) -> None:
    profile = stack.add("aws:iam/instanceProfile:InstanceProfile", "profile", name=f"{_P}profile", role=THIEF_ROLE)
    template = stack.add(
        "aws:ec2/launchTemplate:LaunchTemplate",
        "template",
        name=f"{_P}template",
        imageId="ami-0aaa1bbb2ccc3ddd4",
        instanceType="t4g.small",
        iamInstanceProfile={"arn": Out(profile, "arn")},
        vpcSecurityGroupIds=[_GROUP],
    )
    stack.add(
        "aws:autoscaling/group:Group",
        "group",
        name=f"{_P}group",
        minSize=1,
        maxSize=2,
        vpcZoneIdentifiers=_SUBNETS,
        launchTemplate={"id": Out(template), "version": "$Latest"},
    )
    instance = stack.add(
        "aws:ec2/instance:Instance",
        "one",
        ami="ami-0aaa1bbb2ccc3ddd4",
        instanceType="t4g.small",
        iamInstanceProfile=Out(profile, "name"),
        subnetId=_SUBNETS[0],
        vpcSecurityGroupIds=[_GROUP],
    )
    volume = stack.add("aws:ebs/volume:Volume", "disk", availabilityZone=f"{REGION}a", size=10, encrypted=True)
    stack.add(
        "aws:ec2/volumeAttachment:VolumeAttachment",
        "disk-on",
        deviceName="/dev/sdf",
        instanceId=Out(instance),
        volumeId=Out(volume),
    )
    snapshot = stack.add("aws:ebs/snapshot:Snapshot", "snap", volumeId=Out(volume))
    stack.add("aws:ebs/snapshotCopy:SnapshotCopy", "snap-2", sourceSnapshotId=Out(snapshot), sourceRegion=REGION)


def _cache(stack: Phased) -> None:
    user = stack.add(
        "aws:elasticache/user:User",
        "reader",
        userId="campaigns-reader",
        userName="reader",
        engine="redis",
        accessString="on ~* +@read",
        authenticationMode={"type": "iam"},
    )
    group = stack.add(
        "aws:elasticache/userGroup:UserGroup",
        "readers",
        userGroupId="campaigns",
        engine="redis",
        userIds=[Out(user, "userId")],
    )
    stack.add(
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "cache",
        replicationGroupId="campaigns-cache",
        description="bonuses",
        subnetGroupName="shared-cache",
        securityGroupIds=[_GROUP],
        userGroupIds=[Out(group, "userGroupId")],
        transitEncryptionEnabled=True,
    )
    stack.add(
        "aws:elasticache/serverlessCache:ServerlessCache",
        "cache-2",
        name="campaigns-cache-2",
        engine="valkey",
        subnetIds=_SUBNETS,
    )


def _search(stack: Phased) -> None:
    domain = stack.add(
        "aws:opensearch/domain:Domain",
        "search",
        domainName="campaigns-search",
        engineVersion="OpenSearch_2.17",
        vpcOptions={"subnetIds": _SUBNETS, "securityGroupIds": [_GROUP]},
    )
    policy = document({**allow("es:ESHttpGet", on=arn("es", "domain/campaigns-search/*")), "Principal": {"AWS": _ROLE}})
    stack.add(
        "aws:opensearch/domainPolicy:DomainPolicy",
        "search-policy",
        domainName=Out(domain, "domainName"),
        accessPolicies=policy,
    )


def _catalog(stack: Phased) -> None:
    bucket = _bucket(stack)
    database = stack.add(
        "aws:glue/catalogDatabase:CatalogDatabase", "lake", name="campaigns_lake", locationUri=f"s3://{_B}/lake"
    )
    stack.add(
        "aws:glue/catalogTable:CatalogTable",
        "lake-table",
        name="bonuses",
        databaseName=Out(database, "name"),
        storageDescriptor={"location": f"s3://{_B}/lake/bonuses"},
    )
    crawler = stack.add(
        "aws:glue/crawler:Crawler",
        "crawl",
        name=f"{_P}crawl",
        databaseName=Out(database, "name"),
        role=_ROLE,
        s3Targets=[{"path": f"s3://{_B}/lake"}],
    )
    job = stack.add(
        "aws:glue/job:Job",
        "job",
        name=f"{_P}job",
        roleArn=_ROLE,
        command={"scriptLocation": f"s3://{_B}/job.py"},
        defaultArguments={"--TempDir": f"s3://{_B}/tmp"},
    )
    stack.add(
        "aws:glue/trigger:Trigger",
        "nightly",
        name=f"{_P}nightly",
        type="SCHEDULED",
        schedule="cron(0 1 * * ? *)",
        actions=[{"jobName": Out(job, "name")}, {"crawlerName": Out(crawler, "name")}],
    )
    group = stack.add(
        "aws:athena/workgroup:Workgroup",
        "asks",
        name=f"{_P}asks",
        configuration={"resultConfiguration": {"outputLocation": f"s3://{_B}/results/"}},
    )
    stack.add(
        "aws:athena/namedQuery:NamedQuery",
        "ask",
        name="all",
        database=Out(database, "name"),
        workgroup=Out(group, "name"),
        query="SELECT * FROM bonuses",
    )
    stack.add(
        "aws:s3/bucketVersioning:BucketVersioning",
        "lake-versions",
        bucket=Out(bucket, "bucket"),
        versioningConfiguration={"status": "Enabled"},
    )


def _graphql(stack: Phased) -> None:
    api = stack.add(
        "aws:appsync/graphQLApi:GraphQLApi",
        "graph",
        name=f"{_P}graph",
        authenticationType="AWS_IAM",
        schema="type Query { a: String }",
    )
    source = stack.add(
        "aws:appsync/dataSource:DataSource",
        "graph-table",
        apiId=Out(api),
        name="store",
        type="AMAZON_DYNAMODB",
        serviceRoleArn=_ROLE,
        dynamodbConfig={"tableName": "rewards-dev-campaigns_store"},
    )
    stack.add(
        "aws:appsync/resolver:Resolver",
        "graph-a",
        apiId=Out(api),
        type="Query",
        field="a",
        dataSource=Out(source, "name"),
        requestTemplate="{}",
        responseTemplate="{}",
    )


def _configuration(stack: Phased) -> None:
    application = stack.add("aws:appconfig/application:Application", "config", name=f"{_P}config")
    environment = stack.add(
        "aws:appconfig/environment:Environment",
        "config-dev",
        name="dev",
        applicationId=Out(application),
        monitors=[{"alarmArn": arn("cloudwatch", f"alarm:{_P}errors"), "alarmRoleArn": _ROLE}],
    )
    profile = stack.add(
        "aws:appconfig/configurationProfile:ConfigurationProfile",
        "config-flags",
        name="flags",
        applicationId=Out(application),
        locationUri="hosted",
    )
    version = stack.add(
        "aws:appconfig/hostedConfigurationVersion:HostedConfigurationVersion",
        "config-1",
        applicationId=Out(application),
        configurationProfileId=Out(profile, "configurationProfileId"),
        content="{}",
        contentType="application/json",
    )
    stack.add(
        "aws:appconfig/deployment:Deployment",
        "config-live",
        applicationId=Out(application),
        environmentId=Out(environment, "environmentId"),
        configurationProfileId=Out(profile, "configurationProfileId"),
        configurationVersion=Out(version, "versionNumber"),
        deploymentStrategyId="AppConfig.AllAtOnce",
    )


def _queue_and_topic(stack: Phased) -> None:
    topic = stack.add("aws:sns/topic:Topic", "news", name=f"{_P}news")
    queue = stack.add("aws:sqs/queue:Queue", "inbox", name=f"{_P}inbox")
    stack.add(
        "aws:sns/topicSubscription:TopicSubscription",
        "news-to",
        topic=Out(topic, "arn"),
        protocol="sqs",
        endpoint=Out(queue, "arn"),
    )
    policy = document(
        {
            **allow("sqs:SendMessage", on=arn("sqs", f"{_P}inbox")),
            "Principal": {"Service": "sns.amazonaws.com"},
            "Condition": {"ArnEquals": {"aws:SourceArn": arn("sns", f"{_P}news")}},
        }
    )
    stack.add("aws:sqs/queuePolicy:QueuePolicy", "inbox-policy", queueUrl=Out(queue, "url"), policy=policy)
    stack.add(
        "aws:sns/topicSubscription:TopicSubscription",
        "news-mail",
        topic=Out(topic, "arn"),
        protocol="email",
        endpoint="on-call@example.com",
    )


def _streams(stack: Phased) -> None:
    bucket = _bucket(stack)
    stream = stack.add("aws:kinesis/stream:Stream", "clicks", name=f"{_P}clicks", shardCount=1)
    stack.add("aws:kinesis/streamConsumer:StreamConsumer", "clicks-fast", name="fast", streamArn=Out(stream, "arn"))
    stack.add(
        "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
        "to-lake",
        name=f"{_P}to-lake",
        destination="extended_s3",
        kinesisSourceConfiguration={"kinesisStreamArn": Out(stream, "arn"), "roleArn": _ROLE},
        extendedS3Configuration={
            "bucketArn": Out(bucket, "arn"),
            "roleArn": _ROLE,
            "prefix": "clicks/",
            "cloudwatchLoggingOptions": {"enabled": True, "logGroupName": _LOGS, "logStreamName": "firehose"},
        },
    )
    stack.add(
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        "clicks-map",
        eventSourceArn=Out(stream, "arn"),
        functionName=THIEF_ROLE,
        startingPosition="LATEST",
    )


def _website(stack: Phased) -> None:
    bucket = _bucket(stack, "campaigns-website")
    control = stack.add(
        "aws:cloudfront/originAccessControl:OriginAccessControl",
        "oac",
        name=f"{_P}oac",
        originAccessControlOriginType="s3",
        signingBehavior="always",
        signingProtocol="sigv4",
    )
    stack.add(
        "aws:cloudfront/distribution:Distribution",
        "site",
        enabled=True,
        origins=[
            {
                "domainName": Out(bucket, "bucketRegionalDomainName"),
                "originId": "site",
                "originAccessControlId": Out(control),
            }
        ],
        defaultCacheBehavior={
            "targetOriginId": "site",
            "viewerProtocolPolicy": "redirect-to-https",
            "allowedMethods": ["GET"],
            "cachedMethods": ["GET"],
            "cachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
        },
        restrictions={"geoRestriction": {"restrictionType": "none"}},
        viewerCertificate={"acmCertificateArn": _CERTIFICATE},
        aliases=["campaigns.example.com"],
    )


def _backup(stack: Phased) -> None:
    vault = stack.add("aws:backup/vault:Vault", "vault", name=f"{_P}vault")
    plan = stack.add(
        "aws:backup/plan:Plan",
        "plan",
        name=f"{_P}plan",
        rules=[{"ruleName": "daily", "targetVaultName": Out(vault, "name"), "schedule": "cron(0 5 * * ? *)"}],
    )
    stack.add(
        "aws:backup/selection:Selection",
        "selection",
        name=f"{_P}all",
        planId=Out(plan),
        iamRoleArn=_ROLE,
        resources=[OWN_TABLE],
    )


def _secret(stack: Phased) -> None:
    password = stack.add("random:index/randomPassword:RandomPassword", "password", length=32)
    secret = stack.add("aws:secretsmanager/secret:Secret", "secret", name=f"{_P}password")
    state = stack.add(
        "aws:secretsmanager/secretVersion:SecretVersion", "secret-1", secretId=Out(secret), secretString="x"
    )
    state["propertyDependencies"]["secretString"] = [password["urn"]]


def _unique_bucket(stack: Phased) -> None:
    """A bucket with a random end: its name is not known at first, but that is for the rule about names."""
    suffix = stack.add("random:index/randomId:RandomId", "suffix", byteLength=4, prefix="campaigns-")
    bucket = stack.add("aws:s3/bucket:Bucket", "unique", bucket="campaigns-0a1b2c3d")
    bucket["propertyDependencies"] = {"bucket": [suffix["urn"]]}
    stack.add(
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "unique-block",
        bucket=Out(bucket, "bucket"),
        blockPublicAcls=True,
        blockPublicPolicy=True,
        ignorePublicAcls=True,
        restrictPublicBuckets=True,
    )


def _mesh_of_queues(stack: Phased) -> None:
    broker = stack.add(
        "aws:mq/broker:Broker",
        "mq",
        brokerName="campaigns",
        engineType="RabbitMQ",
        engineVersion="3.13",
        hostInstanceType="mq.m7g.medium",
        users=[{"username": "app", "password": "not-one-12"}],
        publiclyAccessible=False,
        subnetIds=_SUBNETS[:1],
    )
    stack.add(
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        "mq-map",
        eventSourceArn=Out(broker, "arn"),
        functionName=THIEF_ROLE,
        queues="orders",
        sourceAccessConfigurations=[{"type": "BASIC_AUTH", "uri": arn("secretsmanager", f"secret:{_P}mq-AbCdEf")}],
    )


def _kafka(stack: Phased) -> None:
    cluster = stack.add(
        "aws:msk/cluster:Cluster",
        "kafka",
        clusterName=f"{_P}kafka",
        kafkaVersion="3.8.x",
        numberOfBrokerNodes=2,
        brokerNodeGroupInfo={"clientSubnets": _SUBNETS, "instanceType": "kafka.t3.small", "securityGroups": [_GROUP]},
    )
    stack.add(
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        "kafka-map",
        eventSourceArn=Out(cluster, "arn"),
        functionName=THIEF_ROLE,
        topics=["orders"],
        startingPosition="LATEST",
    )


def _zone(stack: Phased) -> None:
    zone = stack.add("aws:route53/zone:Zone", "zone", name="campaigns.example.com")
    certificate = stack.add(
        "aws:acm/certificate:Certificate", "tls", domainName="campaigns.example.com", validationMethod="DNS"
    )
    stack.add(
        "aws:route53/record:Record",
        "www",
        zoneId=Out(zone),
        name="www.campaigns.example.com",
        type="CNAME",
        ttl=300,
        records=["campaigns.example.com"],
    )
    stack.add(
        "aws:acm/certificateValidation:CertificateValidation", "tls-valid", certificateArn=Out(certificate, "arn")
    )


def _own_key_and_alias(stack: Phased) -> None:
    admin = {
        "Sid": "admin",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": ["kms:DescribeKey", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"],
        "Resource": "*",
    }
    key = stack.add("aws:kms/key:Key", "more-key", policy=document(admin), description="more")
    stack.add("aws:kms/alias:Alias", "more-alias", name=f"alias/{_P}more", targetKeyId=Out(key, "keyId"))


def _replicated(stack: Phased) -> None:
    here, there = _bucket(stack), _bucket(stack, "rewards-dev-campaigns--copy", region="eu-west-1")
    stack.add(
        "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
        "copies",
        bucket=Out(here, "bucket"),
        role=_ROLE,
        rules=[{"id": "all", "status": "Enabled", "destination": {"bucket": Out(there, "arn")}}],
    )


def _timestream(stack: Phased) -> None:
    database = stack.add("aws:timestreamwrite/database:Database", "series", databaseName=f"{_P}series")
    stack.add(
        "aws:timestreamwrite/table:Table",
        "series-clicks",
        databaseName=Out(database, "databaseName"),
        tableName="clicks",
    )


def _discovery(stack: Phased) -> None:
    namespace = stack.add(
        "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace", "names", name="campaigns.local", vpc=_VPC
    )
    service = stack.add("aws:servicediscovery/service:Service", "names-web", name="web", namespaceId=Out(namespace))
    stack.add(
        "aws:servicediscovery/instance:Instance",
        "names-web-1",
        instanceId="web-1",
        serviceId=Out(service),
        attributes={"AWS_INSTANCE_IPV4": "10.0.0.9"},
    )


def _firewall(stack: Phased) -> None:
    ips = stack.add(
        "aws:wafv2/ipSet:IpSet",
        "office",
        name=f"{_P}office",
        scope="REGIONAL",
        ipAddressVersion="IPV4",
        addresses=["192.0.2.0/24"],
    )
    acl = stack.add(
        "aws:wafv2/webAcl:WebAcl",
        "acl",
        name=f"{_P}acl",
        scope="REGIONAL",
        defaultAction={"block": {}},
        rules=[
            {
                "name": "office",
                "priority": 1,
                "action": {"allow": {}},
                "statement": {"ipSetReferenceStatement": {"arn": Out(ips, "arn")}},
                "visibilityConfig": {
                    "cloudwatchMetricsEnabled": True,
                    "metricName": "office",
                    "sampledRequestsEnabled": True,
                },
            }
        ],
        visibilityConfig={"cloudwatchMetricsEnabled": True, "metricName": "acl", "sampledRequestsEnabled": True},
    )
    balancer = stack.add(
        "aws:lb/loadBalancer:LoadBalancer", "acl-lb", name="campaigns-2", internal=True, subnets=_SUBNETS
    )
    stack.add(
        "aws:wafv2/webAclAssociation:WebAclAssociation",
        "acl-on",
        resourceArn=Out(balancer, "arn"),
        webAclArn=Out(acl, "arn"),
    )


def _batch(stack: Phased) -> None:
    environment = stack.add(
        "aws:batch/computeEnvironment:ComputeEnvironment",
        "compute",
        name=f"{_P}compute",
        type="MANAGED",
        computeResources={"type": "FARGATE", "maxVcpus": 4, "subnets": _SUBNETS, "securityGroupIds": [_GROUP]},
    )
    stack.add(
        "aws:batch/jobQueue:JobQueue",
        "jobs",
        name=f"{_P}jobs",
        state="ENABLED",
        priority=1,
        computeEnvironmentOrders=[{"order": 1, "computeEnvironment": Out(environment, "arn")}],
    )
    stack.add(
        "aws:batch/jobDefinition:JobDefinition",
        "job-1",
        name=f"{_P}job",
        type="container",
        containerProperties=text(
            {"image": "public.ecr.aws/docker/library/busybox:1", "jobRoleArn": _ROLE, "executionRoleArn": _ROLE}
        ),
    )


def _build(stack: Phased) -> None:
    stack.add(
        "aws:codebuild/project:Project",
        "build",
        name=f"{_P}build",
        serviceRole=_ROLE,
        artifacts={"type": "NO_ARTIFACTS"},
        environment={
            "computeType": "BUILD_GENERAL1_SMALL",
            "image": "aws/codebuild/standard:7.0",
            "type": "LINUX_CONTAINER",
        },
        source={"type": "GITHUB", "location": "https://github.com/acme/rewards.git"},
        logsConfig={"cloudwatchLogs": {"groupName": f"/aws/codebuild/{_P}build"}},
    )


def _own_log_group(stack: Phased) -> None:
    group = stack.add("aws:cloudwatch/logGroup:LogGroup", "audit", name="/campaigns/audit", retentionInDays=30)
    stack.add("aws:cloudwatch/logStream:LogStream", "audit-1", name="main", logGroupName=Out(group, "name"))
    stack.add(
        "aws:cloudwatch/logMetricFilter:LogMetricFilter",
        "audit-count",
        name="count",
        logGroupName=Out(group, "name"),
        pattern="x",
        metricTransformation={"name": "n", "namespace": "rewards", "value": "1"},
    )
    stack.add(
        "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
        "audit-to",
        name="all",
        logGroup=Out(group, "name"),
        destinationArn=OWN_FUNCTION,
        filterPattern="",
    )


def _role_with_path(stack: Phased) -> None:
    boundary = arn("iam", f"policy/{_P}boundary")
    trust = document({"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"})
    role = stack.add(
        "aws:iam/role:Role",
        "pathed",
        name=f"{_P}pathed",
        path="/jobs/",
        assumeRolePolicy=trust,
        permissionsBoundary=boundary,
    )
    stack.add(
        "aws:iam/rolePolicy:RolePolicy",
        "pathed-policy",
        name="p",
        role=f"{_P}pathed",
        policy=document(allow("dynamodb:GetItem", on=OWN_TABLE)),
    )
    stack.add(
        "aws:lambda/function:Function",
        "pathed-function",
        name=f"{_P}pathed",
        role=arn("iam", f"role/jobs/{_P}pathed"),
        runtime="python3.13",
        handler="a.b",
        timeout=3,
    )
    del role


_ALARM = {
    "comparisonOperator": "GreaterThanThreshold",
    "evaluationPeriods": 1,
    "threshold": 1,
    "metricName": "Errors",
    "namespace": "AWS/Lambda",
    "period": 60,
    "statistic": "Sum",
}
_ENDPOINT_POLICY = document({**allow("dynamodb:*"), "Principal": "*"})


def _owners_grant(stack: Phased) -> None:
    """AWS gives a bucket back with what its owner may, by the account's canonical id."""
    bucket = _bucket(stack)
    if stack.phase == AWS:
        owner = {"id": "a" * 64, "type": "CanonicalUser", "permissions": ["FULL_CONTROL"], "uri": ""}
        bucket["outputs"]["grants"] = [owner]


ORDINARY: tuple[Case, ...] = tuple(
    Case(0, what, change, phases=phases)
    for what, change, *rest in (
        ("a network of its own", _network),
        ("a function in the platform's network", _shared_network, (KNOWN, AWS)),
        ("a database cluster with a proxy and a snapshot", _database),
        ("a database with a replica and a snapshot", _single_database),
        ("an HTTP API with signed requests onto the own function", _http_api),
        ("a REST API with signed requests onto the own function", _rest_api),
        ("a user pool with clients and identities", _user_pool),
        ("a file system mounted by the own function", _file_system),
        ("a container service behind a load balancer", _container_service),
        ("machines with the own profile", _machines),
        ("a cache with its users", _cache),
        ("a search domain with a policy for the own role", _search),
        ("a catalogue with a crawler, a job and queries", _catalog),
        ("a GraphQL API with signed requests", _graphql),
        ("application configuration", _configuration),
        ("a topic and a queue", _queue_and_topic),
        ("a stream into the own bucket", _streams),
        ("a website from the own bucket", _website),
        ("backups of the own table", _backup),
        ("a secret with a random value", _secret),
        ("a bucket with a random end", _unique_bucket, (KNOWN, AWS)),
        ("a message broker", _mesh_of_queues),
        ("a Kafka cluster", _kafka),
        ("a zone with a certificate", _zone),
        ("one more key", _own_key_and_alias),
        ("a bucket that is replicated to another region", _replicated),
        ("time series", _timestream),
        ("service discovery", _discovery),
        ("a web firewall", _firewall),
        ("batch jobs", _batch),
        ("a build project", _build),
        ("an own log group that begins with a slash", _own_log_group),
        ("a role with a path", _role_with_path),
        ("a VPC endpoint with a policy", made("aws:ec2/vpcEndpoint:VpcEndpoint", "endpoint", vpcId=_VPC, serviceName=f"com.amazonaws.{REGION}.dynamodb", routeTableIds=["rtb-0aaa1bbb2ccc3ddd4"], policy=_ENDPOINT_POLICY)),
        ("an alarm on the own topic", made("aws:cloudwatch/metricAlarm:MetricAlarm", "alarm", name=f"{_P}errors", alarmActions=[_TOPIC], **_ALARM)),
        ("a composite alarm", made("aws:cloudwatch/compositeAlarm:CompositeAlarm", "both", alarmName=f"{_P}both", alarmRule=f"ALARM({_P}errors)")),
        ("a mail subscription to an own topic", made("aws:sns/topicSubscription:TopicSubscription", "mail", topic=_TOPIC, protocol="email", endpoint="a@example.com")),
        ("a parameter", made("aws:ssm/parameter:Parameter", "rate", name=f"/{_P}rate", type="String", value="1")),
        ("a table", made("aws:dynamodb/table:Table", "more", name=f"{_P}more", hashKey="pk", billingMode="PAY_PER_REQUEST", attributes=[{"name": "pk", "type": "S"}], serverSideEncryption={"enabled": True})),
        ("a schedule on the default bus", made("aws:cloudwatch/eventRule:EventRule", "tick", name=f"{_P}tick", scheduleExpression="rate(1 hour)")),
        ("a rule on the default bus for the own bucket", made("aws:cloudwatch/eventRule:EventRule", "objects", name=f"{_P}objects", eventPattern=text({"source": ["aws.s3"], "detail": {"bucket": {"name": [_B]}}}))),
        ("a rule on the default bus for the own workflow", made("aws:cloudwatch/eventRule:EventRule", "runs", name=f"{_P}runs", eventPattern=text({"source": ["aws.states"], "detail": {"stateMachineArn": [arn("states", f"stateMachine:{_P}m")]}}))),
        ("a rule for the health of AWS", made("aws:cloudwatch/eventRule:EventRule", "health", name=f"{_P}health", eventPattern=text({"source": ["aws.health"]}))),
        ("an own bus", made("aws:cloudwatch/eventBus:EventBus", "bus", name=f"{_P}bus")),
        ("an insight rule over the own logs", made("aws:cloudwatch/contributorInsightRule:ContributorInsightRule", "top", ruleName=f"{_P}top", ruleDefinition=text({"Schema": {"Name": "CloudWatchLogRule", "Version": 1}, "LogGroupNames": [_LOGS], "Contribution": {"Keys": ["$.a"]}}))),
        ("a trail of the own bucket's objects", _with_bucket("aws:cloudtrail/trail:Trail", name=f"{_P}trail", s3BucketName="BUCKET", advancedEventSelectors=[{"fieldSelectors": [{"field": "eventCategory", "equals": ["Data"]}, {"field": "resources.type", "equals": ["AWS::S3::Object"]}, {"field": "resources.ARN", "startsWiths": [f"arn:aws:s3:::{_B}/"]}]}])),
        ("access logs of the own bucket", _with_bucket("aws:s3/bucketLogging:BucketLogging", bucket="BUCKET", targetBucket="BUCKET", targetPrefix="logs/")),
        ("ownership of the own bucket's objects", _with_bucket("aws:s3/bucketOwnershipControls:BucketOwnershipControls", bucket="BUCKET", rule={"objectOwnership": "BucketOwnerEnforced"})),
        ("a private ACL", _with_bucket("aws:s3/bucketAcl:BucketAcl", bucket="BUCKET", acl="private")),
        ("an object in the own bucket", _with_bucket("aws:s3/bucketObjectv2:BucketObjectv2", bucket="BUCKET", key="config/one.json", content="{}")),
        ("a copy within the own bucket", _with_bucket("aws:s3/objectCopy:ObjectCopy", bucket="BUCKET", key="two.json", source=f"{_B}/one.json")),
        ("a lifecycle of the own bucket", _with_bucket("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", bucket="BUCKET", rules=[{"id": "old", "status": "Enabled", "expiration": {"days": 30}}])),
        ("an inventory of the own bucket", _with_bucket("aws:s3/inventory:Inventory", bucket="BUCKET", name="all", includedObjectVersions="All", schedule={"frequency": "Daily"}, destination={"bucket": {"format": "CSV", "bucketArn": "ARN"}})),
        ("an access point of the own bucket", _with_bucket("aws:s3/accessPoint:AccessPoint", bucket="BUCKET", name="campaigns-read", vpcConfiguration={"vpcId": _VPC})),
        ("an export of the own table", _with_bucket("aws:dynamodb/tableExport:TableExport", tableArn=OWN_TABLE, s3Bucket="BUCKET")),
        ("a function with its code in the own bucket", _with_bucket("aws:lambda/function:Function", name=f"{_P}from-bucket", role=_ROLE, runtime="python3.13", handler="a.b", s3Bucket="BUCKET", s3Key="code.zip", timeout=3, deadLetterConfig={"targetArn": OWN_QUEUE})),
        ("mail of its own", made("aws:sesv2/emailIdentity:EmailIdentity", "mail-domain", emailIdentity="campaigns.example.com")),
        ("a trace group", made("aws:xray/group:Group", "traces", groupName=f"{_P}traces", filterExpression='service("campaigns")')),
        ("a budget", made("aws:budgets/budget:Budget", "budget", name=f"{_P}budget", budgetType="COST", timeUnit="MONTHLY", limitAmount="100", limitUnit="USD")),
        ("a lookup of the shared zone", made("aws:route53/record:Record", "api", zoneId="Z0AAA1BBB2CCC3", name="api.example.com", type="CNAME", ttl=60, records=["x.example.com"])),
    )
    for phases in [rest[0] if rest else ("preview", KNOWN, AWS)]
)  # fmt: skip


def _managed(stack: Phased, *names: str) -> None:
    for name in names:
        stack.add(
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            name.rpartition("/")[2],
            role=THIEF_ROLE,
            policyArn=f"arn:aws:iam::aws:policy/{name}",
        )


def _identity_pool_role(stack: Phased) -> None:
    """A role for who has logged in to the own pool: which pool that is, is known when it is made."""
    pool = stack.add(
        "aws:cognito/identityPool:IdentityPool",
        "people",
        identityPoolName=f"{_P}people",
        allowUnauthenticatedIdentities=False,
    )
    condition = {
        "StringEquals": {"cognito-identity.amazonaws.com:aud": stack._of(Out(pool))},
        "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"},
    }
    trust = document(
        {
            "Effect": "Allow",
            "Principal": {"Federated": "cognito-identity.amazonaws.com"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": condition,
        }
    )
    stack.add(
        "aws:iam/role:Role",
        "person",
        name=f"{_P}person",
        assumeRolePolicy=trust,
        permissionsBoundary=arn("iam", f"policy/{_P}boundary"),
    )


def _service_account(stack: Phased) -> None:
    provider = "oidc.eks.eu-central-1.amazonaws.com/id/ABCDEF"
    condition = {
        "StringEquals": {
            f"{provider}:sub": "system:serviceaccount:campaigns:web",
            f"{provider}:aud": "sts.amazonaws.com",
        }
    }
    trust = document(
        {
            "Effect": "Allow",
            "Principal": {"Federated": arn("iam", f"oidc-provider/{provider}")},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": condition,
        }
    )
    stack.add(
        "aws:iam/role:Role",
        "pod",
        name=f"{_P}pod",
        assumeRolePolicy=trust,
        permissionsBoundary=arn("iam", f"policy/{_P}boundary"),
    )


def _network_interfaces(stack: Phased) -> None:
    policy = stack.find(":RolePolicy", role=THIEF_ROLE)
    right = allow(
        "ec2:CreateNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DeleteNetworkInterface",
        "ec2:AssignPrivateIpAddresses",
        "ec2:UnassignPrivateIpAddresses",
    )
    stack.edit(policy, "policy", lambda body: body["Statement"].append(right))


ORDINARY += (
    Case(0, "a managed policy that only writes traces", lambda stack: _managed(stack, "AWSXRayDaemonWriteAccess")),
    Case(0, "managed policies that only write logs", lambda stack: _managed(stack, "service-role/AWSLambdaBasicExecutionRole", "service-role/AWSLambdaVPCAccessExecutionRole")),
    Case(0, "a role for who has logged in to the own pool", _identity_pool_role, phases=(KNOWN, AWS)),
    Case(0, "a role for an own service account", _service_account),
    Case(0, "rights on network interfaces", _network_interfaces),
)  # fmt: skip


Step = tuple[str, str, Callable[[Callable[..., Out]], dict[str, Any]]]


def chain(*steps: Step) -> Callable[[Phased], None]:
    """Resources in order, each with properties that may be what AWS computes of an earlier one: `of(NAME, KEY)`."""

    def change(stack: Phased) -> None:
        added: dict[str, dict[str, Any]] = {}

        def of(name: str, key: str = "id") -> Out:
            return Out(added[name], key)

        for token, name, props in steps:
            added[name] = stack.add(token, f"chain-{name}", **props(of))

    return change


def _bucket_for_logs(service: str) -> Callable[[Phased], None]:
    statement = {
        **allow("s3:PutObject", on=f"arn:aws:s3:::{_B}/*"),
        "Principal": {"Service": service},
        "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
    }
    return chain(
        ("aws:s3/bucket:Bucket", "logs", lambda _: {"bucket": _B}),
        ("aws:s3/bucketPolicy:BucketPolicy", "logs-policy", lambda of: {"bucket": of("logs", "bucket"), "policy": document(statement)}),
    )  # fmt: skip


def _api_by_description(operation: dict[str, Any], **more: Any) -> str:
    uri = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{OWN_FUNCTION}/invocations"
    asked = {**operation, "x-amazon-apigateway-integration": {"type": "aws_proxy", "httpMethod": "POST", "uri": uri}}
    mock = {"x-amazon-apigateway-integration": {"type": "mock"}}
    return text({"openapi": "3.0.1", **more, "paths": {"/x": {"get": asked, "options": mock}}})


def _odd_table_with_a_replica(stack: Phased) -> None:
    """A table whose name does not tell whose it is: its replica in another region is the unit's own, too."""
    replicas = [{"regionName": "eu-west-1"}]
    stack.add("aws:dynamodb/table:Table", "lines", name="campaigns-lines", hashKey="pk", replicas=replicas)
    there = arn("dynamodb", "table/campaigns-lines").replace(REGION, "eu-west-1")
    stack.add("aws:dynamodb/tableExport:TableExport", "export", tableArn=there, s3Bucket=_B)


_SIGNED = {"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "awsSigv4"}
_ALARMS = {"source": ["aws.cloudwatch"], "detail-type": ["CloudWatch Alarm State Change"]}

ORDINARY += (
    Case(0, "an own address at an own interface", chain(
        ("aws:ec2/eip:Eip", "address", lambda _: {"domain": "vpc"}),
        ("aws:ec2/eipAssociation:EipAssociation", "at", lambda of: {"allocationId": of("address", "allocationId"), "networkInterfaceId": "eni-0aaa1bbb2ccc3ddd4"}),
    )),
    Case(0, "what happens to an own database", chain(
        ("aws:rds/instance:Instance", "pg", lambda _: {"identifier": "campaigns-pg", "instanceClass": "db.t4g.small"}),
        ("aws:rds/eventSubscription:EventSubscription", "told", lambda of: {"name": f"{_P}told", "snsTopic": _TOPIC, "sourceType": "db-instance", "sourceIds": [of("pg", "identifier")]}),
    )),
    Case(0, "the default group of an own network", chain(
        ("aws:ec2/vpc:Vpc", "network", lambda _: {"cidrBlock": "10.0.0.0/16"}),
        ("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "closed", lambda of: {"vpcId": of("network", "id")}),
    )),
    Case(0, "a role for certificates of one anchor", made("aws:iam/role:Role", "machines", name=f"{_P}machines", permissionsBoundary=arn("iam", f"policy/{_P}boundary"), assumeRolePolicy=document({"Effect": "Allow", "Principal": {"Service": "rolesanywhere.amazonaws.com"}, "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"], "Condition": {"ArnEquals": {"aws:SourceArn": arn("rolesanywhere", "trust-anchor/0f0e0d0c-1111-2222-3333-444455556666")}}}))),
    Case(0, "a network that the platform joins with another account's", made("aws:ec2/vpcPeeringConnection:VpcPeeringConnection", "joined", "platform", vpcId="vpc-0aaa1bbb2ccc3ddd4", peerVpcId="vpc-0bbb1bbb2ccc3ddd4", peerOwnerId="222222222222")),
    Case(0, "a network joined with another of the account", made("aws:ec2/vpcPeeringConnection:VpcPeeringConnection", "joined", vpcId="vpc-0aaa1bbb2ccc3ddd4", peerVpcId="vpc-0bbb1bbb2ccc3ddd4", peerOwnerId=ACCOUNT, autoAccept=True)),
    Case(0, "a bucket with its owner's grant", _owners_grant),
    Case(0, "a bucket with a random end behind an own beginning", made("aws:s3/bucket:Bucket", "logs", bucketPrefix="rewards-dev-campaigns--logs-")),
    Case(0, "a queue with a random end behind an own beginning", made("aws:sqs/queue:Queue", "jobs", namePrefix=f"{_P}jobs-")),
    Case(0, "a log group with a random end behind an own beginning", made("aws:cloudwatch/logGroup:LogGroup", "jobs", namePrefix=f"/aws/lambda/{_P}jobs-", retentionInDays=30)),
    Case(0, "a bucket for logs of load balancers", _bucket_for_logs("logdelivery.elasticloadbalancing.amazonaws.com")),
    Case(0, "a bucket for logs of buckets", _bucket_for_logs("logging.s3.amazonaws.com")),
    Case(0, "a text message about an own alarm", made("aws:sns/topicSubscription:TopicSubscription", "phone", topic=_TOPIC, protocol="sms", endpoint="+4930123456")),
    Case(0, "a rule on the default bus for alarms", made("aws:cloudwatch/eventRule:EventRule", "alarms", name=f"{_P}alarms", eventPattern=text(_ALARMS))),
    Case(0, "a rule on the default bus for machines that end", made("aws:cloudwatch/eventRule:EventRule", "spot", name=f"{_P}spot", eventPattern=text({"source": ["aws.ec2"], "detail-type": ["EC2 Spot Instance Interruption Warning"]}))),
    Case(0, "a rule on the default bus for own tasks", made("aws:cloudwatch/eventRule:EventRule", "tasks", name=f"{_P}tasks", eventPattern=text({"source": ["aws.ecs"], "detail": {"clusterArn": [arn("ecs", f"cluster/{_P}c")]}}))),
    Case(0, "mail about the health of AWS", chain(
        ("aws:notifications/notificationConfiguration:NotificationConfiguration", "mail", lambda _: {"name": "campaigns", "description": "x"}),
        ("aws:notifications/eventRule:EventRule", "health", lambda of: {"source": "aws.health", "eventType": "AWS Health Event", "notificationConfigurationArn": of("mail", "arn"), "regions": [REGION]}),
    )),
    Case(0, "a pipe from an own queue to the bus", made("aws:pipes/pipe:Pipe", "pipe", name=f"{_P}pipe", roleArn=_ROLE, source=OWN_QUEUE, target=arn("events", "event-bus/rewards-dev-platform_bus"), targetParameters={"eventbridgeEventBusParameters": {"source": "campaigns", "detailType": "CampaignChanged"}})),
    Case(0, "a service that runs an own task by its name", chain(
        ("aws:ecs/taskDefinition:TaskDefinition", "task", lambda _: {"family": "campaigns-web", "containerDefinitions": "[]", "taskRoleArn": _ROLE}),
        ("aws:ecs/service:Service", "service", lambda _: {"name": f"{_P}web", "cluster": "shared", "taskDefinition": "campaigns-web:3"}),
    )),
    Case(0, "a stream into files by an own catalogue", chain(
        ("aws:glue/catalogDatabase:CatalogDatabase", "lake", lambda _: {"name": "campaigns_lake"}),
        ("aws:glue/catalogTable:CatalogTable", "clicks", lambda of: {"name": "clicks", "databaseName": of("lake", "name")}),
        ("aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream", "files", lambda of: {"name": f"{_P}files", "destination": "extended_s3", "extendedS3Configuration": {"bucketArn": f"arn:aws:s3:::{_B}", "roleArn": _ROLE, "dataFormatConversionConfiguration": {"schemaConfiguration": {"databaseName": of("lake", "name"), "tableName": of("clicks", "name"), "roleArn": _ROLE}}}}),
    )),
    Case(0, "mail with its bounces and its rules", chain(
        ("aws:ses/domainIdentity:DomainIdentity", "domain", lambda _: {"domain": "mail.campaigns.example.com"}),
        ("aws:ses/identityNotificationTopic:IdentityNotificationTopic", "bounces", lambda of: {"identity": of("domain", "domain"), "notificationType": "Bounce", "topicArn": _TOPIC}),
        ("aws:ses/receiptRuleSet:ReceiptRuleSet", "rules", lambda _: {"ruleSetName": "campaigns"}),
        ("aws:ses/receiptRule:ReceiptRule", "rule", lambda of: {"name": "x", "ruleSetName": of("rules", "ruleSetName"), "s3Actions": [{"bucketName": _B, "position": 1}]}),
    )),
    Case(0, "a function behind the addresses of an own Kafka", chain(
        ("aws:msk/cluster:Cluster", "kafka", lambda _: {"clusterName": "campaigns", "kafkaVersion": "3.8.x", "numberOfBrokerNodes": 2, "brokerNodeGroupInfo": {"clientSubnets": _SUBNETS, "instanceType": "kafka.t3.small", "securityGroups": [_GROUP]}}),
        ("aws:lambda/eventSourceMapping:EventSourceMapping", "mapping", lambda of: {"functionName": THIEF_ROLE, "topics": ["clicks"], "startingPosition": "LATEST", "selfManagedEventSource": {"endpoints": {"KAFKA_BOOTSTRAP_SERVERS": of("kafka", "bootstrapBrokersSaslScram")}}, "sourceAccessConfigurations": [{"type": "SASL_SCRAM_512_AUTH", "uri": arn("secretsmanager", f"secret:{_P}kafka-AbCdEf")}]}),
    )),
    Case(0, "a migration from an own database by its address", chain(
        ("aws:rds/instance:Instance", "pg", lambda _: {"identifier": "campaigns-pg", "instanceClass": "db.t4g.small"}),
        ("aws:dms/endpoint:Endpoint", "from", lambda of: {"endpointId": "x", "endpointType": "source", "engineName": "postgres", "serverName": of("pg", "address"), "username": "x", "password": "not-one", "port": 5432}),
        ("aws:route53/record:Record", "name", lambda of: {"zoneId": "Z0AAA1BBB2CCC3", "name": "db.example.com", "type": "CNAME", "ttl": 60, "records": [of("pg", "address")]}),
    )),
    Case(0, "a cluster with its machines and add-ons", chain(
        ("aws:eks/cluster:Cluster", "cluster", lambda _: {"name": "campaigns", "roleArn": _ROLE, "vpcConfig": {"subnetIds": _SUBNETS}}),
        ("aws:eks/nodeGroup:NodeGroup", "machines", lambda of: {"clusterName": of("cluster", "name"), "nodeRoleArn": _ROLE, "subnetIds": _SUBNETS, "scalingConfig": {"desiredSize": 1, "maxSize": 2, "minSize": 1}}),
        ("aws:eks/accessEntry:AccessEntry", "access", lambda of: {"clusterName": of("cluster", "name"), "principalArn": _ROLE}),
    )),
    Case(0, "the own role in the cluster that all share", made("aws:eks/podIdentityAssociation:PodIdentityAssociation", "pods", clusterName="shared", namespace="campaigns", serviceAccount="web", roleArn=_ROLE)),
    Case(0, "an API by a description with signed requests", made("aws:apigateway/restApi:RestApi", "described", name=f"{_P}api", body=_api_by_description({"x-amazon-apigateway-auth": {"type": "AWS_IAM"}}))),
    Case(0, "an API by a description with an authorizer for all", made("aws:apigateway/restApi:RestApi", "described", name=f"{_P}api", body=_api_by_description({}, security=[{"signed": []}], components={"securitySchemes": {"signed": _SIGNED}}))),
    Case(0, "an own layer", chain(
        ("aws:lambda/layerVersion:LayerVersion", "layer", lambda _: {"layerName": f"{_P}libraries", "compatibleRuntimes": ["python3.13"]}),
        ("aws:lambda/function:Function", "function", lambda of: {"name": f"{_P}layered", "role": _ROLE, "runtime": "python3.13", "handler": "a.b", "timeout": 3, "layers": [of("layer", "arn"), "arn:aws:lambda:eu-central-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python313-arm64:7"]}),
    )),
    Case(0, "a build with its cache and results in own buckets", made("aws:codebuild/project:Project", "built", name=f"{_P}built", serviceRole=_ROLE, artifacts={"type": "S3", "location": _B}, cache={"type": "S3", "location": f"{_B}/cache"}, environment={"computeType": "BUILD_GENERAL1_SMALL", "image": "aws/codebuild/standard:7.0", "type": "LINUX_CONTAINER"}, source={"type": "GITHUB", "location": "https://github.com/acme/rewards.git"})),
    Case(0, "which traces are kept", made("aws:xray/samplingRule:SamplingRule", "sampling", ruleName=f"{_P}s", priority=1, version=1, reservoirSize=1, fixedRate=0.1, urlPath="*", host="*", httpMethod="*", serviceType="*", serviceName="*", resourceArn="*")),
    Case(0, "prefixes of the objects in an own bucket", made("aws:s3control/storageLensConfiguration:StorageLensConfiguration", "lens", configId="x", storageLensConfiguration={"enabled": True, "include": {"buckets": [f"arn:aws:s3:::{_B}"]}, "accountLevel": {"bucketLevel": {"prefixLevel": {"storageMetrics": {"enabled": True}}}}})),
    Case(0, "an export of the replica of an own table, under a name of its own", _odd_table_with_a_replica),
)  # fmt: skip
