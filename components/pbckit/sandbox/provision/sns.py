"""SNS."""

from pbckit.sandbox.embedded_aws import EmbeddedAws
from pbckit.sandbox.provision.inputs import Inputs, attribute_text, tag_list
from pbckit.sandbox.provision.registry import Provisioned, provisions


@provisions("aws:sns/topic:Topic")
def topic(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """A topic."""
    attributes = inputs.renamed({"kmsMasterKeyId": "KmsMasterKeyId"})
    arn = aws.client("sns").create_topic(Name=inputs["name"], Attributes=attributes, Tags=tag_list(inputs))["TopicArn"]
    return Provisioned(id=arn, outputs={"arn": arn})


@provisions("aws:sns/topicPolicy:TopicPolicy")
def topic_policy(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """Who may publish."""
    arn = inputs["arn"]
    aws.client("sns").set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=inputs["policy"])
    return Provisioned(id=arn)


@provisions("aws:sns/topicSubscription:TopicSubscription")
def topic_subscription(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """Who gets what is published."""
    names = {
        "filterPolicy": "FilterPolicy",
        "filterPolicyScope": "FilterPolicyScope",
        "rawMessageDelivery": "RawMessageDelivery",
        "redrivePolicy": "RedrivePolicy",
    }
    attributes = {name: attribute_text(value) for name, value in inputs.renamed(names).items()}
    arn = aws.client("sns").subscribe(
        TopicArn=inputs["topic"],
        Protocol=inputs["protocol"],
        Endpoint=inputs["endpoint"],
        Attributes=attributes,
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    return Provisioned(id=arn, outputs={"arn": arn})
