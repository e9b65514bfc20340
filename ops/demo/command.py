"""`rewards demo`: the whole story in one command."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.panel import Panel

from contracts.cards import PurchasePosted
from ops.demo import scenarios
from ops.demo.expected import Expectation, expect
from ops.demo.world import DeployedSystem
from ops.members.purchase_file import read_purchases
from ops.programme.apply import apply_programme
from ops.programme.file import read_programme
from ops.repository import ROOT
from pbckit.cli.client.event_publisher import publish
from pbckit.cli.client.session import LOCAL_STACK
from pbckit.cli.deployment.sandbox import deploy_with_progress, print_not_modelled
from pbckit.cli.errors import RowsRefused
from pbckit.cli.output import AsJson, out, print_json, print_table, progress
from pbckit.sandbox.embedded_aws import running
from pbckit.sandbox.stack_config import read_stack

CATEGORIES = "lambdas/merchant_categorization/categories.json"


def demo(
    purchases: Annotated[Path, typer.Option(help="CSV file with purchases.")] = ROOT / "examples/purchases.csv",
    programme: Annotated[Path, typer.Option(help="YAML file with rates, campaigns and overrides.")] = ROOT
    / "examples/programme.yaml",
    as_json: AsJson = False,
) -> None:
    """Deploy to a fresh embedded AWS, earn points from a file, and inject failures. Exit code 0: every promise held."""
    out.quiet = as_json
    rows, refused = read_purchases(purchases)
    if refused:
        listed = "; ".join(f"line {row.row}: {row.reason}" for row in refused[:5])
        raise RowsRefused(f"{purchases}: {len(refused)} rows are not purchases: {listed}")
    region = read_stack(ROOT, LOCAL_STACK).value("aws:region")
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), region=region) as aws:
        out.print(Panel("1. Deploy the Pulumi program to an embedded AWS, with IAM enforced"))
        print_not_modelled(deploy_with_progress(aws))
        world = DeployedSystem.of(aws)
        out.print(Panel(f"2. Earn points from {purchases}"))
        apply(world, programme)
        expectation = expect(purchases, programme, ROOT / CATEGORIES)
        earned = earn(world, rows, expectation)
        out.print(Panel("3. Break things, and look"))
        shown = [earned, *break_things(world)]
    failed = [show.title for show in shown if not show.held]
    print_verdict(shown, failed, as_json=as_json)
    if failed:
        raise typer.Exit(1)


def print_verdict(shown: Sequence[scenarios.Scenario], failed: Sequence[str], *, as_json: bool) -> None:
    """Say whether all was as promised: to people, or to machines and then nothing besides."""
    if as_json:
        print_json({"scenarios": shown, "failed": failed})
        return
    verdict = f"Not as promised: {', '.join(failed)}" if failed else "Every figure and every denial is as promised."
    out.print(Panel(verdict, style="red" if failed else "green"))


def apply(world: DeployedSystem, programme: Path) -> None:
    """Set rates, campaigns and overrides."""
    given = read_programme(programme)
    with progress() as bar:
        task = bar.add_task("programme", total=len(given))
        apply_programme(given, world.capabilities, lambda: bar.advance(task))


def earn(world: DeployedSystem, rows: Sequence[PurchasePosted], expectation: Expectation) -> scenarios.Scenario:
    """Ingest the file, wait for the postings, and compare with the recomputation."""
    with progress() as bar:
        published = bar.add_task("purchases published", total=len(rows))
        posted = bar.add_task("purchases posted", total=len(expectation.purchases))
        publish(world.session, rows, lambda count: bar.advance(published, count))
        world.wait_for_postings(expectation.purchases_by_member(), lambda count: bar.update(posted, completed=count))
    balances = {member_id: world.balance(member_id) for member_id in expectation.points_by_member()}
    categories = _points_by_category(world, expectation)
    print_table(
        "Balances", ["member", "points", "expected points"], _compared(balances, expectation.points_by_member())
    )
    print_table(
        "Points by category",
        ["category", "points", "expected points"],
        _compared(categories, expectation.points_by_category()),
    )
    show = scenarios.Scenario(
        title=f"{len(expectation.purchases)} purchases in {expectation.rows} rows, {expectation.duplicates} duplicates",
        findings=[
            scenarios.Finding(
                what="postings",
                expected=str(len(expectation.purchases)),
                found=str(sum(world.postings(member_id) for member_id in balances)),
            ),
            scenarios.Finding(what="balances", expected=str(expectation.points_by_member()), found=str(balances)),
            scenarios.Finding(what="categories", expected=str(expectation.points_by_category()), found=str(categories)),
        ],
    )
    print_show(show, brief=True)
    return show


def break_things(world: DeployedSystem) -> list[scenarios.Scenario]:
    """The shows, each printed as it ends."""
    shown: list[scenarios.Scenario] = []

    def add(show: scenarios.Scenario) -> None:
        print_show(show)
        shown.append(show)

    add(scenarios.duplicates(world, scenarios.example_purchase("show-duplicate", "show-member-1"), times=3))
    add(scenarios.rate_lookup_broken(world, scenarios.example_purchase("show-rate", "show-member-2"), base_points=40))
    stopped = [scenarios.example_purchase(f"show-ledger-{number}", "show-member-3") for number in range(5)]
    add(scenarios.ledger_stopped(world, stopped))
    with progress() as bar:
        task = bar.add_task("functions compromised", total=None)

        def on_function(_function: str, total: int) -> None:
            bar.update(task, total=total, advance=1)

        show, report = scenarios.compromised(world, on_function)
    for leak in report.leaks:
        out.print(
            f"{leak.function}: {leak.operation} on {leak.target} of {leak.target_unit}: {leak.outcome}", style="red"
        )
    add(show)
    return shown


def _points_by_category(world: DeployedSystem, expectation: Expectation) -> dict[str, int]:
    totals: dict[str, int] = {}
    for purchase_id in expectation.purchases:
        calculation = world.wait_for_calculation(purchase_id)
        totals[calculation.category] = totals.get(calculation.category, 0) + calculation.points
    return dict(sorted(totals.items()))


def _compared(found: dict[str, int], expected: dict[str, int]) -> list[tuple[str, int, int]]:
    return [(key, found.get(key, 0), expected.get(key, 0)) for key in sorted({*found, *expected})]


def print_show(show: scenarios.Scenario, *, brief: bool = False) -> None:
    """Print what a show found."""
    rows = [
        (
            finding.what,
            "as recomputed" if brief and finding.held else finding.expected,
            "" if brief and finding.held else finding.found,
            "yes" if finding.held else "NO",
        )
        for finding in show.findings
    ]
    print_table(show.title, ["what", "expected", "found", "held"], rows)
