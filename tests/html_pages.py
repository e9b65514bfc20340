"""What a page of HTML is made of: charts with their tables, and whatever it would load."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "br", "link", "input"}


@dataclass
class Chart:
    """A figure."""

    names: list[str] = field(default_factory=list)
    """Accessible names of its images."""
    rows: list[list[str]] = field(default_factory=list)
    """Cells of its table, the head first."""


class HtmlPage(HTMLParser):
    """A page that was read. It must be well-formed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._open: list[str] = []
        self.tags: list[str] = []
        self.loads: list[str] = []
        """Addresses, scripts and links."""
        self.charts: list[Chart] = []
        self.feed(text)
        assert self._open == []
        assert "://" not in text, "an address outside of the page"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.append(tag)
        self.loads += [f"{tag} {name}" for name in named if name in {"src", "href", "xlink:href"}]
        self.loads += [tag] if tag in {"script", "link", "iframe"} else []
        if tag == "figure":
            self.charts.append(Chart())
        if "figure" in self._open:
            if tag == "svg":
                assert named["role"] == "img"
                self.charts[-1].names.append(named["aria-label"] or "")
            if tag == "tr":
                self.charts[-1].rows.append([])
            if tag in {"td", "th"}:
                self.charts[-1].rows[-1].append("")
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in {"td", "th"} and self.charts and "figure" in self._open:
            self.charts[-1].rows[-1][-1] += data
