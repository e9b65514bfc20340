"""EventBridge Scheduler."""

from pbckit.sandbox.embedded_aws import EmbeddedAws
from pbckit.sandbox.provision.inputs import Inputs
from pbckit.sandbox.provision.registry import Provisioned, provisions


@provisions("aws:scheduler/schedule:Schedule")
def schedule(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """A call at regular times."""
    name, target = inputs["name"], inputs["target"]
    arn = aws.client("scheduler").create_schedule(
        Name=name,
        ScheduleExpression=inputs["scheduleExpression"],
        FlexibleTimeWindow={"Mode": inputs["flexibleTimeWindow"]["mode"]},
        Target={"Arn": target["arn"], "RoleArn": target["roleArn"]},
    )["ScheduleArn"]
    return Provisioned(id=f"default/{name}", outputs={"arn": arn})
