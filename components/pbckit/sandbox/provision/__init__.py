"""Makes each resource of the program in the embedded AWS, by type token: a file per AWS service."""

from pbckit.sandbox.provision import (
    apigateway,
    cloudwatch,
    dynamodb,
    events,
    iam,
    kms,
    lambda_,
    logs,
    scheduler,
    sfn,
    sns,
    sqs,
    ssm,
)
from pbckit.sandbox.provision.registry import NotModelled, UnknownType, provision

__all__ = [
    "NotModelled",
    "UnknownType",
    "apigateway",
    "cloudwatch",
    "dynamodb",
    "events",
    "iam",
    "kms",
    "lambda_",
    "logs",
    "provision",
    "scheduler",
    "sfn",
    "sns",
    "sqs",
    "ssm",
]
