"""Every action has a verdict; those that hand out data or power are harmful, ordinary reads of metadata are not.

The table was written from AWS's documentation, not from what the derivation says.
"""

import re
from importlib.metadata import version

import pytest

from pbc_isolation.iam import answers, catalogue, judgement
from pbc_isolation.iam.answers import Member
from pbc_isolation.iam.catalogue import HARMLESS, UNCLASSIFIED, class_of

HARMFUL = """
    dynamodb:GetItem direct-read
    dynamodb:ConditionCheckItem direct-read
    dynamodb:PartiQLSelect direct-read
    dynamodb:DeleteItem read-through-write
    dynamodb:GetRecords streams
    dynamodb:ExportTableToPointInTime copies
    dynamodb:DescribeExport content-reads
    dynamodb:PutResourcePolicy policy-tampering
    dynamodb:TagResource tag-tampering
    dynamodb:DeleteTable changes
    dax:GetItem dax
    appconfig:GetLatestConfiguration secrets-and-keys
    appconfig:StartConfigurationSession secrets-and-keys
    appsync:ListApiKeys secrets-and-keys
    apigateway:GET secrets-and-keys
    cloudfront-keyvaluestore:ListKeys secrets-and-keys
    cloudfront-keyvaluestore:GetKey content-reads
    cognito-idp:DescribeUserPoolClient content-reads
    cognito-idp:DescribeIdentityProvider content-reads
    cognito-idp:ListUsers content-reads
    ec2:DescribeLaunchTemplateVersions content-reads
    ec2:GetLaunchTemplateData content-reads
    ec2:DescribeInstanceAttribute control-planes
    ec2:DescribeSpotInstanceRequests content-reads
    ec2:DescribeVpnConnections content-reads
    ec2:GetPasswordData control-planes
    ec2:CreateTrafficMirrorSession changes
    lambda:GetFunction lambda
    lambda:ListFunctions lambda
    lambda:GetLayerVersion lambda
    lambda:CreateEventSourceMapping lambda
    states:DescribeExecution orchestration
    states:DescribeStateMachine orchestration
    states:GetExecutionHistory orchestration
    events:ListTargetsByRule content-reads
    events:DescribeConnection content-reads
    scheduler:GetSchedule orchestration
    pipes:DescribePipe content-reads
    logs:FilterLogEvents telemetry
    logs:DescribeQueries content-reads
    logs:DescribeQueryDefinitions content-reads
    logs:ListAnomalies telemetry
    cloudwatch:GetInsightRuleReport telemetry
    xray:GetTraceSummaries telemetry
    ssm:GetParameter secrets-and-keys
    ssm:ListCommands control-planes
    ssm:DescribeMaintenanceWindowTasks content-reads
    ssm:DescribeAutomationExecutions content-reads
    ssm:GetInventory content-reads
    secretsmanager:BatchGetSecretValue secrets-and-keys
    kms:Decrypt secrets-and-keys
    sts:AssumeRole identity
    sts:GetFederationToken identity
    iam:PassRole pass-role
    iam:CreateAccessKey identity
    ecr:GetDownloadUrlForLayer content-reads
    ecr:SetRepositoryPolicy policy-tampering
    ecs:DescribeTaskDefinition control-planes
    ecs:DescribeTasks control-planes
    batch:DescribeJobs control-planes
    batch:DescribeJobDefinitions control-planes
    codebuild:BatchGetProjects control-planes
    cloudformation:DescribeStacks control-planes
    cloudformation:GetTemplate control-planes
    cloudformation:ListExports control-planes
    cloudformation:GetResource control-planes
    glue:GetConnection objects-and-analytics
    glue:GetConnections objects-and-analytics
    athena:GetQueryResults objects-and-analytics
    redshift:GetClusterCredentials objects-and-analytics
    redshift-data:GetStatementResult objects-and-analytics
    s3:GetObject objects-and-analytics
    s3:ListBucket objects-and-analytics
    sqs:ReceiveMessage queues-and-topics
    sns:GetEndpointAttributes content-reads
    rds:DownloadDBLogFilePortion unclassified
    rds-data:ExecuteStatement changes
    cassandra:Select unclassified
    timestream:Select unclassified
    es:ESHttpGet unclassified
    neptune-db:ReadDataViaQuery unclassified
    kafka-cluster:ReadData unclassified
    elasticache:Connect changes
    route53:ListResourceRecordSets content-reads
    amplify:GetApp control-planes
    elasticbeanstalk:DescribeConfigurationSettings content-reads
    lightsail:GetRelationalDatabaseMasterUserPassword policy-tampering
    iot:GetThingShadow content-reads
    geo:GetDevicePosition content-reads
    transfer:DescribeUser content-reads
    workspaces:DescribeWorkspaces content-reads
    support:DescribeCases content-reads
    codecommit:GetBlob content-reads
    brandnew:ReadEverything unclassified
    dynamodb:DescribeBrandNewThings unclassified
    ec2:DescribeBrandNewThings unclassified
    ecs:DescribeBrandNewThings control-planes
"""
METADATA = """
    dynamodb:ListTables dynamodb:DescribeTable dynamodb:DescribeTimeToLive dynamodb:DescribeContinuousBackups
    dynamodb:ListTagsOfResource dynamodb:DescribeLimits dynamodb:GetResourcePolicy
    ec2:DescribeSubnets ec2:DescribeVpcs ec2:DescribeSecurityGroups ec2:DescribeNetworkInterfaces
    ec2:DescribeRouteTables
    ec2:DescribeAvailabilityZones ec2:DescribeRegions ec2:DescribeVpcEndpoints ec2:DescribeDhcpOptions
    ec2:DescribeNatGateways ec2:DescribeInternetGateways ec2:DescribeAddresses ec2:DescribeInstances ec2:DescribeImages
    ec2:DescribeInstanceTypes ec2:DescribeTags ec2:DescribeVolumes ec2:DescribeFlowLogs ec2:DescribePrefixLists
    ec2:CreateNetworkInterface ec2:DeleteNetworkInterface ec2:AssignPrivateIpAddresses ec2:UnassignPrivateIpAddresses
    elasticloadbalancing:DescribeLoadBalancers elasticloadbalancing:DescribeTargetGroups
    elasticloadbalancing:DescribeListeners elasticloadbalancing:DescribeRules elasticloadbalancing:DescribeTargetHealth
    elasticloadbalancing:DescribeTags
    kms:ListAliases kms:ListKeys kms:DescribeKey kms:GetKeyPolicy kms:GetKeyRotationStatus kms:GetPublicKey
    logs:DescribeLogGroups logs:DescribeLogStreams logs:DescribeMetricFilters logs:ListTagsForResource
    logs:DescribeResourcePolicies logs:CreateLogDelivery
    lambda:GetAccountSettings lambda:ListEventSourceMappings lambda:GetAlias lambda:ListLayers lambda:GetPolicy
    ecr:DescribeRepositories ecr:ListImages ecr:DescribeImages ecr:GetAuthorizationToken ecr:ListTagsForResource
    sqs:ListQueues sqs:GetQueueUrl sqs:GetQueueAttributes sqs:ListQueueTags sns:ListTopics sns:GetTopicAttributes
    s3:ListAllMyBuckets s3:GetBucketLocation s3:GetBucketTagging s3:GetBucketVersioning
    cloudwatch:ListMetrics cloudwatch:GetMetricData cloudwatch:GetMetricStatistics cloudwatch:DescribeAlarms
    cloudwatch:PutMetricData xray:PutTraceSegments xray:PutTelemetryRecords
    xray:GetSamplingRules xray:GetSamplingTargets
    iam:GetRole iam:ListRoles iam:ListPolicies iam:GetAccountSummary iam:ListAccountAliases iam:GetUser
    sts:GetCallerIdentity sts:GetSessionToken secretsmanager:ListSecrets secretsmanager:DescribeSecret
    secretsmanager:GetRandomPassword ssm:DescribeParameters events:ListRules events:DescribeEventBus
    states:ListStateMachines states:ListExecutions scheduler:ListSchedules pipes:ListPipes kinesis:ListStreams
    kinesis:DescribeStreamSummary tag:GetResources tag:GetTagKeys resource-groups:ListGroups ecs:ListClusters
    ecs:DescribeClusters eks:ListClusters rds:DescribeDBInstances rds:DescribeDBClusters acm:ListCertificates
    route53:ListHostedZones cloudtrail:DescribeTrails cloudformation:ListStacks autoscaling:DescribeAutoScalingGroups
    application-autoscaling:DescribeScalableTargets backup:ListBackupVaults elasticache:DescribeCacheClusters
    elasticfilesystem:DescribeFileSystems servicequotas:ListServiceQuotas health:DescribeEvents
    servicediscovery:ListServices firehose:ListDeliveryStreams appconfig:ListApplications cognito-idp:ListUserPools
"""


def test_harmful():
    expected = dict(line.split() for line in HARMFUL.strip().splitlines())
    assert {action: class_of(action) for action in expected} == expected


def test_reads_of_metadata_are_harmless():
    assert {action: class_of(action) for action in METADATA.split() if class_of(action) != HARMLESS} == {}


def test_no_action_of_the_catalogue_is_without_a_verdict():
    """And the verdicts are of the versions that are installed: new ones must be judged first."""
    assert {action.text.lower() for action in judgement.catalogued()} == catalogue.all_actions()
    made_from = next(line for line in catalogue.ACTIONS.read_text().splitlines() if line.startswith("# made from"))
    assert made_from.split("\t")[1:] == [f"{name} {version(name)}" for name in judgement.SOURCES]


def test_a_pattern_judges_nothing_harmless_that_nobody_has_seen():
    """Whoever judges single actions harmless names them: a pattern would take in what AWS adds."""
    reviewed = [action for actions in catalogue.classes().harmless.values() for action in actions]
    assert [action for action in reviewed if "*" in action or "?" in action] == []
    assert [action for action in reviewed if catalogue.entry(action) is None] == []
    assert len(set(reviewed)) == len(reviewed)


@pytest.mark.parametrize("service", ["ec2", "dynamodb", "iam", "ssm", "elasticloadbalancing", "sts"])
def test_an_unknown_action_of_a_known_service_is_harmful(service):
    assert class_of(f"{service}:DescribeWhatNobodyKnows") != HARMLESS
    assert class_of(f"{service}:ListWhatNobodyKnows") == UNCLASSIFIED


TELLTALE = re.compile(
    r"(?i)(password|secret|secretkey|secretaccesskey|accesstoken|sessiontoken|credential|credentials|userdata|environment"
    r"|variables|payload|body|content|privatekey|apikey|presignedurl|downloadurl|templatebody|definition|script|command"
    r"|querystring|outputvalue|parametervalue|stringvalue)(\[\]|\{\})*$"
)
SAID = (
    "a label",
    "a name within a map",
    "where the next page begins",
    "the seed is in the answer to the creation only",
)
"""Reasons that stand whatever a member is called."""
NO_TEXT = ("blob", "document")


def test_what_is_harmless_by_its_answer_has_no_member_that_tells_anything():
    judge = judgement.Judgement()
    harmless = [one for one in judge.every() if one.rule == "answer"]
    assert len(harmless) > 3000
    suspicious = {
        f"{one.action.text} {member.path}"
        for one in harmless
        for operation in one.operations
        for member, why in judge.members(one.action, operation)
        if why not in SAID and not member.shape.upper().endswith("ARN")
        if member.sensitive or member.type in NO_TEXT or (member.type == "string" and TELLTALE.search(member.path))
    }
    assert suspicious == set()
    assert [one.action.text for one in harmless if not one.operations] == []
    assert {one.action.level for one in harmless} == {"Read", "List"}


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("Table.TableName", "string"),
        ("TableNames[]", "string"),
        ("kmsKeyId", "string"),
        ("Tags[].Value", "string"),
        ("Metrics[].Dimensions[].Value", "string"),
        ("Aliases.Items[]", "string"),
        ("Status.Message", "string"),
        ("nextToken", "string"),
        ("Count", "integer"),
        ("State", "enum"),
    ],
)
def test_metadata(path, kind):
    assert answers.reading().metadata(Member(path, kind, "Shape")) is not None


@pytest.mark.parametrize(
    ("path", "kind", "shape"),
    [
        ("Environment.Variables{}", "string", "EnvironmentVariableValue"),
        ("ProviderDetails{}", "string", "StringType"),
        ("UserData", "string", "String"),
        ("authorizationToken", "string", "Base64"),
        ("apiKeys[].value", "string", "String"),
        ("Message", "string", "String"),
        ("Body", "blob", "Body"),
        ("Policy", "blob", "Blob"),
        ("Position[]", "double", "Double"),
        ("Document", "document", "Document"),
        ("Items[]", "string", "String"),
    ],
)
def test_content(path, kind, shape):
    assert answers.reading().metadata(Member(path, kind, shape)) is None


def test_what_botocore_marks_as_sensitive_is_content():
    assert answers.reading().metadata(Member("UserName", "string", "UserName", sensitive=True)) is None
