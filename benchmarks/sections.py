"""The sections of `docs/benchmarks.md`: each measures something and tells it in lines of Markdown."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from benchmarks import earning, imports, judging
from benchmarks.peers import comparison
from sandbox.graph import Graph
from sandbox.program import ROOT

_KIB = 1024
_COLD_IMPORT = """\
A fresh interpreter imports the handler from its unit's zip and layer. A handler makes its clients when it first needs
them, so the import alone leaves boto3 out; `ready` makes the clients too. `bare` imports boto3 and makes the same
clients, and nothing else. Medians of 5, in turns; the ratio is the median of each turn's. Aim: within 1.5.
"""
_JUDGING = """\
Stacks of any size are the real program's graph (stack `dev`, as at a preview) with all its units copied under other
names, and the contracts with them. `engine` is `engine.judge` on resources that have been read; `pack` is the pack's
own process, asked over gRPC as Pulumi asks it, from its start to its last answer; Pulumi asks about single resources
while it makes its plan, here they are asked about at once. Each was measured once, in a fresh interpreter, and each
stack passed every rule. `busy` is seconds of a processor, of the pack without those of who asks: on an idle machine
that is how long the engine takes. `growth` is how many times the busy seconds grew for each time that the resources
did: 1.0 is linear. The load of the machine before was {load:.1f}.
"""
_PEERS = """\

### Beside other tools

The shipped stack (`dev`, as at a preview), and the same with each of the {leaks} leaks that the pack's own tests try
(`tests/policies/leaks/corpus.py`). The leaks were written for this pack, which must block all of them; other tools were
made for other ends, and the numbers say only how far they can take its place. Seconds are those of the tool's process
for the shipped stack, once. A leak counts as found if the tool finds anything that it did not find without it; most
need the boundary of a unit to be open, and are compared with the stack whose boundary is.

- checkov was given a Terraform plan with every resource; it has no notion of units, so that it sees what is wrong with
  one resource. Of each leak it was given what the leak changes or adds, all in one run.
- iamprover was given all roles with their boundaries and trust policies, all resource policies, and invariants written
  for it, one for each ARN of a unit: nobody but the unit's roles does anything with it. It ran with `--privesc
  --check-trust --closure all`; after {limit} s a leak counts as not answered. What is not known before it is created,
  whose a key is, and wiring (event source mappings, subscriptions and the like) cannot be told to it.
"""


@dataclass(frozen=True)
class Section:
    """A part of the page."""

    title: str
    lines: Callable[[Graph], Iterator[str]]
    """Measures; takes the graph of the stack `local`."""


def _earning(_graph: Graph) -> Iterator[str]:
    earned = earning.measure()
    yield "| what | seconds | aim |"
    yield "|---|---:|---:|"
    yield f"| the embedded AWS starts | {earned.start_seconds:.1f} | |"
    yield f"| the program deploys ({earned.resources} resources) | {earned.deploy_seconds:.1f} | 20 |"
    yield f"| the program is captured as at a preview | {earned.capture_seconds:.1f} | 6 |"
    yield f"| one purchase, accepted → posted, warm (median of 10) | {earned.one_purchase_seconds:.2f} | 2 |"
    yield f"| {earned.many} purchases, accepted → all posted | {earned.many_seconds:.0f} | 90 |"


def _imports(graph: Graph) -> Iterator[str]:
    yield _COLD_IMPORT
    yield "| function | import, ms | ready, ms | bare, ms | ready / bare |"
    yield "|---|---:|---:|---:|---:|"
    for one in imports.measure(graph, ROOT):
        yield (f"| {one.function} | {one.import_ms:.0f} | {one.ready_ms:.0f} | {one.bare_ms:.0f} | {one.ratio:.2f} |")


def _artefacts(graph: Graph) -> Iterator[str]:
    layers = {
        layer.name.removesuffix("-layer"): layer for layer in graph.by_type("aws:lambda/layerVersion:LayerVersion")
    }
    code = {
        function.inputs["tags"]["pbc"]: function.inputs["code"]["path"]
        for function in graph.by_type("aws:lambda/function:Function")
    }
    yield "| unit | code zip, KiB | layer zip, KiB |"
    yield "|---|---:|---:|"
    for unit, layer in sorted(layers.items()):
        sizes = [(ROOT / path).stat().st_size / _KIB for path in (code[unit], layer.inputs["code"]["path"])]
        yield f"| {unit} | {sizes[0]:.0f} | {sizes[1]:.0f} |"


def _policies(_graph: Graph) -> Iterator[str]:
    yield _JUDGING.format(load=os.getloadavg()[0])
    yield "| PBCs | resources | roles | engine, s | busy, s | growth | pack, s | busy, s | growth | aim, s |"
    yield "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    before: judging.Judging | None = None
    for one in judging.measure(ROOT):
        growths = [f"{growth:.2f}" if growth else "" for growth in judging.growths(before, one)]
        yield (
            f"| {one.pbcs} | {one.resources} | {one.roles} "
            f"| {one.engine.passed:.1f} | {one.engine.busy:.1f} | {growths[0]} "
            f"| {one.pack.passed:.1f} | {one.pack.busy:.1f} | {growths[1]} | {_AIMS.get(one.pbcs, '')} |"
        )
        before = one
    yield from _beside()


def _beside() -> Iterator[str]:
    leaks, compared = comparison.measure()
    yield _PEERS.format(leaks=leaks, limit=comparison.iamprover.LIMIT_SECONDS)
    yield "| tool | shipped stack, s | findings there | leaks found | not answered |"
    yield "|---|---:|---:|---:|---:|"
    for one in compared:
        if one.seconds is None:
            yield f"| {one.tool} | not measured: it could not be installed | | | |"
        else:
            yield f"| {one.tool} | {one.seconds:.1f} | {one.on_shipped} | {one.found} | {one.unanswered} |"


_AIMS = {60: 3, 200: 15}

SECTIONS: Mapping[str, Section] = {
    "earning": Section("On the embedded AWS", _earning),
    "imports": Section("Cold import of each handler", _imports),
    "sizes": Section("Size of what is deployed", _artefacts),
    "policies": Section("The policy pack", _policies),
}
"""In the order of the page, by the name that `python -m benchmarks NAME` knows them by."""
