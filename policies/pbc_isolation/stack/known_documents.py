"""Which documents of a resource are not known before it is created, by its inputs.

Stack policies see a resource's outputs, in which what a program leaves out and what it does not know yet look alike;
and at an update they run when everything has been created. So documents are also looked at one by one, before.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pbc_isolation.stack.values import has_unknown

DOCUMENTS: Mapping[str, tuple[str, ...]] = {
    "aws:iam/groupPolicy:GroupPolicy": ("policy",),
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": ("policyArn",),
    "aws:iam/policy:Policy": ("name", "policy"),
    "aws:iam/policyAttachment:PolicyAttachment": ("policyArn", "roles", "users", "groups"),
    "aws:iam/role:Role": (
        "name",
        "assumeRolePolicy",
        "inlinePolicies",
        "managedPolicyArns",
        "permissionsBoundary",
    ),
    "aws:iam/rolePolicy:RolePolicy": ("policy",),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ("policyArn",),
    "aws:iam/user:User": ("name", "permissionsBoundary"),
    "aws:iam/userPolicy:UserPolicy": ("policy",),
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": ("policyArn",),
    "aws:backup/vaultPolicy:VaultPolicy": ("policy",),
    "aws:cloudwatch/eventBusPolicy:EventBusPolicy": ("policy",),
    "aws:cloudwatch/logDestinationPolicy:LogDestinationPolicy": ("accessPolicy",),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": ("policyDocument",),
    "aws:dynamodb/resourcePolicy:ResourcePolicy": ("policy",),
    "aws:kinesis/resourcePolicy:ResourcePolicy": ("policy",),
    "aws:kms/grant:Grant": ("granteePrincipal", "operations"),
    "aws:kms/key:Key": ("policy",),
    "aws:kms/keyPolicy:KeyPolicy": ("policy",),
    "aws:lambda/permission:Permission": ("action", "principal", "sourceAccount"),
    "aws:s3/bucket:Bucket": ("policy",),
    "aws:s3/bucketPolicy:BucketPolicy": ("policy",),
    "aws:secretsmanager/secret:Secret": ("policy",),
    "aws:secretsmanager/secretPolicy:SecretPolicy": ("policy",),
    "aws:sns/topic:Topic": ("policy",),
    "aws:sns/topicPolicy:TopicPolicy": ("policy",),
    "aws:sqs/queue:Queue": ("policy",),
    "aws:sqs/queuePolicy:QueuePolicy": ("policy",),
}
"""Inputs that say who may do what, by type: each must be known at preview.

Whom a document is given to may be known later, where AWS makes the name of an own identity: the stack as a whole tells
from where that name flows, and it is looked at again before the creation.
"""


def unknown_documents(token: str, inputs: Mapping[str, Any]) -> Iterator[str]:
    """The keys of such inputs that are not known, or not entirely."""
    return (key for key in DOCUMENTS.get(token, ()) if has_unknown(inputs.get(key)))
