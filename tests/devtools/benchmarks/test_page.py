"""The page of measurements: a section that is measured alone leaves the others as they stand."""

import sys

import pytest

from devtools.benchmarks import __main__ as bench
from devtools.benchmarks.sections import SECTIONS, Section
from pbckit.errors import PbckitError


def test_a_section_measured_alone_leaves_the_others(tmp_path, monkeypatch):
    sections = {name: Section(name.title(), lambda _graph, name=name: iter([name, "", "old"])) for name in "abc"}
    monkeypatch.setattr(bench, "SECTIONS", sections)
    monkeypatch.setattr(bench, "capture", lambda _stack: None)
    page = tmp_path / "page.md"
    bench.write(page, ["a", "c"])
    first = page.read_text()
    monkeypatch.setitem(sections, "b", Section("B", lambda _graph: iter(["### below", "", "new"])))
    bench.write(page, ["b"])
    text = page.read_text()
    assert text.count("old") == 2
    assert text.index("## A") < text.index("## B") < text.index("new") < text.index("## C")
    monkeypatch.setitem(sections, "b", Section("B", lambda _graph: iter(["newer"])))
    bench.write(page, ["b"])
    assert "new\n" not in page.read_text()
    assert first.split("## C")[1] == page.read_text().split("## C")[1]


def test_what_is_measured_is_kept_when_the_next_section_fails(tmp_path, monkeypatch):
    def fails(_graph):
        raise PbckitError("no workers")

    monkeypatch.setattr(bench, "SECTIONS", {"a": Section("A", lambda _graph: iter(["new"])), "b": Section("B", fails)})
    monkeypatch.setattr(bench, "capture", lambda _stack: None)
    page = tmp_path / "page.md"
    with pytest.raises(PbckitError):
        bench.write(page, ["a", "b"])
    assert "## A" in page.read_text()
    assert "## B" not in page.read_text()


def test_a_measurement_that_fails_is_said_in_a_line(monkeypatch, capsys):
    def fails(*_: object):
        raise PbckitError("no workers")

    monkeypatch.setattr(bench, "write", fails)
    monkeypatch.setattr(sys, "argv", ["benchmarks", "sizes"])
    with pytest.raises(SystemExit) as ended:
        bench.main()
    assert (ended.value.code, capsys.readouterr().err) == (1, "no workers\n")


def test_no_two_sections_have_one_title():
    titles = [section.title for section in SECTIONS.values()]
    assert len(set(titles)) == len(titles)
