"""KMS."""

from pbckit.sandbox.embedded_aws import EmbeddedAws
from pbckit.sandbox.provision.inputs import Inputs, tag_list
from pbckit.sandbox.provision.registry import Provisioned, provisions


@provisions("aws:kms/key:Key")
def key(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """A symmetric key with its policy."""
    kms = aws.client("kms")
    metadata = kms.create_key(
        Tags=tag_list(inputs, "TagKey", "TagValue"),
        **inputs.renamed({"description": "Description", "policy": "Policy"}),
    )["KeyMetadata"]
    if inputs.get("enableKeyRotation"):
        kms.enable_key_rotation(KeyId=metadata["KeyId"])
    return Provisioned(id=metadata["KeyId"], outputs={"arn": metadata["Arn"], "keyId": metadata["KeyId"]})


@provisions("aws:kms/alias:Alias")
def alias(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """A name for a key."""
    name, target = inputs["name"], inputs["targetKeyId"]
    aws.client("kms").create_alias(AliasName=name, TargetKeyId=target)
    return Provisioned(id=name, outputs={"arn": f"arn:aws:kms:{aws.region}:{aws.account}:{name}"})
