"""Step Functions."""

from typing import Any

from pbckit.sandbox.embedded_aws import EmbeddedAws
from pbckit.sandbox.provision.inputs import Inputs, tag_list
from pbckit.sandbox.provision.registry import Provisioned, provisions


@provisions("aws:sfn/stateMachine:StateMachine")
def state_machine(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """A state machine with logging. Tracing is left unread: the embedded AWS takes the setting and forgets it."""
    arn = aws.client("stepfunctions").create_state_machine(
        name=inputs["name"],
        definition=inputs["definition"],
        roleArn=inputs["roleArn"],
        type=inputs.get("type", "STANDARD"),
        tags=tag_list(inputs, "key", "value"),
        **_logging(inputs),
    )["stateMachineArn"]
    return Provisioned(id=arn, outputs={"arn": arn})


def _logging(inputs: Inputs) -> dict[str, Any]:
    if "loggingConfiguration" not in inputs:
        return {}
    logging = inputs["loggingConfiguration"]
    return {
        "loggingConfiguration": {
            "level": logging["level"],
            "includeExecutionData": logging.get("includeExecutionData", False),
            "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": logging["logDestination"]}}],
        }
    }
