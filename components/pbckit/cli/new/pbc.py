"""A new PBC in a program."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from pbckit.cli.deployment.contracts import HISTORY, SCHEMAS
from pbckit.cli.errors import OperatorError
from pbckit.cli.new.consumed import Consumed
from pbckit.cli.new.naming import UnusableName, require_usable
from pbckit.cli.new.rendering import class_of, rendered
from pbckit.cli.new.written import written
from pbckit.cli.output import remarks

GENERATE_CONTRACTS = ("-c", "from pbckit.cli.main import app; app()", "contracts", "generate")
"""What this Python is started with to write the schemas of a program, and the first versions of its events."""


def make_pbc(root: Path, name: str, of: Consumed, generate: Sequence[str] = GENERATE_CONTRACTS) -> list[Path]:
    """Write a PBC into a program, and generate what follows from it. Gives the files, relative to the root.

    Args:
        root: folder of the program.
        name: key of the PBC.
        of: what it consumes.
        generate: arguments of the Python that generates documents from the program.

    Raises:
        OperatorError: the name cannot be used, or the PBC cannot be made; then nothing has changed.
    """
    require_usable(root, name)
    _require_another_name(name, of)
    files = rendered(root, name, of)
    history = root / HISTORY
    past = history.read_text() if history.exists() else None

    def undo() -> None:
        for schema in (root / SCHEMAS).glob(f"{name}.*.json"):
            schema.unlink()
        if past is None:
            history.unlink(missing_ok=True)
        else:
            history.write_text(past)

    with written(root, files, undo), remarks.status("generating documents"):
        generate_documents(root, generate)
    return [*files]


def _require_another_name(name: str, of: Consumed) -> None:
    """The PBC's own messages stand beside the event in one module."""
    own = (f"{class_of(name)}Changed", "GetTally", "NothingCounted", "Tally")
    if of.event.__name__ in own:
        raise UnusableName(f"{name!r} cannot consume {of.contract}: it has a message of that name itself")


def generate_documents(root: Path, arguments: Sequence[str]) -> None:
    """Generate documents of a program in a process of its own: this one may have read the contracts before.

    Raises:
        OperatorError: that Python ends with an error.
    """
    modules = os.pathsep.join([str(root), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=root,
        env={**os.environ, "PYTHONPATH": modules},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        # Of a traceback its last line: what went wrong.
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise OperatorError(f"the documents cannot be generated: {reason}")
