"""pygal, the library that draws charts, with the style of this project's pages."""

import sys

from pygal import XY, HorizontalBar
from pygal.style import Style

__all__ = ["SERIES", "WRONG", "XY", "HorizontalBar", "of_charts"]

# For plugins, of which there are none here, pygal adds an importer of the kind that Python had before 3.4: every later
# import that finds nothing would warn of it.
sys.meta_path[:] = [one for one in sys.meta_path if type(one).__module__ != "pygal"]

SERIES = ("var(--one)", "var(--two)")
"""Colours of the series of a chart, in their order."""
WRONG = "var(--wrong)"


def of_charts(*colours: str) -> Style:
    """What a chart takes from this style; the page's variables decide on light and dark when it is shown.

    Args:
        colours: of the series, in their order; by default `SERIES`.
    """
    return Style(
        background="transparent",
        plot_background="transparent",
        foreground="var(--quiet)",
        foreground_strong="var(--text)",
        foreground_subtle="var(--border)",
        guide_stroke_color="var(--border)",
        major_guide_stroke_color="var(--border)",
        guide_stroke_dasharray="none",
        major_guide_stroke_dasharray="none",
        opacity="1",
        opacity_hover="0.8",
        stroke_width="2",
        colors=colours or SERIES,
        font_family="system-ui, sans-serif",
        label_font_size=12,
        major_label_font_size=12,
        legend_font_size=12,
    )
