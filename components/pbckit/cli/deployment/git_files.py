"""Files of the project as they were committed in a git revision."""

import subprocess
from pathlib import Path

from pbckit.cli.errors import OperatorError


def files_at(root: Path, revision: str, folder: str) -> dict[str, str]:
    """The files right below a folder, or the one file of that path, in a revision: path and text; empty if none.

    Raises:
        OperatorError: there is no such revision, no repository, or no git.
    """
    _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    listed = _git(root, "ls-tree", "-r", "--name-only", "--full-tree", "-z", revision, "--", folder).split("\0")
    return {path: _git(root, "show", f"{revision}:{path}") for path in listed if path}


def _git(root: Path, *arguments: str) -> str:
    command = ["git", *arguments]  # Wherever the caller has it.
    try:
        return subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
    except FileNotFoundError as error:
        raise OperatorError("this needs git") from error
    except subprocess.CalledProcessError as error:
        what = error.stderr.strip() or f"no such revision: {arguments[-1].removesuffix('^{commit}')}"
        raise OperatorError(f"git {arguments[0]}: {what}") from error
