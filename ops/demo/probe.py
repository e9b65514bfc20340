"""Code of an attacker who got hold of a function: tries each read it is told, and reports what AWS answered.

It is shipped as the whole code of the function, so it runs under that function's own role and nothing else.
"""

from typing import Any

import boto3
from botocore.exceptions import ClientError


def handler(event: dict[str, Any], _context: object) -> list[dict[str, str]]:
    """Try each attempt `{"service", "operation", "parameters"}`; answer with its outcome: `ok` or the error code."""
    clients: dict[str, Any] = {}
    outcomes: list[dict[str, str]] = []
    for attempt in event["attempts"]:
        service = attempt["service"]
        if service not in clients:
            clients[service] = boto3.client(service)
        try:
            getattr(clients[service], attempt["operation"])(**attempt["parameters"])
            outcome = "ok"
        except ClientError as error:
            outcome = error.response["Error"]["Code"]
        outcomes.append({"target": attempt["target"], "operation": attempt["operation"], "outcome": outcome})
    return outcomes
