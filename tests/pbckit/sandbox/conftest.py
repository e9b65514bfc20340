"""A throw-away program, and one embedded AWS for all tests of the sandbox."""

import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pbckit.sandbox.deploy import Deployment, deploy
from pbckit.sandbox.embedded_aws import EmbeddedAws, running
from pbckit.sandbox.graph import Resource

PROGRAM = Path(__file__).parent / "program"
REGION = "eu-central-1"

WriteProgram = Callable[[str], Path]


@pytest.fixture
def write_program(tmp_path: Path) -> WriteProgram:
    """Write a program, with the stack `dev`, and get its folder."""

    def write(source: str) -> Path:
        (tmp_path / "Pulumi.yaml").write_text("name: tiny\nruntime: python\n")
        (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  tiny:word: hello\n")
        (tmp_path / "__main__.py").write_text(source)
        return tmp_path

    return write


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The throw-away program with its artefacts built."""
    root = tmp_path_factory.mktemp("boxes") / "program"
    shutil.copytree(PROGRAM, root)
    (root / "dist").mkdir()
    with zipfile.ZipFile(root / "dist/function.zip", "w") as code:
        code.write(root / "function.py", "function.py")
    with zipfile.ZipFile(root / "dist/layer.zip", "w") as layer:
        layer.writestr("python/layered.py", "MARK = 'from the layer'\n")
    return root


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedAws]:
    with running(tmp_path_factory.mktemp("aws") / ".sandbox", region=REGION) as started:
        yield started


@pytest.fixture(scope="session")
def progress() -> list[tuple[Resource, int]]:
    """What `deployment` was told on its way."""
    return []


@pytest.fixture(scope="session")
def deployment(aws: EmbeddedAws, program: Path, progress: list[tuple[Resource, int]]) -> Deployment:
    return deploy(aws, root=program, on_progress=lambda resource, count: progress.append((resource, count)))
