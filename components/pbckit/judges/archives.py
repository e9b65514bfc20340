"""Zips that resources of a graph ship."""

import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, cast

from pbckit.program_root import program_root
from pbckit.sandbox.graph import Graph, Resource

LAYER = "aws:lambda/layerVersion:LayerVersion"


class Archive(NamedTuple):
    """A zip in the graph. Stacks write to the same paths: the hash tells their contents apart."""

    path: Path
    hash: str


def archive_of(resource: Resource) -> Archive | None:
    """What a function or a layer ships; None where it is no local file."""
    code = cast("Mapping[str, Any]", resource.inputs.get("code") or {})
    return Archive(program_root() / code["path"], code.get("hash", "")) if "path" in code else None


def layers_of(graph: Graph, function: Resource) -> list[Resource]:
    """The layers of a function that the same stack makes."""
    urns = function.property_dependencies.get("layers", ())
    return [layer for layer in graph.by_type(LAYER) if layer.urn in urns]


@cache
def unzipped_bytes(archive: Archive) -> int:
    """Size of a zip's contents; nothing for one that is not there."""
    if not archive.path.is_file():
        return 0
    with zipfile.ZipFile(archive.path) as opened:
        return sum(entry.file_size for entry in opened.infolist())
