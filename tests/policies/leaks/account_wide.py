"""Leaks through what the account shares: tags, alarms, networks, key material, policies over everything, providers."""

from typing import Any

from tests.policies.leaks.attacks import (
    MACHINE,
    POLICIES,
    PUBLIC,
    THIEF_ARN,
    TYPES,
    WIRING,
    P,
    bucket,
    on_victims,
    trusting,
)
from tests.policies.leaks.changes import (
    FUNCTION,
    LOGS,
    REGION,
    TABLE,
    THIEF,
    VICTIM,
    VICTIM_ROLE,
    allow,
    arn,
    document,
)
from tests.policies.leaks.phases import Case, Out, Phased, PhasedChange, made, text

_ATTACHED, _TRUST = "isolation-attachments", "isolation-trust-policies"
_OUTSIDE, _BUS = "222222222222", "rewards-dev-platform_bus"
_NETWORK = "vpc-0aaa1bbb2ccc3ddd4"
_BALANCER = ("aws:lb/loadBalancer:LoadBalancer", {"name": "ledger", "internal": True, "subnets": ["subnet-1"]})
_LISTENER = arn("elasticloadbalancing", "listener/app/shared/50dc6c495c0c9188/f2f7dc8efc522ab2")
_TARGET_GROUP = arn("elasticloadbalancing", "targetgroup/campaigns/73e2d6bc24d8a067")
_SECURITY = "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy"
_ALL_COLLECTIONS = {"ResourceType": "collection", "Resource": ["collection/*"]}


def _alarm(*actions: str, **props: Any) -> PhasedChange:
    return made(
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "tap",
        name=f"{P}a",
        comparisonOperator="GreaterThanThreshold",
        evaluationPeriods=1,
        metricName="CPUUtilization",
        namespace="AWS/EC2",
        period=60,
        statistic="Average",
        threshold=0,
        alarmActions=list(actions),
        **props,
    )


def _alarm_on_machine(stack: Phased) -> None:
    machine = stack.add(MACHINE[0], "victims", VICTIM, **MACHINE[1])
    _alarm(f"arn:aws:automate:{REGION}:ec2:terminate", dimensions={"InstanceId": Out(machine)})(stack)


def _log_policy(*actions: str, on: str) -> PhasedChange:
    body = document({**allow(*actions, on=on), "Principal": {"AWS": THIEF_ARN}})
    return made("aws:cloudwatch/logResourcePolicy:LogResourcePolicy", "tap", policyName=f"{P}p", policyDocument=body)


def _collections(kind: str, body: object) -> PhasedChange:
    return made(_SECURITY, "tap", name="campaigns", type=kind, policy=text(body))


def _trusts_certificates(*anchors: str) -> PhasedChange:
    """The victim's role is for whoever has a certificate of some trust anchors; without any named, of whatever one."""
    statement: dict[str, Any] = {
        "Principal": {"Service": "rolesanywhere.amazonaws.com"},
        "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
    }
    if anchors:
        statement["Condition"] = {"ArnLike": {"aws:SourceArn": list(anchors)}}
    return trusting(statement)


def _made_in_another_account(stack: Phased) -> None:
    urn = "urn:pulumi:dev::rewards::pulumi:providers:aws::other"
    provider_id = "11111111-2222-3333-4444-555555555555"
    inputs = {"region": REGION, "assumeRoles": [{"roleArn": f"arn:aws:iam::{_OUTSIDE}:role/deploy"}]}
    stack.states.append(
        {
            "urn": urn,
            "type": "pulumi:providers:aws",
            "custom": True,
            "id": provider_id,
            "inputs": inputs,
            "outputs": dict(inputs),
            "parent": "",
        }
    )
    source = bucket(stack, THIEF, "rewards-dev-campaigns--a")
    replica = stack.add("aws:s3/bucket:Bucket", "replica", bucket="rewards-dev-campaigns--b")
    replica["provider"] = f"{urn}::{provider_id}"
    stack.add(
        "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
        "tap",
        bucket=Out(source, "bucket"),
        role=THIEF_ARN,
        rules=[{"status": "Enabled", "destination": {"bucket": "arn:aws:s3:::rewards-dev-campaigns--b"}}],
    )


ACCOUNT_WIDE = (
    # Tags, by which others' rights and backups select
    Case(4, "a tag on a table", made("aws:dynamodb/tag:Tag", "tap", resourceArn=TABLE, key="pbc", value=THIEF), WIRING),
    Case(4, "a tag on a table of a stack that is not here", made("aws:dynamodb/tag:Tag", "tap", resourceArn=arn("dynamodb", "table/rewards-dev-vouchers_store"), key="pbc", value=THIEF), WIRING),
    Case(4, "a tag on a machine", on_victims("aws:ec2/tag:Tag", "resourceId", MACHINE, key="pbc", value=THIEF), WIRING),
    # What alarms do
    Case(5, "an alarm that ends a machine", _alarm_on_machine, WIRING),
    Case(5, "an alarm that calls a function", _alarm(FUNCTION), WIRING),
    Case(5, "an alarm that tells another account", _alarm(arn("sns", "outside").replace("111111111111", _OUTSIDE)), WIRING),
    Case(5, "a composite alarm that calls a function", made("aws:cloudwatch/compositeAlarm:CompositeAlarm", "tap", alarmName=f"{P}a", alarmRule="TRUE", alarmActions=[FUNCTION]), WIRING),
    # Traffic that others share
    Case(5, "a rule for everything on a shared listener", made("aws:lb/listenerRule:ListenerRule", "tap", listenerArn=_LISTENER, priority=1, actions=[{"type": "forward", "targetGroupArn": _TARGET_GROUP}], conditions=[{"pathPattern": {"values": ["/*"]}}]), WIRING),
    Case(5, "such a rule that names a part besides", made("aws:lb/listenerRule:ListenerRule", "tap", listenerArn=_LISTENER, priority=1, actions=[{"type": "forward", "targetGroupArn": _TARGET_GROUP}], conditions=[{"pathPattern": {"values": ["/campaigns/*", "/*"]}}]), WIRING),
    Case(5, "logs of a shared web ACL", made("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", "tap", resourceArn=arn("wafv2", "regional/webacl/shared/aaaa-bbbb"), logDestinationConfigs=[arn("firehose", f"deliverystream/{P}waf")]), WIRING),
    Case(5, "a web ACL before a balancer", on_victims("aws:wafv2/webAclAssociation:WebAclAssociation", "resourceArn", _BALANCER, "arn", webAclArn=arn("wafv2", "regional/webacl/campaigns/aaaa")), WIRING),
    Case(5, "names that are asked for in a shared network", made("aws:route53/resolverQueryLogConfigAssociation:ResolverQueryLogConfigAssociation", "tap", resolverQueryLogConfigId="rqlc-1", resourceId=_NETWORK), WIRING),
    Case(5, "logs of a shared firewall", made("aws:networkfirewall/loggingConfiguration:LoggingConfiguration", "tap", firewallArn=arn("network-firewall", "firewall/shared"), loggingConfiguration={"logDestinationConfigs": [{"logDestination": {"bucketName": "rewards-dev-campaigns--x"}, "logDestinationType": "S3", "logType": "FLOW"}]}), WIRING),
    Case(5, "a mirror of an interface that nobody here made", made("aws:ec2/trafficMirrorSession:TrafficMirrorSession", "tap", networkInterfaceId="eni-0aaa1bbb2ccc3ddd4", sessionNumber=1, trafficMirrorFilterId="tmf-1", trafficMirrorTargetId="tmt-1"), WIRING),
    Case(5, "an address that is taken over", made("aws:ec2/eipAssociation:EipAssociation", "tap", allocationId="eipalloc-0aaa1bbb2ccc3ddd4", networkInterfaceId="eni-0aaa1bbb2ccc3ddd4", allowReassociation=True), WIRING),
    Case(5, "what happens to every database", made("aws:rds/eventSubscription:EventSubscription", "tap", name=f"{P}e", snsTopic=arn("sns", f"{P}n"), sourceType="db-instance"), WIRING),
    Case(5, "what happens to every warehouse", made("aws:redshift/eventSubscription:EventSubscription", "tap", name=f"{P}e", snsTopicArn=arn("sns", f"{P}n"), sourceType="cluster"), WIRING),
    Case(5, "the default network of the account", made("aws:ec2/defaultVpc:DefaultVpc", "tap", enableDnsHostnames=True), TYPES),
    Case(5, "trails of the organization by another account", made("aws:cloudtrail/organizationDelegatedAdminAccount:OrganizationDelegatedAdminAccount", "tap", accountId=_OUTSIDE), TYPES),
    # Other accounts, and whoever has a certificate
    Case(4, "certificates for another account", made("aws:acmpca/permission:Permission", "tap", certificateAuthorityArn=arn("acm-pca", "certificate-authority/1"), principal="acm.amazonaws.com", actions=["IssueCertificate"], sourceAccount=_OUTSIDE), PUBLIC),
    Case(4, "a network of another account", made("aws:ec2/vpcPeeringConnection:VpcPeeringConnection", "tap", vpcId=_NETWORK, peerVpcId="vpc-0bbb1bbb2ccc3ddd4", peerOwnerId=_OUTSIDE), PUBLIC),
    Case(4, "a role for certificates of any anchor", _trusts_certificates(), _TRUST),
    Case(4, "a role for certificates of anchors by a pattern", _trusts_certificates(arn("rolesanywhere", "trust-anchor/*")), _TRUST),
    # Keys whose default policy lets in the account
    Case(4, "a key with material from outside", made("aws:kms/externalKey:ExternalKey", "tap", description="x"), POLICIES),
    Case(4, "a replica of such a key", made("aws:kms/replicaExternalKey:ReplicaExternalKey", "tap", primaryKeyArn=arn("kms", "key/mrk-1")), POLICIES),
    # Policies over what is everybody's
    Case(5, "a log policy over all groups", _log_policy("logs:GetLogEvents", "logs:FilterLogEvents", on="*"), POLICIES),
    Case(5, "a log policy over its groups", _log_policy("logs:GetLogEvents", on=LOGS), POLICIES),
    Case(5, "a policy of the platform's bus", made("aws:cloudwatch/eventBusPolicy:EventBusPolicy", "tap", eventBusName=_BUS, policy=document({**allow("events:PutRule", "events:PutTargets", on="*"), "Principal": {"AWS": THIEF_ARN}})), WIRING),
    Case(5, "a permission on the platform's bus", made("aws:cloudwatch/eventPermission:EventPermission", "tap", eventBusName=_BUS, principal=_OUTSIDE, statementId="x"), WIRING),
    Case(5, "data of every collection", made("aws:opensearch/serverlessAccessPolicy:ServerlessAccessPolicy", "tap", name="campaigns", type="data", policy=text([{"Rules": [{"ResourceType": "index", "Resource": ["index/*/*"], "Permission": ["aoss:*"]}], "Principal": [THIEF_ARN]}])), WIRING),
    Case(5, "the network of every collection", _collections("network", [{"Rules": [_ALL_COLLECTIONS], "AllowFromPublic": False, "SourceVPCEs": ["vpce-1"]}]), WIRING),
    Case(5, "the key of every collection", _collections("encryption", {"Rules": [_ALL_COLLECTIONS], "KmsARN": arn("kms", "key/1")}), WIRING),
    # Where a provider makes it, and what takes policies away
    Case(3, "a replica that a provider makes in another account", _made_in_another_account, WIRING),
    Case(4, "which inline policies its role has", made("aws:iam/rolePoliciesExclusive:RolePoliciesExclusive", "tap", roleName=VICTIM_ROLE, policyNames=[]), _ATTACHED),
    # Exposure
    Case(4, "a bucket that a foreign canonical id reads", made("aws:s3/bucket:Bucket", "tap", VICTIM, bucket="rewards-dev-points-ledger--x", grants=[{"id": "b" * 64, "type": "CanonicalUser", "permissions": ["READ"]}]), PUBLIC),
    Case(4, "Verified Access for whoever has logged in", made("aws:verifiedaccess/group:Group", "tap", verifiedaccessInstanceId="vai-1", policyDocument="permit(principal, action, resource);"), PUBLIC),
    Case(4, "a build of whatever is proposed", made("aws:codebuild/webhook:Webhook", "tap", projectName=f"{P}build", buildType="BUILD"), PUBLIC),
    Case(4, "signing for another account", made("aws:signer/signingProfilePermission:SigningProfilePermission", "tap", profileName="x", action="signer:StartSigningJob", principal=_OUTSIDE), TYPES),
)  # fmt: skip
"""What passed when the pack was attacked from outside the corpus, and what is like it."""
