"""DynamoDB."""

from typing import Any

from pbckit.sandbox.embedded_aws import EmbeddedAws
from pbckit.sandbox.provision.inputs import Inputs, tag_list
from pbckit.sandbox.provision.registry import Provisioned, provisions


@provisions("aws:dynamodb/table:Table")
def table(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """A table with its indexes, stream, TTL, recovery and encryption."""
    dynamodb = aws.client("dynamodb")
    name = inputs["name"]
    made = dynamodb.create_table(
        TableName=name,
        BillingMode=inputs["billingMode"],
        KeySchema=_key_schema(inputs),
        AttributeDefinitions=[
            {"AttributeName": attribute["name"], "AttributeType": attribute["type"]}
            for attribute in inputs["attributes"]
        ],
        DeletionProtectionEnabled=inputs.get("deletionProtectionEnabled", False),
        Tags=tag_list(inputs),
        **_optional(inputs),
    )["TableDescription"]
    if "ttl" in inputs:
        dynamodb.update_time_to_live(
            TableName=name,
            TimeToLiveSpecification={
                "AttributeName": inputs["ttl"]["attributeName"],
                "Enabled": inputs["ttl"]["enabled"],
            },
        )
    if "pointInTimeRecovery" in inputs:
        dynamodb.update_continuous_backups(
            TableName=name,
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": inputs["pointInTimeRecovery"]["enabled"]},
        )
    outputs = {"arn": made["TableArn"], "streamArn": made.get("LatestStreamArn", "")}
    return Provisioned(id=name, outputs=outputs)


def _key_schema(keys: Inputs) -> list[dict[str, str]]:
    schema = [{"AttributeName": keys["hashKey"], "KeyType": "HASH"}]
    if "rangeKey" in keys:
        schema.append({"AttributeName": keys["rangeKey"], "KeyType": "RANGE"})
    return schema


def _optional(inputs: Inputs) -> dict[str, Any]:
    optional: dict[str, Any] = {}
    if "globalSecondaryIndexes" in inputs:
        optional["GlobalSecondaryIndexes"] = [
            {
                "IndexName": index["name"],
                "KeySchema": [
                    {"AttributeName": part["attributeName"], "KeyType": part["keyType"]} for part in index["keySchemas"]
                ],
                "Projection": {"ProjectionType": index["projectionType"]},
            }
            for index in inputs["globalSecondaryIndexes"]
        ]
    if inputs.get("streamEnabled"):
        optional["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": inputs["streamViewType"]}
    if "serverSideEncryption" in inputs:
        encryption = inputs["serverSideEncryption"]
        optional["SSESpecification"] = {
            "Enabled": encryption["enabled"],
            "SSEType": "KMS",
            "KMSMasterKeyId": encryption["kmsKeyArn"],
        }
    return optional
