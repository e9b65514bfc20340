"""`python -m devtools.faults run`: thousands of purchases on a failing system, and what became of each."""

import secrets
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.panel import Panel

from devtools.faults.campaign import Campaign, OnProgress, stores, write_purchases
from devtools.faults.fault_injector import FaultInjector
from devtools.faults.loopback import Loopback
from devtools.faults.naive import PublishAfterCommit
from devtools.faults.plan import CALCULATION, FEWEST, LEDGER, OF_STREAMS, Fault, Plan, draw
from devtools.faults.workers import can_kill, kill_worker
from ops.demo.command import CATEGORIES, apply
from ops.demo.expected import expect
from ops.demo.scenarios import Finding
from ops.demo.world import DeployedSystem
from ops.members.purchase_file import read_purchases
from ops.repository import ROOT
from pbckit.cli.client.session import LOCAL_STACK
from pbckit.cli.client.unit_admins import UnitAdmins
from pbckit.cli.deployment.sandbox import deploy_with_progress
from pbckit.cli.errors import OperatorError
from pbckit.cli.output import AsJson, out, print_json, print_table, progress
from pbckit.sandbox.embedded_aws import running
from pbckit.sandbox.stack_config import read_stack

_PROGRAMME = ROOT / "examples/programme.yaml"


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a campaign did, and what it found."""

    naive: bool
    """Whether outbox and inbox were taken away."""
    seed: int
    purchases: int
    faults: Mapping[Fault, tuple[int, int]]
    """Planned and injected, by kind."""
    redriven: int
    """Letters that were sent back."""
    seconds: float
    """From the first purchase to the last check."""
    findings: Sequence[Finding]

    @property
    def held(self) -> bool:
        """True where every fault was injected and everything is as it must be."""
        struck = all(planned == injected > 0 for planned, injected in self.faults.values())
        return struck and bool(self.findings) and all(finding.held for finding in self.findings)


def faults(
    seed: Annotated[int | None, typer.Option(help="Draws the campaign; by chance if none is given.")] = None,
    purchases: Annotated[int, typer.Option(min=FEWEST, help="How many valid purchases.")] = 2000,
    naive: Annotated[
        bool, typer.Option("--naive", help="Take away outbox and inbox before, and count what is lost and doubled.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring purchases in while a fresh embedded AWS fails at random, recover, and recompute. Exit code 0: all held.

    The naive design is measured, and held to nothing.
    """
    out.quiet = as_json
    if not can_kill():
        raise OperatorError("this system does not tell which process holds a connection; the campaign needs Linux")
    plan = draw(secrets.randbelow(2**32) if seed is None else seed, purchases)
    out.print(Panel(f"{purchases} purchases, {sum(plan.planned().values())} faults, seed {plan.seed}"))
    with (
        tempfile.TemporaryDirectory() as scratch,
        besieged(Path(scratch), plan, naive=naive) as (world, fault_injector),
        progress() as bar,
    ):
        tasks = {name: bar.add_task(f"purchases {name}", total=purchases) for name in ("calculated", "posted")}

        def show(stage: str, count: int) -> None:
            bar.update(tasks[stage], completed=count)

        report = carry_out(plan, world, fault_injector, Path(scratch), show, naive=naive)
    print_report(report, as_json=as_json)
    if not (report.held or naive):
        raise typer.Exit(1)


@contextmanager
def besieged(folder: Path, plan: Plan, *, naive: bool = False) -> Iterator[tuple[DeployedSystem, FaultInjector]]:
    """A fresh deployment whose functions reach AWS through the storm only. `naive`: without outbox and inbox."""
    region = read_stack(ROOT, LOCAL_STACK).value("aws:region")
    with Loopback() as loopback, running(folder / "aws", region=region, functions_endpoint=loopback.endpoint) as aws:

        def publish(entries: Sequence[dict[str, Any]]) -> dict[str, Any]:
            return aws.client("events").put_events(Entries=entries)

        deploy_with_progress(aws)
        world = DeployedSystem.of(aws)
        fault_injector = FaultInjector(plan.strikes, stores(world, (CALCULATION, LEDGER)), publish)
        judge = PublishAfterCommit(fault_injector, world.session.names.bus_name(), publish) if naive else fault_injector
        loopback.serve(aws, judge, lambda port, peer: kill_worker(port, peer, aws.pid))
        apply(world, _PROGRAMME)
        yield world, fault_injector
        for defect in loopback.defects:
            raise OperatorError(f"the campaign's proxy failed: {defect!r}") from defect


def carry_out(
    plan: Plan,
    world: DeployedSystem,
    fault_injector: FaultInjector,
    folder: Path,
    on_progress: OnProgress,
    *,
    naive: bool = False,
) -> Report:
    """The campaign, on a deployment that is besieged."""
    file = write_purchases(plan, folder)
    campaign = Campaign(
        world=world,
        unit_admins=UnitAdmins(world.capabilities),
        plan=plan,
        fault_injector=fault_injector,
        purchases=read_purchases(file)[0],
        expectation=expect(file, _PROGRAMME, ROOT / CATEGORIES),
        on_progress=on_progress,
    )
    since = time.monotonic()
    found = campaign.run_naive() if naive else campaign.run()
    planned = plan.planned()
    there = [fault for fault in Fault if not (naive and fault in OF_STREAMS)]
    return Report(
        naive=naive,
        seed=plan.seed,
        purchases=len(plan.rows),
        faults={fault: (planned[fault], campaign.injected.get(fault, 0)) for fault in there},
        redriven=campaign.redriven,
        seconds=time.monotonic() - since,
        findings=found,
    )


def print_report(report: Report, *, as_json: bool) -> None:
    """What was done to the system, and what it made of that."""
    if as_json:
        print_json(report)
        return
    rows = [(fault.value, planned, injected) for fault, (planned, injected) in report.faults.items()]
    print_table(f"Faults of seed {report.seed}", ["fault", "planned number", "injected number"], rows)
    print_table(
        f"After recovery, {report.seconds:.0f} s later; {report.redriven} letters redriven",
        ["what", "expected", "found", "held"],
        [(one.what, one.expected, one.found, "yes" if one.held else "NO") for one in report.findings],
    )
    out.print(Panel(_in_short(report), style="bold"))


def _in_short(report: Report) -> str:
    if report.naive:
        return "That is the naive design: state committed, events published afterwards, nothing remembered."
    return "Nothing lost, nothing doubled." if report.held else "Not as promised."
