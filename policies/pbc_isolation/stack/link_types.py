"""Which types and properties wire things together, and which name something without giving anything."""

import re
from collections.abc import Mapping

LINKED_SERVICES = frozenset(
    [
        "aoss",
        "backup",
        "dax",
        "dsql",
        "dynamodb",
        "ecs",
        "elasticache",
        "elasticfilesystem",
        "es",
        "firehose",
        "glue",
        "iam",
        "kafka",
        "kinesis",
        "lambda",
        "logs",
        "memorydb",
        "pipes",
        "rds",
        "redshift",
        "s3",
        "secretsmanager",
        "sns",
        "sqs",
        "ssm",
        "states",
        "timestream",
    ]
)
"""Services whose resources hold data, receive it, or act for somebody."""

NOT_WIRING = (
    "aws:cloudwatch/dashboard:",
    "aws:iam/group",
    "aws:iam/policy",
    "aws:iam/role",
    "aws:iam/userGroupMembership:",
    "aws:iam/userPolic",
    "aws:schemas/",
)
"""Beginnings of types that move no data. Identities are judged by their documents, and by who gives them any."""

NOT_REFERENCES = frozenset(
    {
        "accessPolicies",
        "accessPolicy",
        "alarmDescription",
        "assumeRolePolicy",
        "code",
        "comment",
        "description",
        "displayName",
        "environment",
        "eventPattern",
        "filterCriteria",
        "input",
        "inputTransformer",
        "kmsKeyArn",
        "kmsKeyId",
        "kmsKeyIdentifier",
        "kmsMasterKeyId",
        "pattern",
        "permissionsBoundary",
        "policy",
        "policyDocument",
        "repositoryPolicy",
        "resourcePolicy",
        "tags",
        "tagsAll",
    }
)
"""Properties in which a name or ARN gives nothing to anybody, or is judged elsewhere."""

OTHER_LANGUAGES = frozenset(
    {
        "aws:cloudwatch/logAccountPolicy:LogAccountPolicy",
        "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy",
        "aws:cloudwatch/logIndexPolicy:LogIndexPolicy",
        "aws:ecr/lifecyclePolicy:LifecyclePolicy",
        "aws:opensearch/serverlessAccessPolicy:ServerlessAccessPolicy",
        "aws:opensearch/serverlessLifecyclePolicy:ServerlessLifecyclePolicy",
        "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy",
        "aws:ses/receiptFilter:ReceiptFilter",
        "aws:sns/dataProtectionPolicy:DataProtectionPolicy",
        "aws:verifiedaccess/endpoint:Endpoint",
        "aws:verifiedaccess/group:Group",
    }
)
"""Types whose policy is not in IAM's language and admits nobody: what it refers to is wiring."""

CONTENTS: Mapping[str, frozenset[str]] = {
    "aws:appconfig/hostedConfigurationVersion:HostedConfigurationVersion": frozenset({"content"}),
    "aws:dynamodb/tableItem:TableItem": frozenset({"item"}),
    "aws:secretsmanager/secretVersion:SecretVersion": frozenset({"secretString"}),
    "aws:ssm/parameter:Parameter": frozenset({"value", "insecureValue"}),
}
"""Properties, by type, that are data: who reads a name in them can do no more than before."""

SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
MAIL = frozenset({"email", "email-json", "sms"})
"""Protocols of subscriptions whose endpoint is a person's address, and nothing in AWS: who reads alarms."""

BY_NAME = frozenset({"function", "functionName", "role", "roleName", "roles"})
"""Properties in which a function or a role can be meant by its name alone."""

ALARMS = frozenset({"aws:cloudwatch/compositeAlarm:CompositeAlarm", "aws:cloudwatch/metricAlarm:MetricAlarm"})
ALARM_ACTIONS = frozenset({"alarmActions", "insufficientDataActions", "okActions"})
"""Properties of an alarm that do something: what it measures are numbers."""

_NETWORK_OF_FLOWS = (
    "vpcId",
    "subnetId",
    "eniId",
    "transitGatewayId",
    "transitGatewayAttachmentId",
    "regionalNatGatewayId",
)
OBSERVED: Mapping[str, frozenset[str]] = {
    "aws:cloudwatch/contributorManagedInsightRule:ContributorManagedInsightRule": frozenset({"resourceArn"}),
    "aws:cloudwatch/logDeliverySource:LogDeliverySource": frozenset({"resourceArn"}),
    "aws:ec2/defaultRouteTable:DefaultRouteTable": frozenset({"defaultRouteTableId"}),
    "aws:ec2/eipAssociation:EipAssociation": frozenset({"allocationId", "publicIp"}),
    "aws:ec2/flowLog:FlowLog": frozenset(_NETWORK_OF_FLOWS),
    "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation": frozenset({"vpcId"}),
    "aws:ec2/networkInterfaceAttachment:NetworkInterfaceAttachment": frozenset({"networkInterfaceId"}),
    "aws:ec2/route:Route": frozenset({"routeTableId"}),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": frozenset({"subnetId"}),
    "aws:ec2/trafficMirrorSession:TrafficMirrorSession": frozenset({"networkInterfaceId"}),
    "aws:ec2/vpcDhcpOptionsAssociation:VpcDhcpOptionsAssociation": frozenset({"vpcId"}),
    "aws:lb/listenerRule:ListenerRule": frozenset({"listenerArn"}),
    "aws:lb/targetGroupAttachment:TargetGroupAttachment": frozenset({"targetGroupArn"}),
    "aws:networkfirewall/loggingConfiguration:LoggingConfiguration": frozenset({"firewallArn"}),
    "aws:route53/queryLog:QueryLog": frozenset({"zoneId"}),
    "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation": frozenset({"vpcId"}),
    "aws:route53/resolverQueryLogConfigAssociation:ResolverQueryLogConfigAssociation": frozenset({"resourceId"}),
    "aws:route53/resolverRuleAssociation:ResolverRuleAssociation": frozenset({"vpcId"}),
    "aws:wafv2/webAclAssociation:WebAclAssociation": frozenset({"resourceArn"}),
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": frozenset({"resourceArn"}),
}
"""What records or takes over what passes through a thing, by type: all units' traffic where the thing is shared."""

GIVES = re.compile(r"(arns?|role|source|target|destination|queueurl|tablename|functionname)$", re.IGNORECASE)
"""Properties, of whatever type, that by their name link to something: what they hold must not come from nowhere."""

EVERYTHING = re.compile(r"(arns?|resources?)$", re.IGNORECASE)
"""Properties in which `*` stands for all resources of the account."""

LINKS: Mapping[str, tuple[str, ...]] = {
    "aws:backup/restoreTestingSelection:RestoreTestingSelection": ("protectedResourceArns",),
    "aws:backup/selection:Selection": ("resources",),
    "aws:cloudwatch/eventArchive:EventArchive": ("eventSourceArn",),
    "aws:cloudwatch/eventTarget:EventTarget": ("arn",),
    "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": ("logGroup", "destinationArn"),
    "aws:dynamodb/kinesisStreamingDestination:KinesisStreamingDestination": ("tableName", "streamArn"),
    "aws:dynamodb/resourcePolicy:ResourcePolicy": ("resourceArn",),
    "aws:dynamodb/tableExport:TableExport": ("tableArn", "s3Bucket"),
    "aws:dynamodb/tableReplica:TableReplica": ("globalTableArn",),
    "aws:iam/accessKey:AccessKey": ("user",),
    "aws:iam/instanceProfile:InstanceProfile": ("role",),
    "aws:kms/alias:Alias": ("targetKeyId",),
    "aws:kms/grant:Grant": ("keyId",),
    "aws:kms/keyPolicy:KeyPolicy": ("keyId",),
    "aws:kms/replicaKey:ReplicaKey": ("primaryKeyArn",),
    "aws:lambda/alias:Alias": ("functionName",),
    "aws:lambda/eventSourceMapping:EventSourceMapping": ("eventSourceArn", "functionName"),
    "aws:lambda/function:Function": ("role",),
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": ("functionName",),
    "aws:lambda/functionUrl:FunctionUrl": ("functionName",),
    "aws:lambda/permission:Permission": ("function",),
    "aws:pipes/pipe:Pipe": ("source", "target", "roleArn"),
    "aws:s3/bucketNotification:BucketNotification": ("bucket",),
    "aws:s3/bucketPolicy:BucketPolicy": ("bucket",),
    "aws:scheduler/schedule:Schedule": ("target",),
    "aws:secretsmanager/secretPolicy:SecretPolicy": ("secretArn",),
    "aws:sfn/stateMachine:StateMachine": ("definition", "roleArn"),
    SUBSCRIPTION: ("topic", "endpoint"),
    "aws:sqs/queuePolicy:QueuePolicy": ("queueUrl",),
    "aws:sqs/redrivePolicy:RedrivePolicy": ("queueUrl", "redrivePolicy"),
}
"""Properties that link two things, by type: each must be known, or flow from the unit's own resources."""

INSTEAD: Mapping[tuple[str, str], str] = {
    ("aws:lambda/eventSourceMapping:EventSourceMapping", "eventSourceArn"): "selfManagedEventSource",
}
"""Properties that stand for one of `LINKS`, by type: they must be known, or flow from the unit's own, in its place."""

NAMED_BY_AWS = (
    "aws:efs/",
    "aws:elasticache/",
    "aws:kms/key:",
    "aws:memorydb/",
    "aws:msk/",
    "aws:opensearch/",
    "aws:rds/",
)
"""Types whose ARNs hold an id, not the name that the program gives: they are recognised once they exist."""
