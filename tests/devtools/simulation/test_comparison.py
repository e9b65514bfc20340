"""The table of docs/reliability.md: written into its place, and the same each time."""

from pathlib import Path

import pytest

from devtools.simulation.comparison import PAGE, measured, write
from devtools.simulation.faults import Fault


def test_the_part_names_every_fault_and_is_the_same_each_time():
    part = measured(1, seeds=2, seeds_alone=1, purchases=5)

    assert all(f"| {fault.meaning} |" in part for fault in Fault)
    assert part == measured(1, seeds=2, seeds_alone=1, purchases=5)


def test_only_the_generated_part_of_a_page_changes(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- simulated -->\nold\n<!-- end -->\nafter\n")
    write(page, "\nnew\n")

    assert page.read_text() == "before\n<!-- simulated -->\n\nnew\n<!-- end -->\nafter\n"


@pytest.mark.parametrize("text", ["nothing", "<!-- simulated -->\n<!-- end -->\n" * 2])
def test_a_page_without_one_place_is_refused(tmp_path: Path, text: str):
    page = tmp_path / "page.md"
    page.write_text(text)

    with pytest.raises(ValueError, match="expected one generated part"):
        write(page, "new")


def test_the_page_says_that_the_design_loses_and_doubles_nothing():
    """Whatever stands there was measured: the row must not be written by hand to say otherwise."""
    (row,) = [line for line in PAGE.read_text().splitlines() if line.startswith("| outbox and inbox |")]

    assert row.endswith("| 0 (0.0 %) | 0 (0.0 %) | 0 |")
