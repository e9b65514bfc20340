"""SQS."""

from pbckit.sandbox.embedded_aws import EmbeddedAws
from pbckit.sandbox.provision.inputs import Inputs, attribute_text, plain
from pbckit.sandbox.provision.registry import Provisioned, provisions

_ATTRIBUTES = {
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "delaySeconds": "DelaySeconds",
    "fifoQueue": "FifoQueue",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
    "redriveAllowPolicy": "RedriveAllowPolicy",
    "redrivePolicy": "RedrivePolicy",
    "visibilityTimeoutSeconds": "VisibilityTimeout",
}


@provisions("aws:sqs/queue:Queue")
def queue(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """A queue with its retention, redrive and encryption."""
    sqs = aws.client("sqs")
    attributes = {name: attribute_text(value) for name, value in inputs.renamed(_ATTRIBUTES).items()}
    url = sqs.create_queue(QueueName=inputs["name"], Attributes=attributes, tags=plain(inputs.get("tags", {})))[
        "QueueUrl"
    ]
    arn = f"arn:aws:sqs:{aws.region}:{aws.account}:{inputs['name']}"
    return Provisioned(id=url, outputs={"arn": arn, "url": url})


@provisions("aws:sqs/queuePolicy:QueuePolicy")
def queue_policy(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """Who may use a queue besides its owner's roles."""
    url = inputs["queueUrl"]
    aws.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": inputs["policy"]})
    return Provisioned(id=url)


@provisions("aws:sqs/redriveAllowPolicy:RedriveAllowPolicy")
def redrive_allow_policy(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """For which queues a queue holds dead letters."""
    url = inputs["queueUrl"]
    attributes = {"RedriveAllowPolicy": inputs["redriveAllowPolicy"]}
    aws.client("sqs").set_queue_attributes(QueueUrl=url, Attributes=attributes)
    return Provisioned(id=url)
