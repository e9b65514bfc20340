"""API Gateway: REST APIs that are made of a document."""

from pbckit.sandbox.embedded_aws import EmbeddedAws
from pbckit.sandbox.provision.inputs import Inputs, attribute_text, plain
from pbckit.sandbox.provision.registry import Provisioned, provisions

_SETTINGS = {"throttlingBurstLimit": "throttling/burstLimit", "throttlingRateLimit": "throttling/rateLimit"}


@provisions("aws:apigateway/restApi:RestApi")
def rest_api(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """An API with its document. Putting that takes away the rest, which is set again, as the provider does it."""
    client, types = aws.client("apigateway"), inputs["endpointConfiguration"]["types"]
    api = client.create_rest_api(
        name=inputs["name"], tags=plain(inputs.get("tags", {})), endpointConfiguration={"types": [types]}
    )["id"]
    client.put_rest_api(restApiId=api, mode="overwrite", body=inputs["body"].encode())
    values = {"/name": inputs["name"], "/description": inputs.get("description", ""), "/policy": inputs["policy"]}
    client.update_rest_api(
        restApiId=api,
        patchOperations=[{"op": "replace", "path": path, "value": value} for path, value in values.items()],
    )
    outputs = {
        "arn": f"arn:aws:apigateway:{aws.region}::/restapis/{api}",
        "executionArn": f"arn:aws:execute-api:{aws.region}:{aws.account}:{api}",
    }
    return Provisioned(id=api, outputs=outputs)


@provisions("aws:apigateway/deployment:Deployment")
def deployment(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """A state of an API that stages can be of. What makes a new one is the provider's business."""
    plain(inputs.get("triggers", {}))
    return Provisioned(id=aws.client("apigateway").create_deployment(restApiId=inputs["restApi"])["id"])


@provisions("aws:apigateway/stage:Stage")
def stage(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """Where an API answers: below a path of the embedded AWS, for want of a host name of its own."""
    api, name = inputs["restApi"], inputs["stageName"]
    aws.client("apigateway").create_stage(
        restApiId=api, stageName=name, deploymentId=inputs["deployment"], tags=plain(inputs.get("tags", {}))
    )
    outputs = {
        "arn": f"arn:aws:apigateway:{aws.region}::/restapis/{api}/stages/{name}",
        "executionArn": f"arn:aws:execute-api:{aws.region}:{aws.account}:{api}/{name}",
        "invokeUrl": f"{aws.endpoint}/_aws/execute-api/{api}/{name}",
    }
    return Provisioned(id=f"ags-{api}-{name}", outputs=outputs)


@provisions("aws:apigateway/methodSettings:MethodSettings")
def method_settings(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """How many requests the methods of a stage take."""
    api, name, methods = inputs["restApi"], inputs["stageName"], inputs["methodPath"]
    values = inputs["settings"].renamed(_SETTINGS)
    aws.client("apigateway").update_stage(
        restApiId=api,
        stageName=name,
        patchOperations=[
            {"op": "replace", "path": f"/{methods}/{path}", "value": attribute_text(value)}
            for path, value in values.items()
        ],
    )
    return Provisioned(id=f"{api}-{name}-{methods}")
