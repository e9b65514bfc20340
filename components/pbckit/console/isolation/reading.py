"""Reading the access report of a stack from the policy pack, in a process of its own."""

import sys
from pathlib import Path

import msgspec

from pbckit.cli.deployment.access import exported, previewed
from pbckit.cli.deployment.policy_pack import AccessReport, access_report
from pbckit.console.connection import Connection
from pbckit.console.own_process import output_of
from pbckit.contracts.decoding import ready
from pbckit.program_root import program_root


async def read_access(connection: Connection) -> AccessReport:
    """The access report of a stack: of a sandbox by what it has deployed, else by what the program would make.

    Raises:
        OperatorError: the program cannot be run, or what the sandbox has written down cannot be read.
    """
    deployed = connection.deployed
    report = await output_of(__name__, connection.stack, *([str(deployed.absolute())] if deployed else []))
    return msgspec.json.decode(report, type=ready(AccessReport))


def main(stack: str, file: str | None = None) -> None:
    """Print the access report as JSON.

    Args:
        stack: which the program is run for.
        file: an export of the stack, where there is one; the program is not run then.
    """
    export = exported(Path(file)) if file else previewed(stack, program_root())
    sys.stdout.buffer.write(msgspec.json.encode(access_report(export)))


if __name__ == "__main__":
    main(*sys.argv[1:])
