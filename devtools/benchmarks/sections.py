"""The sections of `docs/benchmarks.md`: each measures something and tells it in lines of Markdown."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from devtools.benchmarks import capturing, commands, earning, facade, imports, judging, ledger, memory, relay
from devtools.benchmarks.peers import comparison, soundness
from devtools.benchmarks.peers.installed import NotInstalledError
from ops.capacity.way import WHOLE_PROCESSOR_MB
from ops.repository import ROOT
from pbckit.sandbox.graph import Graph

_KIB = 1024
_EARNING = """\
The bare chain has the hops of a purchase (bus, queue, starter, synchronous workflow of four functions, outbox, stream,
relay, bus, queue, transaction) with functions that make a call of boto3 or two: no inbox, no checks, no traces, no
metrics, rights for anything. Medians of {turns} warm purchases each, one by the system and one by the chain in turns,
the chain once the posting is confirmed and counted. A purchase took {ratio:.2f} times as long as the chain (median of
each turn's; aim: 1.3).
"""
_COLD_IMPORT = """\
A fresh interpreter imports the handler from its unit's zip and layer. A handler makes its clients when it first needs
them, so the import alone leaves boto3 out; `ready` makes the clients too. `bare` imports boto3 and makes the same
clients, and nothing else. Medians of 5, in turns; the ratio is the median of each turn's. Aim: within 1.5.
"""
_CAPTURING = """\
The program of stack `dev`, captured as at a preview, beside a program that registers the same {resources} resources by
the SDK alone, with the same inputs as plain values. Seconds of a processor, medians of 5, in turns; the ratio is the
median of each turn's. What is above 1 is what components take to compute policies and names, to read the sources that
they put into zips, and to pass values on by outputs.
"""
_HELP = """\
A fresh interpreter prints the help of a command; `bare` is a program of two commands that imports typer and nothing
else. Medians of 7, in turns; the ratio is the median of each turn's.
"""
_RELAY = """\
The same events from the outbox to the bus, each way in turns, one process, nothing else in the bus. A call an event is
the removal from the outbox, in all of them. Polling scans the outbox; here without a pause, so that what it
costs while nothing is pending does not show: a call a second, for each outbox, where the relay is woken by the stream.
"""
_JUDGING = """\
Stacks of any size are the real program's graph (stack `dev`, as at a preview) with all its units copied under other
names, and the contracts with them. `engine` is `engine.judge` on resources that have been read; `pack` is the pack's
own process, asked over gRPC as Pulumi asks it at a preview, from its start to its last answer, with questions that were
put together before; Pulumi asks about single resources while it makes its plan, here they are asked about at once.
`update` is the same at an update, where the pack also looks at each resource on its own before it is made. Each was
measured once, in a fresh interpreter, and each stack passed every rule. `busy` is seconds of a processor, of the pack
without those of who asks: on an idle machine that is how long the engine takes. `growth` is how many times the busy
seconds grew for each time that the resources did: 1.0 is linear. The load of the machine before was {load:.1f}.
"""
_PEERS = """\
The shipped stack (`dev`, as at a preview), and the same with {leaks} leaks of those that the pack's own tests try
(`tests/policies/leaks`), {which} in their order: those of the eight kinds that lists miss when all that can be known is
known. The leaks were written for this pack, which must block all of them; other tools were made for other ends, and the
numbers say only how far they can take its place. Seconds are those of the tool's process for the shipped stack, once.
`not told` are leaks that change nothing of what the tool can be told: wiring, and what lies in no document. A leak
counts as found if the tool finds anything that it did not find without it; most need the boundary of a unit to be open,
and are compared with the stack whose boundary is.

- checkov was given a Terraform plan with every resource; it has no notion of units, so that it sees what is wrong with
  one resource. Of each leak it was given what the leak changes or adds, all in one run.
- iamprover was given all roles with their boundaries and trust policies, all resource policies, and invariants written
  for it, one for each ARN of a unit: nobody but the unit's roles does anything with it. It ran with `--privesc
  --check-trust --closure all`; after {limit} s a leak counts as not answered. Of each leak it was told of the roles of
  the unit that leaks go out from, of whom else the leak changes, and of the things of five units; where the shipped
  stack has no figure, it gave no answer about the whole in that time. What is not known before it is created, whose a
  key is, and wiring (event source mappings, subscriptions and the like) cannot be told to it.
- iam-simulate, PMapper and IAMSpy judge one request at a time. They were given those of whom the leak changes: each
  harmful action that a new statement names, on each of those ARNs that are not the unit's own, and as whom: with the
  identity's policies, its boundary, and the thing's own policy. iam-simulate ran in its discovery mode, in which a
  condition holds that some request may meet; PMapper knows the principal's ARN and account only; IAMSpy's solver
  chooses the context itself, and has {seconds} s for each leak. A leak counts as not answered where a tool cannot read
  a policy. Wiring cannot be told to them, nor a leak that lies in no document. They run where they are installed for
  this, and are no part of this project.
"""
_THIRD = """

### A third judge of single requests

The pack's evaluator is tried against an exact judge of single requests that was written for it
([isolation.md](isolation.md)). Here a third one is asked, which nobody here wrote: iam-simulate, in its strict mode,
about {documents} random pairs of identity policy and boundary, each with every request of the small world of
`tests/policies/soundness`: {requests:,} requests. Pairs that iam-simulate takes to be malformed: {refused}, not
counted.
"""
_MEMORY = """\
{purchases} purchases earn points, one at a time; the embedded AWS runs each function in a process of its own.
`processor` is what that process took of a processor for an invocation, `waits` how long the invocation lasted besides:
much of it is the embedded AWS itself at work on shared cores, where DynamoDB answers in some milliseconds. `peak` is
the most memory that the process ever had; Lambda's own is not in it. The rest is computed: Lambda gives a function a
whole processor with {whole:,} MB and less in proportion, so that it lasts `waits` and `processor` times {whole:,} over
its memory. USD are for a million invocations without requests, by list prices of us-east-1; what is deployed is bold.
"""
_FACADE = """\
One caller asks for categories, warm, on the embedded AWS: the monolith's function itself and the facade in front of it,
call by call in turns, so that both meet the same machine. In the last line the candidate's function sleeps until its
timeout ends it; its processes, started anew each time, take their part of two shared cores. That slows both, and the
facade more, which does more. Nobody waits for the candidate: that would take 5000 ms. What the facade adds in every
line is an invocation, and in shadow a message to its queue. 100 calls each.
"""
_UNITS = """\
Read and write units as the embedded AWS reports them (`ReturnConsumedCapacity`). For writes it keeps DynamoDB's rule:
two units for each KiB of each item of a transaction. Of reads it reports one unit for each consistent one whatever its
size, which is right up to 4 KiB; the items read here are smaller. What the relay takes to publish an event is not
in it. Of a transaction that is refused, as that of the same purchase again, it reports nothing; DynamoDB charges it.
"""
_RATES = """
Postings per second by {workers} threads. `shared`: each member's account keeps its share of the programme's accounts.
`single`: the same, and one item for the programme's accounts that every transaction reads and moves. The embedded AWS
is one process on this machine, so that only the ratio says something; and it cancels no transaction because another one
is at the same item, as DynamoDB does, so that the single item is only held up by its version.
"""
_HOLDS = """
{asked} holds of one balance at once, which can bear {affordable}: {holds.granted} granted, {holds.refused} refused,
{holds.spendable} points left, in {holds.seconds:.1f} s. How often one had to be asked for again, because others were
faster every time: {holds.asked_again}.
"""


@dataclass(frozen=True)
class Section:
    """A part of the page."""

    title: str
    lines: Callable[[Graph], Iterator[str]]
    """Measures; takes the graph of the stack `local`."""


def _earning(_graph: Graph) -> Iterator[str]:
    earned = earning.measure()
    yield _EARNING.format(turns=earning.TURNS, ratio=earned.ratio)
    yield "| what | seconds | aim |"
    yield "|---|---:|---:|"
    yield f"| the embedded AWS starts | {earned.start_seconds:.1f} | |"
    yield f"| the program deploys ({earned.resources} resources) | {earned.deploy_seconds:.1f} | 20 |"
    yield f"| the program is captured as at a preview | {earned.capture_seconds:.1f} | 6 |"
    yield f"| one purchase, accepted → posted, warm | {earned.one_purchase_seconds:.2f} | 2 |"
    yield f"| the bare chain, warm | {earned.bare_chain_seconds:.2f} | |"
    yield f"| {earned.many} purchases, accepted → all posted | {earned.many_seconds:.0f} | 90 |"


def _ledger(_graph: Graph) -> Iterator[str]:
    costs = ledger.measure()
    yield _UNITS
    yield "| what | items of its transaction | read units | write units |"
    yield "|---|---:|---:|---:|"
    for one in costs.units:
        yield f"| {one.what} | {one.items} | {one.read:g} | {one.write:g} |"
    yield _RATES.format(workers=ledger.WORKERS)
    yield "| members | shared | single | shared / single |"
    yield "|---:|---:|---:|---:|"
    for rates in costs.rates:
        yield f"| {rates.members:,} | {rates.shared:.0f} | {rates.single:.0f} | {rates.shared / rates.single:.1f} |"
    yield _HOLDS.format(asked=ledger.HOLDS, affordable=ledger.AFFORDABLE, holds=costs.holds)


def _imports(graph: Graph) -> Iterator[str]:
    yield _COLD_IMPORT
    yield "| function | import, ms | ready, ms | bare, ms | ready / bare |"
    yield "|---|---:|---:|---:|---:|"
    for one in imports.measure(graph, ROOT):
        yield (f"| {one.function} | {one.import_ms:.0f} | {one.ready_ms:.0f} | {one.bare_ms:.0f} | {one.ratio:.2f} |")


def _commands(_graph: Graph) -> Iterator[str]:
    yield _HELP
    yield "| command | own, ms | bare, ms | own / bare | aim |"
    yield "|---|---:|---:|---:|---:|"
    for one in commands.measure():
        yield f"| `{one.command} --help` | {one.own_ms:.0f} | {one.bare_ms:.0f} | {one.ratio:.2f} | 2 |"


def _relay(_graph: Graph) -> Iterator[str]:
    yield _RELAY
    yield "| way | events a second | times the relay's | calls an event | of these to the bus |"
    yield "|---|---:|---:|---:|---:|"
    for one in relay.measure():
        yield (
            f"| {one.way} | {one.events_per_second:.0f} | {one.ratio:.2f} "
            f"| {one.calls_per_event:.2f} | {one.puts_per_event:.2f} |"
        )


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
    yield (
        "| PBCs | resources | roles | engine, s | busy, s | growth | pack, s | busy, s | growth "
        "| update, s | busy, s | growth | aim, s |"
    )
    yield f"|{'---:|' * 13}"
    before: judging.Judging | None = None
    for one in judging.measure(ROOT):
        growths = [f"{growth:.2f}" if growth else "" for growth in judging.growths(before, one)]
        yield (
            f"| {one.pbcs} | {one.resources} | {one.roles} "
            f"| {one.engine.passed:.1f} | {one.engine.busy:.1f} | {growths[0]} "
            f"| {one.pack.passed:.1f} | {one.pack.busy:.1f} | {growths[1]} "
            f"| {one.update.passed:.1f} | {one.update.busy:.1f} | {growths[2]} | {_AIMS.get(one.pbcs, '')} |"
        )
        before = one


def _peers(_graph: Graph) -> Iterator[str]:
    leaks, compared = comparison.measure()
    yield _PEERS.format(
        leaks=leaks,
        which="all" if comparison.EVERY == 1 else f"one of {comparison.EVERY}",
        limit=comparison.iamprover.LIMIT_SECONDS,
        seconds=comparison.simulators.LIMIT_SECONDS,
    )
    yield "| tool | shipped stack, s | findings there | leaks found | not answered | not told |"
    yield "|---|---:|---:|---:|---:|---:|"
    for one in compared:
        if one.found is None:
            yield f"| {one.tool} | not measured: it could not be installed | | | | |"
        else:
            shipped = f"{one.seconds:.1f} | {one.on_shipped}" if one.seconds is not None else "|"
            yield f"| {one.tool} | {shipped} | {one.found} | {one.unanswered} | {one.untold} |"

    yield from _third()


def _third() -> Iterator[str]:
    try:
        judged = soundness.measure()
    except NotInstalledError as error:
        yield f"\niam-simulate could not be asked as a third judge: {error}"
        return
    yield _THIRD.format(documents=judged.documents, requests=judged.requests, refused=judged.refused)
    yield "| | requests |"
    yield "|---|---:|"
    yield f"| iam-simulate and the exact judge: allowed | {judged.both:,} |"
    yield f"| only the exact judge: allowed | {judged.only_exact:,} |"
    yield f"| only iam-simulate: allowed | {judged.only_simulated:,} |"
    yield f"| iam-simulate allows what the evaluator calls impossible | {judged.missed:,} |"


def _capturing(_graph: Graph) -> Iterator[str]:
    captured = capturing.measure()
    yield _CAPTURING.format(resources=captured.resources)
    yield "| own, s | bare, s | own / bare | aim |"
    yield "|---:|---:|---:|---:|"
    yield f"| {captured.own_seconds:.1f} | {captured.bare_seconds:.1f} | {captured.ratio:.2f} | 1.2 |"


def _memory(_graph: Graph) -> Iterator[str]:
    taken = memory.measure()
    yield _MEMORY.format(purchases=memory.PURCHASES, whole=WHOLE_PROCESSOR_MB)
    sizes = " | ".join(f"{size:,} MB, USD" for size in memory.SIZES)
    yield f"| function | processor, ms | waits, ms | peak, MB | {sizes} |"
    yield f"|---|{'---:|' * (3 + len(memory.SIZES))}"
    for one in taken:
        prices = (f"{one.usd_a_million(size):.2f}" for size in memory.SIZES)
        cells = (f"**{usd}**" if size == one.memory else usd for size, usd in zip(memory.SIZES, prices, strict=True))
        yield (
            f"| {one.step.name} | {one.processor * 1000:.1f} | {one.waits * 1000:.0f} | {one.peak_mb:.0f} "
            f"| {' | '.join(cells)} |"
        )


def _facade(_graph: Graph) -> Iterator[str]:
    yield _FACADE
    yield "| the facade in | alone: p50, ms | p99, ms | facade: p50, ms | p99, ms | added to p50, ms | failed |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for one in facade.measure():
        alone, fronted = one.alone, one.facade
        yield (
            f"| {one.what} | {alone.p50_ms:.0f} | {alone.p99_ms:.0f} | {fronted.p50_ms:.0f} | {fronted.p99_ms:.0f} "
            f"| {fronted.p50_ms - alone.p50_ms:.0f} | {alone.failed + fronted.failed} |"
        )


_AIMS = {60: 5, 198: 17}

SECTIONS: Mapping[str, Section] = {
    "earning": Section("On the embedded AWS", _earning),
    "capturing": Section("The program beside the SDK alone", _capturing),
    "relay": Section("From the outbox to the bus", _relay),
    "ledger": Section("The ledger", _ledger),
    "memory": Section("Memory of functions", _memory),
    "imports": Section("Cold import of each handler", _imports),
    "commands": Section("The commands", _commands),
    "sizes": Section("Size of what is deployed", _artefacts),
    "facade": Section("A facade in front of a legacy system", _facade),
    "policies": Section("The policy pack", _policies),
    "peers": Section("The policy pack beside other tools", _peers),
}
"""In the order of the page, by the name that `python -m devtools.benchmarks NAME` knows them by."""
