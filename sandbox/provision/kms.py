"""KMS."""

from sandbox.embedded_aws import EmbeddedAws
from sandbox.provision.inputs import Inputs, plain
from sandbox.provision.registry import Provisioned, provisions


@provisions("aws:kms/key:Key")
def key(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """A symmetric key with its policy."""
    kms = aws.client("kms")
    tags = [{"TagKey": name, "TagValue": value} for name, value in plain(inputs.get("tags", {})).items()]
    metadata = kms.create_key(Description=inputs["description"], Policy=inputs["policy"], Tags=tags)["KeyMetadata"]
    if inputs.get("enableKeyRotation"):
        kms.enable_key_rotation(KeyId=metadata["KeyId"])
    return Provisioned(id=metadata["KeyId"], outputs={"arn": metadata["Arn"], "keyId": metadata["KeyId"]})


@provisions("aws:kms/alias:Alias")
def alias(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """A name for a key."""
    name, target = inputs["name"], inputs["targetKeyId"]
    aws.client("kms").create_alias(AliasName=name, TargetKeyId=target)
    return Provisioned(id=name, outputs={"arn": f"arn:aws:kms:{aws.region}:{aws.account}:{name}"})
