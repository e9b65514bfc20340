"""Code and layers of functions, unpacked once each.

ministack unpacks both anew for every process of a function: a thousand files, which takes as long as all else that it
needs to begin, and meanwhile nothing is answered. On Lambda neither can be written to: processes may share them.
"""

import hashlib
import shutil
import tempfile
import threading
import zipfile
from pathlib import Path
from types import SimpleNamespace

from ministack.core import lambda_runtime

_lock = threading.Lock()


def install() -> None:
    """Take ministack's place, with nothing unpacked."""
    shutil.rmtree(_store(), ignore_errors=True)
    lambda_runtime.zipfile = SimpleNamespace(**{**vars(zipfile), "ZipFile": SharedZip})


class SharedZip(zipfile.ZipFile):
    """A zip that is unpacked once: other places where it should be get a link to that."""

    def __init__(self, file: str) -> None:
        super().__init__(file)
        self._unpacked = _store() / hashlib.sha256(Path(file).read_bytes()).hexdigest()

    def namelist(self) -> list[str]:
        """Its files, which ministack looks at before it unpacks them; none where they are unpacked already."""
        return [] if self._unpacked.is_dir() else super().namelist()

    def extractall(self, path: str) -> None:  # type: ignore[override]
        """Put a link to what is unpacked in the place of an empty folder."""
        with _lock:
            if not self._unpacked.is_dir():
                _store().mkdir(exist_ok=True)
                unfinished = tempfile.mkdtemp(dir=_store())
                super().extractall(unfinished)
                Path(unfinished).rename(self._unpacked)
        Path(path).rmdir()
        Path(path).symlink_to(self._unpacked, target_is_directory=True)


def _store() -> Path:
    return Path(tempfile.gettempdir()) / "unpacked"
