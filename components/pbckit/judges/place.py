"""Where the resources of a graph are: partition, region and account, as the program's ARNs tell them."""

import json
import re
from dataclasses import dataclass

from pbckit.sandbox.graph import Graph

_REGIONAL = re.compile(r"arn:(aws[a-z-]*):(?:sns|sqs|lambda|events|states):([a-z0-9-]+):([0-9]{12}):")


@dataclass(frozen=True)
class Place:
    """A partition, region and account."""

    partition: str
    region: str
    account: str

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource in this place. Those of IAM and dashboards have no region, those of APIs no account."""
        region = "" if service == "iam" or resource.startswith("dashboard/") else self.region
        account = "" if service == "apigateway" else self.account
        return f"arn:{self.partition}:{service}:{region}:{account}:{resource}"


def place_of(graph: Graph) -> Place:
    """The place of a graph's resources.

    Raises:
        ValueError: no ARN tells the region.
    """
    for resource in graph.resources:
        found = _REGIONAL.search(json.dumps(resource.inputs))
        if found:
            return Place(found[1], found[2], found[3])
    raise ValueError(f"stack {graph.stack}: no ARN tells the region")
