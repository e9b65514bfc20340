"""Leaks by a roundabout way: what records everybody's calls or traffic, whom an issuer vouches for, names of units that
are nowhere, and machines that are meant by a template, a profile, a tag or a group."""

from typing import Any

from tests.policies.leaks.attacks import (
    POOL,
    PUBLIC,
    TEMPLATE,
    THIEF_ARN,
    TRUST,
    TYPES,
    WIRING,
    P,
    V,
    literal,
    on_victims,
    trusting,
)
from tests.policies.leaks.changes import ACCOUNT, OWN_TABLE, REGION, TABLE, THIEF, VICTIM, allow, arn, document
from tests.policies.leaks.phases import PREVIEW, Case, Out, Phased, PhasedChange, made, text

_OWNERS, _POLICIES = "isolation-owners", "isolation-declared-policies"
_BUCKET = "rewards-dev-campaigns--x"
_LOGS = {"trafficType": "ALL", "logDestination": f"arn:aws:s3:::{_BUCKET}", "logDestinationType": "s3"}
_NETWORK, _INTERFACE, _TABLE = "vpc-0aaa1bbb2ccc3ddd4", "eni-0aaa1bbb2ccc3ddd4", "rtb-0aaa1bbb2ccc3ddd4"
_TARGETS = arn("elasticloadbalancing", "targetgroup/ledger/73e2d6bc24d8a067")
FLOW_LOG, ROUTE = "aws:ec2/flowLog:FlowLog", "aws:ec2/route:Route"
LOG_SOURCE = "aws:cloudwatch/logDeliverySource:LogDeliverySource"
DEPLOYMENTS = "aws:codedeploy/deploymentGroup:DeploymentGroup"
MACHINES = "aws:autoscaling/group:Group"


# What records what everybody does


def selected(category: str, **fields: list[str]) -> dict[str, Any]:
    """A selector of events of one category, by fields that must have one of some values."""
    wanted = {"eventCategory": [category], **{name.replace("_", "."): values for name, values in fields.items()}}
    return {"fieldSelectors": [{"field": field, "equals": values} for field, values in wanted.items()]}


def trail(owner: str | None = THIEF, /, **props: Any) -> PhasedChange:
    return made("aws:cloudtrail/trail:Trail", "tap", owner, **{"name": f"{P}t", "s3BucketName": _BUCKET, **props})


def events(**props: Any) -> PhasedChange:
    return made("aws:cloudtrail/eventDataStore:EventDataStore", "tap", name=f"{P}e", **props)


def _flows_of_platform(stack: Phased) -> None:
    network = stack.add("aws:ec2/vpc:Vpc", "shared", "platform", cidrBlock="10.0.0.0/16")
    stack.add(FLOW_LOG, "tap", vpcId=Out(network), **_LOGS)


# Whom an issuer vouches for


_GITLAB, _GOOGLE, _TOKENS = "gitlab.example.com", "accounts.google.com", "tokens.example.com/a"
_OWN_REPOSITORY = "project_path:acme/points-ledger:ref_type:branch:ref:main"
_ANY_TOKEN = {"issuer": "https://login.example.com"}
GRAPH = "aws:appsync/graphQLApi:GraphQLApi"


def _federated(
    provider: str, conditions: dict[str, Any], action: str = "sts:AssumeRoleWithWebIdentity"
) -> PhasedChange:
    return trusting({"Principal": {"Federated": provider}, "Action": action, "Condition": conditions})


def issuer_for(*audiences: str) -> PhasedChange:
    """A role for an own service account, by an issuer whose tokens are for some audiences."""

    def change(stack: Phased) -> None:
        provider = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
        stack.add(provider, "issuer", "platform", url=f"https://{_TOKENS}", clientIdLists=list(audiences))
        trust = {
            "Effect": "Allow",
            "Principal": {"Federated": arn("iam", f"oidc-provider/{_TOKENS}")},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {f"{_TOKENS}:sub": "system:serviceaccount:campaigns:web"}},
        }
        boundary = arn("iam", f"policy/{P}boundary")
        stack.add(
            "aws:iam/role:Role", "pod", name=f"{P}pod", assumeRolePolicy=document(trust), permissionsBoundary=boundary
        )

    return change


def http_authorizer(**props: Any) -> PhasedChange:
    def change(stack: Phased) -> None:
        api = stack.add("aws:apigatewayv2/api:Api", "api", name=f"{P}api", protocolType="HTTP")
        stack.add("aws:apigatewayv2/authorizer:Authorizer", "who", name="who", apiId=Out(api), **props)

    return change


# Names


_BY_LAMBDA = document({"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"})


def role_named_by_aws(beginning: str, token: str, /, owner: str = THIEF, by: str = THIEF, **given: str) -> PhasedChange:
    """A role of which AWS makes the name, and what gives it a document."""

    def change(stack: Phased) -> None:
        boundary = arn("iam", f"policy/rewards-dev-{owner}_boundary")
        role = stack.add(
            "aws:iam/role:Role",
            "jobs",
            owner,
            namePrefix=beginning,
            assumeRolePolicy=_BY_LAMBDA,
            permissionsBoundary=boundary,
        )
        if stack.phase != PREVIEW:
            name = f"{beginning}20261127100000000000000001"
            role["id"] = name
            role["outputs"] |= {"id": name, "name": name, "arn": arn("iam", f"role/{name}")}
        stack.add(token, "jobs-may", by, role=Out(role), **given)

    return change


def _with_open_boundary(change: PhasedChange) -> PhasedChange:
    def opened(stack: Phased) -> None:
        stack.open_boundary()
        change(stack)

    return opened


# Machines, by whatever means them


def _from_victims_template(stack: Phased) -> None:
    template = stack.add(TEMPLATE[0], "victims", VICTIM, **TEMPLATE[1])
    stack.add("aws:ec2/instance:Instance", "tap", launchTemplate={"id": Out(template), "version": "$Latest"})


def deployed(**props: Any) -> PhasedChange:
    named = {"appName": f"{P}app", "deploymentGroupName": "x", "serviceRoleArn": THIEF_ARN}
    return made(DEPLOYMENTS, "tap", **named, **props)


def tagged(key: str, value: str | None) -> dict[str, str]:
    return {"key": key, **({"type": "KEY_ONLY"} if value is None else {"type": "KEY_AND_VALUE", "value": value})}


FLEET = {"name": f"{P}g", "minSize": 1, "maxSize": 1}
NODES = {
    "nodeRoleArn": THIEF_ARN,
    "subnetIds": ["subnet-1"],
    "scalingConfig": {"desiredSize": 1, "maxSize": 1, "minSize": 1},
}
_BUILD = {
    "name": f"{P}b",
    "serviceRole": THIEF_ARN,
    "artifacts": {"type": "NO_ARTIFACTS"},
    "environment": {
        "computeType": "BUILD_GENERAL1_SMALL",
        "image": "aws/codebuild/standard:7.0",
        "type": "LINUX_CONTAINER",
    },
    "source": {"type": "NO_SOURCE"},
}
_FILES = f"fs-0aaa1bbb2ccc3ddd4.efs.{REGION}.amazonaws.com"


def build(location: Any) -> dict[str, Any]:
    """A project that mounts files."""
    return {
        **_BUILD,
        "fileSystemLocations": [{"identifier": "x", "location": location, "mountPoint": "/x", "type": "EFS"}],
    }


# Log policies of the account


def log_policy(principal: dict[str, str], *actions: str, on: str) -> PhasedChange:
    body = document({**allow(*actions, on=on), "Principal": principal})
    return made("aws:cloudwatch/logResourcePolicy:LogResourcePolicy", "logs", policyName=f"{P}p", policyDocument=body)


ROUTE53 = {"Service": "route53.amazonaws.com"}
_OF_ROUTE53 = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/route53/*"

ROUNDABOUT = (
    # Everybody's calls
    Case(7, "a trail that is told nothing", trail(), WIRING),
    Case(7, "a trail of what is managed", trail(advancedEventSelectors=[selected("Management")]), WIRING),
    Case(7, "a trail of calls through a network", trail(advancedEventSelectors=[selected("NetworkActivity", eventSource=["dynamodb.amazonaws.com"])]), WIRING),
    Case(7, "a trail of calls through an endpoint that nobody here made", trail(advancedEventSelectors=[selected("NetworkActivity", vpcEndpointId=["vpce-0aaa1bbb2ccc3ddd4"])]), WIRING),
    Case(7, "a trail of own objects and what is managed besides", trail(eventSelectors=[{"readWriteType": "All", "dataResources": [{"type": "AWS::S3::Object", "values": [f"arn:aws:s3:::{_BUCKET}/"]}]}]), WIRING),
    Case(7, "a trail of every function", trail(eventSelectors=[{"includeManagementEvents": False, "dataResources": [{"type": "AWS::Lambda::Function", "values": ["arn:aws:lambda"]}]}]), WIRING),
    Case(7, "a trail of everything but an own table", trail(advancedEventSelectors=[{"fieldSelectors": [{"field": "eventCategory", "equals": ["Data"]}, {"field": "resources.type", "equals": ["AWS::DynamoDB::Table"]}, {"field": "resources.ARN", "notEquals": [OWN_TABLE]}]}]), WIRING),
    Case(7, "a trail of nobody", trail(None, name="all", s3BucketName="acme-logs"), WIRING),
    Case(7, "a store of what is managed", events(), WIRING),
    Case(7, "a store of how everything is set up", events(advancedEventSelectors=[selected("ConfigurationItem")]), WIRING),
    # Everybody's traffic
    Case(5, "flow logs of a network that nobody here made", made(FLOW_LOG, "tap", vpcId=_NETWORK, **_LOGS), WIRING),
    Case(5, "flow logs of such a subnet", made(FLOW_LOG, "tap", subnetId="subnet-0aaa1bbb2ccc3ddd4", **_LOGS), WIRING),
    Case(5, "flow logs of such an interface", made(FLOW_LOG, "tap", eniId=_INTERFACE, **_LOGS), WIRING),
    Case(5, "flow logs of the platform's network", _flows_of_platform, WIRING),
    Case(5, "flow logs by nobody", made(FLOW_LOG, "tap", None, vpcId=_NETWORK, **{**_LOGS, "logDestination": "arn:aws:s3:::acme-logs"}), WIRING),
    Case(5, "names that are asked for in a shared zone", made("aws:route53/queryLog:QueryLog", "tap", zoneId="Z0AAA1BBB2CCC3", cloudwatchLogGroupArn=arn("logs", f"log-group:/aws/route53/{P}q")), WIRING),
    Case(5, "names of a shared network that an own host answers", made("aws:route53/resolverRuleAssociation:ResolverRuleAssociation", "tap", vpcId=_NETWORK, resolverRuleId="rslvr-rr-1"), WIRING),
    Case(5, "a route of a shared table to an own machine", made(ROUTE, "tap", routeTableId=_TABLE, destinationCidrBlock="10.1.0.0/16", networkInterfaceId="eni-1aaa1bbb2ccc3ddd4"), WIRING),
    Case(5, "the routes of a shared network", made("aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation", "tap", vpcId=_NETWORK, routeTableId=_TABLE), WIRING),
    Case(5, "the routes of a shared subnet", made("aws:ec2/routeTableAssociation:RouteTableAssociation", "tap", subnetId="subnet-0aaa1bbb2ccc3ddd4", routeTableId="rtb-1aaa1bbb2ccc3ddd4"), WIRING),
    Case(5, "the first table of a shared network", made("aws:ec2/defaultRouteTable:DefaultRouteTable", "tap", defaultRouteTableId=_TABLE, routes=[{"cidrBlock": "0.0.0.0/0", "networkInterfaceId": "eni-1aaa1bbb2ccc3ddd4"}]), WIRING),
    Case(5, "the name servers of a shared network", made("aws:ec2/vpcDhcpOptionsAssociation:VpcDhcpOptionsAssociation", "tap", vpcId=_NETWORK, dhcpOptionsId="dopt-1"), WIRING),
    Case(5, "a target among those of a shared group", made("aws:lb/targetGroupAttachment:TargetGroupAttachment", "tap", targetGroupArn=_TARGETS, targetId="10.0.0.5"), WIRING),
    Case(5, "logs of the platform's bus", made(LOG_SOURCE, "tap", name=f"{P}s", logType="INFO_LOGS", resourceArn=arn("events", "event-bus/rewards-dev-platform_bus")), WIRING),
    Case(5, "logs of another's distribution", made(LOG_SOURCE, "tap", name=f"{P}s", logType="ACCESS_LOGS", resourceArn=f"arn:aws:cloudfront::{ACCOUNT}:distribution/E123"), WIRING),
    Case(5, "who uses an endpoint service most", made("aws:cloudwatch/contributorManagedInsightRule:ContributorManagedInsightRule", "tap", resourceArn=arn("ec2", "vpc-endpoint-service/vpce-svc-1"), templateName="VpcEndpointService-BytesByEndpointId-v1"), WIRING),
    # Issuers
    Case(7, "a repository's tokens, whomever they are for", _federated(arn("iam", f"oidc-provider/{_GITLAB}"), {"StringEquals": {f"{_GITLAB}:sub": _OWN_REPOSITORY}}), TRUST),
    Case(7, "such tokens for whomever a pattern names", _federated(arn("iam", f"oidc-provider/{_GITLAB}"), {"StringLike": {f"{_GITLAB}:aud": "*"}, "StringEquals": {f"{_GITLAB}:sub": _OWN_REPOSITORY}}), TRUST),
    Case(7, "such tokens for whom they may be for", _federated(arn("iam", f"oidc-provider/{_GITLAB}"), {"StringEqualsIfExists": {f"{_GITLAB}:aud": "sts.amazonaws.com"}, "StringEquals": {f"{_GITLAB}:sub": _OWN_REPOSITORY}}), TRUST),
    Case(7, "a person's tokens for whatever site", _federated(_GOOGLE, {"StringEquals": {f"{_GOOGLE}:sub": "110169484474386276334"}}), TRUST),
    Case(7, "an assertion for whatever site", _federated(arn("iam", "saml-provider/acme"), {"StringEquals": {"SAML:sub": "points-ledger-operator"}}, "sts:AssumeRoleWithSAML"), TRUST),
    Case(7, "whoever an identity provider asserts", _federated(arn("iam", "saml-provider/acme"), {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}, "sts:AssumeRoleWithSAML"), TRUST),
    Case(7, "tokens of an issuer for two audiences", issuer_for("sts.amazonaws.com", "more"), TRUST),
    Case(5, "an HTTP API for whatever token of an issuer", http_authorizer(authorizerType="JWT", identitySources=["$request.header.Authorization"], jwtConfiguration=_ANY_TOKEN), PUBLIC),
    Case(5, "a graph for whatever token of an issuer", made(GRAPH, "open", name=f"{P}g", authenticationType="OPENID_CONNECT", openidConnectConfig=_ANY_TOKEN), PUBLIC),
    Case(5, "a graph for such tokens besides", made(GRAPH, "open", name=f"{P}g", authenticationType="AWS_IAM", additionalAuthenticationProviders=[{"authenticationType": "OPENID_CONNECT", "openidConnectConfig": _ANY_TOKEN}]), PUBLIC),
    Case(5, "channels for whatever token of an issuer", made("aws:appsync/api:Api", "open", name=f"{P}g", eventConfig={"authProviders": [{"authType": "OPENID_CONNECT", "openidConnectConfig": _ANY_TOKEN}]}), PUBLIC),
    Case(5, "an HTTP API for those who log in to the victim's pool", on_victims("aws:cognito/userPoolClient:UserPoolClient", "userPoolId", POOL, name="web"), WIRING),
    # Names
    Case(4, "a table with a name of a unit that is nowhere", made("aws:dynamodb/table:Table", "tap", name="rewards-dev-vouchers_store", hashKey="pk"), _OWNERS),
    Case(4, "a secret with such a name", made("aws:secretsmanager/secret:Secret", "tap", name="rewards-dev-vouchers_db"), _OWNERS),
    Case(4, "a bucket with such a name", made("aws:s3/bucket:Bucket", "tap", bucket="rewards-dev-vouchers--x"), _OWNERS),
    Case(4, "a role whose name begins so", made("aws:iam/role:Role", "tap", namePrefix="rewards-dev-vouchers_x", assumeRolePolicy=_BY_LAMBDA, permissionsBoundary=arn("iam", f"policy/{P}boundary")), _OWNERS),
    Case(4, "a role whose name begins as the victim's", made("aws:iam/role:Role", "tap", namePrefix=f"{V}x", assumeRolePolicy=_BY_LAMBDA, permissionsBoundary=arn("iam", f"policy/{P}boundary")), _OWNERS),
    Case(4, "a right of a role whose name AWS makes", _with_open_boundary(role_named_by_aws(f"{P}jobs-", "aws:iam/rolePolicy:RolePolicy", policy=document(allow("dynamodb:Scan", on=TABLE)))), "isolation-direct-read"),
    Case(4, "a right of such a role of the victim", role_named_by_aws(f"{V}jobs-", "aws:iam/rolePolicy:RolePolicy", owner=VICTIM, policy=document(allow("dynamodb:Scan", on=OWN_TABLE))), "isolation-attachments"),
    Case(4, "every right of a role whose name AWS makes", role_named_by_aws(f"{P}jobs-", "aws:iam/rolePolicyAttachment:RolePolicyAttachment", policyArn="arn:aws:iam::aws:policy/AdministratorAccess"), "isolation-unprovable"),
    # Machines
    Case(6, "a machine by another's template", literal("aws:ec2/instance:Instance", "launchTemplate", {"name": "ledger-template"}, userData="x"), WIRING),
    Case(6, "a machine by the id of a template", literal("aws:ec2/instance:Instance", "launchTemplate", {"id": "lt-0aaa1bbb2ccc3ddd4"}, userData="x"), WIRING),
    Case(6, "a machine by the victim's template", _from_victims_template, WIRING),
    Case(6, "machines by another's template", literal(MACHINES, "launchTemplate", {"name": "ledger-template"}, **FLEET), WIRING),
    Case(6, "machines of many kinds by another's template", literal(MACHINES, "mixedInstancesPolicy", {"launchTemplate": {"launchTemplateSpecification": {"launchTemplateName": "ledger-template"}}}, **FLEET), WIRING),
    Case(6, "nodes by another's template", literal("aws:eks/nodeGroup:NodeGroup", "launchTemplate", {"name": "ledger-template", "version": "1"}, clusterName=f"{P}c", **NODES), WIRING),
    Case(6, "spot machines by another's template", literal("aws:ec2/spotFleetRequest:SpotFleetRequest", "launchTemplateConfigs", [{"launchTemplateSpecification": {"name": "ledger-template", "version": "1"}}], iamFleetRole=THIEF_ARN, targetCapacity=1), WIRING),
    Case(6, "a cluster with another's profile", literal("aws:emr/cluster:Cluster", "ec2Attributes", {"instanceProfile": "ledger-profile"}, name=f"{P}e", releaseLabel="emr-7.0.0", serviceRole=THIEF_ARN), WIRING),
    Case(6, "code for machines by a tag", deployed(ec2TagFilters=[tagged("pbc", VICTIM)]), WIRING),
    Case(6, "code for machines by a tag's key", deployed(ec2TagFilters=[tagged("pbc", None)]), WIRING),
    Case(6, "code for machines by some tags", deployed(ec2TagSets=[{"ec2TagFilters": [tagged("Name", "ledger"), tagged("pbc", THIEF)]}]), WIRING),
    Case(6, "code for machines elsewhere by a tag", deployed(onPremisesInstanceTagFilters=[tagged("role", "db")]), WIRING),
    Case(6, "code for another's group of machines", deployed(autoscalingGroups=["ledger-group"]), WIRING),
    Case(6, "news of another's group of machines", made("aws:autoscaling/notification:Notification", "tap", groupNames=["ledger-group"], notifications=["autoscaling:EC2_INSTANCE_LAUNCH"], topicArn=arn("sns", f"{P}n")), WIRING),
    Case(6, "code for another's service", deployed(ecsService={"clusterName": "shared", "serviceName": "ledger-web"}), WIRING),
    Case(6, "jobs among others' in a shared cluster", made("aws:emrcontainers/virtualCluster:VirtualCluster", "tap", name=f"{P}v", containerProvider={"id": "shared", "type": "EKS", "info": {"eksInfo": {"namespace": "points-ledger"}}}), WIRING),
    Case(6, "a start of another's pipeline", made("aws:codepipeline/webhook:Webhook", "tap", name=f"{P}w", authentication="UNAUTHENTICATED", targetAction="Source", targetPipeline="ledger-pipeline", filters=[{"jsonPath": "$.ref", "matchEquals": "x"}]), WIRING),
    Case(7, "updates of whatever machines carry a tag", made("aws:ssm/patchGroup:PatchGroup", "tap", baselineId="pb-0aaa1bbb2ccc3ddd4", patchGroup="ledger-machines"), TYPES),
    Case(7, "a look into every application", made("aws:applicationinsights/application:Application", "tap", resourceGroupName="x", groupingType="ACCOUNT_BASED", autoConfigEnabled=True), TYPES),
    # What one service lends another
    Case(6, "a job with another's connection", made("aws:glue/job:Job", "tap", name=f"{P}j", roleArn=THIEF_ARN, command={"scriptLocation": f"s3://{_BUCKET}/j.py"}, connections=["ledger-db"]), WIRING),
    Case(6, "jobs on another's machines", made("aws:batch/jobQueue:JobQueue", "tap", name=f"{P}q", priority=1, state="ENABLED", computeEnvironmentOrders=[{"order": 1, "computeEnvironment": arn("batch", "compute-environment/ledger")}]), WIRING),
    Case(6, "a job with another's files", made("aws:batch/jobDefinition:JobDefinition", "tap", name=f"{P}j", type="container", containerProperties=text({"image": "x", "volumes": [{"name": "x", "efsVolumeConfiguration": {"fileSystemId": "fs-0aaa1bbb2ccc3ddd4"}}]})), WIRING),
    Case(6, "a build with another's files", made("aws:codebuild/project:Project", "tap", **build(f"{_FILES}:/")), WIRING),
    Case(6, "a task with another's files", made("aws:ecs/taskDefinition:TaskDefinition", "tap", family=f"{P}t", containerDefinitions="[]", volumes=[{"name": "x", "dockerVolumeConfiguration": {"driver": "local", "driverOpts": {"device": f"{_FILES.replace('.efs.', '.fsx.')}:/fsx"}}}]), WIRING),
    Case(6, "a transfer of another's files", made("aws:datasync/nfsLocation:NfsLocation", "tap", serverHostname=_FILES, subdirectory="/", onPremConfig={"agentArns": [arn("datasync", "agent/agent-1")]}), WIRING),
    Case(7, "who may read what others' pulls make", made("aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate", "tap", prefix="ROOT", appliedFors=["PULL_THROUGH_CACHE"], repositoryPolicy=document({**allow("ecr:BatchGetImage"), "Principal": {"AWS": THIEF_ARN}})), TYPES),
    # Log policies
    Case(5, "logs of names that a service may read", log_policy(ROUTE53, "logs:GetLogEvents", on=_OF_ROUTE53), _POLICIES),
    Case(5, "logs of names that the thief may read", log_policy({"AWS": THIEF_ARN}, "logs:GetLogEvents", on=_OF_ROUTE53), _POLICIES),
)  # fmt: skip
"""What passed when the pack was attacked a fourth time, and what is like it."""
