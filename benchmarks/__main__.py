"""`make bench`: measure, and write `docs/benchmarks.md`."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import earning, imports
from benchmarks.machine import description
from sandbox.graph import Graph
from sandbox.program import ROOT, capture

_KIB = 1024
_COLD_IMPORT = """\
A fresh interpreter imports the handler from its unit's zip and layer. A handler makes its clients when it first needs
them, so the import alone leaves boto3 out; `ready` makes the clients too. `bare` imports boto3 and makes the same
clients, and nothing else. Medians of 5, in turns; the ratio is the median of each turn's. Aim: within 1.5.
"""


def main() -> None:
    """Measure everything and write the page."""
    graph = capture("local")
    earned = earning.measure()
    print(earned)
    imported = imports.measure(graph, ROOT)
    page = "\n".join([*_heading(), *_earning(earned), *_imports(imported), *_artefacts(graph, ROOT)])
    (ROOT / "docs/benchmarks.md").write_text(page + "\n")
    print("wrote docs/benchmarks.md")


def _heading() -> Iterator[str]:
    yield "# Benchmarks"
    yield ""
    yield f"Measured by `make bench` on {datetime.now(UTC):%Y-%m-%d}, on: {description()}."
    yield ""
    yield "Seconds depend on the machine; ratios were measured within one run."
    yield ""


def _earning(earned: earning.Earning) -> Iterator[str]:
    yield "## On the embedded AWS"
    yield ""
    yield "| what | seconds | aim |"
    yield "|---|---:|---:|"
    yield f"| the embedded AWS starts | {earned.start_seconds:.1f} | |"
    yield f"| the program deploys ({earned.resources} resources) | {earned.deploy_seconds:.1f} | 20 |"
    yield f"| the program is captured as at a preview | {earned.capture_seconds:.1f} | 6 |"
    yield f"| one purchase, accepted → posted, warm (median of 10) | {earned.one_purchase_seconds:.2f} | 2 |"
    yield f"| {earned.many} purchases, accepted → all posted | {earned.many_seconds:.0f} | 90 |"
    yield ""


def _imports(imported: list[imports.ColdImport]) -> Iterator[str]:
    yield "## Cold import of each handler"
    yield ""
    yield _COLD_IMPORT
    yield "| function | import, ms | ready, ms | bare, ms | ready / bare |"
    yield "|---|---:|---:|---:|---:|"
    for one in imported:
        yield (f"| {one.function} | {one.import_ms:.0f} | {one.ready_ms:.0f} | {one.bare_ms:.0f} | {one.ratio:.2f} |")
    yield ""


def _artefacts(graph: Graph, root: Path) -> Iterator[str]:
    layers = {
        layer.name.removesuffix("-layer"): layer for layer in graph.by_type("aws:lambda/layerVersion:LayerVersion")
    }
    code = {
        function.inputs["tags"]["pbc"]: function.inputs["code"]["path"]
        for function in graph.by_type("aws:lambda/function:Function")
    }
    yield "## Size of what is deployed"
    yield ""
    yield "| unit | code zip, KiB | layer zip, KiB |"
    yield "|---|---:|---:|"
    for unit, layer in sorted(layers.items()):
        sizes = [(root / path).stat().st_size / _KIB for path in (code[unit], layer.inputs["code"]["path"])]
        yield f"| {unit} | {sizes[0]:.0f} | {sizes[1]:.0f} |"


if __name__ == "__main__":
    main()
