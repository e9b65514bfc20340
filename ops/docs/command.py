"""Documents that are generated from the program, and the check that the committed ones are up to date."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from devtools.units.page import PAGE as UNITS
from devtools.units.page import units_page
from ops.capacity.page import PAGE as SCALE
from ops.capacity.page import scale_page
from ops.docs.adding_a_pbc_page import PAGE, adding_page
from ops.docs.costs import costs_page
from ops.docs.evidence_page import PAGE as EVIDENCE
from ops.docs.evidence_page import evidence_page
from ops.repository import ROOT
from pbckit.cli.client.session import MIGRATION_STACK
from pbckit.cli.deployment import pipelines, policy_pack
from pbckit.cli.deployment.updates import NAMES, names_page
from pbckit.cli.docs.commands_page import commands_page
from pbckit.cli.docs.event_catalogue import events_page
from pbckit.cli.docs.quotas_page import Environment, quotas_page
from pbckit.cli.docs.resource_tree import resources_page
from pbckit.cli.docs.runbooks_page import runbooks_page
from pbckit.cli.docs.system_page import system_page, with_picture
from pbckit.cli.main import app as pbc
from pbckit.cli.topology import subscriptions
from pbckit.contracts import catalogue, history
from pbckit.sandbox.program import capture
from pbckit.sandbox.stack_config import read_stack

PICTURED_STACK = "dev"
ON_AWS = ("dev", "staging", "prod")
SCALED_STACK = "prod"
HISTORY = history.FILE
README = Path("README.md")
SCHEMAS = Path("contracts/schemas")
READ_APIS = Path("contracts/openapi")

app = typer.Typer(no_args_is_help=True, help="Generate documents from the program, or check them.")


def schemas() -> dict[Path, str]:
    """The schemas of all contracts and read APIs: paths relative to the project's root, and contents."""
    return {
        **{SCHEMAS / name: text for name, text in catalogue.schemas().items()},
        **{READ_APIS / name: text for name, text in catalogue.read_apis().items()},
    }


def verdicts() -> dict[Path, str]:
    """What is derived about the actions of AWS, as `schemas`. The policy pack reads it, for its pages too."""
    return dict([policy_pack.derived_actions()])


def pages(root: Path) -> dict[Path, str]:
    """The pages and the units' pipelines, as `schemas`.

    The policy pack, which makes some of the pages, reads the schemas that are there.
    """
    migration = capture(MIGRATION_STACK, preview=True, root=root)
    environments = {stack: _environment(root, stack) for stack in ON_AWS}
    graph = environments[PICTURED_STACK].graph
    versions = _history(root)
    # Imported here, as the command imports this module.
    from ops.main import app as rewards

    (facade,), (legacy,) = catalogue.facades(), catalogue.legacy_units()
    return {
        HISTORY: versions,
        Path("docs/events.md"): events_page([*subscriptions(graph), *subscriptions(migration)], history.read(versions)),
        README: with_picture((root / README).read_text(), graph),
        Path("docs/system.md"): system_page(graph),
        Path("docs/resources.md"): resources_page(graph),
        Path("docs/access-matrix.md"): policy_pack.matrix_page(graph.export()),
        Path("docs/costs.md"): costs_page(graph, migration, facade=facade, legacy=legacy),
        UNITS: units_page(),
        SCALE: scale_page(environments[SCALED_STACK].graph, _region(root, SCALED_STACK)),
        Path("docs/quotas.md"): quotas_page(PICTURED_STACK, environments),
        Path("docs/runbooks/README.md"): runbooks_page([graph, migration]),
        Path("docs/policies.md"): policy_pack.rules_page(),
        Path("docs/coverage-types.md"): policy_pack.types_page(),
        Path("docs/coverage-actions.md"): policy_pack.actions_page(),
        NAMES: names_page(root, graph),
        PAGE: adding_page(root),
        EVIDENCE: evidence_page(root),
        Path("docs/commands.md"): commands_page({"pbc": pbc, "rewards": rewards}, ROOT),
        **pipelines.workflows(root),
    }


@app.command()
def generate(root: Annotated[Path, typer.Option(help="The project's root.")] = ROOT) -> None:
    """Write every generated document anew, and remove schemas and pipelines of what is gone."""
    now = schemas()
    for stale in _stale(root, now):
        stale.unlink()
    _write(root, now)
    _write(root, verdicts())
    _write(root, pages(root))


@app.command()
def check(root: Annotated[Path, typer.Option(help="The project's root.")] = ROOT) -> None:
    """Exit with 1 if a committed document is not what the program says."""
    files = schemas() | verdicts() | pages(root)
    wrong = [path for path, text in files.items() if not (root / path).exists() or (root / path).read_text() != text]
    wrong += [path.relative_to(root) for path in _stale(root, files)]
    for path in wrong:
        Console(stderr=True).print(f"{path} is out of date: run `make docs` and commit it")
    if wrong:
        raise typer.Exit(1)


def _environment(root: Path, stack: str) -> Environment:
    ceiling = int(read_stack(root, stack).value("rewards:maximumConcurrency"))
    return Environment(capture(stack, preview=True, root=root), ceiling)


def _region(root: Path, stack: str) -> str:
    return read_stack(root, stack).value("aws:region")


def _history(root: Path) -> str:
    """The history of events, in which new ones get their first version."""
    today = datetime.now(UTC).date()
    return history.with_first_versions((root / HISTORY).read_text(), catalogue.event_schemas(), today)


def _write(root: Path, files: dict[Path, str]) -> None:
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_text() != text:
            target.write_text(text)
            Console(stderr=True).print(f"wrote {path}")


def _stale(root: Path, files: dict[Path, str]) -> list[Path]:
    schema_files = [*(root / SCHEMAS).glob("*.json"), *(root / READ_APIS).glob("*.json")]
    return [
        *(path for path in schema_files if path.relative_to(root) not in files),
        *pipelines.stale_workflows(root),
    ]
