"""Ordinary things that stand beside the leaks of `roundabout.py`: each of these must pass in every phase."""

from typing import Any

from tests.policies.leaks.attacks import THIEF_ARN, P
from tests.policies.leaks.changes import ACCOUNT, OWN_FUNCTION, OWN_TABLE, REGION, THIEF, allow, arn, document
from tests.policies.leaks.ordinary import chain
from tests.policies.leaks.phases import KNOWN, Case, made, text
from tests.policies.leaks.roundabout import (
    DEPLOYMENTS,
    FLEET,
    FLOW_LOG,
    GRAPH,
    LOG_SOURCE,
    MACHINES,
    NODES,
    ROUTE,
    ROUTE53,
    build,
    events,
    http_authorizer,
    issuer_for,
    log_policy,
    role_named_by_aws,
    selected,
    tagged,
    trail,
)

_BUCKET = "rewards-dev-campaigns--x"
_VPC, _CIDR = "aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16"}
_INTO_FILES = {"trafficType": "ALL", "logDestination": f"arn:aws:s3:::{_BUCKET}", "logDestinationType": "s3"}
_OWN_OBJECTS = {"type": "AWS::S3::Object", "values": [f"arn:aws:s3:::{_BUCKET}/"]}
_ONLY_OWN = {"fieldSelectors": [{"field": "eventCategory", "equals": ["Data"]}, {"field": "resources.type", "equals": ["AWS::S3::Object"]}, {"field": "resources.ARN", "startsWiths": _OWN_OBJECTS["values"]}]}  # fmt: skip
_LAMBDA = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{OWN_FUNCTION}/invocations"
_BY_FLOW_LOGS = document({"Effect": "Allow", "Principal": {"Service": "vpc-flow-logs.amazonaws.com"}, "Action": "sts:AssumeRole"})  # fmt: skip
_INTO_QUEUE = document(
    {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn("sqs", f"{P}in"),
        "Condition": {
            "ArnEquals": {"aws:SourceArn": "arn:aws:s3:::rewards-dev-campaigns--in"},
            "StringEquals": {"aws:SourceAccount": ACCOUNT},
        },
    }
)
_NIGHTLY = text({"StartAt": "a", "States": {"a": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": OWN_FUNCTION}, "End": True}}})  # fmt: skip
_SHARED_NETWORK: dict[str, Any] = {"subnetIds": ["subnet-0aaa1bbb2ccc3ddd4"], "securityGroupIds": ["sg-0aaa1bbb2ccc3ddd4"]}  # fmt: skip

NEIGHBOURS: tuple[Case, ...] = (
    Case(0, "a trail of own objects", trail(advancedEventSelectors=[_ONLY_OWN])),
    Case(0, "a trail of own objects, as it was written once", trail(eventSelectors=[{"includeManagementEvents": False, "readWriteType": "All", "dataResources": [_OWN_OBJECTS]}])),
    Case(0, "a store of what happens to own objects", events(advancedEventSelectors=[_ONLY_OWN])),
    Case(0, "a trail of calls through an own endpoint", chain(
        ("aws:ec2/vpcEndpoint:VpcEndpoint", "endpoint", lambda _: {"vpcId": "vpc-0aaa1bbb2ccc3ddd4", "serviceName": f"com.amazonaws.{REGION}.dynamodb"}),
        ("aws:cloudtrail/trail:Trail", "trail", lambda of: {"name": f"{P}t", "s3BucketName": _BUCKET, "advancedEventSelectors": [{"fieldSelectors": [*selected("NetworkActivity", eventSource=["dynamodb.amazonaws.com"])["fieldSelectors"], {"field": "vpcEndpointId", "equals": [of("endpoint")]}]}]}),
    ), phases=(KNOWN, "aws")),
    Case(0, "the platform's trail", trail("platform", name="rewards-dev-platform_trail", s3BucketName="rewards-dev-platform--trail")),
    Case(0, "flow logs of an own network", chain(
        (_VPC, "net", lambda _: _CIDR),
        (FLOW_LOG, "flows", lambda of: {"vpcId": of("net"), **_INTO_FILES}),
    )),
    Case(0, "flow logs of an own network in an own log group", chain(
        (_VPC, "net", lambda _: _CIDR),
        ("aws:cloudwatch/logGroup:LogGroup", "group", lambda _: {"name": "/campaigns/flows", "retentionInDays": 30}),
        ("aws:iam/role:Role", "role", lambda _: {"name": f"{P}flows", "assumeRolePolicy": _BY_FLOW_LOGS, "permissionsBoundary": arn("iam", f"policy/{P}boundary")}),
        (FLOW_LOG, "flows", lambda of: {"vpcId": of("net"), "trafficType": "REJECT", "logDestination": of("group", "arn"), "iamRoleArn": of("role", "arn")}),
    )),
    Case(0, "routes of an own network", chain(
        (_VPC, "net", lambda _: _CIDR),
        ("aws:ec2/routeTable:RouteTable", "routes", lambda of: {"vpcId": of("net")}),
        ("aws:ec2/internetGateway:InternetGateway", "out", lambda of: {"vpcId": of("net")}),
        (ROUTE, "default", lambda of: {"routeTableId": of("routes"), "destinationCidrBlock": "0.0.0.0/0", "gatewayId": of("out")}),
        ("aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation", "main", lambda of: {"vpcId": of("net"), "routeTableId": of("routes")}),
    )),
    Case(0, "the first table of an own network", chain(
        (_VPC, "net", lambda _: _CIDR),
        ("aws:ec2/defaultRouteTable:DefaultRouteTable", "first", lambda of: {"defaultRouteTableId": of("net", "defaultRouteTableId")}),
    )),
    Case(0, "news of own machines", chain(
        (MACHINES, "machines", lambda _: {**FLEET, "name": "campaigns-web"}),
        ("aws:autoscaling/notification:Notification", "news", lambda of: {"groupNames": [of("machines", "name")], "notifications": ["autoscaling:EC2_INSTANCE_LAUNCH"], "topicArn": arn("sns", f"{P}n")}),
    )),
    Case(0, "an own function behind an own group of targets", chain(
        ("aws:lb/targetGroup:TargetGroup", "targets", lambda _: {"name": "campaigns", "targetType": "lambda"}),
        ("aws:lb/targetGroupAttachment:TargetGroupAttachment", "target", lambda of: {"targetGroupArn": of("targets", "arn"), "targetId": OWN_FUNCTION}),
    )),
    Case(0, "logs of an own distribution", chain(
        ("aws:cloudfront/distribution:Distribution", "site", lambda _: {"enabled": True}),
        (LOG_SOURCE, "source", lambda of: {"name": f"{P}s", "logType": "ACCESS_LOGS", "resourceArn": of("site", "arn")}),
    )),
    Case(0, "names that are asked for in an own zone", chain(
        ("aws:route53/zone:Zone", "zone", lambda _: {"name": "campaigns.example.com"}),
        ("aws:route53/queryLog:QueryLog", "names", lambda of: {"zoneId": of("zone", "zoneId"), "cloudwatchLogGroupArn": arn("logs", f"log-group:/aws/route53/{P}q")}),
    )),
    Case(0, "Route 53 may write its logs", log_policy(ROUTE53, "logs:CreateLogStream", "logs:PutLogEvents", on=f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/route53/*")),
    Case(0, "a role by an issuer whose tokens are for one audience", issuer_for("sts.amazonaws.com")),
    Case(0, "an HTTP API for one audience", http_authorizer(authorizerType="JWT", identitySources=["$request.header.Authorization"], jwtConfiguration={"issuer": "https://login.example.com", "audiences": ["campaigns"]})),
    Case(0, "an HTTP API that an own function guards", http_authorizer(authorizerType="REQUEST", authorizerUri=_LAMBDA, authorizerPayloadFormatVersion="2.0")),
    Case(0, "an HTTP API for those who log in to an own pool", chain(
        ("aws:cognito/userPool:UserPool", "users", lambda _: {"name": f"{P}users"}),
        ("aws:cognito/userPoolClient:UserPoolClient", "web", lambda of: {"name": "web", "userPoolId": of("users")}),
        ("aws:apigatewayv2/api:Api", "api", lambda _: {"name": f"{P}api", "protocolType": "HTTP"}),
        ("aws:apigatewayv2/authorizer:Authorizer", "who", lambda of: {"name": "who", "authorizerType": "JWT", "apiId": of("api"), "identitySources": ["$request.header.Authorization"], "jwtConfiguration": {"issuer": of("users", "endpoint"), "audiences": [of("web")]}}),
        ("aws:apigatewayv2/integration:Integration", "to", lambda of: {"apiId": of("api"), "integrationType": "AWS_PROXY", "integrationUri": OWN_FUNCTION}),
        ("aws:apigatewayv2/route:Route", "get", lambda of: {"apiId": of("api"), "routeKey": "GET /x", "authorizationType": "JWT", "authorizerId": of("who"), "target": of("to")}),
    )),
    Case(0, "a graph for one client of an issuer", made(GRAPH, "graph", name=f"{P}g", authenticationType="OPENID_CONNECT", openidConnectConfig={"issuer": "https://login.example.com", "clientId": "campaigns"})),
    Case(0, "a right of an own role whose name AWS makes", role_named_by_aws(f"{P}jobs-", "aws:iam/rolePolicy:RolePolicy", policy=document(allow("dynamodb:Query", on=OWN_TABLE)))),
    Case(0, "logs of an own role whose name AWS makes", role_named_by_aws(f"{P}jobs-", "aws:iam/rolePolicyAttachment:RolePolicyAttachment", policyArn="arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")),
    Case(0, "machines and nodes by an own template", chain(
        ("aws:ec2/launchTemplate:LaunchTemplate", "template", lambda _: {"name": "campaigns-web", "imageId": "ami-0aaa1bbb2ccc3ddd4", "instanceType": "t4g.small"}),
        ("aws:ec2/instance:Instance", "machine", lambda of: {"launchTemplate": {"id": of("template"), "version": "$Latest"}}),
        (MACHINES, "machines", lambda of: {**FLEET, "launchTemplate": {"name": of("template", "name"), "version": "$Latest"}}),
        ("aws:eks/cluster:Cluster", "cluster", lambda _: {"name": "campaigns", "roleArn": THIEF_ARN, "vpcConfig": {"subnetIds": ["subnet-1"]}}),
        ("aws:eks/nodeGroup:NodeGroup", "nodes", lambda of: {"clusterName": of("cluster", "name"), "launchTemplate": {"name": of("template", "name"), "version": "1"}, **NODES}),
    )),
    Case(0, "a cluster with an own profile", chain(
        ("aws:iam/instanceProfile:InstanceProfile", "profile", lambda _: {"name": "campaigns-emr", "role": "rewards-dev-campaigns_bonuses"}),
        ("aws:emr/cluster:Cluster", "cluster", lambda of: {"name": f"{P}e", "releaseLabel": "emr-7.0.0", "serviceRole": THIEF_ARN, "ec2Attributes": {"instanceProfile": of("profile", "arn")}}),
    )),
    Case(0, "code for own machines by the own tag and more", chain(
        (MACHINES, "machines", lambda _: {**FLEET, "name": "campaigns-web"}),
        (DEPLOYMENTS, "code", lambda of: {"appName": f"{P}app", "deploymentGroupName": "x", "serviceRoleArn": THIEF_ARN, "autoscalingGroups": [of("machines", "name")], "ec2TagSets": [{"ec2TagFilters": [tagged("pbc", THIEF)]}, {"ec2TagFilters": [tagged("Name", "web")]}]}),
    )),
    Case(0, "code for an own service in a shared cluster", chain(
        ("aws:ecs/service:Service", "service", lambda _: {"name": f"{P}web", "cluster": "shared"}),
        (DEPLOYMENTS, "code", lambda of: {"appName": f"{P}app", "deploymentGroupName": "x", "serviceRoleArn": THIEF_ARN, "ecsService": {"clusterName": "shared", "serviceName": of("service", "name")}}),
    )),
    # What teams build
    Case(0, "a bucket that tells a queue", chain(
        ("aws:s3/bucket:Bucket", "bucket", lambda _: {"bucket": "rewards-dev-campaigns--in"}),
        ("aws:sqs/queue:Queue", "queue", lambda _: {"name": f"{P}in"}),
        ("aws:sqs/queuePolicy:QueuePolicy", "policy", lambda of: {"queueUrl": of("queue", "url"), "policy": _INTO_QUEUE}),
        ("aws:s3/bucketNotification:BucketNotification", "told", lambda of: {"bucket": of("bucket"), "queues": [{"queueArn": of("queue", "arn"), "events": ["s3:ObjectCreated:*"]}]}),
    )),
    Case(0, "a graph over an own table", chain(
        (GRAPH, "graph", lambda _: {"name": f"{P}g", "authenticationType": "AWS_IAM"}),
        ("aws:appsync/dataSource:DataSource", "source", lambda of: {"apiId": of("graph"), "name": "store", "type": "AMAZON_DYNAMODB", "serviceRoleArn": THIEF_ARN, "dynamodbConfig": {"tableName": "rewards-dev-campaigns_store"}}),
        ("aws:appsync/resolver:Resolver", "resolver", lambda of: {"apiId": of("graph"), "type": "Query", "field": "bonuses", "dataSource": of("source", "name"), "runtime": {"name": "APPSYNC_JS", "runtimeVersion": "1.0.0"}, "code": "export function request(ctx) { return {operation: 'Scan'} }"}),
    )),
    Case(0, "jobs on own machines", chain(
        ("aws:batch/computeEnvironment:ComputeEnvironment", "machines", lambda _: {"name": "campaigns-jobs", "type": "MANAGED", "serviceRole": THIEF_ARN, "computeResources": {"type": "FARGATE", "maxVcpus": 2, "subnets": _SHARED_NETWORK["subnetIds"], "securityGroupIds": _SHARED_NETWORK["securityGroupIds"]}}),
        ("aws:batch/jobQueue:JobQueue", "queue", lambda of: {"name": "campaigns-jobs", "priority": 1, "state": "ENABLED", "computeEnvironmentOrders": [{"order": 1, "computeEnvironment": of("machines", "arn")}]}),
        ("aws:batch/jobDefinition:JobDefinition", "job", lambda _: {"name": "campaigns-load", "type": "container", "containerProperties": text({"image": "public.ecr.aws/docker/library/python:3.13", "jobRoleArn": THIEF_ARN})}),
    )),
    Case(0, "a job over an own connection", chain(
        ("aws:glue/connection:Connection", "connection", lambda _: {"name": "campaigns-db", "connectionType": "NETWORK", "physicalConnectionRequirements": {"subnetId": "subnet-1", "securityGroupIdLists": ["sg-1"], "availabilityZone": f"{REGION}a"}}),
        ("aws:glue/job:Job", "job", lambda of: {"name": "campaigns-load", "roleArn": THIEF_ARN, "connections": [of("connection", "name")], "command": {"scriptLocation": f"s3://{_BUCKET}/j.py"}}),
    )),
    Case(0, "a build with own files", chain(
        ("aws:efs/fileSystem:FileSystem", "files", lambda _: {"creationToken": "campaigns"}),
        ("aws:codebuild/project:Project", "build", lambda of: build(of("files", "dnsName"))),
    )),
    Case(0, "a workflow by a schedule, with its logs", chain(
        ("aws:cloudwatch/logGroup:LogGroup", "logs", lambda _: {"name": f"/aws/vendedlogs/states/{P}nightly", "retentionInDays": 30}),
        ("aws:sfn/stateMachine:StateMachine", "nightly", lambda _: {"name": f"{P}nightly", "roleArn": THIEF_ARN, "definition": _NIGHTLY, "loggingConfiguration": {"level": "ERROR", "logDestination": arn("logs", f"log-group:/aws/vendedlogs/states/{P}nightly:*")}}),
        ("aws:scheduler/schedule:Schedule", "schedule", lambda of: {"name": f"{P}nightly", "scheduleExpression": "rate(1 day)", "flexibleTimeWindow": {"mode": "OFF"}, "target": {"arn": of("nightly", "arn"), "roleArn": THIEF_ARN, "input": "{}"}}),
    )),
    Case(0, "a backup of an own table", chain(
        ("aws:backup/vault:Vault", "vault", lambda _: {"name": f"{P}vault"}),
        ("aws:backup/plan:Plan", "plan", lambda of: {"name": f"{P}plan", "rules": [{"ruleName": "daily", "targetVaultName": of("vault", "name"), "schedule": "cron(0 5 * * ? *)"}]}),
        ("aws:backup/selection:Selection", "own", lambda of: {"name": "own", "planId": of("plan"), "iamRoleArn": THIEF_ARN, "resources": [OWN_TABLE]}),
    )),
    Case(0, "an own Kafka with an own secret", chain(
        ("aws:msk/cluster:Cluster", "kafka", lambda _: {"clusterName": "campaigns", "kafkaVersion": "3.8.x", "numberOfBrokerNodes": 2, "brokerNodeGroupInfo": {"clientSubnets": ["subnet-1"], "instanceType": "kafka.t3.small", "securityGroups": ["sg-1"]}, "clientAuthentication": {"sasl": {"scram": True}}}),
        ("aws:secretsmanager/secret:Secret", "secret", lambda _: {"name": "AmazonMSK_campaigns"}),
        ("aws:msk/scramSecretAssociation:ScramSecretAssociation", "user", lambda of: {"clusterArn": of("kafka", "arn"), "secretArnLists": [of("secret", "arn")]}),
    )),
    Case(0, "an own warehouse", chain(
        ("aws:redshiftserverless/namespace:Namespace", "namespace", lambda _: {"namespaceName": "campaigns", "dbName": "x", "manageAdminPassword": True, "iamRoles": [THIEF_ARN]}),
        ("aws:redshiftserverless/workgroup:Workgroup", "workgroup", lambda of: {"workgroupName": "campaigns", "namespaceName": of("namespace", "namespaceName"), "subnetIds": ["subnet-1"]}),
    )),
    Case(0, "an own search domain in a shared network", made("aws:opensearch/domain:Domain", "search", domainName="campaigns", engineVersion="OpenSearch_2.19", vpcOptions=_SHARED_NETWORK, accessPolicies=document({**allow("es:*", on=arn("es", "domain/campaigns/*")), "Principal": {"AWS": THIEF_ARN}}))),
    Case(0, "an own subnet by the routes of a shared network", chain(
        ("aws:ec2/subnet:Subnet", "subnet", lambda _: {"vpcId": "vpc-0aaa1bbb2ccc3ddd4", "cidrBlock": "10.0.9.0/24"}),
        ("aws:ec2/routeTableAssociation:RouteTableAssociation", "routes", lambda of: {"subnetId": of("subnet"), "routeTableId": "rtb-0aaa1bbb2ccc3ddd4"}),
    )),
)  # fmt: skip
