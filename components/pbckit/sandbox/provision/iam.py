"""IAM."""

from pbckit.sandbox.embedded_aws import EmbeddedAws
from pbckit.sandbox.provision.inputs import Inputs, plain, tag_list
from pbckit.sandbox.provision.registry import Provisioned, provisions


@provisions("aws:iam/policy:Policy")
def policy(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """A managed policy."""
    made = aws.client("iam").create_policy(
        PolicyName=inputs["name"],
        PolicyDocument=inputs["policy"],
        Description=inputs.get("description", ""),
        Tags=tag_list(inputs),
    )["Policy"]
    return Provisioned(id=made["Arn"], outputs={"arn": made["Arn"], "policyId": made["PolicyId"]})


@provisions("aws:iam/role:Role")
def role(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """A role with its trust policy and boundary."""
    made = aws.client("iam").create_role(
        RoleName=inputs["name"],
        AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
        Tags=tag_list(inputs),
        **inputs.renamed(
            {
                "description": "Description",
                "maxSessionDuration": "MaxSessionDuration",
                "permissionsBoundary": "PermissionsBoundary",
            }
        ),
    )["Role"]
    return Provisioned(id=made["RoleName"], outputs={"arn": made["Arn"], "uniqueId": made["RoleId"]})


@provisions("aws:iam/rolePolicy:RolePolicy")
def role_policy(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """An inline policy of a role."""
    role_name, name = inputs["role"], inputs["name"]
    aws.client("iam").put_role_policy(RoleName=role_name, PolicyName=name, PolicyDocument=inputs["policy"])
    return Provisioned(id=f"{role_name}:{name}")


@provisions("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
def role_policy_attachment(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """A managed policy attached to a role."""
    aws.client("iam").attach_role_policy(RoleName=inputs["role"], PolicyArn=inputs["policyArn"])
    return Provisioned(id=f"{inputs['role']}-{inputs['policyArn']}")


@provisions("aws:iam/openIdConnectProvider:OpenIdConnectProvider")
def open_id_connect_provider(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """An identity provider whose tokens roles can trust."""
    arn = aws.client("iam").create_open_id_connect_provider(
        Url=inputs["url"], ClientIDList=plain(inputs["clientIdLists"]), Tags=tag_list(inputs)
    )["OpenIDConnectProviderArn"]
    return Provisioned(id=arn, outputs={"arn": arn})
