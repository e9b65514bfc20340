"""Asks PMapper about the requests of each file in a folder: python pmapper.py FOLDER.

Runs in PMapper's own environment. Prints by file the numbers of the requests that it allows; null where it cannot read
a policy.
"""

import collections
import collections.abc
import json
import sys
from pathlib import Path
from typing import Any

# What PMapper 1.1.5 imports moved with Python 3.10.
for name in ("Mapping", "MutableMapping"):
    setattr(collections, name, getattr(collections.abc, name))

from principalmapper.common import Node, Policy  # noqa: E402
from principalmapper.querying.query_interface import local_check_authorization_full  # noqa: E402


def node(told: dict[str, Any]) -> Node:
    """An identity as PMapper has it; its trust policy is asked about as the role's own."""
    policies = [Policy(told["arn"], one["name"], one["document"]) for one in told["policies"]]
    boundary = told["permission_boundary"]
    boundary = Policy(told["arn"], "boundary", boundary) if boundary else None
    trust = (told["trust_policy"] or {}) if ":role/" in told["arn"] else None
    return Node(
        arn=told["arn"],
        id_value=told["arn"],
        attached_policies=policies,
        group_memberships=[],
        trust_policy=trust,
        instance_profile=None,
        num_access_keys=0,
        active_password=False,
        is_admin=False,
        permissions_boundary=boundary,
        has_mfa=False,
        tags={},
    )


def passing(account: dict[str, Any], requests: list[Any]) -> list[int] | None:
    """The requests that PMapper allows."""
    nodes = {arn: node(told) for arn, told in account["principals"].items()}
    policies = account["resource_policies"]

    def allowed(request: list[str]) -> bool:
        principal, action, resource = request
        number = principal.split(":")[4]
        context = {"aws:PrincipalArn": principal, "aws:PrincipalAccount": number}
        # A trust policy says who may act as the role, not who may manage it.
        policy = None if ":iam:" in resource and not action.startswith("sts:") else policies.get(resource)
        return local_check_authorization_full(nodes[principal], action, resource, context, policy, number)

    try:
        return [number for number, request in enumerate(requests) if allowed(request)]
    except Exception as error:  # noqa: BLE001 whatever it stumbles over, there is no answer
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return None


print(json.dumps({path.name: passing(**json.loads(path.read_text())) for path in Path(sys.argv[1]).iterdir()}))
