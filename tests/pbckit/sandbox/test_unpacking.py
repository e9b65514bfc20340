"""Code and layers are unpacked once, whoever needs them."""

import shutil
import tempfile
import zipfile
from pathlib import Path

import pytest

from pbckit.sandbox.unpacking import SharedZip


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def packed(path: Path, text: str) -> str:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("package/module.py", text)
    return str(path)


def unpacked(archive: str, place: Path) -> Path:
    place.mkdir()
    with SharedZip(archive) as one:
        one.extractall(str(place))
    return place


def test_the_same_content_is_unpacked_once(tmp_path: Path):
    places = [unpacked(packed(tmp_path / f"{name}.zip", "1"), tmp_path / name) for name in ("one", "two")]
    assert [(place / "package/module.py").read_text() for place in places] == ["1", "1"]
    assert len({place.resolve() for place in places}) == 1


def test_other_content_is_unpacked_elsewhere(tmp_path: Path):
    first = unpacked(packed(tmp_path / "function.zip", "1"), tmp_path / "first")
    second = unpacked(packed(tmp_path / "function.zip", "2"), tmp_path / "second")
    assert [(place / "package/module.py").read_text() for place in (first, second)] == ["1", "2"]


def test_names_are_told_until_it_is_unpacked(tmp_path: Path):
    """ministack looks at them for paths that lead out of the folder."""
    archive = packed(tmp_path / "function.zip", "1")
    with SharedZip(archive) as one:
        assert one.namelist() == ["package/module.py"]
    unpacked(archive, tmp_path / "place")
    with SharedZip(archive) as one:
        assert one.namelist() == []


def test_who_is_done_takes_nothing_from_others(tmp_path: Path):
    archive = packed(tmp_path / "function.zip", "1")
    first, second = (unpacked(archive, Path(tempfile.mkdtemp()) / "code") for _ in range(2))
    shutil.rmtree(first.parent)
    assert (second / "package/module.py").read_text() == "1"
