"""Step Functions."""

from sandbox.embedded_aws import EmbeddedAws
from sandbox.provision.inputs import Inputs, plain
from sandbox.provision.registry import Provisioned, provisions


@provisions("aws:sfn/stateMachine:StateMachine")
def state_machine(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """A state machine with logging and tracing."""
    logging = inputs["loggingConfiguration"]
    arn = aws.client("stepfunctions").create_state_machine(
        name=inputs["name"],
        definition=inputs["definition"],
        roleArn=inputs["roleArn"],
        type=inputs["type"],
        loggingConfiguration={
            "level": logging["level"],
            "includeExecutionData": logging["includeExecutionData"],
            "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": logging["logDestination"]}}],
        },
        tracingConfiguration={"enabled": inputs["tracingConfiguration"]["enabled"]},
        tags=[{"key": key, "value": value} for key, value in plain(inputs.get("tags", {})).items()],
    )["stateMachineArn"]
    return Provisioned(id=arn, outputs={"arn": arn})
