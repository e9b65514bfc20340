"""`rewards new-pbc`."""

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from ops.docs.command import HISTORY, SCHEMAS
from ops.pbc_template.naming import require_usable
from ops.pbc_template.rendering import package_of, rendered
from ops.repository import ROOT
from pbckit.cli.errors import OperatorError
from pbckit.cli.output import out, remarks


def new_pbc(
    name: Annotated[str, typer.Argument(help="Its key everywhere: kebab-case, for example tiers or gift-cards.")],
    root: Annotated[Path, typer.Option(help="The project's root.")] = ROOT,
) -> None:
    """Make a new PBC that works: contract, infrastructure, code, tests, README and pipeline.

    It consumes an event, publishes one, and answers a capability. Change what it does, and keep its shape. Generated
    documents are made anew. Exit code 2: the name cannot be used, or it cannot be made; then nothing has changed.
    """
    require_usable(root, name)
    files = rendered(root, name)
    with ExitStack() as undoing:
        for path, text in files.items():
            _write(root, path, text, undoing)
        undoing.callback(_remove_schemas, root, name)
        undoing.callback((root / HISTORY).write_text, (root / HISTORY).read_text())
        with remarks.status("generating documents"):
            _generate_documents(root)
        undoing.pop_all()
    for path in files:
        out.print(f"wrote {path}", markup=False, highlight=False, soft_wrap=True)
    out.print(f"Next: contracts/{package_of(name)}.py; then `make check`, and `make test-unit UNIT={name}`.")


def _write(root: Path, path: Path, text: str, undoing: ExitStack) -> None:
    """Write a new file, and have it and its new folders taken away again if what follows fails."""
    target = root / path
    try:
        for folder in reversed([one for one in target.parents if not one.exists()]):
            folder.mkdir()
            undoing.callback(_remove_folder, folder)
        undoing.callback(target.unlink, missing_ok=True)
        with target.open("x") as file:
            file.write(text)
    except OSError as error:
        raise OperatorError(f"cannot write {path}: {error.strerror}") from error


def _remove_folder(folder: Path) -> None:
    """Remove a folder with what running its code left in it."""
    for compiled in folder.glob("__pycache__/*.pyc"):
        compiled.unlink()
    for cache in folder.glob("__pycache__"):
        cache.rmdir()
    folder.rmdir()


def _remove_schemas(root: Path, unit: str) -> None:
    for schema in (root / SCHEMAS).glob(f"{unit}.*.json"):
        schema.unlink()


def _generate_documents(root: Path) -> None:
    """In a process of its own: this one has read the contracts before there was a new one."""
    modules = os.pathsep.join([str(root), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, "-m", "ops", "docs", "generate"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": modules},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise OperatorError(f"the documents cannot be generated: {done.stderr.strip()}")
