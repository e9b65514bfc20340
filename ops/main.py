"""The command `rewards`: puts the groups together, and turns errors into one line and an exit code."""

from typing import Any

import typer
from botocore.exceptions import BotoCoreError, ClientError
from typer.core import TyperGroup

from devtools.faults import command as faults
from ops.demo import command as demo
from ops.demo import migration
from ops.docs import command as documents
from ops.members import ledger, purchase, purchases
from ops.members import statement as member
from ops.migration import command as migrate
from ops.pbc_template import command as scaffold
from ops.programme import apply as programme
from ops.programme import campaigns, merchants, rates
from pbckit.cli.delivery import command as delivery
from pbckit.cli.deployment import contracts, judge, release, sandbox, smoke, stacks
from pbckit.cli.deployment import policy as policies
from pbckit.cli.errors import COULD_NOT_RUN, OperatorError
from pbckit.cli.fitness import command as detector
from pbckit.cli.incidents import dlq, events, status
from pbckit.cli.output import remarks
from pbckit.sandbox.embedded_aws import SandboxError
from pbckit.sandbox.provision import UnknownType
from pbckit.sandbox.stack_config import InvalidStack


class ReportingGroup(TyperGroup):
    """Reports what an operator can mend in one line; anything else is a defect and keeps its traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except OperatorError as error:
            _report(error)
            raise typer.Exit(error.exit_code) from error
        except (SandboxError, InvalidStack, UnknownType, ClientError, BotoCoreError) as error:
            _report(error)
            raise typer.Exit(COULD_NOT_RUN) from error


def _report(error: Exception) -> None:
    remarks.print(f"error: {error}", style="red", markup=False, soft_wrap=True, highlight=False)


app = typer.Typer(
    cls=ReportingGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Operate the card-rewards system, on the embedded AWS or on AWS.",
)
for name, group in {
    "sandbox": sandbox.app,
    "programme": programme.app,
    "purchases": purchases.app,
    "purchase": purchase.app,
    "member": member.app,
    "ledger": ledger.app,
    "rates": rates.app,
    "campaigns": campaigns.app,
    "merchants": merchants.app,
    "migrate": migrate.app,
    "dlq": dlq.app,
    "events": events.app,
    "policy": policies.app,
    "contracts": contracts.app,
    "stacks": stacks.app,
    "delivery": delivery.app,
    "docs": documents.app,
}.items():
    app.add_typer(group, name=name)
app.command("demo")(demo.demo)
migrate.app.command("demo")(migration.demo)
app.command("faults")(faults.faults)
app.command("preview")(policies.preview)
app.command("judge")(judge.judge)
app.command("status")(status.status)
app.command("smoke")(smoke.smoke)
app.command("release")(release.release)
app.command("fitness")(detector.fitness)
app.command("new-pbc")(scaffold.new_pbc)
