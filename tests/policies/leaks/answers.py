"""Actions by what they answer: reads that hand out data whatever they are called, and reads that do not.

Each leak by name, by a pattern, and in odd casing under a condition.
"""

from tests.policies.leaks.changes import THIEF, THIEF_ROLE, Change, Stack, allow, allowed, arn, granted
from tests.policies.leaks.leak import Leak

_CONTENT, _SECRETS = "isolation-content-reads", "isolation-secrets-and-keys"
_TELLING = (
    (17, "a configuration that serves a secret", "appconfig:GetLatestConfiguration", _SECRETS),
    (17, "a session of such a configuration", "appconfig:StartConfigurationSession", _SECRETS),
    (17, "API keys, of which the id is the key", "appsync:ListApiKeys", _SECRETS),
    (17, "keys of an API and its stage variables", "apigateway:GET", _SECRETS),
    (17, "keys with their values", "cloudfront-keyvaluestore:ListKeys", _SECRETS),
    (17, "the secret of a client", "cognito-idp:DescribeUserPoolClient", _CONTENT),
    (17, "the secret of an identity provider", "cognito-idp:DescribeIdentityProvider", _CONTENT),
    (18, "user data of a launch template", "ec2:DescribeLaunchTemplateVersions", _CONTENT),
    (18, "user data of a spot request", "ec2:DescribeSpotInstanceRequests", _CONTENT),
    (18, "keys of a VPN", "ec2:DescribeVpnConnections", _CONTENT),
    (13, "inputs of targets", "events:ListTargetsByRule", _CONTENT),
    (13, "input templates of pipes", "pipes:DescribePipe", _CONTENT),
    (15, "queries that somebody ran", "logs:DescribeQueries", _CONTENT),
    (15, "queries that somebody saved", "logs:DescribeQueryDefinitions", _CONTENT),
    (18, "parameters of maintenance tasks", "ssm:DescribeMaintenanceWindowTasks", _CONTENT),
    (18, "outputs of automations", "ssm:DescribeAutomationExecutions", _CONTENT),
    (18, "environments of tasks", "ecs:DescribeTaskDefinition", "isolation-control-planes"),
    (18, "environments of jobs", "batch:DescribeJobDefinitions", "isolation-control-planes"),
    (18, "environments of builds", "codebuild:BatchGetProjects", "isolation-control-planes"),
    (18, "outputs of stacks", "cloudformation:DescribeStacks", "isolation-control-planes"),
    (18, "values that stacks export", "cloudformation:ListExports", "isolation-control-planes"),
    (10, "environments of functions", "lambda:ListVersionsByFunction", "isolation-functions"),
    (16, "passwords of connections", "glue:GetConnections", "isolation-objects-and-analytics"),
    (18, "settings of environments", "elasticbeanstalk:DescribeConfigurationSettings", _CONTENT),
    (14, "tokens of devices", "sns:ListEndpointsByPlatformApplication", _CONTENT),
    (18, "what nobody knows of a service that everybody knows", "ec2:DescribeWhatIsNew", "isolation-unclassified"),
)


def _as_pattern(action: str) -> str:
    return f"{action[:-2]}?{action[-1]}"


def _odd(action: str) -> str:
    service, _, name = action.partition(":")
    return f"{service.upper()}:{name.swapcase()}"


TELLING = (
    *(Leak(number, what, allowed(action), rule) for number, what, action, rule in _TELLING),
    *(
        Leak(number, f"{what}, by pattern", allowed(_as_pattern(action)), rule)
        for number, what, action, rule in _TELLING
        if "WhatIsNew" not in action
    ),
    *(
        Leak(number, f"{what}, in odd casing, for some accounts", allowed(_odd(action), Condition=condition), rule)
        for condition in ({"StringLike": {"aws:PrincipalAccount": "1111*"}},)
        for number, what, action, rule in _TELLING
    ),
    Leak(18, "everything of a service that describes", allowed("ec2:Describe*"), _CONTENT),
    Leak(17, "everything that lists", allowed("*:List*"), _SECRETS),
    Leak(
        15,
        "everything but the names of logs",
        granted({"Effect": "Allow", "NotAction": "logs:DescribeLogGroups", "Resource": "*"}),
        _CONTENT,
    ),
)


def _openly(*actions: str, on: str = "*") -> Change:
    """A permission in a role of the thief and in its boundary."""

    def change(stack: Stack) -> None:
        boundary = stack.find(":Policy", name=f"rewards-dev-{THIEF}_boundary")
        for state in (boundary, stack.find(":RolePolicy", role=THIEF_ROLE)):
            stack.edit(state, "policy", lambda body: body["Statement"].append(allow(*actions, on=on)))

    return change


METADATA = (
    (
        "the network around it",
        _openly(
            "ec2:DescribeSubnets", "ec2:DescribeVpcs", "ec2:DescribeSecurityGroups", "ec2:DescribeNetworkInterfaces"
        ),
    ),
    ("regions and zones", _openly("ec2:DescribeRegions", "ec2:DescribeAvailabilityZones")),
    ("network interfaces of a function in a VPC", _openly("ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface")),
    ("aliases of keys", _openly("kms:ListAliases", "kms:ListKeys")),
    ("names of log groups", _openly("logs:DescribeLogGroups")),
    ("names of queues and topics", _openly("sqs:ListQueues", "sns:ListTopics")),
    ("names of buckets", _openly("s3:ListAllMyBuckets")),
    ("names of images", _openly("ecr:DescribeRepositories", "ecr:GetAuthorizationToken")),
    (
        "load balancers",
        _openly("elasticloadbalancing:DescribeLoadBalancers", "elasticloadbalancing:DescribeTargetHealth"),
    ),
    ("limits of the account", _openly("lambda:GetAccountSettings", "servicequotas:ListServiceQuotas")),
    ("reading metrics", _openly("cloudwatch:ListMetrics", "cloudwatch:GetMetricData")),
    ("alarms", _openly("cloudwatch:DescribeAlarms")),
    ("labels", _openly("tag:GetResources", "tag:GetTagKeys")),
    ("how a table of anybody is set up", _openly("dynamodb:DescribeTable", on=arn("dynamodb", "table/*"))),
    ("names of state machines", _openly("states:ListStateMachines")),
    ("names of secrets", _openly("secretsmanager:ListSecrets")),
    ("names of parameters", _openly("ssm:DescribeParameters")),
    ("traces, as the daemon sends them", _openly("xray:PutTraceSegments", "xray:GetSamplingRules")),
)
