"""A stack in each of the shapes in which the pack meets it, and changes that hold in all of them.

At a first preview what AWS computes is unknown, and the graph tells only from where it flows. Later it is known: in the
plain shape as inputs with what the program refers to, in AWS's shape with what the provider adds.
"""

import copy
import json
import pickle
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pbc_isolation.stack.graph import Resource
from pbc_isolation.stack.type_data import shipped
from tests.aws_shapes import created
from tests.conftest import captured
from tests.policies.leaks.changes import ACCOUNT, REGION, THIEF, UNKNOWN, Stack, pickled
from tests.policies.reading import Reader

PREVIEW, KNOWN, AWS = "preview", "known", "aws"
PHASES = (PREVIEW, KNOWN, AWS)
_SERVICES = {
    "alb": "elasticloadbalancing",
    "apigatewayv2": "apigateway",
    "cognito": "cognito-idp",
    "efs": "elasticfilesystem",
    "lb": "elasticloadbalancing",
    "opensearch": "es",
    "sfn": "states",
    "timestreamwrite": "timestream",
}
"""Service of the ARN, where it is called otherwise than the module of the SDK."""
_KINDS = {"instanceProfile": "instance-profile"}
_IDS = {
    "apigateway": "a1b2c3d4e5",
    "cognito": f"{REGION}_A1b2C3d4E",
    "ebs": "snap-0a1b2c3d4e5f60718",
    "ec2": "i-0a1b2c3d4e5f60718",
    "efs": "fs-0a1b2c3d4e5f60718",
}


@dataclass(frozen=True)
class Out:
    """What AWS computes of a resource."""

    state: Mapping[str, Any]
    key: str = "id"

    def __post_init__(self) -> None:
        computed = shipped().of(self.state["type"]).computed
        assert self.key == "id" or self.key in {*computed, *self.state["inputs"]}, (self.state["type"], self.key)


@cache
def _pickled(phase: str) -> bytes:
    return pickled(created("dev") if phase == AWS else captured("dev").export(), whole=False)


@cache
def _reader(phase: str) -> Reader:
    return Reader(pickle.loads(_pickled(phase)))  # noqa: S301


class Phased(Stack):
    """A stack in one phase."""

    def __init__(self, phase: str = PREVIEW) -> None:
        self.phase = phase
        self.body = pickle.loads(_pickled(phase))  # noqa: S301 our own, and faster than copying

    def resources(self) -> Sequence[Resource]:
        return _reader(self.phase).resources(self.body)

    def add(self, token: str, name: str, owner: str | None = THIEF, /, **props: Any) -> dict[str, Any]:
        """A new resource; a value may be, or hold, what AWS computes of another."""
        sources = {key: sorted({out.state["urn"] for out in _outs(value)}) for key, value in props.items()}
        state = super().add(token, name, owner, **{key: self._resolved(value) for key, value in props.items()})
        state["propertyDependencies"] = {key: urns for key, urns in sources.items() if urns}
        state["dependencies"] = sorted({urn for urns in sources.values() for urn in urns})
        if self.phase != PREVIEW:
            state["id"] = self._value(state, "id")
            texts = (
                key
                for key in shipped().of(token).computed
                if re.search(r"(arn|id|url|name|endpoint|address)$", key, re.IGNORECASE)
            )
            state["outputs"] |= {"id": state["id"], **{key: self._value(state, key) for key in texts}}
        return state

    def unknown_at_preview(self, known: Any) -> Any:
        """A value that code makes of what is not known at a first preview."""
        return UNKNOWN if self.phase == PREVIEW else known

    def flowing(self, state: dict[str, Any], key: str, known: Any) -> None:
        """Turn what flows into a property into something else, as code does between two resources."""
        if self.phase != PREVIEW:
            self.update(state, **{key: known})

    def _resolved(self, value: Any) -> Any:
        if isinstance(value, Out):
            return UNKNOWN if self.phase == PREVIEW and value.key not in value.state["inputs"] else self._of(value)
        if isinstance(value, Mapping):
            return {key: self._resolved(item) for key, item in value.items()}
        return [self._resolved(item) for item in value] if isinstance(value, list) else value

    def _of(self, out: Out) -> Any:
        return out.state["outputs"].get(out.key) or out.state["inputs"].get(out.key) or self._value(out.state, out.key)

    def _value(self, state: Mapping[str, Any], key: str) -> str:
        module, _, kind = state["type"].removeprefix("aws:").partition("/")
        name = next(
            (str(state["inputs"][one]) for one in shipped().of(state["type"]).names if one in state["inputs"]), ""
        )
        mark = f"{sum(map(ord, state['urn'])) % 9000 + 1000}"
        identity = name or _IDS.get(module, f"{kind.rpartition(':')[2].lower()}-0a1b2c3d4e5f6")[:-4] + mark
        if module in _IDS and module != "ebs":
            identity = _IDS[module][:-4] + mark
        if key == "id":
            return identity
        if key.lower().endswith("arn"):
            region = state["inputs"].get("region", REGION)
            place = {"iam": f":{ACCOUNT}", "s3": ":"}.get(module, f"{region}:{ACCOUNT}")
            resource = (
                identity
                if module in ("s3", "sns", "sqs")
                else f"{_KINDS.get(kind.partition(':')[0], kind.partition(':')[0].lower())}/{identity}"
            )
            return f"arn:aws:{_SERVICES.get(module, module)}:{place}:{resource}"
        if key.lower().endswith("url"):
            return f"https://{module}.{REGION}.amazonaws.com/{ACCOUNT}/{identity}"
        return (
            f"{identity}.{module}.{REGION}.amazonaws.com"
            if key.lower().endswith(("endpoint", "address"))
            else f"{identity}-{key}"
        )


def _outs(value: Any) -> Iterator[Out]:
    if isinstance(value, Out):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _outs(item)
    elif isinstance(value, list):
        for item in value:
            yield from _outs(item)


PhasedChange = Callable[[Phased], None]


@dataclass(frozen=True)
class Case:
    """A change that leaks, or one that does not."""

    kind: int
    """Of the eight kinds, 2 to 8; 0 for a harmless change."""
    what: str
    change: PhasedChange
    rule: str = ""
    phases: tuple[str, ...] = PHASES
    """When it can be told: what code makes of an unknown can be told only when it is known."""


def text(body: object) -> str:
    """A value as JSON."""
    return json.dumps(body)


def made(token: str, name: str, /, owner: str | None = THIEF, **props: Any) -> PhasedChange:
    """A change that adds one resource."""

    def change(stack: Phased) -> None:
        stack.add(token, name, owner, **copy.deepcopy(props))

    return change
