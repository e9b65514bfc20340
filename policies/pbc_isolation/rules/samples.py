"""Small stacks for the samples of rules: two units, `orders` and `inventory`, and whatever a sample puts into them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pbc_isolation.stack.graph import PLATFORM, Resource

ACCOUNT, REGION = "111111111111", "eu-central-1"
PROJECT, STACK = "shop", "dev"
_UNIT_TYPE = "pbckit:infra:Pbc"

Part = Resource | Sequence[Resource]


def stack(*parts: Part) -> tuple[Resource, ...]:
    """A stack of these parts, with the components of the units that they belong to."""
    resources = [one for part in parts for one in ([part] if isinstance(part, Resource) else part)]
    here = {one.urn for one in resources}
    units = dict.fromkeys(one.parent.rpartition("::")[2] for one in resources if one.parent and one.parent not in here)
    return (*(_unit(unit) for unit in units), *resources)


def _unit(unit: str) -> Resource:
    return Resource(urn=unit_urn(unit), type=_UNIT_TYPE, name=unit, props={"unit": unit}, custom=False)


def unit_urn(unit: str) -> str:
    """URN of a unit's component."""
    return f"urn:pulumi:{STACK}::{PROJECT}::{_UNIT_TYPE}::{unit}"


def platform_with(token: str, name: str, props: Mapping[str, Any]) -> list[Resource]:
    """The platform's component with a resource below it."""
    urn = f"urn:pulumi:{STACK}::{PROJECT}::{PLATFORM}::platform"
    component = Resource(urn=urn, type=PLATFORM, name="platform", props={"unit": "platform"}, custom=False)
    return [component, replace(thing("platform", token, name, props), parent=urn)]


def thing(unit: str | None, token: str, name: str, props: Mapping[str, Any], **more: Any) -> Resource:
    """Any resource of a unit, or of nobody. `name` is its name in the program; dependencies and others by keyword."""
    chain = token if unit is None else f"{_UNIT_TYPE}${token}"
    urn = f"urn:pulumi:{STACK}::{PROJECT}::{chain}::{unit or 'nobody'}-{name}"
    parent = unit_urn(unit) if unit else ""
    return Resource(urn=urn, type=token, name=name, props=props, parent=parent, **more)


def physical(unit: str, name: str) -> str:
    """The physical name of a unit's thing."""
    return f"{PROJECT}-{STACK}-{unit}_{name}"


def arn(service: str, resource: str) -> str:
    """An ARN in the account of the samples."""
    region = "" if service in ("iam", "s3") else REGION
    return f"arn:aws:{service}:{region}:{ACCOUNT}:{resource}"


def table_arn(unit: str, name: str = "store") -> str:
    """ARN of a unit's table."""
    return arn("dynamodb", f"table/{physical(unit, name)}")


def queue_arn(unit: str, name: str = "queue") -> str:
    """ARN of a unit's queue."""
    return arn("sqs", physical(unit, name))


def function_arn(unit: str, name: str = "worker") -> str:
    """ARN of the alias of a unit's function."""
    return arn("lambda", f"function:{physical(unit, name)}:live")


def role_arn(unit: str, name: str = "worker") -> str:
    """ARN of a unit's role."""
    return arn("iam", f"role/{physical(unit, name)}")


def allow(*actions: str, on: str | Iterable[str] = "*", **more: Any) -> dict[str, Any]:
    """An Allow statement."""
    resources = on if isinstance(on, str) else list(on)
    return {"Effect": "Allow", "Action": list(actions), "Resource": resources, **more}


def deny(*actions: str, on: str | Iterable[str] = "*", **more: Any) -> dict[str, Any]:
    """A Deny statement."""
    return {**allow(*actions, on=on, **more), "Effect": "Deny"}


def document(*statements: Mapping[str, Any]) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


TRUST_LAMBDA = document(
    {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
)


def role(
    unit: str | None,
    *statements: Mapping[str, Any],
    name: str = "worker",
    boundary: Sequence[Mapping[str, Any]] | None = None,
    trust: Any = TRUST_LAMBDA,
    **props: Any,
) -> list[Resource]:
    """A role with an inline policy of these statements, and with a boundary where one is given."""
    physical_name = physical(unit or "nobody", name)
    made: list[Resource] = []
    boundary_name = physical(unit or "nobody", f"{name}-boundary")
    if boundary is not None:
        policy = {"name": boundary_name, "policy": document(*boundary)}
        made.append(thing(unit, "aws:iam/policy:Policy", f"{name}-boundary", policy))
    made.append(
        thing(
            unit,
            "aws:iam/role:Role",
            f"{name}-role",
            {
                "name": physical_name,
                "arn": arn("iam", f"role/{physical_name}"),
                "assumeRolePolicy": trust,
                **({"permissionsBoundary": arn("iam", f"policy/{boundary_name}")} if boundary is not None else {}),
                **props,
            },
        )
    )
    if statements:
        inline = {"role": physical_name, "name": "permissions", "policy": document(*statements)}
        made.append(thing(unit, "aws:iam/rolePolicy:RolePolicy", f"{name}-policy", inline))
    return made


def pipeline_trust(
    subject: str = "repo:a/b:environment:dev",
    *,
    audience: str = "sts.amazonaws.com",
    operator: str = "StringEquals",
    account: str = ACCOUNT,
) -> str:
    """The trust in jobs of a repository on GitHub."""
    issuer = "token.actions.githubusercontent.com"
    return document(
        {
            "Effect": "Allow",
            "Principal": {"Federated": f"arn:aws:iam::{account}:oidc-provider/{issuer}"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {operator: {f"{issuer}:sub": subject, f"{issuer}:aud": audience}},
        }
    )


TRUST_PIPELINE = pipeline_trust()


def deployment(unit: str, *statements: Mapping[str, Any], trust: Any = TRUST_PIPELINE) -> list[Resource]:
    """The role that deploys a unit, below its component, with these rights also as its boundary."""
    urn = f"urn:pulumi:{STACK}::{PROJECT}::pbckit:infra:DeploymentRole::{unit}-deployment"
    component = Resource(urn=urn, type="pbckit:infra:DeploymentRole", name=urn, props={"unit": unit}, custom=False)
    return [
        component,
        *(replace(one, parent=urn) for one in role("deploy", *statements, name=unit, boundary=statements, trust=trust)),
    ]


def table(unit: str | None, name: str = "store", **props: Any) -> Resource:
    """A table."""
    return thing(unit, "aws:dynamodb/table:Table", name, {"name": physical(unit or "nobody", name), **props})


def queue(unit: str, name: str = "queue", **props: Any) -> Resource:
    """A queue."""
    return thing(unit, "aws:sqs/queue:Queue", name, {"name": physical(unit, name), **props})


def function(unit: str, name: str = "worker", **props: Any) -> Resource:
    """A function."""
    filled = {"name": physical(unit, name), "role": role_arn(unit, name), "timeout": 10, **props}
    return thing(unit, "aws:lambda/function:Function", name, filled)
