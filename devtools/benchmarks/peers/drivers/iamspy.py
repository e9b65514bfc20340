"""Asks IAMSpy about the requests of each file in a folder: python iamspy.py FOLDER SECONDS.

Runs in IAMSpy's own environment. Prints by file the numbers of the requests that it allows, under whatever conditions;
null where it cannot read a policy, or where there is no answer within the seconds or it dies.
"""

import json
import os
import sys
import tempfile
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from zeuscloud_iamspy import Model

MADE = "2026-01-01T00:00:00Z"


def details(account: dict[str, Any]) -> dict[str, Any]:
    """The identities as `aws iam get-account-authorization-details` tells them."""
    roles, users, boundaries = [], [], []
    for arn, told in account["principals"].items():
        name = arn.rpartition("/")[2]
        known = {"Path": "/", "Arn": arn, "CreateDate": MADE, "AttachedManagedPolicies": []}
        inline = [
            {"PolicyName": f"{name}-{number}", "PolicyDocument": one["document"]}
            for number, one in enumerate(told["policies"])
        ]
        if told["permission_boundary"]:
            boundary = f"arn:aws:iam::{arn.split(':')[4]}:policy/{name}-boundary"
            known["PermissionsBoundary"] = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary}
            boundaries.append(policy(boundary, told["permission_boundary"]))
        if ":role/" in arn:
            trust = told["trust_policy"] or {"Statement": []}
            roles.append(
                {
                    **known,
                    "RoleName": name,
                    "RoleId": name,
                    "RolePolicyList": inline,
                    "InstanceProfileList": [],
                    "AssumeRolePolicyDocument": trust,
                    "RoleLastUsed": {},
                }
            )
        else:
            users.append({**known, "UserName": name, "UserId": name, "UserPolicyList": inline, "GroupList": []})
    return {"UserDetailList": users, "GroupDetailList": [], "RoleDetailList": roles, "Policies": boundaries}


def policy(arn: str, document: Any) -> dict[str, Any]:
    """A managed policy."""
    version = {"Document": document, "VersionId": "v1", "IsDefaultVersion": True, "CreateDate": MADE}
    return {
        "PolicyName": arn.rpartition("/")[2],
        "PolicyId": arn,
        "Arn": arn,
        "Path": "/",
        "DefaultVersionId": "v1",
        "AttachmentCount": 0,
        "PermissionsBoundaryUsageCount": 1,
        "IsAttachable": True,
        "CreateDate": MADE,
        "UpdateDate": MADE,
        "PolicyVersionList": [version],
    }


def passing(account: dict[str, Any], requests: list[Any]) -> list[int]:
    """The requests that IAMSpy allows."""
    model = Model()
    model.load_gaad_json(details(account))
    # A role's trust policy stands among the identities.
    policies = account["resource_policies"].items()
    model.load_resource_policies_json(
        [{"Resource": arn, "Policy": one, "Account": None} for arn, one in policies if ":iam:" not in arn]
    )
    return [number for number, request in enumerate(requests) if model.can_i(*request)]


def answer(path: Path, seconds: int) -> list[int] | None:
    """What passes, asked by a process of its own: the solver may take too long, or die."""
    receiver, sender = Pipe(duplex=False)
    asking = get_context("fork").Process(target=tell, args=(path, sender))
    asking.start()
    sender.close()
    try:
        return receiver.recv() if receiver.poll(seconds) else None
    except EOFError:
        print(f"{path.name}: it died without an answer", file=sys.stderr)
        return None
    finally:
        asking.kill()
        asking.join()


def tell(path: Path, sender: Connection) -> None:
    """Send what passes."""
    try:
        sender.send(passing(**json.loads(path.read_text())))
    except Exception as error:  # noqa: BLE001 whatever it stumbles over, there is no answer
        print(f"{path.name}: {type(error).__name__}: {error}", file=sys.stderr)
        sender.send(None)


folder, limit = Path(sys.argv[1]).resolve(), int(sys.argv[2])
with tempfile.TemporaryDirectory() as place:
    os.chdir(place)  # it writes files of its own into the current folder
    print(json.dumps({path.name: answer(path, limit) for path in folder.iterdir()}))
