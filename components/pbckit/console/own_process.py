"""Work that takes seconds of a processor, in a process of its own, so that pages stay quick meanwhile."""

import asyncio
import sys

from pbckit.cli.errors import OperatorError
from pbckit.program_root import program_root


class ProcessFailed(OperatorError):
    """The process ended with an error; the message is the last line that it wrote."""


async def output_of(module: str, *arguments: str) -> bytes:
    """What a module of Python prints when it is run in the program's folder.

    Raises:
        ProcessFailed: it did not end well.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments),
        cwd=program_root(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        output, errors = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        raise
    if process.returncode != 0:
        raise ProcessFailed("".join(errors.decode().strip().splitlines()[-1:]))
    return output
