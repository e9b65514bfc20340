"""SNS."""

from sandbox.embedded_aws import EmbeddedAws
from sandbox.provision.inputs import Inputs, plain
from sandbox.provision.registry import Provisioned, provisions


@provisions("aws:sns/topic:Topic")
def topic(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """A topic."""
    attributes = {"KmsMasterKeyId": inputs["kmsMasterKeyId"]} if "kmsMasterKeyId" in inputs else {}
    tags = [{"Key": key, "Value": value} for key, value in plain(inputs.get("tags", {})).items()]
    arn = aws.client("sns").create_topic(Name=inputs["name"], Attributes=attributes, Tags=tags)["TopicArn"]
    return Provisioned(id=arn, outputs={"arn": arn})


@provisions("aws:sns/topicPolicy:TopicPolicy")
def topic_policy(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """Who may publish."""
    arn = inputs["arn"]
    aws.client("sns").set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=inputs["policy"])
    return Provisioned(id=arn)
