"""Lambda."""

from pathlib import Path
from typing import Any

from sandbox.embedded_aws import EmbeddedAws
from sandbox.provision.inputs import Inputs, plain
from sandbox.provision.registry import Provisioned, provisions


def _zip(archive: Inputs) -> bytes:
    """The bytes of a `FileArchive`."""
    plain(archive)
    return Path(archive["path"]).read_bytes()


@provisions("aws:lambda/layerVersion:LayerVersion")
def layer_version(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """A version of a layer."""
    made = aws.client("lambda").publish_layer_version(
        LayerName=inputs["layerName"],
        Content={"ZipFile": _zip(inputs["code"])},
        CompatibleRuntimes=plain(inputs.get("compatibleRuntimes", [])),
        CompatibleArchitectures=plain(inputs.get("compatibleArchitectures", [])),
    )
    outputs = {"arn": made["LayerVersionArn"], "layerArn": made["LayerArn"], "version": str(made["Version"])}
    return Provisioned(id=made["LayerVersionArn"], outputs=outputs)


@provisions("aws:lambda/function:Function")
def function(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """A function, published where asked."""
    lambda_, name = aws.client("lambda"), inputs["name"]
    made = lambda_.create_function(
        FunctionName=name,
        Role=inputs["role"],
        Runtime=inputs["runtime"],
        Architectures=plain(inputs["architectures"]),
        Handler=inputs["handler"],
        Code={"ZipFile": _zip(inputs["code"])},
        Layers=plain(inputs.get("layers", [])),
        Publish=inputs.get("publish", False),
        Timeout=inputs.get("timeout", 3),
        MemorySize=inputs.get("memorySize", 128),
        Environment={"Variables": plain(inputs["environment"]["variables"]) if "environment" in inputs else {}},
        Tags=plain(inputs.get("tags", {})),
        **_optional(inputs),
    )
    if "reservedConcurrentExecutions" in inputs:
        lambda_.put_function_concurrency(
            FunctionName=name, ReservedConcurrentExecutions=inputs["reservedConcurrentExecutions"]
        )
    arn = made["FunctionArn"].removesuffix(f":{made['Version']}")
    outputs = {"arn": arn, "version": made["Version"], "qualifiedArn": f"{arn}:{made['Version']}"}
    return Provisioned(id=name, outputs=outputs)


def _optional(inputs: Inputs) -> dict[str, Any]:
    optional: dict[str, Any] = {}
    if "tracingConfig" in inputs:
        optional["TracingConfig"] = {"Mode": inputs["tracingConfig"]["mode"]}
    if "loggingConfig" in inputs:
        logging = inputs["loggingConfig"]
        optional["LoggingConfig"] = {"LogFormat": logging["logFormat"], "LogGroup": logging["logGroup"]}
    return optional


@provisions("aws:lambda/alias:Alias")
def alias(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """A name for a published version."""
    arn = aws.client("lambda").create_alias(
        FunctionName=inputs["functionName"], Name=inputs["name"], FunctionVersion=inputs["functionVersion"]
    )["AliasArn"]
    return Provisioned(id=arn, outputs={"arn": arn})


@provisions("aws:lambda/eventSourceMapping:EventSourceMapping")
def event_source_mapping(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """What feeds a function."""
    names = {
        "batchSize": "BatchSize",
        "bisectBatchOnFunctionError": "BisectBatchOnFunctionError",
        "maximumBatchingWindowInSeconds": "MaximumBatchingWindowInSeconds",
        "maximumRecordAgeInSeconds": "MaximumRecordAgeInSeconds",
        "maximumRetryAttempts": "MaximumRetryAttempts",
        "startingPosition": "StartingPosition",
        "functionResponseTypes": "FunctionResponseTypes",
    }
    settings: dict[str, Any] = {name: plain(inputs[key]) for key, name in names.items() if key in inputs}
    if "filterCriteria" in inputs:
        filters = inputs["filterCriteria"]["filters"]
        settings["FilterCriteria"] = {"Filters": [{"Pattern": one["pattern"]} for one in filters]}
    if "scalingConfig" in inputs:
        settings["ScalingConfig"] = {"MaximumConcurrency": inputs["scalingConfig"]["maximumConcurrency"]}
    if "destinationConfig" in inputs:
        destination = inputs["destinationConfig"]["onFailure"]["destinationArn"]
        settings["DestinationConfig"] = {"OnFailure": {"Destination": destination}}
    made = aws.client("lambda").create_event_source_mapping(
        EventSourceArn=inputs["eventSourceArn"],
        FunctionName=inputs["functionName"],
        Enabled=inputs.get("enabled", True),
        **settings,
    )
    return Provisioned(id=made["UUID"], outputs={"uuid": made["UUID"], "functionArn": made["FunctionArn"]})
