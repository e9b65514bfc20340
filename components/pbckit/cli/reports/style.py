"""The style of reports and of the console: colours in light and dark, and what a page for itself adds.

Colours have a contrast of 4.5 to 1 or more on their background; those of charts of 3 to 1: a table stands beside them.
"""

from collections.abc import Mapping
from html import escape

LIGHT: Mapping[str, str] = {
    "ground": "#f6f7f9",
    "surface": "#ffffff",
    "text": "#1b1f24",
    "quiet": "#57606a",
    "border": "#d0d7de",
    "link": "#0b57a4",
    "button": "#0b57a4",
    "one": "#0b57a4",
    "two": "#7a4d00",
    "well": "#1a6b3c",
    "wrong": "#b3261e",
    "weak": "#8c959f",
}
DARK: Mapping[str, str] = {
    "ground": "#0f1318",
    "surface": "#181d24",
    "text": "#e6edf3",
    "quiet": "#9aa5b1",
    "border": "#363e48",
    "link": "#79b8ff",
    "button": "#1f6fbf",
    "one": "#79b8ff",
    "two": "#e3b341",
    "well": "#6cc48d",
    "wrong": "#ff9a92",
    "weak": "#6e7781",
}
CHARTS = """
figure.chart { margin: 0 0 1.5rem; max-width: 60rem; }
figure.chart figcaption { font-weight: 600; padding: .4rem 0; }
figure.chart svg { display: block; width: 100%; height: auto; min-width: 32rem; }
figure.chart details { margin-top: .25rem; }
"""
"""Of every chart, in a report or in the console."""

_SECURITY = "default-src 'none'; style-src 'unsafe-inline'"
_PAGE = """
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 64rem; background: var(--ground); color: var(--text);
  font: 15px/1.45 system-ui, sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.5rem; line-height: 1.3; margin: 0 0 .5rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
.wide { overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; margin: 0 0 1rem; background: var(--surface); }
caption, .caption { text-align: left; font-weight: 600; padding: .4rem 0; margin: 0; }
.caption { font-weight: 400; color: var(--quiet); }
th, td { text-align: left; padding: .3rem .7rem; border: 1px solid var(--border); font-weight: 400;
  vertical-align: top; }
thead th { font-weight: 600; } td { max-width: 40rem; overflow-wrap: break-word; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
summary { cursor: pointer; color: var(--quiet); }
dt { font-weight: 600; } dd { margin: 0 0 .4rem; color: var(--quiet); }
:focus-visible { outline: 3px solid var(--one); outline-offset: 2px; }
a { color: var(--link); }
@media print { body { padding: 0; background: none; } .wide { overflow: visible; }
  figure.chart { break-inside: avoid; } }
"""


def variables(selector: str, colours: Mapping[str, str]) -> str:
    """Colours as CSS variables below a selector."""
    return f"{selector} {{ {' '.join(f'--{name}: {value};' for name, value in colours.items())} }}\n"


def document(title: str, body: str, style: str = "") -> str:
    """A page for itself: it follows the reader's choice of light or dark and fits a phone.

    Args:
        title: of the page, as text.
        body: HTML.
        style: CSS that only this page needs.
    """
    dark = f":root {{ color-scheme: dark; }} {variables(':root', DARK)}"
    colours = f"{variables(':root', LIGHT)}@media screen and (prefers-color-scheme: dark) {{ {dark}}}"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_SECURITY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{colours}{_PAGE}{CHARTS}{style}</style></head>\n"
        f"<body><main><h1>{escape(title)}</h1>\n{body}</main></body></html>\n"
    )
