"""The design beside the naive one, over the same histories: the table of `docs/reliability.md`."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from devtools.simulation.campaign import Total, run_many, total
from devtools.simulation.faults import Fault

PAGE = Path(__file__).resolve().parents[2] / "docs/reliability.md"
SEEDS = 100
SEEDS_ALONE = 5
PURCHASES = 50

_PART = re.compile(r"(?<=<!-- simulated -->\n).*?(?=<!-- end -->)", re.DOTALL)


def measured(workers: int, *, seeds: int = SEEDS, seeds_alone: int = SEEDS_ALONE, purchases: int = PURCHASES) -> str:
    """The generated part of the page, in Markdown.

    Args:
        workers: processes.
        seeds: histories with all faults, of each design.
        seeds_alone: histories with one kind of fault, of each design and kind.
        purchases: in each history.
    """

    def both(count: int, alone: Fault | None = None) -> tuple[Total, Total]:
        ours, naive = (
            total(run_many(range(count), purchases, workers=workers, naive=design, alone=alone))
            for design in (False, True)
        )
        return ours, naive

    all_faults = both(seeds)
    alone = {fault: both(seeds_alone, fault) for fault in Fault}
    return "\n".join(["", *_designs(*all_faults, purchases), "", *_faults(all_faults[0], alone, seeds_alone), "", ""])


def write(page: Path, part: str) -> None:
    """Put the generated part into the page.

    Raises:
        ValueError: the page has no place for it, or several.
    """
    text, places = _PART.subn(lambda _match: part, page.read_text())
    if places != 1:
        raise ValueError(f"{page}: expected one generated part, found {places}")
    page.write_text(text)


def _designs(ours: Total, naive: Total, purchases: int) -> Sequence[str]:
    return [
        f"All faults together, {ours.seeds} histories of {purchases} purchases each:",
        "",
        "| design | valid purchases | lost | applied twice | histories that end wrong |",
        "|---|---:|---:|---:|---:|",
        *(
            f"| {name} | {one.purchases} | {one.lost} ({_percent(one.lost, one)}) "
            f"| {one.doubled} ({_percent(one.doubled, one)}) | {len(one.failed)} |"
            for name, one in (("outbox and inbox", ours), ("publish after commit, no inbox", naive))
        ),
    ]


def _faults(together: Total, alone: Mapping[Fault, tuple[Total, Total]], seeds: int) -> Sequence[str]:
    valid = next(iter(alone.values()))[0].purchases
    return [
        "Fault by fault: how often each struck in the histories above, and what it alone does, five times as frequent,",
        f"to the {valid} valid purchases of {seeds} histories:",
        "",
        "| fault | struck above | lost | applied twice | lost, naive | applied twice, naive |",
        "|---|---:|---:|---:|---:|---:|",
        *(
            f"| {fault.meaning} | {together.faults[fault.name]} | {ours.lost} | {ours.doubled} "
            f"| {naive.lost} | {naive.doubled} |"
            for fault, (ours, naive) in alone.items()
        ),
    ]


def _percent(some: int, of: Total) -> str:
    return f"{100 * some / of.purchases:.1f} %"
