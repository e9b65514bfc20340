"""A recording of the demo: a file that players take, and a picture that loads nothing."""

import json
import re
from pathlib import Path

import pytest

from devtools.pictures.recording import CAST, PICTURE, WIDTH, DemoFailed, Line, cast, picture, record
from ops.repository import ROOT

LINES = [Line(0.5, "1. Deploy \x1b[32m✓\x1b[0m <b>"), Line(61.25, "2. Earn")]
SHOWN = ROOT / "docs/pictures"
MOST_BYTES = 1_500_000
"""Of all pictures together: everybody who clones the repository gets them."""


def test_a_recording_is_a_header_and_what_was_printed_when():
    header, *events = map(json.loads, cast(LINES).splitlines())
    assert (header["version"], header["width"]) == (2, WIDTH)
    assert events == [[0.5, "o", "1. Deploy \x1b[32m✓\x1b[0m <b>\r\n"], [61.25, "o", "2. Earn\r\n"]]


def test_the_picture_has_the_lines_as_text_and_loads_nothing():
    drawn = picture(LINES)
    assert "Deploy" in drawn.replace("&#160;", " ")
    assert "&lt;b&gt;" in drawn
    assert not re.search(r"@font-face|@import|url\(https?:|<script|<image", drawn)


def test_a_demo_that_fails_leaves_no_recording(tmp_path: Path):
    with pytest.raises(DemoFailed, match="exit code 2"):
        record(tmp_path, tmp_path / "missing.csv")
    assert list(tmp_path.iterdir()) == []


def test_the_pictures_of_the_docs_are_small_and_are_those_that_are_shown():
    kept = {one.name: one.stat().st_size for one in SHOWN.iterdir()}
    assert sum(kept.values()) < MOST_BYTES
    pages = "".join(page.read_text() for page in (ROOT / "README.md", *ROOT.glob("docs/*.md")))
    assert {name for name in kept if name not in pages} == set()
    shown = set(re.findall(r"pictures/([a-z-]+\.[a-z]+)", pages))
    assert {CAST, PICTURE} <= shown <= set(kept)


def test_the_recording_of_the_docs_is_of_a_demo_that_held():
    header, *events = map(json.loads, (SHOWN / CAST).read_text().splitlines())
    assert header["title"] == "rewards demo"
    assert [at for at, _, _ in events] == sorted(at for at, _, _ in events)
    assert any("Every figure and every denial is as promised." in text for _, _, text in events)
