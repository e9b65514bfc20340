"""The roles that call read APIs: an account has them before a stack names them, and so has the embedded AWS."""

import json
from collections.abc import Sequence

from pbckit.sandbox.embedded_aws import EmbeddedAws

_MAY_CALL = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "arn:aws:execute-api:*:*:*/v1/GET/*"}
    ],
}


def make_callers(aws: EmbeddedAws, roles: Sequence[str]) -> None:
    """Make roles that the account may assume and that IAM lets call APIs. One that is there stays as it is.

    Args:
        aws: where, for somebody who may.
        roles: their ARNs.
    """
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{aws.account}:root"}, "Action": "sts:AssumeRole"}
        ],
    }
    iam = aws.client("iam")
    for role in roles:
        path, _, name = role.partition(":role")[2].rpartition("/")
        try:
            iam.create_role(RoleName=name, Path=f"{path}/", AssumeRolePolicyDocument=json.dumps(trust))
        except iam.exceptions.EntityAlreadyExistsException:
            continue
        iam.put_role_policy(RoleName=name, PolicyName="call-read-apis", PolicyDocument=json.dumps(_MAY_CALL))
