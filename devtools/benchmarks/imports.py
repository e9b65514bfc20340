"""Cold import of each handler, beside a bare boto3 handler of the same services, in the same run."""

import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pbckit.sandbox.graph import Graph, Resource

_RUNS = 5
_SERVICES = {
    "STORE_TABLE": "dynamodb",
    "OUTBOX_TABLE": "dynamodb",
    "BUS_NAME": "events",
    "STATE_MACHINE": "stepfunctions",
}
_MILLISECONDS = 1000


@dataclass(frozen=True, kw_only=True)
class ColdImport:
    """Median milliseconds in a fresh interpreter."""

    function: str
    import_ms: float
    """Importing the handler. It makes its clients when it first needs them, so this leaves boto3 out."""
    ready_ms: float
    """Importing the handler and making the clients of its services."""
    bare_ms: float
    """Importing boto3 and making the same clients."""
    ratio: float
    """How many times the bare handler: the median over runs of ready beside the bare one right after it."""


def measure(graph: Graph, root: Path) -> list[ColdImport]:
    """Import every function's handler as Lambda would: from the unit's zip and layer, nothing else of the project."""
    measured: list[ColdImport] = []
    with tempfile.TemporaryDirectory() as folder:
        for function in sorted(graph.by_type("aws:lambda/function:Function"), key=lambda one: one.inputs["name"]):
            paths = [_unpacked(root / archive, Path(folder)) for archive in _archives(graph, function)]
            module = function.inputs["handler"].rpartition(".")[0]
            variables: Mapping[str, str] = function.inputs["environment"]["variables"]
            services = sorted({service for name, service in _SERVICES.items() if name in variables})
            bare = "import boto3\n" + "\n".join(f"boto3.client({service!r})" for service in services)
            own = f"import {module}"
            # In turns, so that a machine that slows down slows all of them.
            runs = [
                (
                    _seconds(own, paths, variables),
                    _seconds(f"{own}\n{bare}", paths, variables),
                    _seconds(bare, [], variables),
                )
                for _ in range(_RUNS)
            ]
            imported, ready, alone = (statistics.median(column) * _MILLISECONDS for column in zip(*runs, strict=True))
            name = function.inputs["name"].partition("-local-")[2]
            ratio = statistics.median(made / bare_one for _, made, bare_one in runs)
            measured.append(ColdImport(function=name, import_ms=imported, ready_ms=ready, bare_ms=alone, ratio=ratio))
    return measured


def _archives(graph: Graph, function: Resource) -> list[Path]:
    unit = function.inputs["tags"]["pbc"]
    (layer,) = [one for one in graph.by_type("aws:lambda/layerVersion:LayerVersion") if one.name == f"{unit}-layer"]
    return [Path(function.inputs["code"]["path"]), Path(layer.inputs["code"]["path"])]


def _unpacked(archive: Path, folder: Path) -> Path:
    target = folder / archive.stem
    if not target.exists():
        with zipfile.ZipFile(archive) as file:
            file.extractall(target)
    return target / "python" if (target / "python").exists() else target


def _seconds(code: str, paths: Sequence[Path], variables: Mapping[str, str]) -> float:
    environment = {
        "PYTHONPATH": ":".join(map(str, paths)),
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
        **variables,
    }
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, env=environment, cwd="/")
    return time.perf_counter() - start
