"""`make bench`: measure, and write `docs/benchmarks.md`. With names of sections, only those are measured anew."""

import argparse
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from devtools.benchmarks.machine import description
from devtools.benchmarks.sections import SECTIONS
from ops.repository import ROOT
from pbckit.errors import PbckitError
from pbckit.sandbox.graph import Graph
from pbckit.sandbox.program import capture

PAGE = ROOT / "docs/benchmarks.md"
_HEADING = "\n## "
_TOP = """\
# Benchmarks

Measured by `make bench`. Seconds depend on the machine; ratios were measured within one run.
"""


def main() -> None:
    """Measure what was asked for, or everything, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m devtools.benchmarks", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    names: Sequence[str] = parser.parse_args().sections or [*SECTIONS]
    for name in names:
        if name not in SECTIONS:
            parser.error(f"no section {name}; there are {', '.join(SECTIONS)}")
    try:
        write(PAGE, names)
    except PbckitError as error:
        parser.exit(1, f"{error}\n")
    print(f"wrote {PAGE.relative_to(ROOT)}")


def write(page: Path, names: Sequence[str]) -> None:
    """Measure some sections, and write the page with the others as they stand there."""
    graph = capture("local")
    bodies = _standing(page)
    for name in names:
        bodies[SECTIONS[name].title] = "\n".join(_told(name, graph))
        # Each at once: the next one may take an hour, and fail.
        present = [one.title for one in SECTIONS.values() if one.title in bodies]
        page.write_text(_TOP + "".join(f"{_HEADING}{title}\n\n{bodies[title]}\n" for title in present))


def _told(name: str, graph: Graph) -> Iterator[str]:
    yield f"On {datetime.now(UTC):%Y-%m-%d}: {description()}."
    yield ""
    for line in SECTIONS[name].lines(graph):
        print(line, flush=True)
        yield line


def _standing(page: Path) -> dict[str, str]:
    """The text of each section that the page has, by title."""
    text = page.read_text() if page.is_file() else ""
    parts: Mapping[str, str] = dict(re.findall(r"^## (.+)\n\n((?:(?!^## ).*\n)*)", text, flags=re.MULTILINE))
    return {title: body.strip("\n") for title, body in parts.items()}


if __name__ == "__main__":
    main()
