"""Lambda."""

from pathlib import Path
from typing import Any

from pbckit.sandbox.embedded_aws import EmbeddedAws
from pbckit.sandbox.provision.inputs import Inputs, plain
from pbckit.sandbox.provision.registry import Provisioned, provisions

_MAPPING_SETTINGS = {
    "batchSize": "BatchSize",
    "bisectBatchOnFunctionError": "BisectBatchOnFunctionError",
    "functionResponseTypes": "FunctionResponseTypes",
    "maximumBatchingWindowInSeconds": "MaximumBatchingWindowInSeconds",
    "maximumRecordAgeInSeconds": "MaximumRecordAgeInSeconds",
    "maximumRetryAttempts": "MaximumRetryAttempts",
    "parallelizationFactor": "ParallelizationFactor",
    "startingPosition": "StartingPosition",
    "tags": "Tags",
}


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
        Architectures=plain(inputs.get("architectures", ["x86_64"])),
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
    if "deadLetterConfig" in inputs:
        optional["DeadLetterConfig"] = {"TargetArn": inputs["deadLetterConfig"]["targetArn"]}
    if "tracingConfig" in inputs:
        optional["TracingConfig"] = {"Mode": inputs["tracingConfig"]["mode"]}
    if "loggingConfig" in inputs:
        optional["LoggingConfig"] = inputs["loggingConfig"].renamed({"logFormat": "LogFormat", "logGroup": "LogGroup"})
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
    settings = inputs.renamed(_MAPPING_SETTINGS)
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


@provisions("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig")
def function_event_invoke_config(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """How often, and for how long, an asynchronous invocation is tried, and where it goes then."""
    name, qualifier = inputs["functionName"], inputs.get("qualifier", "$LATEST")
    settings = inputs.renamed(
        {"maximumEventAgeInSeconds": "MaximumEventAgeInSeconds", "maximumRetryAttempts": "MaximumRetryAttempts"}
    )
    if "destinationConfig" in inputs:
        ends = {"onFailure": "OnFailure", "onSuccess": "OnSuccess"}
        destinations = inputs["destinationConfig"]
        settings["DestinationConfig"] = {
            end: {"Destination": destinations[key]["destination"]} for key, end in ends.items() if key in destinations
        }
    aws.client("lambda").put_function_event_invoke_config(FunctionName=name, Qualifier=qualifier, **settings)
    return Provisioned(id=f"{name}:{qualifier}" if "qualifier" in inputs else name)


@provisions("aws:lambda/permission:Permission")
def permission(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """Who may invoke a function, beyond identity policies."""
    statement = inputs["statementId"]
    aws.client("lambda").add_permission(
        FunctionName=inputs["function"],
        StatementId=statement,
        Action=inputs["action"],
        Principal=inputs["principal"],
        **inputs.renamed({"qualifier": "Qualifier", "sourceAccount": "SourceAccount", "sourceArn": "SourceArn"}),
    )
    return Provisioned(id=statement)
