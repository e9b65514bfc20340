"""The IAM documents of a graph, and what is in their statements."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

import msgspec

from pbckit.judges.values import at, is_unknown
from pbckit.sandbox.graph import Graph, Resource

_DATA = Path(__file__).parent / "data" / "iam_documents.yaml"
Kind = Literal["identity", "trust", "resource"]


@dataclass(frozen=True)
class Document:
    """A text that says who may do what."""

    resource: Resource
    input: str
    """Name of the input that holds it."""
    kind: Kind
    text: str

    @property
    def body(self) -> Any:
        """The text as JSON; None where it is none."""
        try:
            return json.loads(self.text)
        except ValueError:
            return None


@dataclass(frozen=True)
class Statement:
    """A statement of a document. Its elements are as IAM writes them; what may be one text is a list here."""

    document: Document
    place: str
    """Path of it, for example `policy.Statement[2] (ReadOwnTable)`."""
    body: Mapping[str, Any]

    def texts(self, element: str) -> Sequence[str]:
        """The texts of an element that is one text or a list of them; empty where it is not there."""
        value = self.body.get(element, [])
        return [value] if isinstance(value, str) else cast("list[str]", value)

    @property
    def conditions(self) -> Iterator[tuple[str, str]]:
        """Each operator with each of its condition keys."""
        for operator, tests in cast("Mapping[str, Mapping[str, Any]]", self.body.get("Condition", {})).items():
            for key in tests:
                yield operator, key


def documents(graph: Graph) -> Iterator[Document]:
    """All documents of a graph that are known at preview."""
    for resource in graph.resources:
        for path, kind in _inputs().get(resource.type, {}).items():
            text = at(resource.inputs, path)
            if isinstance(text, str) and not is_unknown(text):
                yield Document(resource, path, kind, text)


def statements(document: Document) -> Iterator[Statement]:
    """The statements of a document that are objects."""
    body = document.body
    found: Any = cast("Mapping[str, Any]", body).get("Statement", []) if isinstance(body, Mapping) else []
    for index, one in enumerate(cast("list[Any]", found if isinstance(found, list) else [found])):
        if isinstance(one, Mapping):
            sid = cast("Mapping[str, Any]", one).get("Sid")
            place = f"{document.input}.Statement[{index}]" + (f" ({sid})" if sid else "")
            yield Statement(document, place, cast("Mapping[str, Any]", one))


@cache
def _inputs() -> Mapping[str, Mapping[str, Kind]]:
    return msgspec.yaml.decode(_DATA.read_bytes(), type=dict[str, dict[str, Kind]])
