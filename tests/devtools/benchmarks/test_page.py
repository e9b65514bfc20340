"""The page of measurements: a section that is measured alone leaves the others as they stand."""

from devtools.benchmarks import __main__ as bench
from devtools.benchmarks.sections import SECTIONS, Section


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


def test_no_two_sections_have_one_title():
    titles = [section.title for section in SECTIONS.values()]
    assert len(set(titles)) == len(titles)
