"""Writing new files, all of them or none."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pbckit.cli.errors import OperatorError


@contextmanager
def written(root: Path, files: Mapping[Path, str], undo: Callable[[], object] = lambda: None) -> Iterator[None]:
    """Write new files. If what follows fails, they are taken away again, with the folders that were made for them.

    Args:
        root: what paths are relative to.
        files: paths and contents.
        undo: takes away what else was made.

    Raises:
        OperatorError: a file is there already, or cannot be written.
    """
    with ExitStack() as undoing:
        for path, text in files.items():
            _write(root, path, text, undoing)
        undoing.callback(undo)
        yield
        undoing.pop_all()


def _write(root: Path, path: Path, text: str, undoing: ExitStack) -> None:
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
    if not folder.exists():
        return
    for compiled in folder.glob("__pycache__/*.pyc"):
        compiled.unlink()
    for cache in folder.glob("__pycache__"):
        cache.rmdir()
    folder.rmdir()
