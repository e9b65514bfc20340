"""Systems Manager."""

from pbckit.sandbox.embedded_aws import EmbeddedAws
from pbckit.sandbox.provision.inputs import Inputs, tag_list
from pbckit.sandbox.provision.registry import Provisioned, provisions


@provisions("aws:ssm/parameter:Parameter")
def parameter(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """A parameter."""
    name = inputs["name"]
    version = aws.client("ssm").put_parameter(
        Name=name,
        Type=inputs["type"],
        Value=inputs["value"],
        Tags=tag_list(inputs),
        **inputs.renamed({"description": "Description", "keyId": "KeyId", "tier": "Tier"}),
    )["Version"]
    path = name if name.startswith("/") else f"/{name}"
    arn = f"arn:aws:ssm:{aws.region}:{aws.account}:parameter{path}"
    return Provisioned(id=name, outputs={"arn": arn, "version": version})
