"""The design beside the naive one, over the same histories: the table of `docs/reliability.md`."""

import re
from collections.abc import Sequence
from pathlib import Path

from simulation.campaign import Total, run_many, total
from simulation.faults import Fault

PAGE = Path(__file__).resolve().parents[1] / "docs/reliability.md"
SEEDS = 200
PURCHASES = 50

_PART = re.compile(r"(?<=<!-- simulated -->\n).*?(?=<!-- end -->)", re.DOTALL)


def measured(workers: int, *, seeds: int = SEEDS, purchases: int = PURCHASES) -> str:
    """The generated part of the page, in Markdown."""
    ours, naive = (total(run_many(range(seeds), purchases, workers=workers, naive=design)) for design in (False, True))
    return "\n".join(["", *_designs(ours, naive), "", *_faults(ours), "", ""])


def write(page: Path, part: str) -> None:
    """Put the generated part into the page.

    Raises:
        ValueError: the page has no place for it.
    """
    text, places = _PART.subn(lambda _match: part, page.read_text())
    if places != 1:
        raise ValueError(f"{page}: expected one generated part, found {places}")
    page.write_text(text)


def _designs(ours: Total, naive: Total) -> Sequence[str]:
    return [
        f"{ours.seeds} histories of {PURCHASES} purchases, seeds 0 to {ours.seeds - 1}:",
        "",
        "| design | valid purchases | lost | applied twice | histories that end wrong |",
        "|---|---:|---:|---:|---:|",
        *(
            f"| {name} | {one.purchases} | {one.lost} ({_percent(one.lost, one)}) "
            f"| {one.doubled} ({_percent(one.doubled, one)}) | {len(one.failed)} |"
            for name, one in (("outbox and inbox", ours), ("publish after commit, no inbox", naive))
        ),
    ]


def _faults(ours: Total) -> Sequence[str]:
    return [
        "| fault | how often it struck |",
        "|---|---:|",
        *(f"| {fault.meaning} | {ours.faults[fault.name]} |" for fault in Fault),
    ]


def _percent(some: int, of: Total) -> str:
    return f"{100 * some / of.purchases:.1f} %"
